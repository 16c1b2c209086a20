import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type LayerSpec, type TarEntry, writeOciLayout } from '../../test/images/oci-image.ts';
import { type LayerCache, layerCache } from '../image/cache/layer-cache.ts';
import { openImage } from '../image/open.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { type Manifest, RegistryError, type Repository } from '../registry/registry.ts';
import { discover } from './discover.ts';
import type { LayerUse } from './lanes.ts';
import { type ShareOptions, sharedLayers } from './share-cache.ts';
import { memoryRepository } from './testdata/memory-repository.ts';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-share-'));
afterAll(() => rmSync(root, { recursive: true }));

let made = 0;
const newCache = (): LayerCache => layerCache(join(root, `cache-${made++}`), { maxBytes: 1 << 30 });
const osRelease: TarEntry = { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\n' };
const status = 'Package: one\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n';
const specs: readonly LayerSpec[] = [
  { entries: [osRelease, { name: 'var/lib/dpkg/status', body: status }] },
  { entries: [{ name: 'srv/same', body: 'same' }] },
  { entries: [{ name: 'srv/other', body: 'other' }] },
  { entries: [{ name: 'srv/same', body: 'same' }] },
];
const path = join(root, 'image');
writeOciLayout(path, { layers: specs });

interface Found {
  readonly inventory: Inventory;
  readonly use: LayerUse | undefined;
}

async function found(cache: LayerCache, repository?: Repository, options: ShareOptions = {}): Promise<Found> {
  let use: LayerUse | undefined;
  const onLayers = (now: LayerUse): void => {
    use = now;
  };
  const shared = repository && sharedLayers(repository, options);
  const inventory = await discover(await openImage(path), { layers: cache, shared, onLayers });
  return { inventory, use };
}

const plain = await found(newCache());
const allBytes = plain.use?.bytes ?? 0;

describe('a team’s cache', () => {
  it('gives each what others have read, and nothing is read then', async () => {
    const { repository, tags } = memoryRepository();
    const first = await found(newCache(), repository, { push: true });
    expect(first.use).toMatchObject({ known: 0, bytes: allBytes, shared: { fetched: 0, pushed: 3 } });
    expect([...tags.keys()].every((tag) => /^[0-9a-f]{64}$/.test(tag))).toBe(true);
    const cache = newCache();
    const second = await found(cache, repository, { push: true });
    expect(second.use).toEqual({ known: 4, bytes: 0, lazy: [], shared: { fetched: 3, pushed: 0 } });
    for (const { inventory } of [first, second])
      expect(JSON.stringify(inventory)).toBe(JSON.stringify(plain.inventory));
    // They are here now, for whoever asks it again, and no one else.
    const silent = { ...repository, manifest: () => Promise.reject(new RegistryError('unreachable', 'no')) };
    expect((await found(cache, silent)).use).toMatchObject({ known: 4, bytes: 0, shared: { fetched: 3 } });
    expect((await found(cache, silent, { name: 'another' })).use).toMatchObject({ known: 0, bytes: allBytes });
  });

  it('is given nothing unless it is to be', async () => {
    const { repository, tags } = memoryRepository();
    expect((await found(newCache(), repository)).use?.shared).toEqual({ fetched: 0, pushed: 0 });
    expect(tags.size).toBe(0);
  });

  it('holds OCI artifacts of one blob', async () => {
    const { repository, tags, blobs } = memoryRepository();
    const cache = newCache();
    await found(cache, repository, { push: true });
    for (const { bytes, mediaType, digest } of tags.values()) {
      const manifest = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
      expect(manifest).toMatchObject({
        schemaVersion: 2,
        mediaType,
        artifactType: 'application/vnd.seaworthy.layer.v1',
        config: { mediaType: 'application/vnd.oci.empty.v1+json', size: 2 },
        layers: [{ mediaType: 'application/vnd.seaworthy.layer.v1' }],
      });
      expect(digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
    }
    expect(blobs.size).toBe(4);
  });

  it('is used where the cache here can’t be written', async () => {
    const { repository } = memoryRepository();
    await found(newCache(), repository, { push: true });
    const none = layerCache(join(root, 'none'), { maxBytes: 0 });
    expect((await found(none, repository)).use).toMatchObject({ known: 4, bytes: 0 });
  });
});

describe('what the cache here knows', () => {
  it('is given to a team’s that does not, once', async () => {
    const { repository, tags } = memoryRepository();
    const cache = newCache();
    await found(cache);
    const uses: unknown[] = [];
    for (const _ of [1, 2]) uses.push((await found(cache, repository, { push: true })).use?.shared);
    expect(uses).toEqual([
      { fetched: 0, pushed: 3 },
      { fetched: 0, pushed: 0 },
    ]);
    expect(tags.size).toBe(3);
  });
});

describe('a cache that is no good', () => {
  const refused = (code: 'unreachable' | 'denied'): Promise<never> => Promise.reject(new RegistryError(code, 'no'));
  const troubles: readonly [string, Partial<Repository>, string][] = [
    ['can’t be reached', { manifest: () => refused('unreachable') }, 'unreachable'],
    ['does not let us in', { manifest: () => refused('denied') }, 'denied'],
    ['answers never', { manifest: () => new Promise(() => undefined) }, 'timeout'],
    ['fails in a way of its own', { manifest: () => Promise.reject(new TypeError('x')) }, 'bad-answer'],
    ['has lost the blobs', { blob: () => refused('unreachable') }, 'unreachable'],
  ];

  it.each(troubles)('%s: all is read, and it is told once', async (_, part, code) => {
    const { repository } = memoryRepository();
    await found(newCache(), repository, { push: true });
    let asked = 0;
    const counted: Repository = {
      ...repository,
      ...part,
      manifest: async (tag) => {
        asked++;
        return await { ...repository, ...part }.manifest(tag);
      },
    };
    const { inventory, use } = await found(newCache(), counted, { timeoutMs: 100, push: true });
    expect(JSON.stringify(inventory)).toBe(JSON.stringify(plain.inventory));
    expect(use).toMatchObject({ known: 0, bytes: allBytes, shared: { fetched: 0, pushed: 0, trouble: { code } } });
    expect(asked).toBeLessThanOrEqual(3);
  });

  it('can’t be written: what was read is reported all the same', async () => {
    const { repository } = memoryRepository();
    const { use } = await found(newCache(), { ...repository, pushBlob: () => refused('denied') }, { push: true });
    expect(use?.shared).toMatchObject({ pushed: 0, trouble: { code: 'denied' } });
  });

  const asManifest = (value: unknown): Manifest => {
    const bytes = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    return { digest: '', mediaType: 'application/vnd.oci.image.manifest.v1+json', bytes };
  };
  const type = 'application/vnd.seaworthy.layer.v1';
  const digest = `sha256:${'0'.repeat(64)}`;
  const blob = { mediaType: type, digest, size: 5 };
  const good = { artifactType: type, layers: [blob] };

  it.each<[string, Manifest]>([
    ['is no JSON', asManifest('{')],
    ['is null', asManifest('null')],
    ['is a list', asManifest([])],
    ['is of another type', asManifest({ ...good, artifactType: 'other' })],
    ['is an index', { ...asManifest(good), mediaType: 'application/vnd.oci.image.index.v1+json' }],
    ['has no layer', asManifest({ ...good, layers: [] })],
    ['has two', asManifest({ ...good, layers: [blob, blob] })],
    ['has null for a layer', asManifest({ ...good, layers: [null] })],
    ['has a layer of another type', asManifest({ ...good, layers: [{ ...blob, mediaType: 'x' }] })],
    ['has a huge layer', asManifest({ ...good, layers: [{ ...blob, size: 2 ** 40 }] })],
    ['has a layer of no size', asManifest({ ...good, layers: [{ ...blob, size: '5' }] })],
    ['has a layer of nonsense', asManifest(good)],
  ])('whose manifest %s: a miss', async (_, manifest) => {
    const { repository } = memoryRepository();
    const lying: Repository = {
      ...repository,
      manifest: () => Promise.resolve(manifest),
      blob: () => Promise.resolve(Buffer.from('hello')),
    };
    const { inventory, use } = await found(newCache(), lying);
    expect(JSON.stringify(inventory)).toBe(JSON.stringify(plain.inventory));
    expect(use).toEqual({ known: 0, bytes: allBytes, lazy: [], shared: { fetched: 0, pushed: 0 } });
  });

  it('that gives the entry of another layer: a miss, and nothing of it is kept', async () => {
    const { repository, tags } = memoryRepository();
    await found(newCache(), repository, { push: true });
    const [first] = tags.values();
    if (first === undefined) throw new Error('nothing was pushed');
    for (const tag of tags.keys()) tags.set(tag, first);
    const cache = newCache();
    const { use, inventory } = await found(cache, repository);
    expect(use?.shared?.fetched).toBe(1);
    expect(JSON.stringify(inventory)).toBe(JSON.stringify(plain.inventory));
    const names = readdirSync(cache.folder, { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => name.endsWith('.layer')).length).toBe(3);
  });
});
