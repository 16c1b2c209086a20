// Versions of Go modules, and of Go itself (the standard library and the toolchain).
//
//   text      = [ "v" ] version | toolchain                      version: see semver-parts.ts
//   toolchain = [ "go" ] numbers [ kind digit+ | "b" digit+ ] [ "-" suffix ] [ blank note ]
//   numbers   = digit+ [ "." digit+ [ "." digit+ ] ]             an absent one is 0
//   kind      = "alpha" | "beta" | "rc"                          `go1.22rc1` is what advisories write as `1.22.0-rc.1`
//   suffix    = what a vendor or an experiment adds (`-fips`, `-X:nodwarf5`): only after "go", or "X:"
//   note      = "X:" experiments | "(" vendor ")"                anything after "go"
//
// Order: Semantic Versioning 2.0.0, clause 11, as golang.org/x/mod/semver; `+incompatible` and other build metadata do
// not count, and pseudo-versions are pre-releases. A "b7" is a release with BoringCrypto, a suffix a release with a
// vendor's changes (go/version): the same as that release. `(devel)` and "devel" suffixes are no versions.
// In `go1.22-rc.1` and `go1.22-0` the suffix is a pre-release, since advisories write so, though without "go".
import { numeralOf } from './numeral.ts';
import { comparePrecedence, type Identifier, readSemver, type SemverVersion } from './semver-parts.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Unparsable, VersionScheme } from './version.ts';

/** The order of Go modules (golang.org/x/mod/semver) and of Go releases, which may follow a `go`. */
export const go: VersionScheme<SemverVersion> = { id: 'go', parse, compare: comparePrecedence };

const toolchainPattern = /^(\d[\d.]*)(?:(alpha|beta|rc)(\d+)|b\d+)?(?:-(.+))?$/;
const preReleasePattern = /^(?:(?:alpha|beta|rc|pre)\.?\d+|0)(?:$|\+)/;

function parse(text: string): SemverVersion | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  if (text.startsWith('go')) return parseToolchain(text, 2, true);
  const version = readSemver(text, text.startsWith('v') ? 1 : 0);
  if (version.kind === 'version') return version;
  const toolchain = parseToolchain(text, 0, false);
  return toolchain.kind === 'version' ? toolchain : version;
}

function parseToolchain(text: string, from: number, named: boolean): SemverVersion | Unparsable {
  const blank = text.indexOf(' ');
  const word = text.slice(from, blank < 0 ? undefined : blank);
  if (named) {
    const plain = readSemver(word);
    if (plain.kind === 'version' && isPlain(word, plain)) return { ...plain, text };
  } else if (blank >= 0 && !text.startsWith('X:', blank + 1) && text.charCodeAt(blank + 1) !== 40) {
    return unparsable(text, 'something other than experiments or a vendor follows the blank');
  }
  const [, numbers, kind, number, suffix] = toolchainPattern.exec(word) ?? [];
  if (numbers === undefined) return unparsable(text, 'this is no release of Go');
  if (suffix !== undefined && !(named || suffix.startsWith('X:')))
    return unparsable(text, 'a suffix needs "go" in front');
  if (suffix?.startsWith('dev')) return unparsable(text, 'a development version has no place in the order');
  const release = readSemver(numbers);
  if (release.kind === 'unparsable') return { ...release, text };
  if (kind === undefined || number === undefined) return { ...release, text };
  const preRelease: Identifier[] = [kind, numeralOf(number)];
  return { ...release, text, preRelease };
}

/** Whether what follows the hyphen, if anything, is a pre-release and not what a vendor added. */
function isPlain(word: string, { preRelease }: SemverVersion): boolean {
  return preRelease.length === 0 || preReleasePattern.test(word.slice(word.indexOf('-') + 1));
}
