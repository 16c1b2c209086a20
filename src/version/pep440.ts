// Python package versions: PEP 440 (now PyPA's "Version specifiers"), read as `packaging.version.Version` reads them.
//
//   version = blank* [ "v" ] [ number "!" ] release [ pre ] [ post ] [ dev ] [ "+" local ] blank*
//   release = number *( "." number )
//   pre     = [ sep ] ( "a" | "alpha" | "b" | "beta" | "rc" | "c" | "pre" | "preview" ) [ sep ] [ number ]
//   post    = "-" number | [ sep ] ( "post" | "rev" | "r" ) [ sep ] [ number ]
//   dev     = [ sep ] "dev" [ sep ] [ number ]
//   local   = part *( sep part )         part = ( letter | digit )+
//   sep     = "." | "-" | "_"            number = digit+, a missing one is 0; letters in either case
//
// Order: epoch; release without zeros at its end; then, for equal releases, dev alone < a < b < rc < none; no post
// before any post; a dev before the same without; no local before any local, whose parts compare one by one: letters
// (as lower case) before numbers, and the shorter first. So "1.2.3" < "1.2.3+cu118", as `Version` has it.
//
// Texts from before PEP 440 that do not fit ("2004d", "0.1dev-r1234") are refused, as pip refuses them.
import { compareNumerals, compareRows, type Numeral, numeralOf } from './numeral.ts';
import { trimBlanks } from './trim.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version, VersionScheme } from './version.ts';

/** A Python version as it sorts. */
export interface Pep440Version extends Version {
  readonly epoch: Numeral;
  /** The release without zeros at its end. */
  readonly release: readonly Numeral[];
  /** Place of the pre-release among those of one release: 0 is a development release alone, 4 is none. */
  readonly phase: number;
  readonly pre: Numeral;
  /** -1 when absent. */
  readonly post: Numeral;
  /** Infinite when absent. */
  readonly dev: Numeral;
  readonly local: readonly (Numeral | string)[];
}

const phases: ReadonlyMap<string, number> = new Map([
  ['a', 1],
  ['alpha', 1],
  ['b', 2],
  ['beta', 2],
  ['c', 3],
  ['rc', 3],
  ['pre', 3],
  ['preview', 3],
]);
const finalPhase = 4;

const plain = /^[0-9]+(?:\.[0-9]+)*$/;
// Python's `\s`, which differs from JavaScript's in U+001C to U+001F, U+0085 and U+FEFF.
const blanks =
  '\t\n\v\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a' +
  '\u2028\u2029\u202f\u205f\u3000';
const head = /v?(?:([0-9]+)!)?([0-9]+(?:\.[0-9]+)*)/iy;
const preRelease = /[._-]?(alpha|a|beta|b|preview|pre|c|rc)[._-]?([0-9]*)/iy;
const postRelease = /(?:-([0-9]+)|[._-]?(?:post|rev|r)[._-]?([0-9]*))/iy;
const devRelease = /[._-]?dev[._-]?([0-9]*)/iy;
const localPart = /\+([a-z0-9]+(?:[._-][a-z0-9]+)*)/iy;

/** The order of Python packages (PEP 440); refuses exactly what `packaging.version.Version` refuses. */
export const pep440: VersionScheme<Pep440Version> = { id: 'pep440', parse, compare, publicVersion };

function publicVersion(version: Pep440Version): Pep440Version | undefined {
  if (version.local.length === 0) return undefined;
  return { ...version, text: version.text.slice(0, version.text.lastIndexOf('+')), local: [] };
}

function parse(text: string): Pep440Version | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  if (plain.test(text)) {
    const release = releaseOf(text);
    return { kind: 'version', text, epoch: 0, release, phase: finalPhase, pre: 0, post: -1, dev: Infinity, local: [] };
  }
  const trimmed = trimBlanks(text, blanks);
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(trimmed);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const start = take(head);
  if (start === null) return unparsable(text, 'the version does not start with a release number');
  const pre = take(preRelease);
  const post = take(postRelease);
  const dev = take(devRelease);
  const local = take(localPart);
  if (at < trimmed.length) return unparsable(text, leftOver(trimmed.charAt(at)));
  return {
    kind: 'version',
    text,
    epoch: numeralOf(start[1] ?? '0'),
    release: releaseOf(start[2] ?? '0'),
    phase: phaseOf(pre?.[1], post !== null, dev !== null),
    pre: numeralOf(pre?.[2] ?? '0'),
    post: post === null ? -1 : numeralOf(post[1] ?? post[2] ?? '0'),
    dev: dev === null ? Infinity : numeralOf(dev[1] ?? '0'),
    local: localOf(local?.[1]),
  };
}

function releaseOf(text: string): readonly Numeral[] {
  const release = text.split('.').map(numeralOf);
  while (release.length > 1 && compareNumerals(release.at(-1) ?? 0, 0) === 0) release.pop();
  return release;
}

function phaseOf(word: string | undefined, hasPost: boolean, hasDev: boolean): number {
  if (word !== undefined) return phases.get(word.toLowerCase()) ?? finalPhase;
  return hasDev && !hasPost ? 0 : finalPhase;
}

function localOf(text: string | undefined): readonly (Numeral | string)[] {
  if (text === undefined) return [];
  const parts = text.toLowerCase().split(/[._-]/);
  return parts.map((part) => (/^[0-9]+$/.test(part) ? numeralOf(part) : part));
}

/** Which rule the rest of the text breaks, by the character it starts with. */
function leftOver(character: string): string {
  if (character === '+') return 'the local version after "+" is not letters and digits between separators';
  return 'something other than a pre-release, post-release, development release or local version follows the release';
}

function compare(a: Pep440Version, b: Pep440Version): Ordering {
  return (
    compareNumerals(a.epoch, b.epoch) ||
    compareRows(a.release, b.release) ||
    compareNumerals(a.phase, b.phase) ||
    compareNumerals(a.pre, b.pre) ||
    compareNumerals(a.post, b.post) ||
    compareNumerals(a.dev, b.dev) ||
    compareLocals(a.local, b.local)
  );
}

function compareLocals(a: Pep440Version['local'], b: Pep440Version['local']): Ordering {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index++) {
    const order = compareLocalParts(a[index] ?? '', b[index] ?? '');
    if (order !== 0) return order;
  }
  return compareNumerals(a.length, b.length);
}

function compareLocalParts(a: Numeral | string, b: Numeral | string): Ordering {
  if (typeof a === 'string') {
    if (typeof b !== 'string') return -1;
    return a === b ? 0 : a < b ? -1 : 1;
  }
  return typeof b === 'string' ? 1 : compareNumerals(a, b);
}
