import { allCommands, type CommandNode, type OptionNode, quoted, type Values } from './commands.ts';

/** Completion for fish 3 and later. */
export function fish(root: CommandNode): string {
  const lines = allCommands(root).flatMap(commandLines);
  return `# Completes seaworthy in fish. Made by: seaworthy completion fish
complete -c seaworthy -f
${lines.join('\n')}
`;
}

function commandLines(command: CommandNode): string[] {
  const here = condition(command);
  const { children, argument, options } = command;
  const names = children.map(({ path }) => path.at(-1)).join(' ');
  const open = path0(command) ? '__fish_use_subcommand' : `${here}; and not __fish_seen_subcommand_from ${names}`;
  return [
    ...children.map(({ path, description }) => line(open, `-a ${path.at(-1)} -d ${quoted(description)}`)),
    ...(argument === undefined ? [] : [line(here, valueFlags(argument))]),
    ...options.map((option) => line(here, optionFlags(option))),
  ];
}

function line(when: string, flags: string): string {
  return `complete -c seaworthy${when === '' ? '' : ` -n ${quoted(when)}`} ${flags}`;
}

function path0({ path }: CommandNode): boolean {
  return path.length === 1;
}

function condition(command: CommandNode): string {
  if (path0(command)) return command.children.length > 0 ? '__fish_use_subcommand' : '';
  return command.path
    .slice(1)
    .map((name) => `__fish_seen_subcommand_from ${name}`)
    .join('; and ');
}

function optionFlags({ short, long, description, values }: OptionNode): string {
  const names = `${short === undefined ? '' : `-s ${short.slice(1)} `}-l ${long.slice(2)}`;
  return `${names}${valueOf(values)} -d ${quoted(description)}`;
}

/** With `-x` fish offers no files. */
function valueOf(values: Values | undefined): string {
  if (values === undefined) return '';
  const files = values.kind === 'files' || values.kind === 'references';
  return ` ${files ? '-r' : '-x'} ${valueFlags(values)}`.trimEnd();
}

function valueFlags(values: Values): string {
  if (values.kind === 'choices') return `-a ${quoted(values.choices.join(' '))}`;
  if (values.kind === 'references') return `-F -a ${quoted(values.schemes.join(' '))}`;
  return values.kind === 'files' ? '-F' : '';
}
