// Composer versions: `VersionParser::normalize` of composer/semver 3, in the order of PHP's `version_compare`.
//
//   version   = blanks text [ " as " word ] [ "@" flag ] [ "+" word ] blanks
//   text      = [ "v" ] number{1,5} [ "." number ]{0,3} modifier                      number: digit+
//             | [ "v" ] digit{4} ( [ sep ] digit{2} ){1,6} [ [ sep ] digit{1,3} ] modifier      sep: "." | ":" | "-"
//             | [ "v" ] part [ "." part ]{0,3} [ "." | "-" ] "dev"        a numeric branch; part: number, "x" or "*"
//   modifier  = [ "." | "_" | "-" ] [ stability *( [ "." | "-" ] number ) ] [ [ "." | "-" ] "dev" ]
//   stability = "stable" | "alpha" | "a" | "beta" | "b" | "rc" | "patch" | "pl" | "p"            letters in either case
//
// The first form has four numbers, missing ones 0; the second has as many as it has groups; a branch has 9999999 for
// each part that is open. "1.x-dev" is "1.9999999.9999999.9999999-dev".
//
// Order: what was normalised is a row of numbers and words, compared one by one:
// dev < alpha < beta < RC < end < number < patch. PHP counts in 64 bits; numbers have no end here.
//
// Branches ("dev-master", "dev-fix") have no order, so they are refused.
import { compareNumerals, type Numeral, numeralOf } from './numeral.ts';
import { trimBlanks } from './trim.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version, VersionScheme } from './version.ts';

type Word = keyof typeof ranks;

/** A Composer version as it sorts. */
export interface PackagistVersion extends Version {
  /** Numbers and stabilities of the normalised version. */
  readonly parts: readonly (Numeral | Word)[];
}

/** How words sort; the end and numbers are between. */
const ranks = { dev: 0, alpha: 1, beta: 2, rc: 3, patch: 6 } as const;
const endRank = 4;
const numberRank = 5;

const stabilities: ReadonlyMap<string, Word> = new Map<string, Word>([
  ['alpha', 'alpha'],
  ['a', 'alpha'],
  ['beta', 'beta'],
  ['b', 'beta'],
  ['rc', 'rc'],
  ['patch', 'patch'],
  ['pl', 'patch'],
  ['p', 'patch'],
]);
const open = 9_999_999;
const longest = 4;

// The blanks that PHP's `trim` takes.
const blanks = '\t\n\r\v\0 ';
const alias = /^([^,\s]+) +as +[^,\s]+$/;
const flag = /@(?:stable|RC|beta|alpha|dev)$/i;
const build = /^([^,\s+]+)\+\S+$/;
const plain = /^[0-9]{1,5}(?:\.[0-9]+){0,3}$/;
// Where Composer's own pattern takes digits for good, this one can split them in one way only: neither backtracks.
const modifier = String.raw`[._-]?(?:(stable|beta|b|RC|alpha|a|patch|pl|p)([.-]?[0-9]+(?:[.-][0-9]+)*)?)?([.-]?dev)?`;
const classical = new RegExp(String.raw`^v?([0-9]{1,5}(?:\.[0-9]+){0,3})${modifier}$`, 'i');
const dated = new RegExp(String.raw`^v?([0-9]{4}(?:[.:-]?[0-9]{2}){1,6}(?:[.:-]?[0-9]{1,3})?)${modifier}$`, 'i');
const numericBranch = /^v?((?:[0-9]+)(?:\.(?:[0-9]+|[xX*])){0,3})[\t\n\r\v\0 ]*[.-]?dev$/i;

/** The order of PHP's packages (Composer 2); refuses what Composer refuses, and branches, which have no order. */
export const packagist: VersionScheme<PackagistVersion> = { id: 'packagist', parse, compare };

function parse(text: string): PackagistVersion | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  if (plain.test(text)) return { kind: 'version', text, parts: fourNumbers(text) };
  let rest = trimBlanks(text, blanks);
  rest = alias.exec(rest)?.[1] ?? rest;
  rest = rest.replace(flag, '');
  if (/^(?:master|trunk|default)$/.test(rest) || /^dev-/i.test(rest)) {
    return unparsable(text, 'the version is the name of a branch, which has no order');
  }
  rest = build.exec(rest)?.[1] ?? rest;
  const parts = classicalParts(rest) ?? datedParts(rest) ?? branchParts(rest);
  if (parts === undefined) return unparsable(text, 'the version is not numbers and a stability that Composer knows');
  return { kind: 'version', text, parts };
}

function fourNumbers(text: string): Numeral[] {
  const numbers = text.split('.').map(numeralOf);
  while (numbers.length < longest) numbers.push(0);
  return numbers;
}

function classicalParts(text: string): PackagistVersion['parts'] | undefined {
  const match = classical.exec(text);
  if (match === null) return undefined;
  return [...fourNumbers(match[1] ?? ''), ...modifierParts(match)];
}

function datedParts(text: string): PackagistVersion['parts'] | undefined {
  const match = dated.exec(text);
  if (match === null) return undefined;
  return [...(match[1] ?? '').split(/[.:-]/).map(numeralOf), ...modifierParts(match)];
}

function branchParts(text: string): PackagistVersion['parts'] | undefined {
  const match = numericBranch.exec(text);
  if (match === null) return undefined;
  const parts: (Numeral | Word)[] = (match[1] ?? '')
    .split('.')
    .map((part) => (/^[0-9]/.test(part) ? numeralOf(part) : open));
  while (parts.length < longest) parts.push(open);
  return [...parts, 'dev'];
}

/** What follows the numbers: a stability, its numbers, and "dev". */
function modifierParts([, , word, numbers, dev]: RegExpExecArray): PackagistVersion['parts'] {
  const parts: (Numeral | Word)[] = [];
  const stability = stabilities.get(word?.toLowerCase() ?? '');
  if (word !== undefined && stability === undefined) return parts;
  if (stability !== undefined) {
    parts.push(stability);
    for (const [digits] of (numbers ?? '').matchAll(/[0-9]+/g)) parts.push(numeralOf(digits));
  }
  if (dev !== undefined) parts.push('dev');
  return parts;
}

function compare(a: PackagistVersion, b: PackagistVersion): Ordering {
  const longer = Math.max(a.parts.length, b.parts.length);
  for (let index = 0; index < longer; index++) {
    const one = a.parts[index];
    const two = b.parts[index];
    const order = compareNumerals(rankOf(one), rankOf(two)) || compareNumerals(valueOf(one), valueOf(two));
    if (order !== 0) return order;
  }
  return 0;
}

function rankOf(part: Numeral | Word | undefined): number {
  if (part === undefined) return endRank;
  return typeof part === 'string' ? ranks[part] : numberRank;
}

function valueOf(part: Numeral | Word | undefined): Numeral {
  return part === undefined || typeof part === 'string' ? 0 : part;
}
