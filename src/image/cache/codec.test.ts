import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerContent, LayerFile, LayerLink, LayerProblem } from '../layer/collector.ts';
import { normalizePath } from '../layer/path.ts';
import { PathIndex } from '../layer/path-index.ts';
import { decodeLayer, encodeLayer, entryKey } from './codec.ts';

const diffId = `sha256:${'1'.repeat(64)}`;
const key = entryKey(diffId, 'wants');

/** Any text that JavaScript can hold, halves of surrogate pairs too. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
);
const path = text.map((value) => normalizePath(`x${value}`).path).filter((value) => value !== '');
const bytes = fc.uint8Array({ maxLength: 300 });
const file: fc.Arbitrary<LayerFile> = fc.record(
  { path, bytes, extractor: text, digests: fc.array(text, { maxLength: 3 }) },
  { requiredKeys: ['path', 'bytes'] },
);
const link: fc.Arbitrary<LayerLink> = fc.record({ path, target: text });
const problem: fc.Arbitrary<LayerProblem> = fc.record(
  {
    code: fc.constantFrom<LayerProblem['code']>('path-escape', 'too-large', 'unreadable', 'rewritten'),
    path: text,
    detail: text,
  },
  { requiredKeys: ['code', 'path'] },
);
const index = fc.array(fc.tuple(path, fc.boolean()), { maxLength: 40 }).map((all) => {
  const made = new PathIndex();
  for (const [at, isFolder] of all) made.add(at, isFolder);
  return made.data();
});
const content: fc.Arbitrary<LayerContent> = fc.record({
  index: fc.constant(0),
  diffId: fc.constant(diffId),
  files: fc.array(file, { maxLength: 10 }),
  symlinks: fc.array(link, { maxLength: 10 }),
  hardlinks: fc.array(link, { maxLength: 10 }),
  whiteouts: fc.array(text, { maxLength: 10 }),
  opaques: fc.array(text, { maxLength: 10 }),
  paths: index,
  entries: fc.nat(),
  problems: fc.array(problem, { maxLength: 5 }),
});

function encoded(one: LayerContent): Buffer {
  const packed = encodeLayer(one, key);
  if (packed === undefined) throw new Error('not packed');
  return Buffer.from(packed);
}

/** Bytes by their values, whatever kind of array holds them. */
function plain(one: LayerContent | undefined): unknown {
  return one && { ...one, files: one.files.map((kept) => ({ ...kept, bytes: Buffer.from(kept.bytes) })) };
}

describe('what was packed is unpacked', () => {
  it('whatever it was', () => {
    fc.assert(
      fc.property(content, (one) => void expect(plain(decodeLayer(encoded(one), key, diffId))).toEqual(plain(one))),
      { numRuns: 200 },
    );
  });
});

describe('anything else is refused', () => {
  const [sample = undefined] = fc.sample(content, { numRuns: 1, seed: 7 });
  if (sample === undefined) throw new Error('no sample');
  const whole = encoded({
    ...sample,
    files: [{ path: 'var/lib/dpkg/status', bytes: randomBytes(100) }],
  });

  it('each flipped bit', () => {
    for (let at = 0; at < whole.length * 8; at++) {
      const broken = Buffer.from(whole);
      broken[at >> 3] = (broken[at >> 3] ?? 0) ^ (1 << (at & 7));
      expect(decodeLayer(broken, key, diffId)).toBeUndefined();
    }
  });

  it('each shorter file, and a longer one', () => {
    for (let length = 0; length < whole.length; length++)
      expect(decodeLayer(whole.subarray(0, length), key, diffId)).toBeUndefined();
    expect(decodeLayer(Buffer.concat([whole, Buffer.alloc(1)]), key, diffId)).toBeUndefined();
  });

  it('the file of another layer, or of other wants', () => {
    expect(decodeLayer(whole, key, diffId)).toBeDefined();
    expect(decodeLayer(whole, entryKey(diffId, 'other'), diffId)).toBeUndefined();
    expect(decodeLayer(whole, entryKey(diffId.replace('1', '2'), 'wants'), diffId)).toBeUndefined();
  });
});
