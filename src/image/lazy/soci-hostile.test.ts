import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layerOf, rangeSource, readBySoci, selects } from '../../../test/images/lazy-reading.ts';
import { digestOf } from '../../../test/images/oci-image.ts';
import {
  type Checkpoint,
  type SociFile,
  type SociLayer,
  type SociOptions,
  sociLayer,
  type ZtocDraft,
} from '../../../test/images/soci.ts';
import type { TarEntry } from '../../../test/images/tar.ts';
import { readLazily } from './lazy.ts';
import { readZtoc } from './soci-ztoc.ts';

const noise = (size: number): Buffer =>
  Buffer.concat(Array.from({ length: size / 32 }, (_, index) => createHash('sha256').update(String(index)).digest()));
const files: readonly TarEntry[] = [
  { name: 'a.conf', body: 'a'.repeat(3000) },
  { name: 'lib/b.so', body: `T${'b'.repeat(3000)}X` },
  { name: 'noise.conf', body: noise(160_000) },
  { name: 'link', type: 'symlink', link: 'a.conf' },
  { name: 'c.begin', body: 'c'.repeat(3000) },
];
const small: SociOptions = { spanBytes: 30_000, memLevel: 4 };
const other = `sha256:${'0'.repeat(64)}`;

const drafting = (change: (draft: ZtocDraft) => Partial<ZtocDraft>): SociOptions => ({
  ...small,
  draft: (draft) => ({ ...draft, ...change(draft) }),
});
const pointing = (change: (point: Checkpoint, index: number) => Partial<Checkpoint>): SociOptions =>
  drafting(({ checkpoints }) => ({ checkpoints: checkpoints.map((one, i) => ({ ...one, ...change(one, i) })) }));
const listing = (change: (file: SociFile, index: number) => Partial<SociFile>): SociOptions =>
  drafting((draft) => ({ files: draft.files.map((one, i) => ({ ...one, ...change(one, i) })) }));

it('the layer of these tests is read by its zTOC, in several spans', async () => {
  const layer = sociLayer(files, small);
  const read = await readBySoci(layer, selects);
  expect(read?.files.map(({ path }) => path)).toEqual(['a.conf', 'lib/b.so', 'noise.conf', 'c.begin']);
  expect(readZtoc(layer.ztoc, layer.blob.length)?.spans.length).toBeGreaterThan(3);
});

describe('a zTOC', () => {
  it.each<[string, SociOptions]>([
    ['for a layer of another size', drafting(({ compressed }) => ({ compressed: compressed - 1 }))],
    ['for a tar that ends before its files', drafting(({ uncompressed }) => ({ uncompressed: uncompressed - 4096 }))],
    ['for a tar of no size', drafting(() => ({ uncompressed: -1 }))],
    ['for a layer that is not compressed', drafting(() => ({ algorithm: 2 }))],
    ['of one span less', drafting(({ lastSpan }) => ({ lastSpan: lastSpan - 1 }))],
    ['of no spans', drafting(() => ({ checkpoints: [], digests: [], lastSpan: -1, count: 0 }))],
    ['of a negative number of spans', drafting(() => ({ count: -1 }))],
    ['of more spans than it has', drafting(({ count }) => ({ count: count + 2 }))],
    ['with digests that are none', drafting(({ digests }) => ({ digests: digests.map(() => 'x'.repeat(70)) }))],
    ['with a digest less', drafting(({ digests }) => ({ digests: digests.slice(1) }))],
    ['with digests of something else', drafting(({ digests }) => ({ digests: digests.map(() => other) }))],
    ['with spans in another order', drafting((draft) => ({ checkpoints: draft.checkpoints.toReversed() }))],
    [
      'with spans that are all one',
      drafting((draft) => ({ checkpoints: draft.checkpoints.flatMap((_, _i, all) => all.slice(1, 2)) })),
    ],
    ['with spans beyond the layer', pointing(({ in: start }) => ({ in: start + 1e9 }))],
    ['with spans of too much', pointing(({ out }, index) => ({ out: out + (index > 0 ? 1e9 : 0) }))],
    ['with spans before the layer', pointing(() => ({ in: 0 }))],
    ['with negative places', pointing(() => ({ out: -1 }))],
    ['with bits that no byte has', pointing(() => ({ bits: 9 }))],
    ['with other bits', pointing(({ bits }) => ({ bits: (bits + 3) % 8 }))],
    ['with spans that begin later in the tar', pointing(({ out }, index) => ({ out: index > 0 ? out + 1 : 0 }))],
    ['with other windows', pointing(({ window }) => ({ window: Buffer.from(window).fill(1, 32_000) }))],
    ['with names that are too long', listing(() => ({ name: 'x'.repeat(5000) }))],
    ['with another type', listing(() => ({ type: 'door' }))],
    ['with a type of the language', listing(() => ({ type: 'constructor' }))],
    ['with files at one place', listing(() => ({ offset: 512 }))],
    ['with files that overlap', listing(({ size }, index) => ({ size: index === 0 ? size + 2000 : size }))],
    ['with files that no header comes before', listing((_, index) => (index === 0 ? { offset: 0 } : {}))],
    ['with files between blocks', listing(({ offset }, index) => ({ offset: index === 0 ? offset + 1 : offset }))],
    ['with files beyond the tar', listing(({ offset }, index) => ({ offset: index === 4 ? offset + 1e6 : offset }))],
    ['with files beyond all numbers', listing(() => ({ offset: Number.MAX_SAFE_INTEGER + 1 }))],
    ['with negative sizes', listing(() => ({ size: -512 }))],
    ['with a size that is less', listing(({ size }, index) => ({ size: index === 0 ? size - 1 : size }))],
    ['with another name', listing(({ name }) => ({ name: `${name}.conf` }))],
    ['with another target', listing(({ link }) => ({ link: link && 'noise.conf' }))],
    ['with a file for a link', listing(() => ({ type: 'reg' }))],
    ['that leaves a file out', drafting((draft) => ({ files: draft.files.toSpliced(3, 1) }))],
    ['that leaves the last file out', drafting((draft) => ({ files: draft.files.slice(0, -1) }))],
    ['that lists none', drafting(() => ({ files: [] }))],
    [
      'with one file more',
      drafting((d) => ({
        files: [...d.files, ...d.files.slice(0, 1).map((one) => ({ ...one, offset: d.uncompressed - 512, size: 0 }))],
      })),
    ],
    ['with a file with holes', listing(() => ({ pax: [['GNU.sparse.major', '1']] }))],
    ['of nothing', { bytes: () => Buffer.alloc(0) }],
    ['of zeros', { bytes: (ztoc) => Buffer.alloc(ztoc.length) }],
    ['of ones', { bytes: (ztoc) => Buffer.alloc(ztoc.length, 0xff) }],
  ])('%s is none: the layer is read whole', async (_name, options) => {
    expect(await readBySoci(sociLayer(files, options), (path) => selects(path) && true)).toBeUndefined();
  });
  it('that is not the one which the index names is none', async () => {
    const { ztoc, ...layer } = sociLayer(files, small);
    const place = { kind: 'file', path: '', offset: 0, size: ztoc.length } as const;
    const open = () => Promise.resolve(rangeSource(ztoc));
    const read = (digest: string, size: number) => {
      const table = { digest, blob: { ...place, size }, isVouched: true };
      return readLazily({ ...layerOf(layer), table }, rangeSource(layer.blob), selects, { open });
    };
    await expect(read(digestOf(ztoc), ztoc.length)).resolves.toBeDefined();
    await expect(read(other, ztoc.length)).resolves.toBeUndefined();
    await expect(read('sha256:x', ztoc.length)).resolves.toBeUndefined();
    await expect(read(digestOf(ztoc), ztoc.length + 1)).resolves.toBeUndefined();
    await expect(read(digestOf(ztoc), 1e12)).resolves.toBeUndefined();
  });
});

it('a header that lies in two spans is compared too, where both are read', async () => {
  // Blocks are stored, so that spans end in the middle of headers somewhere.
  const many = Array.from({ length: 400 }, (_, index) => ({ name: `${index}.conf`, body: 'x'.repeat(index) }));
  const options = { spanBytes: 1, level: 0 };
  const sound = sociLayer(many, options);
  const ztoc = readZtoc(sound.ztoc, sound.blob.length);
  const straddling = many.findIndex((_, index) => {
    const at = ztoc?.entries[index]?.entry.offset ?? 0;
    return ztoc?.spans.some((span) => span.at > at - 512 && span.at < at) === true;
  });
  expect(straddling).toBeGreaterThanOrEqual(0);
  const lying = (name: string): SociOptions => ({
    ...options,
    draft: (draft) => ({ ...draft, files: draft.files.map((one, i) => (i === straddling ? { ...one, name } : one)) }),
  });
  const kept = async (name: string) => (await readBySoci(sociLayer(many, lying(name)), () => true))?.files.length;
  expect(await kept(`${straddling}.conf`)).toBe(400);
  expect(await kept('other.conf')).toBeUndefined();
});

it('any damage to a zTOC ends in the same content or a reading of the whole', async () => {
  const sound = sociLayer(files);
  const kept = async (layer: SociLayer): Promise<string | undefined> =>
    (await readBySoci(layer, () => true))?.files.map(({ path, bytes }) => `${path} ${digestOf(bytes)}`).join('\n');
  const expected = await kept(sound);
  expect(expected?.split('\n')).toHaveLength(4);
  const place = fc.oneof(fc.nat(sound.ztoc.length - 1), fc.nat(1500));
  await fc.assert(
    fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const ztoc = Buffer.from(sound.ztoc);
      ztoc[at] = (ztoc[at] ?? 0) ^ change;
      expect([expected, undefined]).toContain(await kept({ ...sound, ztoc }));
    }),
    { numRuns: 500 },
  );
});

it('any damage to a layer, but to its header, which is in no span, ends in a reading of the whole', async () => {
  const sound = sociLayer(files, small);
  const place = fc.integer({ min: 10, max: sound.blob.length - 1 });
  await fc.assert(
    fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const blob = Buffer.from(sound.blob);
      blob[at] = (blob[at] ?? 0) ^ change;
      await expect(readBySoci({ ...sound, blob }, () => true)).resolves.toBeUndefined();
    }),
    { numRuns: 200 },
  );
  expect(await readBySoci(sound, () => true)).toBeDefined();
});

it('a zTOC that is cut off anywhere, or has other numbers anywhere, is taken or left', () => {
  const { ztoc, blob } = sociLayer(files);
  fc.assert(
    fc.property(fc.nat(ztoc.length), (length) => {
      expect(readZtoc(ztoc.subarray(0, length), blob.length)?.entries.length ?? files.length).toBe(files.length);
    }),
    { numRuns: 500 },
  );
  const number = fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff, ztoc.length, ztoc.length - 4);
  fc.assert(
    fc.property(fc.nat(2000), number, (at, value) => {
      const changed = Buffer.from(ztoc);
      changed.writeUInt32LE(value, at);
      for (const { entry, chunks } of readZtoc(changed, blob.length)?.entries ?? []) {
        expect(chunks.reduce((sum, { size }) => sum + size, 0)).toBe(entry.size);
        for (const { offset, length } of chunks) expect(offset + length).toBeLessThanOrEqual(blob.length);
      }
    }),
    { numRuns: 3000 },
  );
});

it('any bytes are taken or left', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expect(readZtoc(Buffer.from(bytes), 100)).toBeUndefined();
    }),
    { numRuns: 3000 },
  );
});

describe('a large zTOC', () => {
  const started = (): (() => number) => {
    const before = [performance.now(), process.memoryUsage().rss] as const;
    return () => {
      expect(process.memoryUsage().rss - before[1]).toBeLessThan(700 << 20);
      return performance.now() - before[0];
    };
  };
  it('whose vectors all lead to one table is none, at once', () => {
    // A root whose vector of files has as many items as fit, each of which leads to itself.
    const bytes = Buffer.alloc(100 << 20);
    for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(4, at);
    const ended = started();
    expect(readZtoc(bytes, 4)).toBeUndefined();
    expect(ended()).toBeLessThan(2000);
  });
  it('of twenty thousand files is taken at once', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => ({ name: `d${index}/` }));
    const { ztoc, blob } = sociLayer(many, { level: 1 });
    const ended = started();
    expect(readZtoc(ztoc, blob.length)?.entries).toHaveLength(20_000);
    expect(ended()).toBeLessThan(1500);
  });
});
