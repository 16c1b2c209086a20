import { randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync, constants as zlib } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { mayInflateTo } from './deflate-start.ts';

const list = `{"packages":[${Array.from({ length: 60 }, (_, i) => `{"name":"crate-${i}","version":"1.${i}.0"}`).join()}]}`;

describe('a document in braces, compressed', () => {
  const strategies = [zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE];
  it.each(strategies.flatMap((strategy) => [0, 1, 6, 7, 9].map((level) => ({ strategy, level }))))(
    'may begin as with %o',
    (options) => {
      for (const text of [list, list.slice(0, 40)]) {
        const packed = deflateRawSync(text, options);
        expect(mayInflateTo('{', packed)).toBe(true);
      }
    },
  );
});

it('nothing that zlib inflates to such a text is ruled out, and most else is', () => {
  let possible = 0;
  const wrong: string[] = [];
  const rounds = 20_000;
  for (let round = 0; round < rounds; round++) {
    const bytes = randomBytes(64);
    const may = mayInflateTo('{', bytes);
    if (may) possible++;
    else if (beginning(bytes) === '{') wrong.push(bytes.toString('hex'));
  }
  expect(wrong).toEqual([]);
  expect(possible).toBeGreaterThan(0);
  expect(possible).toBeLessThan(rounds / 20);
});

it.each([0, 1, 9])('of %i bytes nothing is ruled out', (length) => {
  expect(mayInflateTo('{', new Uint8Array(length))).toBe(true);
});

function beginning(bytes: Uint8Array): string | undefined {
  try {
    return inflateRawSync(bytes, { finishFlush: zlib.Z_SYNC_FLUSH }).toString('latin1', 0, 1);
  } catch {
    return undefined;
  }
}
