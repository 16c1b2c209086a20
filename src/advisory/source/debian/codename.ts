import codenames from './codenames.json' with { type: 'json' };

const NUMBERS: ReadonlyMap<string, string> = new Map(Object.entries(codenames));

/** The OSV ecosystem of a Debian release by its codename: `bookworm` → `Debian:12`, `sid` → `Debian:sid`; others as they are. */
export function ecosystemOf(codename: string): string {
  return `Debian:${NUMBERS.get(codename) ?? codename}`;
}
