import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  estargzLayer,
  type LazyLayer,
  type LazyLayerOptions,
  type Row,
  zstdChunkedLayer,
} from '../../../test/images/lazy-layer.ts';
import { blobsOf, layerOf, probe, rangeSource, read, selects } from '../../../test/images/lazy-reading.ts';
import { digestOf, storedLayer } from '../../../test/images/oci-image.ts';
import type { TarEntry } from '../../../test/images/tar.ts';
import { RegistryError } from '../../registry/registry.ts';
import type { LayerContent, Selects } from '../layer/collector.ts';
import { readLayer } from '../layer/layer.ts';
import { readLazily } from './lazy.ts';

const forms: readonly [string, (entries: readonly TarEntry[]) => LazyLayer][] = (
  [
    ['eStargz', estargzLayer, {}],
    ['eStargz in small chunks', estargzLayer, { chunkBytes: 1000 }],
    ['eStargz with several files in a member', estargzLayer, { chunkBytes: 5000, memberBytes: 20_000 }],
    ['stargz', estargzLayer, { legacy: true }],
    ['zstd:chunked', zstdChunkedLayer, {}],
    ['zstd:chunked in small chunks', zstdChunkedLayer, { chunkBytes: 1000 }],
  ] as const
).map(([name, make, options]) => [name, (entries) => make(entries, options)]);

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
  { name: 'opt/.wh..wh.aufs', body: '' },
  { name: 'bin/program', mode: 0o755, body: Buffer.concat([Buffer.from('P'), noise]) },
  { name: 'lib/none.so', body: text('T', 6000) },
  { name: 'lib/plain.so', body: text('=', 90_000) },
  { name: 'lib/shows.so', body: text('T', 100_000, 'X') },
  { name: 'lib/holes', body: Buffer.concat([Buffer.from('P'), Buffer.alloc(9999), Buffer.from('end')]) },
  { name: 'opt/data', body: text('P', 100) },
  { name: 'opt/odd', body: text('T', 700, 'X') },
  { name: 'opt/a.begin', body: text('begin', 5000) },
  { name: 'opt/b.begin', body: '' },
  { name: 'doc/a.txt', body: text('P', 500_000) },
  { name: 'lib/link', type: 'symlink', link: 'shows.so' },
  { name: 'lib/hard.conf', type: 'hardlink', link: 'etc/app.conf' },
  { name: 'etc/app.conf', body: 'rewritten' },
  { name: 'dev/null', type: 'character' },
  { name: '../../etc/escaped.conf', body: 'x' },
  { name: `usr/${'long/'.repeat(60)}ünï.conf`, body: 'long' },
];

/** A content without what only a lazy reading says; digests compare faster than bytes. */
function plain({ files, ...content }: LayerContent): unknown {
  return {
    ...content,
    lazy: undefined,
    files: files.map(({ bytes, ...file }) => ({ ...file, bytes: digestOf(bytes) })),
  };
}

describe.each(forms)('%s', (_form, make) => {
  it('is read as if it were read whole', async () => {
    const layer = make(entries);
    const lazily = await read(layer, selects, true);
    expect(plain(lazily)).toEqual(plain(await read(layer, selects, false)));
    expect(lazily.lazy).toMatchObject({ of: layer.blob.length, unseen: 0, unread: 0 });
    expect(lazily.files.map(({ path }) => path)).toEqual(expect.arrayContaining(['lib/shows.so', 'bin/program']));
    expect(lazily.problems).toHaveLength(2);
  });
  it('is read whole lazily too', async () => {
    const layer = make(entries);
    expect(plain(await read(layer, () => true, true))).toEqual(plain(await read(layer, () => true, false)));
  });
  it('is fetched only as far as it is wanted', async () => {
    const unwanted = { name: 'doc/noise.txt', body: randomBytes(1_000_000) };
    const layer = make([unwanted, ...entries.filter(({ name }) => name === 'etc/app.conf'), unwanted]);
    const { lazy } = await read(layer, selects, true);
    expect(lazy?.fetched).toBeLessThan(500_000);
  });
});

describe.each(['estargz', 'estargz-min-chunk', 'estargz-zstd', 'zstd-chunked', 'zstd-chunked-older'])(
  '%s, as its tool writes it',
  (name) => {
    const folder = new URL('testdata/', import.meta.url);
    const { annotations, diffId } = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as LazyLayer;
    const layer: LazyLayer = { blob: readFileSync(new URL(`${name}.layer`, folder)), annotations, diffId };
    it.each([
      ['all', () => true],
      ['some', selects],
      ['what begins as programs do', () => ({ ...probe, selects: () => true })],
    ] satisfies [string, Selects][])('is read as if it were read whole: %s', async (_name, wants) => {
      const lazily = await read(layer, wants, true);
      expect(lazily.lazy?.of).toBe(layer.blob.length);
      expect(plain(lazily)).toEqual(plain(await read(layer, wants, false)));
      expect(lazily.hardlinks).toHaveLength(1);
      expect(lazily.whiteouts).toEqual(['opt/gone']);
    });
  },
);

describe('a layer without a usable table', () => {
  const files = [{ name: 'a.conf', body: 'content' }];
  const sound = estargzLayer(files);
  it.each([
    ['no table', { ...storedLayer({ entries: files }), annotations: {} }],
    ['no footer', { ...storedLayer({ entries: files }), annotations: sound.annotations }],
    ['no annotation', { ...sound, annotations: {} }],
    ['the digest of another', { ...sound, annotations: estargzLayer([]).annotations }],
    ['a digest that is none', { ...sound, annotations: { 'containerd.io/snapshot/stargz/toc.digest': 'x' } }],
    ['another version', estargzLayer(files, { json: (text) => text.replace('"version":1', '"version":2') })],
    ['no JSON', estargzLayer(files, { json: (text) => text.slice(1) })],
    [
      'no digests of chunks',
      estargzLayer(files, {
        rows: (rows) => rows.map((row) => ({ ...row, chunkDigest: undefined, digest: undefined })),
      }),
    ],
  ] satisfies [string, LazyLayer][])('%s: it is read whole', async (_name, layer) => {
    const content = await read(layer, selects, true);
    expect(content.lazy).toBeUndefined();
    expect(plain(content)).toEqual(plain(await read(layer, selects, false)));
    expect(content.files.map(({ path }) => path)).toContain('a.conf');
  });
});

describe('trouble', () => {
  const files = [
    { name: 'a.conf', body: text('=', 9000) },
    { name: 'lib/b.so', body: text('=', 9000) },
  ];
  const other = `sha256:${'0'.repeat(64)}`;
  it.each([estargzLayer, zstdChunkedLayer])('a chunk without its digest is told: %o', async (make) => {
    const damage = (options: LazyLayerOptions): LazyLayer => make(files, options);
    const layer = damage({
      rows: (rows) =>
        rows.map((row) => ({ ...row, ...(row['name'] === 'a.conf' && { chunkDigest: other, digest: other }) })),
    });
    await expect(read(layer, selects, true)).rejects.toMatchObject({
      code: 'digest-mismatch',
      detail: expect.stringContaining(other) as string,
    });
    await expect(
      readLazily(layerOf(layer), rangeSource(layer.blob), (path) => path === 'other'),
    ).resolves.toBeDefined();
  });
  it('a server that gives no ranges is read whole, one that breaks is told', async () => {
    const layer = layerOf(estargzLayer(files));
    const failing = (code: 'unsupported' | 'unreachable') => ({
      range: () => Promise.reject(new RegistryError(code, 'no')),
    });
    await expect(readLazily(layer, failing('unsupported'), selects)).resolves.toBeUndefined();
    await expect(readLazily(layer, failing('unreachable'), selects)).rejects.toMatchObject({ code: 'unreachable' });
  });
});

it.each([
  ['a file that the table leaves out', (rows: Row[]) => rows.filter((row) => row['name'] !== 'hidden.conf')],
  [
    'another name',
    (rows: Row[]) => rows.map((row) => (row['name'] === 'hidden.conf' ? { ...row, name: 'x.txt' } : row)),
  ],
  ['another kind', (rows: Row[]) => rows.map((row) => (row['name'] === 'link' ? { ...row, type: 'hardlink' } : row))],
])('behind a wanted file of eStargz, %s is seen, and all is read whole', async (_name, rows) => {
  const files = [
    { name: 'a.conf', body: 'a' },
    { name: 'link', type: 'symlink', link: 'a.conf' },
    { name: 'hidden.conf', body: 'b' },
  ] as const;
  const content = await read(estargzLayer(files, { rows }), selects, true);
  expect(content.lazy).toBeUndefined();
  expect(content.files.map(({ path }) => path)).toEqual(['a.conf', 'hidden.conf']);
});

it('a name that JSON cannot hold is read from the tar', async () => {
  const content = await read(estargzLayer([{ name: 'a\ufffd.conf', body: 'a' }]), selects, true);
  expect(content.lazy).toBeUndefined();
  expect(content.files).toHaveLength(1);
});

it('files that are hardly programs are left out where they are many, and said', async () => {
  const many = Array.from({ length: 3000 }, (_, index) => ({
    name: `data/${index}.bin`,
    body: Buffer.concat([Buffer.from('N'), randomBytes(2999)]),
  }));
  const sure = { name: 'bin/sure', mode: 0o755, body: Buffer.concat([Buffer.from('P'), randomBytes(3000)]) };
  const large = { name: 'data/large', body: Buffer.concat([Buffer.from('P'), randomBytes(20_000)]) };
  const { files, lazy } = await read(estargzLayer([...many, sure, large]), selects, true);
  expect(files.map(({ path }) => path)).toEqual(['bin/sure', 'data/large']);
  expect(lazy).toMatchObject({ largestUnseen: 3000 });
  expect(lazy?.unseen).toBeGreaterThan(2000);
});

it('any files are read as if they were read whole', async () => {
  const name = fc.constantFrom('a.conf', 'b/c.so', 'b/.wh.c.so', 'b', 'x.begin', 'b/y.txt', '/z', 'b/../a.conf');
  const body = fc.tuple(fc.constantFrom('P', 'T', 'N'), fc.integer({ min: 0, max: 9000 }), fc.constantFrom('', 'X'));
  const entry = fc.oneof(
    fc.record({ name, body: body.map(([first, size, last]) => `${first}${'ab'.repeat(size)}${last}`) }),
    fc.record({ name, type: fc.constantFrom('hardlink' as const, 'symlink' as const), link: name }),
    fc.record({ name: name.map((path) => `${path}/`) }),
  );
  const options = fc.record({
    chunkBytes: fc.integer({ min: 1, max: 9 }).map((n) => n * 1111),
    memberBytes: fc.nat(30_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 12 }), options, fc.boolean(), async (some, how, zstd) => {
      const layer = zstd ? zstdChunkedLayer(some, how) : estargzLayer(some, how);
      const lazily = await read(layer, selects, true);
      expect(lazily.lazy).toBeDefined();
      expect(plain(lazily)).toEqual(plain(await read(layer, selects, false)));
    }),
    { numRuns: 150 },
  );
});

describe('a layer as lanes read it', () => {
  const files = [{ name: 'a.conf', body: 'a' }];
  const small = estargzLayer(files);
  const large = estargzLayer([...files, { name: 'noise.txt', body: randomBytes(1 << 20) }]);
  it.each([
    ['is read lazily where that is asked for', large, true, 'estargz'],
    ['is read whole where it is not', large, false, undefined],
    ['is read whole where it is small', small, true, undefined],
  ])('%s', async (_name, layer, lazy, format) => {
    let progress = 0;
    const onBytes = (count: number): void => void (progress += count);
    const content = await readLayer(layerOf(layer), selects, blobsOf(layer), { lazy, onBytes });
    expect(content.lazy?.format).toBe(format);
    expect(progress).toBe(content.lazy?.fetched ?? layer.blob.length);
    expect(content.files.map(({ path }) => path)).toEqual(['a.conf']);
  });
  it('is named where a chunk is not what the table says', async () => {
    const layer = estargzLayer([...files, { name: 'b.conf', body: randomBytes(2 << 20) }], {
      rows: (rows) => rows.map((row) => ({ ...row, chunkDigest: digestOf(Buffer.from('other')) })),
    });
    await expect(readLayer(layerOf(layer), selects, blobsOf(layer), { lazy: true })).rejects.toMatchObject({
      code: 'digest-mismatch',
      detail: expect.stringContaining('layer 1, sha256:') as string,
    });
  });
});
