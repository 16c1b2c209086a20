import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  estargzLayer,
  type LazyLayer,
  type LazyLayerOptions,
  type Row,
  zstdChunkedLayer,
} from '../../../test/images/lazy-layer.ts';
import { layerOf, rangeSource, read, selects } from '../../../test/images/lazy-reading.ts';
import { digestOf } from '../../../test/images/oci-image.ts';
import type { ImageError } from '../image.ts';
import { readLazily } from './lazy.ts';
import { readToc } from './toc.ts';

const files = [
  { name: 'a.conf', body: 'a'.repeat(3000) },
  { name: 'lib/b.so', body: `T${'b'.repeat(3000)}X` },
  { name: 'c.begin', body: 'c'.repeat(3000) },
];
const changing = (change: (row: Row, index: number) => Row): LazyLayerOptions => ({
  chunkBytes: 1000,
  rows: (rows) => rows.map(change),
});
const huge = Number.MAX_SAFE_INTEGER;

/** Tables that can't be relied on, though the manifest vouches for them. */
const tables: readonly [string, LazyLayerOptions][] = [
  ['of nothing', { json: () => '' }],
  ['that is a number', { json: () => '1' }],
  ['without entries', { json: () => '{"version":1}' }],
  ['of null', { json: () => '{"version":1,"entries":[null]}' }],
  ['nested deeply', { json: () => '['.repeat(1_000_000) }],
  ['of many values', { json: () => `{"version":1,"entries":[${'{},'.repeat(3_000_000)}{}]}` }],
  ['that begins with a chunk', { rows: (rows) => [{ type: 'chunk' }, ...rows] }],
  ['with another type', changing((row) => ({ ...row, type: 'door' }))],
  ['with a type of the language', changing((row) => ({ ...row, type: 'constructor' }))],
  ['with a name that is none', changing((row) => ({ ...row, name: 5 }))],
  ['with a name that is too long', changing((row) => ({ ...row, name: 'x'.repeat(5000) }))],
  ['with negative offsets', changing((row) => ({ ...row, offset: -1 }))],
  ['with fractions', changing((row) => ({ ...row, offset: 1.5 }))],
  ['with offsets beyond the blob', changing((row) => ({ ...row, offset: huge }))],
  ['with offsets in the table itself', changing((row) => ({ ...row, offset: 1e9 }))],
  ['with negative sizes', changing((row) => ({ ...row, size: -5 }))],
  ['with sizes beyond their chunks', changing((row) => ({ ...row, size: 4000 }))],
  ['with sizes of nothing', changing((row) => ({ ...row, size: 0 }))],
  ['with chunks that overlap', changing((row) => ({ ...row, chunkOffset: 0 }))],
  ['with chunks that leave gaps', changing((row) => ({ ...row, chunkSize: 100 }))],
  ['with chunks that are larger', changing((row) => ({ ...row, chunkSize: huge }))],
  ['with members that begin too far within', changing((row) => ({ ...row, innerOffset: huge }))],
  ['with members shorter than that', changing((row) => ({ ...row, innerOffset: 100_000 }))],
  ['with digests that are none', changing((row) => ({ ...row, chunkDigest: 'sha256:0' }))],
  ['with digests of another kind', changing((row) => ({ ...row, chunkDigest: 'md5:0', digest: 'md5:0' }))],
  [
    'with chunks of a link',
    {
      rows: () => [
        { type: 'symlink', name: 'x', mode: 0 },
        { type: 'chunk', name: 'x' },
      ],
    },
  ],
];

describe.each([
  ['eStargz', estargzLayer],
  ['zstd:chunked', zstdChunkedLayer],
])('%s with a table', (_form, make) => {
  it.each(tables)('%s is read whole', async (_name, options) => {
    const layer = make(files, options);
    const content = await read(layer, selects, true);
    expect(content.lazy).toBeUndefined();
    expect(content.files.map(({ path }) => path)).toEqual(['a.conf', 'lib/b.so', 'c.begin']);
  });
  it('of paths and links that lead out or in circles has what a tar of them has', async () => {
    const odd = [
      { name: '../../a.conf', body: 'a' },
      { name: '/etc//./b.conf', body: 'b' },
      { name: 'x', type: 'hardlink', link: 'y' },
      { name: 'y', type: 'hardlink', link: 'x' },
      { name: 'z', type: 'hardlink', link: 'z' },
      { name: 'up', type: 'symlink', link: '../../..' },
      { name: '..', body: 'up' },
    ] as const;
    const layer = make(odd);
    const { lazy, ...content } = await read(layer, selects, true);
    expect(lazy).toBeDefined();
    expect(content).toEqual(await read(layer, selects, false));
  });
});

describe('the place of a table', () => {
  const sound = zstdChunkedLayer(files);
  const key = 'io.github.containers.zstd-chunked.manifest-position';
  const [offset, length, unpacked] = (sound.annotations[key] ?? '').split(':').map(Number);
  it.each(
    [
      '',
      'x',
      `-1:${length}:${unpacked}:1`,
      `0:${length}:${unpacked}:1`,
      `${offset}:${length}:${unpacked}:2`,
      `${offset}:${length}:${unpacked}`,
      `${offset}:0:${unpacked}:1`,
      `${offset}:${length}:0:1`,
      `${offset}:${length}:${(unpacked ?? 0) - 1}:1`,
      `${offset}:${length}:${(unpacked ?? 0) + 1}:1`,
      `${offset}:${length}:999999999999:1`,
      `${offset}:999999999999:${unpacked}:1`,
      `${huge}0:${length}:${unpacked}:1`,
      `999999999999:${length}:${unpacked}:1`,
    ].map((place) => [place]),
  )('of zstd:chunked at "%s" is none', async (place) => {
    const layer = { ...sound, annotations: { ...sound.annotations, [key]: place } };
    expect((await read(layer, selects, true)).lazy).toBeUndefined();
  });
  it('of eStargz in a footer that is damaged is none', async () => {
    const { blob, annotations, diffId } = estargzLayer(files);
    await fc.assert(
      fc.asyncProperty(fc.nat(50), fc.nat(255), async (at, byte) => {
        const damaged = Buffer.from(blob);
        damaged[blob.length - 51 + at] = byte;
        const layer = { blob: damaged, annotations, diffId };
        const content = await readLazily(layerOf(layer), rangeSource(damaged), selects);
        expect([undefined, 'estargz']).toContain(content?.lazy?.format);
      }),
      { numRuns: 300 },
    );
  });
});

describe('bombs', () => {
  const started = (): (() => number) => {
    const before = [performance.now(), process.memoryUsage().rss] as const;
    return () => {
      expect(process.memoryUsage().rss - before[1]).toBeLessThan(700 << 20);
      return performance.now() - before[0];
    };
  };
  it('a table that grows without end is none', async () => {
    const ended = started();
    const packed = gzipSync(Buffer.alloc(200 << 20));
    const mark = Buffer.from(`SG\x16\0${'0'.repeat(16)}STARGZ`, 'latin1');
    const footer = Buffer.concat([
      Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, mark.length, 0]),
      mark,
      Buffer.from([1, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]),
    ]);
    const layer = { ...estargzLayer(files), blob: Buffer.concat([packed, footer]) };
    await expect(readLazily(layerOf(layer), rangeSource(layer.blob), selects)).resolves.toBeUndefined();
    expect(ended()).toBeLessThan(5000);
  });
  it('a frame of zstd that grows without end is none', async () => {
    const table = zstdCompressSync(Buffer.alloc(200 << 20));
    const prefix = 'io.github.containers.zstd-chunked.manifest-';
    const layer: LazyLayer = {
      blob: Buffer.concat([Buffer.alloc(8), table]),
      diffId: digestOf(Buffer.alloc(0)),
      annotations: { [`${prefix}checksum`]: digestOf(table), [`${prefix}position`]: `8:${table.length}:1000:1` },
    };
    await expect(readLazily(layerOf(layer), rangeSource(layer.blob), selects)).resolves.toBeUndefined();
  });
  it.each([
    ['eStargz', estargzLayer],
    ['zstd:chunked', zstdChunkedLayer],
  ])('files of %s that all are the same large one are read whole instead', async (_form, make) => {
    const ended = started();
    const size = 64 << 20;
    const layer = make([{ name: 'a.begin', body: Buffer.alloc(size) }], {
      rows: (rows) => [
        ...rows,
        ...Array.from({ length: 1000 }, (_, index) => ({ ...rows.at(-1), name: `${index}.begin` })),
      ],
    });
    await expect(readLazily(layerOf(layer), rangeSource(layer.blob), selects)).resolves.toBeUndefined();
    expect(ended()).toBeLessThan(20_000);
  });
  it('a million entries are taken in seconds', () => {
    const rows = Array.from({ length: 1_000_000 }, (_, index) => `{"type":"dir","name":"d${index}/","mode":493}`);
    const before = performance.now();
    const text = Buffer.from(`{"version":1,"entries":[${rows.join()}]}`);
    expect(readToc(text, 100)).toHaveLength(1_000_000);
    expect(performance.now() - before).toBeLessThan(8000);
  });
});

it('any damage to a table or a blob ends in the same content, a whole reading, or a digest', async () => {
  const sound = [estargzLayer(files, { chunkBytes: 1000 }), zstdChunkedLayer(files, { chunkBytes: 1000 })] as const;
  const whole = (await read(sound[0], selects, false)).files;
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.nat(255),
      async (zstd, at, byte) => {
        const layer = sound[zstd ? 1 : 0];
        const blob = Buffer.from(layer.blob);
        blob[Math.floor(at * blob.length)] = byte;
        const told = await readLazily({ ...layerOf(layer), size: blob.length }, rangeSource(blob), selects).then(
          (content) => content?.files ?? 'whole',
          (error: unknown) => (error as ImageError).code,
        );
        expect([whole, 'whole', 'digest-mismatch']).toContainEqual(told);
      },
    ),
    { numRuns: 200 },
  );
});

it('any table is taken or left', () => {
  const number = fc.oneof(fc.integer({ min: -2, max: 200 }), fc.constant(huge), fc.constant('x'));
  const row = fc.record(
    {
      type: fc.constantFrom('reg', 'chunk', 'dir', 'symlink', 'char', 'x'),
      name: fc.constantFrom('a', 'b/', 7),
      mode: number,
      size: number,
      offset: number,
      endOffset: number,
      innerOffset: number,
      chunkOffset: number,
      chunkSize: number,
      chunkDigest: fc.constantFrom(digestOf(Buffer.alloc(0)), 'x'),
      chunkType: fc.constantFrom('zeros', ''),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(row, { maxLength: 5 }), (entries) => {
      for (const { entry, chunks } of readToc(Buffer.from(JSON.stringify({ version: 1, entries })), 150) ?? []) {
        expect(chunks.reduce((sum, { size }) => sum + size, 0)).toBe(entry.size);
        for (const { offset, length } of chunks) {
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(length).toBeGreaterThan(0);
          expect(offset + length).toBeLessThanOrEqual(150);
        }
      }
    }),
    { numRuns: 2000 },
  );
});
