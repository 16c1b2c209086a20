import releases from '../../../distro/debian-releases.json' with { type: 'json' };

const NUMBERS: ReadonlyMap<string, string> = new Map(Object.entries(releases));

/** The OSV ecosystem of a Debian release by its codename: `bookworm` → `Debian:12`; without a number `Debian:sid`. */
export function ecosystemOf(codename: string): string {
  return `Debian:${NUMBERS.get(codename) ?? codename}`;
}
