// Alpine package versions, in the order of apk-tools 3 (`apk version --test`).
//
//   version  = numbers *( letter numbers ) [ letter ] *( suffix [ number ] ) [ "~" hash ] [ "-r" number ]
//   numbers  = number *( "." number )
//   number   = digit+
//   letter   = "a" … "z"
//   suffix   = "_" ( "alpha" | "beta" | "pre" | "rc" | "cvs" | "svn" | "git" | "hg" | "p" )
//   hash     = ( digit | "a" … "f" )+
//
// Order: part by part. Where the parts are of different kinds: _alpha … _rc < end < -r < ~hash < number of a suffix
// < _cvs … _p < letter < number. Where of the same kind: suffixes as listed, letters and hashes as text, numbers as
// numbers; but after a "." a number with a leading zero on either side makes the two compare as text
// ("1.02" < "1.1", "1.0" < "1.00").
//
// apk-tools 2 (up to Alpine 3.22) differs where a number starts with a zero ("1.00" < "1.0", "1.02" < "1.015",
// "2.0" < "2.0_rc1"), which apk-tools 3 mended; no two versions of one package in Alpine's advisories meet it.
// It alone takes numbers after a letter ("1.9.5p2", as installed by older releases), so those follow its order here,
// and it takes missing numbers ("1.", "1-r"), which stay refused. apk counts in 64 bits; numbers have no end here.
import { compareDigits } from './digits.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version, VersionScheme } from './version.ts';

/** One part of an Alpine version. */
export interface ApkPart {
  readonly kind: keyof typeof rank;
  readonly text: string;
}

/** An Alpine version taken apart. */
export interface ApkVersion extends Version {
  readonly parts: readonly ApkPart[];
}

const preSuffixes: readonly string[] = ['alpha', 'beta', 'pre', 'rc'];
const postSuffixes: readonly string[] = ['cvs', 'svn', 'git', 'hg', 'p'];

/** How kinds sort where two versions differ in kind. */
const rank = {
  'pre-suffix': 0,
  end: 1,
  revision: 2,
  hash: 3,
  'suffix-number': 4,
  'post-suffix': 5,
  letter: 6,
  number: 7,
  'first-number': 7,
  'letter-number': 7,
} as const;

const number = /[0-9]+/y;
const nextNumber = /\.([0-9]+)/y;
const letter = /[a-z]/y;
const suffix = /_([a-z]*)([0-9]*)/y;
const hash = /~([0-9a-f]+)/y;
const revision = /-r([0-9]+)/y;

const endPart: ApkPart = { kind: 'end', text: '' };

/** Alpine's order (apk-tools 3); refuses what `apk version --check` of apk-tools 3 refuses, but for numbers after a letter. */
export const apk: VersionScheme<ApkVersion> = { id: 'apk', parse, compare };

function parse(text: string): ApkVersion | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  const parts: ApkPart[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const add = (kind: ApkPart['kind'], part: string | undefined): void => {
    if (part !== undefined && part !== '') parts.push({ kind, text: part });
  };
  add('first-number', take(number)?.[0]);
  if (parts.length === 0) return unparsable(text, 'the version does not start with a digit');
  for (let followed = true; followed; ) {
    for (let match = take(nextNumber); match !== null; match = take(nextNumber)) add('number', match[1]);
    add('letter', take(letter)?.[0]);
    const match = take(number);
    add('letter-number', match?.[0]);
    followed = match !== null;
  }
  for (let match = take(suffix); match !== null; match = take(suffix)) {
    const kind = suffixKind(match[1] ?? '');
    if (kind === undefined) return unparsable(text, 'the word after "_" is not a suffix that apk knows');
    add(kind, match[1]);
    add('suffix-number', match[2]);
  }
  add('hash', take(hash)?.[1]);
  add('revision', take(revision)?.[1]);
  if (at < text.length) return unparsable(text, leftOver(text.charAt(at)));
  return { kind: 'version', text, parts };
}

function suffixKind(word: string): 'pre-suffix' | 'post-suffix' | undefined {
  if (preSuffixes.includes(word)) return 'pre-suffix';
  return postSuffixes.includes(word) ? 'post-suffix' : undefined;
}

/** Which rule the rest of the text breaks, by the character it starts with. */
function leftOver(character: string): string {
  if (character === '-') return 'a hyphen is not followed by "r" and a number at the end';
  if (character === '~') return '"~" is not followed by a hash in lower-case hexadecimal digits';
  if (character === '.') return 'a dot is not between two numbers';
  if (/[a-z]/.test(character)) return 'more than one letter follows the numbers';
  return 'a character stands where apk allows none of its kind';
}

function compare(a: ApkVersion, b: ApkVersion): Ordering {
  for (let index = 0; ; index++) {
    const one = a.parts[index] ?? endPart;
    const two = b.parts[index] ?? endPart;
    if (rank[one.kind] !== rank[two.kind]) return rank[one.kind] < rank[two.kind] ? -1 : 1;
    if (one.kind === 'end') return 0;
    const order = compareSame(one, two);
    if (order !== 0) return order;
  }
}

/** Orders two parts of the same kind. */
function compareSame(a: ApkPart, b: ApkPart): Ordering {
  switch (a.kind) {
    case 'pre-suffix':
      return ordering(preSuffixes.indexOf(a.text), preSuffixes.indexOf(b.text));
    case 'post-suffix':
      return ordering(postSuffixes.indexOf(a.text), postSuffixes.indexOf(b.text));
    case 'number':
      if (a.text.startsWith('0') || b.text.startsWith('0')) return ordering(a.text, b.text);
      return compareDigits(a.text, 0, a.text.length, b.text, 0, b.text.length);
    case 'first-number':
    case 'letter-number':
    case 'suffix-number':
    case 'revision':
      return compareDigits(a.text, 0, a.text.length, b.text, 0, b.text.length);
    case 'letter':
    case 'hash':
    case 'end':
      return ordering(a.text, b.text);
    default:
      return a.kind satisfies never;
  }
}

function ordering<T extends number | string>(a: T, b: T): Ordering {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
