import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { digestOf, writeOciLayout } from '../../test/images/oci-image.ts';
import { sociLayer } from '../../test/images/soci.ts';
import { haveRegistry, startRegistry, type TestRegistry } from '../../test/registry/start-registry.ts';
import { openImage } from '../image/open.ts';
import { referrersTag } from '../registry/referrers.ts';
import { openRepository } from '../registry/repository.ts';
import { type InventoryRead, inventoryOf } from './inventory-of.ts';
import { openOptions } from './open-options.ts';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-soci-scan-'));
const registry: TestRegistry | undefined = haveRegistry ? await startRegistry() : undefined;
afterAll(async () => {
  await registry?.close();
  rmSync(root, { recursive: true });
});

const v1 = 'application/vnd.amazon.soci.index.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
const status = 'Package: zlib1g\nStatus: install ok installed\nVersion: 1:1.2.13\nArchitecture: amd64\n\n';
const layer = sociLayer(
  [
    { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\n' },
    { name: 'usr/share/doc/noise', body: randomBytes(1_500_000) },
    { name: 'var/lib/dpkg/status', body: status },
  ],
  { spanBytes: 100_000 },
);

async function read(lazy: boolean): Promise<InventoryRead> {
  const settings = { env: {}, home: root, userAgent: 'seaworthy-test', plainHttp: true, systemFolder: root };
  const options = { lazy, places: ['registry'], registry: settings, cacheFolder: false } as const;
  const image = await openImage(`${registry?.host}/app:1`, openOptions(options));
  return inventoryOf(image, join(root, 'none.db'), options);
}

/** Pushes the image, its zTOC and an index that refers to it, under the tag that stands in for the referrers API. */
async function push(at: TestRegistry): Promise<void> {
  writeOciLayout(join(root, 'oci'), { layers: [{ stored: layer }] });
  await at.push(`${join(root, 'oci')}:latest`, 'app:1');
  const repository = await openRepository(at.access('app'));
  const descriptor = (mediaType: string, bytes: Uint8Array) => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const manifest = (value: object, mediaType: string, tag?: string) => {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...value }));
    return repository.pushManifest({ bytes, mediaType, digest: digestOf(bytes) }, tag).then(() => bytes);
  };
  const nothing = Buffer.from('{}');
  for (const bytes of [layer.ztoc, nothing]) {
    await repository.pushBlob(descriptor('application/octet-stream', bytes), async function* () {
      yield bytes;
    });
  }
  const { bytes: image } = await repository.manifest('1');
  const ztoc = descriptor('application/octet-stream', layer.ztoc);
  const annotations = { 'com.amazon.soci.image-layer-digest': digestOf(layer.blob) };
  const index = await manifest(
    {
      config: descriptor(v1, nothing),
      layers: [{ ...ztoc, annotations }],
      subject: descriptor(manifestType, image),
    },
    manifestType,
  );
  const referring = { ...descriptor(manifestType, index), artifactType: v1 };
  await manifest({ manifests: [referring] }, indexType, referrersTag(digestOf(image)));
  await repository.close();
}

const why = haveRegistry ? '' : ': SKIPPED, no docker-registry here';

describe.skipIf(registry === undefined)(`an image of a registry with a SOCI index${why}`, () => {
  it('has the same packages by --lazy, and is told to be taken on trust of who may write there', async () => {
    if (registry !== undefined) await push(registry);
    const [lazily, wholly] = [await read(true), await read(false)];
    expect(lazily.inventory.packages).toEqual(wholly.inventory.packages);
    expect(lazily.inventory.packages.map(({ name }) => name)).toContain('zlib1g');
    expect(lazily.use.lazy).toMatchObject([{ format: 'soci', of: layer.blob.length }]);
    expect(wholly.use.lazy).toBeUndefined();
    expect(lazily.remarks).toEqual([
      expect.stringContaining('--lazy'),
      expect.stringContaining('whoever may write to its repository'),
    ]);
    expect(wholly.remarks).toEqual([]);
  });
});
