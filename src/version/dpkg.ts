// Debian package versions: Debian Policy 5.6.12 and deb-version(7), read as dpkg 1.21 itself reads them.
//
//   version  = blanks [ epoch ":" ] upstream [ "-" revision ] blanks
//   epoch    = [ "+" ] digit+             at most 2147483647; everything before the first ":"
//   upstream = char+                      up to the last "-"
//   revision = char+
//   char     = any ASCII character but NUL, space and tab
//
// Policy allows fewer characters and wants a digit first; dpkg only warns of those, so such packages get installed
// and are ordered here. Outside ASCII dpkg's own order depends on the machine (signed or unsigned `char`), so that
// is refused.
//
// Order: epoch as a number, then upstream, then revision (absent = ""), each as alternating runs of other characters
// and of digits. Others compare one by one: "~" < end or digit < letters < the rest, by code. Digits are numbers.
import { compareDigits, endOfDigits, isDigit } from './digits.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version, VersionScheme } from './version.ts';

/** A Debian version taken apart; `epoch` is 0 and `revision` empty when absent. */
export interface DpkgVersion extends Version {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

const largestEpoch = 2 ** 31 - 1;
const epochText = /^[\t-\r ]*([+-]?)([0-9]+)$/;
const outerBlanks = /^[ \t]+|[ \t]+$/g;
const foreign = /\P{ASCII}|\0/u;

/** Debian's order (Debian Policy 5.6.12); refuses exactly what dpkg calls an error, plus text outside ASCII. */
export const dpkg: VersionScheme<DpkgVersion> = { id: 'dpkg', parse, compare, publicVersion };

/** Nearly all versions are of these alone, and need not be looked at four times. */
const plain = /^[!-~]+$/;

function wrongIn(trimmed: string): string | undefined {
  if (trimmed === '') return 'the version is empty';
  if (/[ \t]/.test(trimmed)) return 'the version has blanks inside';
  return foreign.test(trimmed) ? 'the version has a character outside ASCII' : undefined;
}

function parse(text: string): DpkgVersion | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  const isPlain = plain.test(text);
  const trimmed = isPlain ? text : text.replace(outerBlanks, '');
  const wrong = isPlain ? undefined : wrongIn(trimmed);
  if (wrong !== undefined) return unparsable(text, wrong);
  const colon = trimmed.indexOf(':');
  const epoch = colon < 0 ? 0 : epochOf(trimmed.slice(0, colon));
  if (typeof epoch === 'string') return unparsable(text, epoch);
  const rest = trimmed.slice(colon + 1);
  if (rest === '') return unparsable(text, 'nothing follows the epoch');
  const hyphen = rest.lastIndexOf('-');
  if (hyphen === rest.length - 1) return unparsable(text, 'the revision after the last hyphen is empty');
  if (hyphen === 0) return unparsable(text, 'the upstream version is empty');
  if (hyphen < 0) return { kind: 'version', text, epoch, upstream: rest, revision: '' };
  return { kind: 'version', text, epoch, upstream: rest.slice(0, hyphen), revision: rest.slice(hyphen + 1) };
}

// Canonical's FIPS builds of Ubuntu 18.04 and 20.04: "1ubuntu2.fips.2.8" is made from "1ubuntu2.8", "1ubuntu2.fips.17" from
// "1ubuntu2.17". By the order all of them are after each of those.
const fips = /(\d+)\.fips\.(?:\1\.)?(?=\d)/;

function publicVersion(version: DpkgVersion): DpkgVersion | undefined {
  if (!fips.test(version.revision)) return undefined;
  const base = parse(version.text.replace(fips, '$1.'));
  return base.kind === 'version' ? base : undefined;
}

/** The epoch, or the reason why the text is none. */
function epochOf(text: string): number | string {
  const match = epochText.exec(text);
  if (match === null) return text === '' ? 'the epoch is empty' : 'the epoch is not a number';
  const epoch = Number(match[2]);
  if (match[1] === '-' && epoch !== 0) return 'the epoch is negative';
  if (epoch > largestEpoch) return 'the epoch is larger than 2147483647';
  return epoch;
}

function compare(a: DpkgVersion, b: DpkgVersion): Ordering {
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? -1 : 1;
  return compareParts(a.upstream, b.upstream) || compareParts(a.revision, b.revision);
}

function compareParts(a: string, b: string): Ordering {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    for (; ; i++, j++) {
      const x = weight(a, i);
      const y = weight(b, j);
      if (x !== y) return x < y ? -1 : 1;
      if (x === 0) break;
    }
    const iEnd = endOfDigits(a, i);
    const jEnd = endOfDigits(b, j);
    const order = compareDigits(a, i, iEnd, b, j, jEnd);
    if (order !== 0) return order;
    i = iEnd;
    j = jEnd;
  }
  return 0;
}

/** Place of one character in a run of non-digits; 0 for the end and for a digit, which end the run. */
function weight(text: string, index: number): number {
  if (index >= text.length) return 0;
  const code = text.charCodeAt(index);
  if (isDigit(code)) return 0;
  if (code === 126) return -1;
  const letter = (code | 32) >= 97 && (code | 32) <= 122;
  return letter ? code : code + 256;
}
