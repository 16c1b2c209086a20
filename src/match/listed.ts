import type { StoredEntry } from '../database/database.ts';
import type { Interval } from '../version/range.ts';
import type { Unparsable, Version, VersionScheme } from '../version/version.ts';

/** Whether a record lists the version, in whatever spelling. */
export function isListed(version: Version, { versions = [] }: StoredEntry, scheme: VersionScheme): boolean {
  return versions.includes(version.text) || versions.some((text) => isSame(text, version, scheme));
}

/** Whether a text is the version in any spelling: `1.0` is `1.0.0`. */
export function isSame(text: string, version: Version, scheme: VersionScheme): boolean {
  const listed = parseListed(text, scheme);
  return listed.kind === 'version' && scheme.compare(listed, version) === 0;
}

/** Listed versions as intervals of one. */
export function listedPoints({ versions = [] }: StoredEntry, scheme: VersionScheme): Interval[] {
  return versions.flatMap((text) => {
    const version = scheme.parse(text);
    if (version.kind === 'unparsable') return [];
    const end = { version, inclusive: true };
    return [{ from: end, to: end }];
  });
}

const listedBefore = new Map<VersionScheme, Map<string, Version | Unparsable>>();

/** Most listed versions that are remembered of a scheme. */
const MOST_LISTED = 10_000;

/** All records of a package list the same versions, hundreds of them. */
function parseListed(text: string, scheme: VersionScheme): Version | Unparsable {
  const known = listedBefore.get(scheme) ?? new Map<string, Version | Unparsable>();
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size >= MOST_LISTED) known.clear();
  const version = scheme.parse(text);
  listedBefore.set(scheme, known.set(text, version));
  return version;
}
