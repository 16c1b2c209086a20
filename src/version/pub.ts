// Versions of Dart and Flutter packages, as `pub_semver` orders them: semantic versions (semver-parts.ts), with an
// order among build metadata: none is before any, then as among pre-releases. A missing number is 0, since advisories
// leave it out; pub itself refuses that.
import { compareIdentifiers, comparePrecedence, readSemver, type SemverVersion } from './semver-parts.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { VersionScheme } from './version.ts';

/** The order of pub_semver's `Version.compareTo`. */
export const pub: VersionScheme<SemverVersion> = {
  id: 'pub',
  parse(text) {
    const refused = refusal(text);
    return refused === undefined ? readSemver(text) : unparsable(text, refused);
  },
  compare: (a, b) => comparePrecedence(a, b) || compareIdentifiers(a.build, b.build),
};
