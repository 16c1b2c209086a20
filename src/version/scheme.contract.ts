import { readFileSync } from 'node:fs';
import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ordering, Version, VersionScheme } from './version.ts';

/** What the contract needs to know of a scheme. */
export interface SchemeSample {
  /**
   * File of lines `a < b = c < d` (every pair of a line is checked both ways) and `! a` (not a version);
   * `#` starts a comment.
   */
  readonly orderFile: URL;
  /** Texts that the scheme must parse. */
  readonly arbitrary: Arbitrary<string>;
}

/** The contract of every version scheme: what it orders, that it is a total order, and that it survives any text. */
export function describeScheme<V extends Version>(scheme: VersionScheme<V>, sample: SchemeSample): void {
  const parsed = sample.arbitrary.map((text) => parseOrFail(scheme, text));
  const { chains, refused } = readOrderFile(sample.orderFile);

  describe(`version scheme ${scheme.id}`, () => {
    it.each(chains)('orders $line', ({ items }) => {
      const wrong = items.flatMap(([a, rankA]) =>
        items
          .filter(([b, rankB]) => order(scheme, a, b) !== Math.sign(rankA - rankB))
          .map(([b]) => `${a} against ${b}: ${order(scheme, a, b)}`),
      );
      expect(wrong).toEqual([]);
    });
    it.runIf(refused.length > 0).each(refused)('refuses %j', (text) => {
      expect(scheme.parse(text)).toMatchObject({ kind: 'unparsable', text, reason: expect.stringMatching(/\S/) });
    });
    it('answers any text with a version or a reason, and keeps the text', () => {
      const any = fc.oneof(sample.arbitrary, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme-ascii' }));
      fc.assert(
        fc.property(any, (text) => {
          const version = scheme.parse(text);
          const sound = version.kind === 'version' ? scheme.compare(version, version) === 0 : version.reason !== '';
          expect([version.text, sound]).toEqual([text, true]);
        }),
        { numRuns: 2000 },
      );
    });
    it('refuses the empty text and texts of hostile length', () => {
      expect(scheme.parse('').kind).toBe('unparsable');
      expect(scheme.parse('1'.repeat(1025)).kind).toBe('unparsable');
      expect(scheme.parse('1'.repeat(50_000_000)).kind).toBe('unparsable');
    });
    it('counts beyond what a number holds', () => {
      const big = '9'.repeat(400);
      expect(order(scheme, `1.${big}1`, `1.${big}2`)).toBe(-1);
      expect(order(scheme, `1.${big}`, `1.1${'0'.repeat(400)}`)).toBe(-1);
    });
    it('is reflexive and antisymmetric', () => {
      fc.assert(
        fc.property(parsed, parsed, (a, b) => {
          expect(scheme.compare(a, a)).toBe(0);
          expect(scheme.compare(a, b) + scheme.compare(b, a)).toBe(0);
        }),
        { numRuns: 2000 },
      );
    });
    it('is transitive', () => {
      fc.assert(
        fc.property(parsed, parsed, parsed, (a, b, c) => {
          const [low, middle, high] = [a, b, c].toSorted((one, two) => scheme.compare(one, two)) as [V, V, V];
          expect(scheme.compare(low, middle)).toBeLessThanOrEqual(0);
          expect(scheme.compare(middle, high)).toBeLessThanOrEqual(0);
          const steps = scheme.compare(low, middle) + scheme.compare(middle, high);
          expect(scheme.compare(low, high)).toBe(Math.max(steps, -1));
        }),
        { numRuns: 5000 },
      );
    });
  });
}

/** Pairs of texts that often share most of their characters, since far ones differ at once and test little. */
export function nearbyPairs(
  text: Arbitrary<string>,
  piece: Arbitrary<string>,
  accepts: (text: string) => boolean,
): Arbitrary<readonly [string, string]> {
  const edited = fc
    .tuple(text, fc.nat(40), fc.nat(3), piece)
    .map(([a, at, length, insert]) => [a, a.slice(0, at) + insert + a.slice(at + length)] as const);
  return fc.oneof({ arbitrary: edited, weight: 3 }, fc.tuple(text, text)).filter(([a, b]) => accepts(a) && accepts(b));
}

/** Neighbours in the chains of an order file, to put to the real tool. */
export function neighbours(chains: readonly Chain[]): readonly (readonly [a: string, b: string, order: Ordering])[] {
  return chains.flatMap(({ items }) =>
    items.slice(1).map(([b, rank], index) => {
      const [a, before] = items[index] ?? ['', 0];
      return [a, b, before < rank ? -1 : 0] as const;
    }),
  );
}

/** Order of two texts; fails the test when one is unparsable. */
export function order<V extends Version>(scheme: VersionScheme<V>, a: string, b: string): Ordering {
  return scheme.compare(parseOrFail(scheme, a), parseOrFail(scheme, b));
}

function parseOrFail<V extends Version>(scheme: VersionScheme<V>, text: string): V {
  const version = scheme.parse(text);
  if (version.kind === 'unparsable') throw new Error(`${scheme.id} refuses ${JSON.stringify(text)}: ${version.reason}`);
  return version;
}

/** One line of an order file. */
export interface Chain {
  readonly line: string;
  /** Texts, each with its place in the chain; equal texts share one. */
  readonly items: readonly (readonly [text: string, rank: number])[];
}

/** Reads an order file; throws on a line that is none. */
export function readOrderFile(file: URL): { readonly chains: readonly Chain[]; readonly refused: readonly string[] } {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*/, '').trim())
    .filter((line) => line !== '');
  return {
    refused: lines.filter((line) => line.startsWith('! ')).map((line) => line.slice(2)),
    chains: lines.filter((line) => !line.startsWith('! ')).map(chainOf),
  };
}

function chainOf(line: string): Chain {
  const words = line.split(/\s+/);
  const items: (readonly [string, number])[] = [];
  let rank = 0;
  for (const [index, word] of words.entries()) {
    if (index % 2 === 0) items.push([word, rank]);
    else if (word === '<') rank++;
    else if (word !== '=') throw new Error(`bad order line: ${line}`);
  }
  if (words.length < 3 || words.length % 2 === 0) throw new Error(`bad order line: ${line}`);
  return { line, items };
}
