import type { Truth } from './policy.ts';
import { over } from './truth.ts';

/**
 * expression = conjunction *( "OR" conjunction )        (SPDX 3.0, annex B; operators in capitals)
 * conjunction = term *( "AND" term )
 * term        = "(" expression ")" | identifier [ "WITH" identifier ]
 */
export type Licence =
  | { readonly kind: 'one'; readonly text: string; readonly known: boolean }
  | { readonly kind: 'or' | 'and'; readonly parts: readonly Licence[] };

const deepest = 32;

/** A licence as a package states it; what is no expression is one licence, by that text, of which little is known. */
export function parseLicence(text: string): Licence {
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  const reading = { tokens, at: 0 };
  const read = tokens.length > 512 ? undefined : expression(reading, 0);
  if (read !== undefined && reading.at === tokens.length) return read;
  return { kind: 'one', text: text.trim(), known: false };
}

/**
 * Whether one is bound by any of the licences that `matches` knows, whatever is chosen: any part of AND, all choices of OR.
 * With `within`, whether one can do with these alone: all parts of AND, any choice of OR.
 */
export function licenceHolds(licence: Licence, matches: (text: string) => boolean, within: boolean): Truth {
  if (licence.kind === 'one') return matches(licence.text) ? true : licence.known ? false : 'unknown';
  const every = (licence.kind === 'and') === within;
  return over(licence.parts, (part) => licenceHolds(part, matches, within), every);
}

interface Reading {
  readonly tokens: readonly string[];
  at: number;
}

function expression(reading: Reading, depth: number): Licence | undefined {
  return depth > deepest ? undefined : joined(reading, 'OR', () => joined(reading, 'AND', () => term(reading, depth)));
}

function joined(reading: Reading, word: 'OR' | 'AND', next: () => Licence | undefined): Licence | undefined {
  const parts: Licence[] = [];
  for (;;) {
    const part = next();
    if (part === undefined) return undefined;
    parts.push(part);
    if (reading.tokens[reading.at] !== word) break;
    reading.at += 1;
  }
  const [only] = parts;
  return parts.length === 1 ? only : { kind: word === 'OR' ? 'or' : 'and', parts };
}

function term(reading: Reading, depth: number): Licence | undefined {
  const token = reading.tokens[reading.at++];
  if (token === '(') {
    const inner = expression(reading, depth + 1);
    return reading.tokens[reading.at++] === ')' ? inner : undefined;
  }
  if (token === undefined || !isIdentifier(token)) return undefined;
  if (reading.tokens[reading.at] !== 'WITH') return { kind: 'one', text: token, known: isKnown(token) };
  const exception = reading.tokens[reading.at + 1];
  reading.at += 2;
  if (exception === undefined || !isIdentifier(exception)) return undefined;
  return { kind: 'one', text: `${token} WITH ${exception}`, known: isKnown(token) };
}

function isIdentifier(token: string): boolean {
  return /^[A-Za-z0-9.:+-]+$/.test(token) && !['OR', 'AND', 'WITH'].includes(token);
}

/** A reference to a text of one's own says nothing of what the text is. */
function isKnown(identifier: string): boolean {
  return !/^(?:LicenseRef-|DocumentRef-)|^(?:NOASSERTION|NONE|UNKNOWN)$/i.test(identifier);
}
