const LONGEST = 240;

/** A description cut to one line of at most 240 characters, ending in `…` when something was cut; undefined when empty. */
export function summaryLine(description: unknown): string | undefined {
  if (typeof description !== 'string') return undefined;
  const line = description
    .slice(0, 4 * LONGEST)
    .replace(/\s+/g, ' ')
    .trim();
  if (line === '') return undefined;
  if (line.length <= LONGEST) return line;
  const cut = line.lastIndexOf(' ', LONGEST - 1);
  return `${line.slice(0, cut > LONGEST / 2 ? cut : LONGEST - 1)}…`;
}
