// Versions of Hex packages, as Elixir's `Version` orders them: semantic versions (semver-parts.ts) without a prefix.
// Elixir itself refuses a missing number; here it is 0, since advisories leave it out.
import { comparePrecedence, readSemver, type SemverVersion } from './semver-parts.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { VersionScheme } from './version.ts';

/** Elixir's order: SemVer 2.0.0's precedence. */
export const hex: VersionScheme<SemverVersion> = {
  id: 'hex',
  parse(text) {
    const refused = refusal(text);
    return refused === undefined ? readSemver(text) : unparsable(text, refused);
  },
  compare: comparePrecedence,
};
