// RPM versions (EVR): rpm-version(7) and the order of rpm's own rpmvercmp.
//
//   evr     = [ epoch ":" ] version [ "-" release ]    release after the last "-"
//   epoch   = digit*                                   absent or empty = 0
//   version = char+
//   release = char+
//   char    = any but ":", blanks and control characters
//
// Order: epoch, version, release, each as a row of segments: runs of ASCII digits, runs of ASCII letters, "~", "^";
// whatever else stands between only separates. At the first differing segment "~" < end < "^" < letters < digits;
// letters compare by code, digits as numbers. A version without a release sorts before the same with any release,
// as rpm's `rpmverCmp` has it: rpm's *dependency* check ignores the release when one side has none, which is no order
// ("1" would equal both "1-1" and "1-2").
import { compareDigits, endOfDigits, isDigit } from './digits.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version, VersionScheme } from './version.ts';

/** An RPM version taken apart; `epoch` holds digits. */
export interface RpmVersion extends Version {
  readonly epoch: string;
  readonly version: string;
  readonly release?: string;
}

const blankOrControl = /[\s\p{Cc}]/u;

/** RPM's order (rpm-version(7)); refuses what rpmbuild would never write and what is not one version. */
export const rpm: VersionScheme<RpmVersion> = { id: 'rpm', parse, compare, withoutEpoch };

function parse(text: string): RpmVersion | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  if (blankOrControl.test(text)) return unparsable(text, 'the version has a blank or control character');
  const colon = text.indexOf(':');
  if (colon >= 0 && endOfDigits(text, 0) !== colon) return unparsable(text, 'the epoch is not a number');
  if (colon !== text.lastIndexOf(':')) return unparsable(text, 'the version has a second colon');
  const epoch = text.slice(0, Math.max(colon, 0)) || '0';
  const rest = text.slice(colon + 1);
  const hyphen = rest.lastIndexOf('-');
  const version = hyphen < 0 ? rest : rest.slice(0, hyphen);
  if (version === '') return unparsable(text, 'the version before the release is empty');
  if (hyphen < 0) return { kind: 'version', text, epoch, version };
  const release = rest.slice(hyphen + 1);
  if (release === '') return unparsable(text, 'the release after the last hyphen is empty');
  return { kind: 'version', text, epoch, version, release };
}

function compare(a: RpmVersion, b: RpmVersion): Ordering {
  return (
    compareDigits(a.epoch, 0, a.epoch.length, b.epoch, 0, b.epoch.length) ||
    compareSegments(a.version, b.version) ||
    compareReleases(a.release, b.release)
  );
}

function withoutEpoch({ text }: RpmVersion): RpmVersion | undefined {
  const colon = text.indexOf(':');
  const rest = colon < 0 ? undefined : parse(text.slice(colon + 1));
  return rest?.kind === 'version' ? rest : undefined;
}

function compareReleases(a: string | undefined, b: string | undefined): Ordering {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return compareSegments(a, b);
}

const tilde = 0;
const end = 1;
const caret = 2;
const letters = 3;
const digits = 4;
const separator = 5;

function compareSegments(a: string, b: string): Ordering {
  let i = 0;
  let j = 0;
  for (;;) {
    while (kindAt(a, i) === separator) i++;
    while (kindAt(b, j) === separator) j++;
    const x = kindAt(a, i);
    const y = kindAt(b, j);
    if (x !== y) return x < y ? -1 : 1;
    if (x === end) return 0;
    const iEnd = endOfSegment(a, i, x);
    const jEnd = endOfSegment(b, j, x);
    if (x === digits) {
      const order = compareDigits(a, i, iEnd, b, j, jEnd);
      if (order !== 0) return order;
    } else if (x === letters) {
      const one = a.slice(i, iEnd);
      const two = b.slice(j, jEnd);
      if (one !== two) return one < two ? -1 : 1;
    }
    i = iEnd;
    j = jEnd;
  }
}

/** What stands at the index, numbered in the order in which the kinds sort. */
function kindAt(text: string, index: number): number {
  if (index >= text.length) return end;
  const code = text.charCodeAt(index);
  if (isDigit(code)) return digits;
  if ((code | 32) >= 97 && (code | 32) <= 122) return letters;
  if (code === 126) return tilde;
  return code === 94 ? caret : separator;
}

function endOfSegment(text: string, from: number, kind: number): number {
  if (kind === digits) return endOfDigits(text, from);
  let to = from + 1;
  if (kind === letters) while (kindAt(text, to) === letters) to++;
  return to;
}
