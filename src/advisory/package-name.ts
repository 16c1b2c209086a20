import table from './package-names.json' with { type: 'json' };

/** Which names of an ecosystem are one: without regard to case, or also of runs of `-`, `_` and `.` (PEP 503). */
const foldings: ReadonlyMap<string, string> = new Map(Object.entries(table));

/** The name under which advisories of an ecosystem are kept: names that its registry takes for one are one. */
export function packageNameKey(ecosystem: string, name: string): string {
  const colon = ecosystem.indexOf(':');
  const folding = foldings.get(colon < 0 ? ecosystem : ecosystem.slice(0, colon));
  if (folding === undefined) return name;
  return folding === 'pep503' ? name.toLowerCase().replace(/[-_.]+/g, '-') : name.toLowerCase();
}
