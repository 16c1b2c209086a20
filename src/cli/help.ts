import help from './help.json' with { type: 'json' };

const examples: ReadonlyMap<string, readonly (readonly string[])[]> = new Map(Object.entries(help.examples));

/** What stands below the options of a command (`''` is the program itself, else `db update`). */
export function helpBelow(command: string): string {
  const sections = [
    ...(command === 'scan' ? [`References:\n${columns(help.references)}`] : []),
    `Examples:\n${(examples.get(command) ?? []).map(example).join('\n')}`,
    ...(command === '' || command === 'scan' ? [`Exit status:\n${indented(help.exitStatus)}`] : []),
    ...(command === 'gate' ? [`Exit status:\n${indented(help.gateStatus)}`] : []),
    ...(command === '' ? [`Environment:\n${indented(help.environment)}`] : []),
  ];
  return `\n${sections.join('\n\n')}\n`;
}

function example([command = '', what = '']: readonly string[]): string {
  return `  $ ${command}\n      ${what}`;
}

function columns(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([left = '']) => left.length));
  return indented(rows.map(([left = '', right = '']) => `${left.padEnd(width)}  ${right}`.trimEnd()));
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
