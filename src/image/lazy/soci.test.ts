import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { layerOf, probe, rangeSource, read, readBySoci, selects } from '../../../test/images/lazy-reading.ts';
import { digestOf } from '../../../test/images/oci-image.ts';
import { type SociLayer, type SociOptions, sociLayer } from '../../../test/images/soci.ts';
import type { TarEntry } from '../../../test/images/tar.ts';
import { RegistryError } from '../../registry/registry.ts';
import { ImageError } from '../image.ts';
import type { LayerContent, Selects } from '../layer/collector.ts';
import { readLazily } from './lazy.ts';

const text = (first: string, size: number, last = ''): string => `${first}${'words '.repeat(size / 6)}${last}`;
const noise = randomBytes(200_000);

const entries: readonly TarEntry[] = [
  { name: './' },
  { name: 'etc/' },
  { name: 'etc/app.conf', body: text('=', 9000) },
  { name: 'etc/empty.conf', body: '' },
  { name: './var/lib/status', body: text('S', 300_000) },
  { name: 'var/lib/.wh.gone', body: '' },
  { name: 'opt/.wh..wh..opq', body: '' },
  { name: 'bin/program', mode: 0o755, body: Buffer.concat([Buffer.from('P'), noise]) },
  { name: 'lib/none.so', body: text('T', 6000) },
  { name: 'lib/shows.so', body: text('T', 100_000, 'X') },
  { name: 'opt/data', body: text('P', 100) },
  { name: 'opt/a.begin', body: text('begin', 5000) },
  { name: 'opt/b.begin', body: '' },
  { name: 'doc/a.txt', body: noise },
  { name: 'lib/link', type: 'symlink', link: 'shows.so' },
  { name: 'lib/hard.conf', type: 'hardlink', link: 'etc/app.conf' },
  { name: 'etc/app.conf', body: 'rewritten' },
  { name: 'dev/null', type: 'character' },
  { name: '../../etc/escaped.conf', body: 'x' },
  { name: `usr/${'long/'.repeat(60)}ünï.conf`, body: 'long' },
  { name: 'usr/at.conf', body: 'x', pax: { 'SCHILY.xattr.user.a': 'b' } },
];

/** A content without what only a lazy reading says; digests compare faster than bytes. */
function plain(content: LayerContent | undefined): unknown {
  return {
    ...content,
    lazy: undefined,
    files: content?.files.map(({ bytes, ...file }) => ({ ...file, bytes: digestOf(bytes) })),
  };
}

describe.each<[string, SociOptions]>([
  ['of one span', {}],
  ['of small spans', { spanBytes: 20_000, memLevel: 4 }],
  ['of tiny spans', { spanBytes: 1, memLevel: 1 }],
  ['of stored blocks', { spanBytes: 30_000, level: 0 }],
  ['as older tools write it', { spanBytes: 50_000, memLevel: 4, older: true }],
])('a zTOC %s', (_name, options) => {
  const layer = sociLayer(entries, options);
  it.each<[string, Selects]>([
    ['some', selects],
    ['all', () => true],
    ['nothing', () => false],
  ])('shows %s as a reading of the whole does', async (_what, wanted) => {
    const lazily = await readBySoci(layer, wanted);
    expect(lazily?.lazy).toMatchObject({ format: 'soci', of: layer.blob.length, unseen: 0, unread: 0 });
    expect(plain(lazily)).toEqual(plain(await read(layer, wanted, false)));
  });
});

describe('the zTOC of the SOCI snapshotter itself', () => {
  const at = (name: string): Buffer => readFileSync(new URL(`testdata/${name}`, import.meta.url));
  const blob = at('soci.layer');
  const layer: SociLayer = { blob, ztoc: at('soci.ztoc'), diffId: digestOf(gunzipSync(blob)), annotations: {} };
  it.each<[string, Selects]>([
    ['all', () => true],
    ['some', selects],
    ['what begins as programs do', () => ({ ...probe, selects: () => true })],
  ])('shows %s as a reading of the whole does', async (_what, wanted) => {
    const lazily = await readBySoci(layer, wanted);
    expect(lazily?.lazy?.format).toBe('soci');
    expect(plain(lazily)).toEqual(plain(await read(layer, wanted, false)));
  });
  it('is fetched with one span of several for one file', async () => {
    const lazily = await readBySoci(layer, (path) => path === 'etc/late.conf');
    expect(lazily?.files).toHaveLength(1);
    expect((lazily?.lazy?.fetched ?? 0) - layer.ztoc.length).toBeLessThan(blob.length / 2);
  });
});

describe('a zTOC', () => {
  const far = [{ name: 'doc/b.txt', body: randomBytes(900_000) }];
  it('of which the manifest says nothing is told of', async () => {
    const layer = sociLayer(entries);
    expect((await readBySoci(layer, selects))?.lazy).not.toHaveProperty('unvouched');
    expect((await readBySoci(layer, selects, false))?.lazy).toHaveProperty('unvouched', true);
  });
  it('lets only the spans be fetched that are wanted, each once, and counts itself', async () => {
    const layer = sociLayer([...far, { name: 'a.conf', body: 'a' }, ...far], { spanBytes: 100_000 });
    const asked: number[] = [];
    const source = rangeSource(layer.blob);
    const range = (offset: number, length: number): Promise<Uint8Array> => {
      asked.push(offset);
      return source.range(offset, length);
    };
    const place = { kind: 'file', path: '', offset: 0, size: layer.ztoc.length } as const;
    const table = { digest: digestOf(layer.ztoc), blob: place, isVouched: true };
    const open = () => Promise.resolve(rangeSource(layer.ztoc));
    let told = 0;
    const onBytes = (count: number): void => void (told += count);
    const content = await readLazily({ ...layerOf(layer), table }, { range }, selects, { open, onBytes });
    expect(content?.files.map(({ path }) => path)).toEqual(['a.conf']);
    expect(new Set(asked).size).toBe(asked.length);
    expect(content?.lazy?.fetched).toBe(told);
    expect(told - layer.ztoc.length).toBeLessThan(300_000);
  });
  it('is no help where nearly all is wanted: the whole is read, which proves more', async () => {
    const files = Array.from({ length: 20 }, (_, index) => ({ name: `${index}.conf`, body: randomBytes(100_000) }));
    expect(await readBySoci(sociLayer(files, { spanBytes: 100_000 }), selects)).toBeUndefined();
  });
  it('of a layer in several gzip members, of which it has only the first, is none', async () => {
    const members = (size: number) => (plain: Buffer) =>
      Buffer.concat([gzipSync(plain.subarray(0, size)), gzipSync(plain.subarray(size))]);
    const several = sociLayer(entries, { spanBytes: 50_000, compress: members(150_000) });
    expect(await readBySoci(several, () => true)).toBeUndefined();
    const one = sociLayer(entries, { spanBytes: 50_000, compress: (plain) => gzipSync(plain) });
    expect(await readBySoci(one, () => true)).toBeDefined();
  });
  it('looks into unlikely files that lie in spans which are fetched anyway', async () => {
    const odd = [{ name: 'data/odd', body: text('P', 600) }];
    const layer = sociLayer([{ name: 'a.conf', body: 'a' }, ...odd, ...far, ...far, ...far, ...far], {
      spanBytes: 100_000,
    });
    const lazily = await readBySoci(layer, selects);
    expect(lazily?.lazy?.unseen).toBe(0);
    expect(lazily?.files.map(({ path }) => path)).toEqual(['a.conf', 'data/odd']);
  });
  it.each([
    new RegistryError('not-found', 'no'),
    new RegistryError('unreachable', 'no'),
    new ImageError('unreadable', 'no'),
  ])('that cannot be had is none: %s', async (error) => {
    const layer = sociLayer(entries);
    const place = { kind: 'file', path: '', offset: 0, size: layer.ztoc.length } as const;
    const described = { ...layerOf(layer), table: { digest: digestOf(layer.ztoc), blob: place, isVouched: true } };
    const open = vi.fn<() => Promise<never>>().mockRejectedValue(error);
    await expect(readLazily(described, rangeSource(layer.blob), selects, { open })).resolves.toBeUndefined();
    await expect(readLazily(described, rangeSource(layer.blob), selects)).resolves.toBeUndefined();
  });
});

it('any files are read as if they were read whole', async () => {
  const name = fc.constantFrom('a.conf', 'b/c.so', 'b/.wh.c.so', 'b', 'x.begin', 'b/y.txt', '/z', 'b/../a.conf');
  const body = fc.tuple(fc.constantFrom('P', 'T', 'N'), fc.integer({ min: 0, max: 9000 }), fc.constantFrom('', 'X'));
  const entry = fc.oneof(
    fc.record({ name, body: body.map(([first, size, last]) => `${first}${'ab'.repeat(size)}${last}`) }),
    fc.record({ name, body: fc.nat(20_000).map((size) => noise.subarray(0, size)) }),
    fc.record({ name, type: fc.constantFrom('hardlink' as const, 'symlink' as const), link: name }),
    fc.record({ name: name.map((path) => `${path}/`) }),
  );
  const options = fc.record({
    spanBytes: fc.integer({ min: 1, max: 40_000 }),
    memLevel: fc.integer({ min: 1, max: 9 }),
    level: fc.nat(9),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 12 }), options, async (some, how) => {
      const layer = sociLayer(some, how);
      const lazily = await readBySoci(layer, selects);
      expect(lazily?.lazy).toBeDefined();
      expect(plain(lazily)).toEqual(plain(await read(layer, selects, false)));
    }),
    { numRuns: 100 },
  );
});
