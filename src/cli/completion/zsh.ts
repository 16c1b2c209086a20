import { allCommands, type CommandNode, type OptionNode, quoted, type Values } from './commands.ts';

/** Completion for zsh, to be sourced or put as `_seaworthy` in a folder of $fpath. */
export function zsh(root: CommandNode): string {
  return `#compdef seaworthy
# Completes seaworthy in zsh. Made by: seaworthy completion zsh
${allCommands(root).map(commandFunction).join('')}
_seaworthy_reference() {
  if compset -P '*://'; then return; fi
  if compset -P '*:'; then _files; return; fi
  local -a schemes=("$@")
  compadd -S '' -a schemes
  _files
}
if [[ $funcstack[1] == _seaworthy ]]; then
  _seaworthy "$@"
else
  compdef _seaworthy seaworthy
fi
`;
}

function commandFunction(command: CommandNode): string {
  const specs = command.options.map(optionSpec);
  if (command.children.length === 0) {
    const place = command.argument === undefined ? [] : [quoted(`1:value:${action(command.argument)}`)];
    return `${nameOf(command)}() {
  _arguments -s ${[...specs, ...place].join(' \\\n    ')}
}
`;
  }
  const words = command.children.map(({ path, description }) =>
    quoted(`${path.at(-1)}:${description.replaceAll(':', '\\:')}`),
  );
  const cases = command.children.map((child) => `      ${child.path.at(-1)}) ${nameOf(child)} ;;`);
  return `${nameOf(command)}() {
  local curcontext="$curcontext" state line
  local -a commands
  _arguments -C ${[...specs, "'1: :->command'", "'*:: :->below'"].join(' \\\n    ')}
  case $state in
    command)
      commands=(${words.join(' ')})
      _describe command commands ;;
    below)
      case $line[1] in
${cases.join('\n')}
      esac ;;
  esac
}
`;
}

function nameOf({ path }: CommandNode): string {
  return `_${path.join('_')}`;
}

function optionSpec({ short, long, description, values }: OptionNode): string {
  const told = `[${description.replace(/[[\]\\]/g, '\\$&')}]`;
  const value = values === undefined ? '' : `:value:${action(values)}`;
  const equals = values === undefined ? '' : '=';
  if (short === undefined) return quoted(long + equals + told + value);
  return `${quoted(`(${short} ${long})`)}{${short},${long}${equals}}${quoted(told + value)}`;
}

function action(values: Values): string {
  if (values.kind === 'choices') return `(${values.choices.join(' ')})`;
  if (values.kind === 'files') return '_files';
  if (values.kind === 'any') return '';
  return `_seaworthy_reference ${values.schemes.map((scheme) => scheme.replace(':', '\\:')).join(' ')}`;
}
