import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { entriesOf, genuineFiles, genuineTypes } from '../../test/images/genuine.ts';
import { type LayerSpec, type TarEntry, writeDockerArchive, writeOciLayout } from '../../test/images/oci-image.ts';
import { type LayerCache, layerCache } from '../image/cache/layer-cache.ts';
import type { Layer } from '../image/image.ts';
import { openImage } from '../image/open.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { discover } from './discover.ts';
import type { LayerUse } from './lanes.ts';
import { scan } from './scan.ts';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-known-'));
afterAll(() => rmSync(root, { recursive: true }));

let made = 0;
const newPath = (name: string): string => join(root, `${name}-${made++}`);
const newCache = (): LayerCache => layerCache(newPath('layers'), { maxBytes: 1 << 30 });

const osRelease: TarEntry = { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\n' };
const stanza = (name: string): string =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n`;
const noise = (name: string): TarEntry => ({ name: `srv/${name}`, body: name.repeat(50_000) });

/** The folder of dpkg's is a link, and its file written again later: two readings. */
const linked: readonly LayerSpec[] = [
  { entries: [osRelease, { name: 'var/lib/dpkg', type: 'symlink', link: '/state/dpkg' }, noise('a')] },
  { entries: [{ name: 'state/dpkg/status', body: stanza('one') }], compression: 'zstd' },
  { entries: [noise('b')] },
  {
    entries: [{ name: 'state/dpkg/status', body: stanza('one') + stanza('two') }, { name: 'srv/.wh.a' }],
    compression: 'none',
  },
];
const genuine: readonly LayerSpec[] = [
  { entries: [osRelease, noise('base')] },
  ...genuineTypes.map((type): LayerSpec => ({ entries: entriesOf(genuineFiles(type)) })),
  { entries: [{ name: 'usr/.wh..wh..opq' }, { name: 'usr/local/.wh.lib' }, noise('top')] },
];
const twice: readonly LayerSpec[] = [
  { entries: [osRelease, { name: 'var/lib/dpkg/status', body: stanza('one') }] },
  { entries: [noise('same')] },
  { entries: [{ name: 'srv/.wh.same' }] },
  { entries: [noise('same')] },
];

function layout(layers: readonly LayerSpec[]): string {
  const path = newPath('layout');
  writeOciLayout(path, { layers });
  return path;
}

function docker(layers: readonly LayerSpec[], gzip: boolean): string {
  const path = newPath(gzip ? 'docker.tar.gz' : 'docker.tar');
  writeDockerArchive(path, { layers }, { gzip });
  return path;
}

async function layersOf(path: string): Promise<readonly Layer[]> {
  const image = await openImage(path);
  return image.kind === 'layered' ? image.layers : [];
}

async function found(
  path: string,
  layers?: LayerCache,
  laneBytes?: number,
): Promise<{ inventory: Inventory; use: LayerUse }> {
  let use: LayerUse = { known: -1, bytes: -1, lazy: [] };
  const onLayers = (now: LayerUse): void => {
    use = now;
  };
  return { inventory: await discover(await openImage(path), { layers, laneBytes, onLayers }), use };
}

/** Removes some of the entries, as pruning may. */
function forgetSome({ folder }: LayerCache, which: (at: number) => boolean): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.layer'));
  const gone = names.toSorted().filter((_, at) => which(at));
  for (const name of gone) rmSync(join(folder, name));
  return gone.length;
}

const images: readonly [string, () => string][] = [
  ['an OCI layout of genuine packages of all formats', () => layout(genuine)],
  ['an image whose links need two readings', () => layout(linked)],
  ['one that has a layer twice', () => layout(twice)],
  ['a docker archive', () => docker(linked, false)],
  ['a gzip docker archive', () => docker(linked, true)],
];

describe.each(images)('%s', (_, write) => {
  const path = write();

  it.each([
    ['one lane', Number.POSITIVE_INFINITY],
    ['lanes in workers', 1],
  ])('gives the same with a cold, a warm and a partly warm cache: %s', async (__, laneBytes) => {
    const cache = newCache();
    const without = await found(path, undefined, laneBytes);
    const cold = await found(path, cache, laneBytes);
    const warm = await found(path, cache, laneBytes);
    const removed = forgetSome(cache, (at) => at % 2 === 0);
    const partly = await found(path, cache, laneBytes);
    for (const { inventory } of [cold, warm, partly])
      expect(JSON.stringify(inventory)).toBe(JSON.stringify(without.inventory));
    const { length } = await layersOf(path);
    expect([cold.use.known, warm.use]).toEqual([0, { known: length, bytes: 0, lazy: [] }]);
    expect(removed).toBeGreaterThan(0);
    expect(partly.use.bytes).toBeGreaterThan(0);
    expect(partly.use.bytes).toBeLessThan(cold.use.bytes);
  });
});

describe('known layers', () => {
  it('start no workers', async () => {
    const path = layout(linked);
    const cache = newCache();
    let workers = 0;
    const count = (): void => void workers++;
    process.on('worker', count);
    try {
      await found(path, cache, 1);
      const cold = workers;
      await found(path, cache, 1);
      expect([cold > 0, workers - cold]).toEqual([availableParallelism() > 1, 0]);
    } finally {
      process.off('worker', count);
    }
  });

  it('are not read: other bytes may stand in their place', async () => {
    const path = layout(linked);
    const cache = newCache();
    const before = await found(path, cache);
    for (const { blob } of await layersOf(path))
      if (blob.kind === 'file') writeFileSync(blob.path, Buffer.alloc(blob.size));
    expect((await found(path, cache)).inventory).toEqual(before.inventory);
    await expect(found(path)).rejects.toMatchObject({ code: 'digest-mismatch' });
  });

  it('are the same whatever the image and where its blobs lie', async () => {
    const cache = newCache();
    await found(layout(twice), cache);
    const other = layout([...twice, { entries: [noise('new')] }]);
    const { use, inventory } = await found(other, cache);
    expect(use).toMatchObject({ known: 4, bytes: (await layersOf(other)).at(-1)?.size });
    expect(JSON.stringify(inventory)).toBe(JSON.stringify((await found(other)).inventory));
  });

  it('are the same whatever the archive, where blobs have no digest', async () => {
    const cache = newCache();
    await found(docker(twice, true), cache);
    const { use } = await found(docker([...twice, { entries: [noise('new')] }], false), cache);
    expect(use).toMatchObject({ known: 4 });
  });

  it('are not believed of a blob that was never seen to have the diffID, which older podman does not check', async () => {
    const cache = newCache();
    const [known] = await layersOf(layout(twice));
    await found(layout(twice), cache);
    await found(docker(twice, false), cache);
    const entries = [{ name: 'var/lib/dpkg/status', body: stanza('hidden') }];
    const liar = layout([{ entries, claimedDiffId: known?.diffId ?? '' }]);
    await expect(found(liar, cache)).rejects.toMatchObject({ code: 'digest-mismatch' });
  });

  it('are not believed for another detail of what is wanted', async () => {
    const path = layout(twice);
    const cache = newCache();
    await found(path, cache);
    const files = await discover(await openImage(path), { layers: cache, detail: 'files' });
    expect(files).toEqual(await discover(await openImage(path), { detail: 'files' }));
  });

  it('that fail their diffID or digest are not kept', async () => {
    const cache = newCache();
    for (const wrong of [
      { claimedDiffId: `sha256:${'a'.repeat(64)}` },
      { claimedDigest: `sha256:${'b'.repeat(64)}` },
    ]) {
      const path = layout([{ entries: [osRelease], ...wrong }]);
      for (let time = 0; time < 2; time++)
        await expect(found(path, cache)).rejects.toMatchObject({ code: 'digest-mismatch' });
    }
    expect(cache.status().entries).toBe(0);
  });
});

describe('a second reading', () => {
  it.each([
    ['without a cache', undefined],
    ['with one', newCache()],
  ])('reads again only the layers that the further wishes concern: %s', async (_, cache) => {
    const path = layout(linked);
    const sizes = (await layersOf(path)).map(({ size }) => size);
    const [first = 0, second = 0, third = 0, fourth = 0] = sizes;
    const { use, inventory } = await found(path, cache);
    expect(use.bytes).toBe(first + second + third + fourth + second + fourth);
    expect(inventory.packages.map(({ name }) => name)).toEqual(['one', 'two']);
  });

  it('of a layer that is the same elsewhere, for wishes that concern it alike, is known too', async () => {
    const cache = newCache();
    await found(layout(linked), cache);
    const more: LayerSpec = { entries: [{ name: 'opt/elsewhere', type: 'symlink', link: '/srv/b' }, noise('c')] };
    const path = layout([...linked, more]);
    expect((await found(path, cache)).use.bytes).toBe((await layersOf(path)).at(-1)?.size);
  });
});

describe('a whole scan', () => {
  const databasePath = join(root, 'none.db');
  const scanned = async (path: string, cacheFolder: string | false): Promise<string> =>
    JSON.stringify({ ...(await scan(path, { offline: true, databasePath, cacheFolder })), provenance: undefined });
  const examples = join(import.meta.dirname, '../../examples');

  it.each(['debian-outdated.tar', 'alpine-outdated.tar'])('of %s reports the same by known layers', async (name) => {
    const path = join(examples, name);
    const folder = newPath('cache');
    const cold = await scanned(path, folder);
    rmSync(join(folder, 'inventories'), { recursive: true });
    const warm = await scanned(path, folder);
    expect(warm).toBe(cold);
    expect(cold).toBe(await scanned(path, false));
    expect(layerCache(join(folder, 'layers'), { maxBytes: 1 }).status().entries).toBeGreaterThan(0);
  });

  it('keeps nothing where it shall not', async () => {
    const path = newPath('plain.tar.gz');
    writeFileSync(path, gzipSync(readFileSync(join(examples, 'alpine-outdated.tar'))));
    await scanned(path, false);
    expect(existsSync(join(root, 'layers')) || existsSync(join(root, 'inventories'))).toBe(false);
  });
});
