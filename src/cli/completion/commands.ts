import type { Argument, Command, Option } from 'commander';
import { placeChoices } from '../image-flags.ts';

/** What may stand in a place. */
export type Values =
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'files' }
  /** A file after one of these beginnings, or without. */
  | { readonly kind: 'references'; readonly schemes: readonly string[] }
  | { readonly kind: 'any' };

/** One option of a command; without `values` it is a flag. */
export interface OptionNode {
  readonly short?: string;
  readonly long: string;
  readonly description: string;
  readonly values?: Values;
}

/** One command of the tree. */
export interface CommandNode {
  /** Words that lead to it, the program first: `['seaworthy', 'db', 'update']`. */
  readonly path: readonly string[];
  readonly description: string;
  readonly children: readonly CommandNode[];
  readonly options: readonly OptionNode[];
  readonly argument?: Values;
}

const pathSchemes = ['oci:', 'oci-archive:', 'docker-archive:', 'dir:', 'rootfs:', 'containerd-root:'];
const nameSchemes = ['registry://', 'docker://', 'containerd://', 'docker-daemon://', 'podman://', 'container://'];

/** What options take whose values have words of their own, but are not those words alone. */
const words: Readonly<Record<string, Values>> = {
  '--from': { kind: 'choices', choices: placeChoices },
  '--all-from': { kind: 'references', schemes: ['registry:', 'containerd', 'docker', 'podman', 'cri'] },
  '--vex': { kind: 'references', schemes: ['image'] },
  '--archive': { kind: 'choices', choices: ['image', 'machine'] },
};

/** Reads the commands, options and choices off the command line's own definition. */
export function describeCommands(program: Command): CommandNode {
  return describe(program, []);
}

function describe(command: Command, above: readonly string[]): CommandNode {
  const path = [...above, command.name()];
  const [argument] = command.registeredArguments;
  const help: OptionNode = { short: '-h', long: '--help', description: 'print help' };
  return {
    path,
    description: command.description(),
    children: command.commands.map((child) => describe(child, path)),
    options: [...command.options.map(describeOption), help],
    ...(argument === undefined ? {} : { argument: valuesOf(argument, argument.name()) }),
  };
}

function describeOption(option: Option): OptionNode {
  const { short, long, flags, description } = option;
  const placeholder = /[<[](.*)[>\]]/.exec(flags)?.[1];
  return {
    ...(short === undefined ? {} : { short }),
    long: long ?? flags,
    description,
    ...(placeholder === undefined ? {} : { values: words[long ?? ''] ?? valuesOf(option, placeholder) }),
  };
}

/** The placeholder that help shows tells what is wanted: FILE and DIR are completed as such. */
function valuesOf({ argChoices }: Pick<Argument | Option, 'argChoices'>, placeholder: string): Values {
  if (argChoices !== undefined) return { kind: 'choices', choices: argChoices };
  if (placeholder === 'REFERENCE') return { kind: 'references', schemes: [...pathSchemes, ...nameSchemes] };
  return /\b(?:FILE|DIR)\b/.test(placeholder) ? { kind: 'files' } : { kind: 'any' };
}

/** A command and all below it. */
export function allCommands(root: CommandNode): CommandNode[] {
  return [root, ...root.children.flatMap(allCommands)];
}

/** Text in single quotes, as POSIX shells and fish read it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
