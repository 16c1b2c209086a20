// Versions of Bitnami's packages: semantic versions (semver-parts.ts) in which the part after the hyphen is a revision.
//
// Order: the numbers, then the revision identifier by identifier as in a pre-release, but a version without a revision
// comes first, as in Bitnami's own library. Revision 0 is the same as none, which that library does not say: advisories
// write `1.21.0-0` for what is before every 1.21.0, and a package whose revision is not told must not fall before it.
import {
  compareIdentifiers,
  compareReleases,
  type Identifier,
  readSemver,
  type SemverVersion,
} from './semver-parts.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { VersionScheme } from './version.ts';

const first: readonly Identifier[] = [0];

/** Bitnami's order: `1.2.3` < `1.2.3-1` < `1.2.3-2` < `1.2.4`. */
export const bitnami: VersionScheme<SemverVersion> = {
  id: 'bitnami',
  parse(text) {
    const refused = refusal(text);
    return refused === undefined ? readSemver(text, text.startsWith('v') ? 1 : 0) : unparsable(text, refused);
  },
  compare: (a, b) => compareReleases(a, b) || compareIdentifiers(revisionOf(a), revisionOf(b)),
};

function revisionOf({ preRelease }: SemverVersion): readonly Identifier[] {
  return preRelease.length === 0 ? first : preRelease;
}
