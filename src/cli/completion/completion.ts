import { bash } from './bash.ts';
import type { CommandNode } from './commands.ts';
import { fish } from './fish.ts';
import { zsh } from './zsh.ts';

const writers: ReadonlyMap<string, (root: CommandNode) => string> = new Map([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
]);

/** The script that completes the command line in a shell; it runs nothing of ours while the user types. */
export function completionScript(shell: string, root: CommandNode): string {
  const write = writers.get(shell);
  if (write === undefined) throw new Error(`no completion for ${shell}`);
  return write(root);
}
