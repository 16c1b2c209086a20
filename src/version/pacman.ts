// Arch Linux package versions: PKGBUILD(5) and `alpm_pkg_vercmp` of libalpm, which is `vercmp`(8).
//
//   version = [ digit* ":" ] pkgver [ "-" pkgrel ]      pkgrel after the last "-"; no epoch, or an empty one, is 0
//   pkgver  = char*                                     pkgrel = char*
//   char    = any ASCII character but blanks and control characters
//
// Order: epoch as a number, pkgver, and pkgrel if both have one: each as a row of segments, runs of digits and runs of
// letters, other characters separate. Equal texts are equal. Else, segment by segment while both have one: the one
// after the shorter separator is first; letters before digits; digits as numbers, letters by code. At the end of one:
// a rest of letters ("1.0rc" of "1.0") is before nothing, any other rest is after it.
//
// It is a total order only among versions that all have a pkgrel and no separators at their ends, as every package of
// Arch has: "1.0" is equal to both "1.0-1" and "1.0-2".
import { compareDigits, endOfDigits, isDigit } from './digits.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version, VersionScheme } from './version.ts';

/** An Arch Linux version taken apart; `epoch` holds digits. */
export interface PacmanVersion extends Version {
  readonly epoch: string;
  readonly version: string;
  readonly release?: string;
}

const foreign = /[^!-~]/;

/** The order of Arch Linux's packages (`vercmp`); refuses blanks, control characters and text outside ASCII. */
export const pacman: VersionScheme<PacmanVersion> = { id: 'pacman', parse, compare };

function parse(text: string): PacmanVersion | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  if (foreign.test(text)) return unparsable(text, 'the version has a blank, a control character or one outside ASCII');
  const digits = endOfDigits(text, 0);
  const hasEpoch = text[digits] === ':';
  const epoch = hasEpoch ? text.slice(0, digits) || '0' : '0';
  const start = hasEpoch ? digits + 1 : 0;
  const hyphen = text.lastIndexOf('-');
  if (hyphen < digits) return { kind: 'version', text, epoch, version: text.slice(start) };
  return { kind: 'version', text, epoch, version: text.slice(start, hyphen), release: text.slice(hyphen + 1) };
}

function compare(a: PacmanVersion, b: PacmanVersion): Ordering {
  if (a.text === b.text) return 0;
  const order = compareSegments(a.epoch, b.epoch) || compareSegments(a.version, b.version);
  if (order !== 0 || a.release === undefined || b.release === undefined) return order;
  return compareSegments(a.release, b.release);
}

function compareSegments(a: string, b: string): Ordering {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const iStart = startOfSegment(a, i);
    const jStart = startOfSegment(b, j);
    const [iGap, jGap] = [iStart - i, jStart - j];
    i = iStart;
    j = jStart;
    if (i === a.length || j === b.length) break;
    if (iGap !== jGap) return iGap < jGap ? -1 : 1;
    const digits = isDigit(a.charCodeAt(i));
    if (digits !== isDigit(b.charCodeAt(j))) return digits ? 1 : -1;
    const iEnd = digits ? endOfDigits(a, i) : endOfLetters(a, i);
    const jEnd = digits ? endOfDigits(b, j) : endOfLetters(b, j);
    const order = digits ? compareDigits(a, i, iEnd, b, j, jEnd) : compareTexts(a.slice(i, iEnd), b.slice(j, jEnd));
    if (order !== 0) return order;
    i = iEnd;
    j = jEnd;
  }
  if (i === a.length && j === b.length) return 0;
  const before = i === a.length ? !isLetter(b.charCodeAt(j)) : isLetter(a.charCodeAt(i));
  return before ? -1 : 1;
}

function startOfSegment(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isDigit(text.charCodeAt(at)) && !isLetter(text.charCodeAt(at))) at++;
  return at;
}

function endOfLetters(text: string, from: number): number {
  let end = from;
  while (end < text.length && isLetter(text.charCodeAt(end))) end++;
  return end;
}

function isLetter(code: number): boolean {
  return (code | 32) >= 97 && (code | 32) <= 122;
}

function compareTexts(a: string, b: string): Ordering {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
