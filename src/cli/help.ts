import help from './help.json' with { type: 'json' };

const examples: ReadonlyMap<string, readonly (readonly string[])[]> = new Map(Object.entries(help.examples));

/** What stands below the options of a command (`''` is the program itself, else `db update`). */
export function helpBelow(command: string): string {
  const sections = [`Examples:\n${(examples.get(command) ?? []).map(example).join('\n')}`];
  if (command === '' || command === 'scan') sections.push(`Exit status:\n${indented(help.exitStatus)}`);
  if (command === '') sections.push(`Environment:\n${indented(help.environment)}`);
  return `\n${sections.join('\n\n')}\n`;
}

function example([command = '', what = '']: readonly string[]): string {
  return `  $ ${command}\n      ${what}`;
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
