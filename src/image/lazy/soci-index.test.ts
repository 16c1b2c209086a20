import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selects } from '../../../test/images/lazy-reading.ts';
import { digestOf, writeOciLayout } from '../../../test/images/oci-image.ts';
import { type SociLayer, sociLayer } from '../../../test/images/soci.ts';
import { haveRegistry, startRegistry, type TestRegistry } from '../../../test/registry/start-registry.ts';
import { referrersTag } from '../../registry/referrers.ts';
import { RegistryError, type Repository } from '../../registry/registry.ts';
import { openRepository } from '../../registry/repository.ts';
import type { Layer, LayeredImage } from '../image.ts';
import { openBlobs } from '../layer/blobs.ts';
import type { LayerContent } from '../layer/collector.ts';
import { readLayer } from '../layer/layer.ts';
import { openImage } from '../open.ts';
import { type SociPlace, withSociTables } from './soci-index.ts';

const v1 = 'application/vnd.amazon.soci.index.v1+json';
const v2 = 'application/vnd.amazon.soci.index.v2+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
const ztocType = 'application/octet-stream';
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const described = (mediaType: string, bytes: Buffer) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });

const large = sociLayer(
  [
    { name: 'doc/a.txt', body: randomBytes(900_000) },
    { name: 'etc/app.conf', body: 'wanted' },
    { name: 'doc/b.txt', body: randomBytes(900_000) },
  ],
  { spanBytes: 100_000 },
);
const small = sociLayer([{ name: 'etc/other.conf', body: 'small' }]);

/** A SOCI index: the manifest that names zTOCs. */
function indexOf(layers: readonly SociLayer[], type: string, subject?: object): Buffer {
  return json({
    schemaVersion: 2,
    mediaType: manifestType,
    config: { ...described(type, Buffer.from('{}')) },
    layers: layers.map(({ blob, ztoc }) => ({
      ...described(ztocType, ztoc),
      annotations: { 'com.amazon.soci.image-layer-digest': digestOf(blob) },
    })),
    ...(subject === undefined ? {} : { subject }),
  });
}

describe.skipIf(!haveRegistry)('an image of a real registry (skipped without docker-registry and skopeo)', () => {
  let registry: TestRegistry;
  let repository: Repository;
  let image: { readonly bytes: Buffer; readonly manifest: Readonly<Record<string, unknown>> };
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-soci-'));

  const open = async (tag: string, lazy: boolean): Promise<LayeredImage> => {
    const settings = { env: {}, home: folder, userAgent: 'test', plainHttp: true, systemFolder: folder };
    const options = { places: ['registry'], registry: settings, lazy } as const;
    const opened = await openImage(`${registry.host}/app:${tag}`, options);
    if (opened.kind !== 'layered') throw new Error('no image of layers');
    return opened;
  };
  const readAll = async ({ layers }: LayeredImage): Promise<LayerContent[]> => {
    const blobs = openBlobs();
    try {
      return await Promise.all(layers.map((layer) => readLayer(layer, selects, blobs, { lazy: true })));
    } finally {
      await blobs.close();
    }
  };
  const push = async (bytes: Buffer, tag?: string, mediaType = manifestType): Promise<void> =>
    repository.pushManifest({ bytes, mediaType, digest: digestOf(bytes) }, tag);
  const blob = async (bytes: Buffer): Promise<void> =>
    repository.pushBlob(described(ztocType, bytes), async function* () {
      yield bytes;
    });

  beforeAll(async () => {
    registry = await startRegistry();
    repository = await openRepository(registry.access('app'));
    writeOciLayout(join(folder, 'oci'), { layers: [{ stored: large }, { stored: small }] });
    await registry.push(`${join(folder, 'oci')}:latest`, 'app:plain');
    const { bytes } = await repository.manifest('plain');
    image = { bytes: Buffer.from(bytes), manifest: JSON.parse(Buffer.from(bytes).toString()) as typeof image.manifest };
    await blob(large.ztoc);
    await blob(small.ztoc);
    await blob(Buffer.from('{}'));
  });
  afterAll(async () => {
    await repository?.close();
    await registry?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('without an index has no tables', async () => {
    const { layers } = await open('plain', true);
    expect(layers.map(({ table }) => table)).toEqual([undefined, undefined]);
  });
  it('with an index that refers to it (version 1, by the tag that stands in for the API) is read by that, and it is told', async () => {
    const index = indexOf([large, small], v1, described(manifestType, image.bytes));
    await push(index);
    const list = { schemaVersion: 2, manifests: [{ ...described(manifestType, index), artifactType: v1 }] };
    await push(json({ ...list, mediaType: indexType }), referrersTag(digestOf(image.bytes)), indexType);
    const opened = await open('plain', true);
    expect(opened.layers.map(({ table }) => table?.isVouched)).toEqual([false, undefined]);
    const contents = await readAll(opened);
    expect(contents.map(({ lazy }) => lazy?.format)).toEqual(['soci', undefined]);
    expect(contents[0]?.lazy?.unvouched).toBe(true);
    expect(contents[0]?.lazy?.fetched).toBeLessThan(large.ztoc.length + 300_000);
    expect(contents.flatMap(({ files }) => files.map(({ path }) => path))).toEqual(['etc/app.conf', 'etc/other.conf']);
  });
  it('is read whole without --lazy, with the same content', async () => {
    const whole = await open('plain', false);
    expect(whole.layers.map(({ table }) => table)).toEqual([undefined, undefined]);
    const [lazily, wholly] = [await readAll(await open('plain', true)), await readAll(whole)];
    expect(wholly.map(({ lazy }) => lazy)).toEqual([undefined, undefined]);
    expect(lazily.map((one) => ({ ...one, lazy: undefined }))).toEqual(
      wholly.map((one) => ({ ...one, lazy: undefined })),
    );
  });
  it('of which the manifest names the index (version 2) is read by that', async () => {
    const index = indexOf([large], v2);
    await push(index);
    const annotations = { 'com.amazon.soci.index-digest': digestOf(index) };
    await push(json({ ...image.manifest, annotations }), 'enabled');
    const opened = await open('enabled', true);
    expect(opened.layers[0]?.table).toMatchObject({ digest: digestOf(large.ztoc), isVouched: true });
    const [content] = await readAll(opened);
    expect(content?.lazy).toMatchObject({ format: 'soci' });
    expect(content?.lazy).not.toHaveProperty('unvouched');
  });
  it('of which a zTOC is not there is read whole', async () => {
    const { layers } = await open('enabled', true);
    const lost = layers.map((layer): Layer => {
      const { table } = layer;
      if (table?.blob.kind !== 'registry') return layer;
      const blobOf = { ...table.blob, digest: `sha256:${'0'.repeat(64)}` };
      return { ...layer, table: { ...table, blob: blobOf } };
    });
    const contents = await readAll({ ...(await open('enabled', true)), layers: lost });
    expect(contents.map(({ lazy }) => lazy)).toEqual([undefined, undefined]);
  });
});

describe('an index', () => {
  const layer: Layer = {
    index: 0,
    digest: digestOf(large.blob),
    diffId: large.diffId,
    size: large.blob.length,
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    blob: { kind: 'file', path: '', offset: 0, size: large.blob.length },
  };
  const image = digestOf(Buffer.from('image'));
  const place = (manifests: Readonly<Record<string, Buffer>>, artifactType = v1): SociPlace => ({
    async manifest(digest) {
      const bytes = digest === image ? (manifests['image'] ?? json({})) : manifests[digest];
      if (bytes === undefined) throw new RegistryError('not-found', 'no');
      return { digest, mediaType: manifestType, bytes };
    },
    referrers: async () =>
      Object.entries(manifests).flatMap(([digest, bytes]) =>
        digest === 'image' ? [] : [{ mediaType: manifestType, digest, size: bytes.length, artifactType }],
      ),
    locate: (_digest, size) => ({ kind: 'file', path: '', offset: 0, size }),
  });
  const tableOf = async (at: SociPlace, of = layer): Promise<boolean | undefined> =>
    (await withSociTables([of], image, at))[0]?.table?.isVouched;
  const byDigest = (bytes: Buffer): Record<string, Buffer> => ({ [digestOf(bytes)]: bytes });
  const referring = indexOf([large], v1, { digest: image });
  const named = indexOf([large], v2);
  const naming = json({ annotations: { 'com.amazon.soci.index-digest': digestOf(named) } });

  it.each<[string, boolean | undefined, SociPlace]>([
    ['that refers to the image', false, place(byDigest(referring))],
    ['that refers to another image', undefined, place(byDigest(indexOf([large], v1, { digest: digestOf(named) })))],
    ['that refers to none', undefined, place(byDigest(indexOf([large], v1)))],
    ['of another type', undefined, place(byDigest(referring), 'application/spdx+json')],
    ['whose own type is another', undefined, place(byDigest(indexOf([large], v2, { digest: image })))],
    ['for other layers', undefined, place(byDigest(indexOf([small], v1, { digest: image })))],
    [
      'behind one for other layers of another image',
      false,
      place({ ...byDigest(indexOf([], v1)), ...byDigest(referring) }),
    ],
    ['that the manifest names', true, place({ image: naming, ...byDigest(named) })],
    ['that the manifest names, but is not there', undefined, place({ image: naming, ...byDigest(referring) })],
    ['that the manifest names, of version 1', undefined, place({ image: naming, [digestOf(named)]: referring })],
    ['that is no JSON', undefined, place({ image: naming, [digestOf(named)]: Buffer.from('{') })],
    ['of nothing', undefined, place({})],
  ])('%s: %s', async (_name, isVouched, at) => {
    expect(await tableOf(at)).toBe(isVouched);
  });
  it('is not asked for where no layer is large, or none is gzip', async () => {
    const never = (): never => {
      throw new Error('asked');
    };
    const at = { manifest: never, referrers: never, locate: never };
    await expect(tableOf(at, { ...layer, size: 1000 })).resolves.toBeUndefined();
    await expect(
      tableOf(at, { ...layer, mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd' }),
    ).resolves.toBeUndefined();
    await expect(tableOf(at)).rejects.toThrow('asked');
  });
  it.each([-1, 0, 1.5, 'x', undefined])('with a zTOC of a size that is none (%s) names none', async (size) => {
    const bytes = json({
      config: { mediaType: v2 },
      layers: [
        {
          mediaType: ztocType,
          digest: digestOf(large.ztoc),
          size,
          annotations: { 'com.amazon.soci.image-layer-digest': layer.digest },
        },
      ],
    });
    expect(await tableOf(place({ image: naming, [digestOf(named)]: bytes }))).toBeUndefined();
  });
});
