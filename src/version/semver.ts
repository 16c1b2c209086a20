// Semantic versions as npm's `semver` orders them; the order of crates.io, Swift packages and others too.
//
//   text = ( "v" | "V" | "=" | blank )* version blank*       version: see semver-parts.ts
//
// Order: Semantic Versioning 2.0.0, clause 11; build metadata does not count. Cargo's `semver` crate sorts by build
// metadata last of all, but its requirements and OSV's ranges do not see it, so that Cargo needs no order of its own.
// `1.2.3beta`, in which npm's loose reading sees a pre-release, is refused: elsewhere such a letter comes after (`1.1.1w`).
import { comparePrecedence, readSemver, type SemverVersion } from './semver-parts.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Unparsable, VersionScheme } from './version.ts';

/** SemVer 2.0.0's precedence; takes a `v` or `=` in front, and reads missing numbers as 0. */
export const semver: VersionScheme<SemverVersion> = { id: 'semver', parse, compare: comparePrecedence };

function parse(text: string): SemverVersion | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  let from = 0;
  while (from < text.length && isFront(text.charCodeAt(from))) from++;
  let to = text.length;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return readSemver(text, from, to);
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

function isFront(code: number): boolean {
  return code === 118 || code === 86 || code === 61 || isBlank(code);
}
