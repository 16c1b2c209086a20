import { createHash, randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
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
/** An arbitrary for each member, so that none that is added later is forgotten. */
type Parts<T> = { readonly [Member in keyof Required<T>]: fc.Arbitrary<Required<T>[Member]> };
const fileParts: Parts<LayerFile> = { path, bytes, extractor: text, digests: fc.array(text, { maxLength: 3 }) };
const file: fc.Arbitrary<LayerFile> = fc.record(fileParts, { requiredKeys: ['path', 'bytes'] });
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
  const [sample] = fc.sample(content, { numRuns: 1, seed: 7 });
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

describe('a file that is whole and lies', () => {
  /** Packs numbers and a text as an entry, with a right sum. */
  function lying(numbers: readonly number[], text = '', rest: Uint8Array = new Uint8Array()): Buffer {
    const head = [numbers.length, text.length, 0, Buffer.byteLength(text)];
    const words = Buffer.from(new Uint32Array([...head, ...numbers]).buffer);
    return sealed(Buffer.concat([words, Buffer.from(text), rest]));
  }

  function sealed(plain: Uint8Array, unpacked = plain.length): Buffer {
    const body = zstdCompressSync(plain);
    const head = Buffer.alloc(48);
    head.write('swlayer\x01', 'latin1');
    head.writeUInt32LE(body.length, 8);
    head.writeUInt32LE(unpacked, 12);
    head.write(key, 16, 'hex');
    return Buffer.concat([head, createHash('sha256').update(head).update(body).digest(), body]);
  }

  // Entries, the six counts, two seeds, paths, slots; then what follows of each.
  const none = [3, 0, 0, 0, 0, 0, 0, 1, 2, 0, 1024];
  const slots = new Uint8Array(1024);
  const oneFile = (path: string): Buffer => lying([...none.with(1, 1), path.length, 0, 0, 0], path, slots);

  it('is taken where it does not', () => {
    expect(decodeLayer(lying(none, '', slots), key, diffId)).toMatchObject({ entries: 3, files: [] });
    expect(decodeLayer(oneFile('a/b'), key, diffId)?.files).toMatchObject([{ path: 'a/b' }]);
  });

  it.each<[string, Buffer]>([
    ['a path that climbs', oneFile('../x')],
    ['an absolute path', oneFile('/x')],
    ['no path', oneFile('')],
    ['a number too many', lying([...none, 0], '', slots)],
    ['a number too few', lying(none.slice(0, -1), '', slots)],
    ['bytes too many', lying(none, '', Buffer.concat([slots, slots]))],
    ['text too much', lying(none, 'x', slots)],
    ['four thousand million files', lying(none.with(1, 0xffff_ffff), '', slots)],
    ['four thousand million digests', lying([...none.with(1, 1), 1, 0, 0, 0xffff_ffff], 'x', slots)],
    ['a file of four thousand million bytes', lying([...none.with(1, 1), 1, 0, 0xffff_ffff, 0], 'x', slots)],
    ['a text of four thousand million units', lying([...none.with(5, 1), 0xffff_ffff], 'x', slots)],
    ['an unknown problem', lying([...none.with(6, 1), 4, 0, 0], '', slots)],
    ['an index without room', lying(none.with(10, 0))],
    ['an index whose room is no power of two', lying(none.with(10, 1000), '', new Uint8Array(1000))],
    ['an index that is full', lying(none.with(9, 1).with(10, 1), '', Buffer.from([1, 1, 1, 1, 1, 1, 1, 1, 1]))],
    ['an index with fewer paths than it says', lying(none.with(9, 1), '', Buffer.concat([Buffer.alloc(8), slots]))],
    ['an index with more', lying(none, '', slots.with(5, 1))],
    [
      'an index with a kind that is none',
      lying(none.with(9, 1), '', Buffer.concat([Buffer.alloc(8), slots.with(5, 8)])),
    ],
    ['an index of four thousand million places', lying(none.with(10, 2 ** 31), '', slots)],
    ['nothing', sealed(new Uint8Array())],
    ['more numbers than bytes', sealed(Buffer.from(new Uint32Array([0xffff_ffff, 0, 0, 0]).buffer))],
    ['more bytes than it says', sealed(Buffer.concat([slots, slots]), 100)],
    ['fewer bytes than it says', sealed(slots, 5000)],
    ['bytes that unpack beyond all bounds', sealed(new Uint8Array(40 << 20), 1000)],
  ])('with %s', (_, file) => {
    const before = process.memoryUsage().arrayBuffers;
    expect(decodeLayer(file, key, diffId)).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
  });
});
