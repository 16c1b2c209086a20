import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeOciLayout } from '../../test/images/oci-image.ts';
import { haveRegistry, startRegistry, type TestRegistry } from '../../test/registry/start-registry.ts';
import type { Layer } from '../image/image.ts';
import { openImage } from '../image/open.ts';
import { type InventoryRead, inventoryOf } from './inventory-of.ts';
import { openLayerCaches } from './layer-caches.ts';
import type { ScanOptions } from './options.ts';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-team-'));
const users = { team: 'secret' };
const registry: TestRegistry | undefined = haveRegistry ? await startRegistry({ htpasswd: users }) : undefined;
afterAll(async () => {
  await registry?.close();
  rmSync(root, { recursive: true });
});

const path = join(root, 'image');
writeOciLayout(path, {
  layers: [
    { entries: [{ name: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\n' }] },
    { entries: [{ name: 'srv/data', body: 'x'.repeat(100_000) }], compression: 'zstd' },
  ],
});
const settings = { env: {}, home: root, userAgent: 'seaworthy-test', plainHttp: true };
const credentials = { kind: 'basic', username: 'team', password: 'secret' } as const;
const cacheFrom = `${registry?.host}/team/layers`;
let made = 0;

async function read(options: ScanOptions): Promise<InventoryRead> {
  const cacheFolder = join(root, `cache-${made++}`);
  return await inventoryOf(await openImage(path), join(root, 'none.db'), { cacheFolder, ...options });
}

async function layersOf(reference: string): Promise<readonly Layer[]> {
  const image = await openImage(reference);
  return image.kind === 'layered' ? image.layers : [];
}

const why = haveRegistry ? '' : ': SKIPPED, no docker-registry here';

describe.skipIf(!haveRegistry)(`a real registry as a team’s cache${why}`, () => {
  it('is given what one reads and gives it to the next', async () => {
    const options = { cacheFrom, registry: { ...settings, credentials } };
    const without = await read({});
    const first = await read({ ...options, cachePush: true });
    const again = await read({ ...options, cachePush: true });
    const second = await read(options);
    expect([first, again, second].map(({ use }) => use.layers)).toMatchObject([
      { known: 0, shared: 0 },
      { known: 2, shared: 2, bytes: 0 },
      { known: 2, shared: 2, bytes: 0 },
    ]);
    for (const { inventory } of [first, again, second])
      expect(JSON.stringify(inventory)).toBe(JSON.stringify(without.inventory));
  });

  it('is believed only by who names it again', async () => {
    const options = { cacheFrom, registry: { ...settings, credentials }, cacheFolder: join(root, 'believed') };
    await read({ ...options, cachePush: true, cacheFolder: join(root, 'giver') });
    expect((await read(options)).remarks).toEqual([expect.stringContaining('which is believed')]);
    const again = await read({ ...options, cacheFrom: '' });
    expect(again).toMatchObject({ cached: false, use: { layers: { known: 0, shared: 0 } }, remarks: [] });
  });

  it('is not shown the credentials for the registry of the image', async () => {
    const folder = join(root, 'elsewhere');
    const places = { inventories: folder, layers: folder, maxBytes: 1 << 20 };
    const options = { cacheFrom, registry: { ...settings, credentials } };
    const layers = (await layersOf(path)).map((layer) => ({ layer, wants: 'a', same: [] }));
    const troubleOf = async (foundIn?: string): Promise<string | undefined> => {
      const opened = await openLayerCaches(places, options, foundIn);
      if (opened.layers !== undefined) await opened.shared?.fetch(opened.layers, layers);
      await opened.close();
      return opened.shared?.use().trouble?.code;
    };
    expect(await troubleOf('other.example')).toBe('unauthorized');
    expect([await troubleOf(registry?.host), await troubleOf()]).toEqual([undefined, undefined]);
  });

  it('that does not let us in is done without', async () => {
    const { use } = await read({ cacheFrom, registry: settings, cachePush: true });
    expect(use.layers).toMatchObject({ known: 0, shared: 0 });
  });

  it('is not asked by who is offline or keeps nothing', async () => {
    const options = { cacheFrom, registry: { ...settings, credentials } };
    for (const more of [{ offline: true }, { cacheFolder: false }] as const)
      expect((await read({ ...options, ...more })).use.layers).toMatchObject({ known: 0, shared: 0 });
  });
});

it('a name that is none is told at once', async () => {
  const places = { inventories: root, layers: root, maxBytes: 1 };
  await expect(openLayerCaches(places, { cacheFrom: 'No/Name:' })).rejects.toMatchObject({ code: 'bad-name' });
});
