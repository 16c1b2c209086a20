import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ImageSpec, writeDockerArchive, writeOciArchive, writeOciLayout } from '../../test/images/oci-image.ts';
import type { LayeredImage, Platform } from './image.ts';
import { openBlobs } from './layer/blobs.ts';
import { readLayer } from './layer/layer.ts';
import { openImage } from './open.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-image-'));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;
const fresh = (): string => join(folder, String(made++));

const spec = (more: Partial<ImageSpec> = {}): ImageSpec => ({
  layers: [{ entries: [{ name: 'a', body: 'x' }], createdBy: 'ADD a' }],
  ...more,
});

function layout(image: ImageSpec | readonly ImageSpec[], nested = false): string {
  const path = fresh();
  writeOciLayout(path, image, { nested });
  return path;
}

async function opened(reference: string, platform?: string): Promise<LayeredImage> {
  const image = await openImage(reference, platform === undefined ? {} : { platform: platformOf(platform) });
  if (image.kind !== 'layered') throw new Error('not layered');
  return image;
}

function platformOf(text: string): Platform {
  const [os = '', architecture = '', variant] = text.split('/');
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

const amd64 = spec();
const arm64 = spec({ architecture: 'arm64', variant: 'v8' });
const armv6 = spec({ architecture: 'arm', variant: 'v6' });
const armv7 = spec({ architecture: 'arm', variant: 'v7' });
const attestation = spec({ attestation: true });
const amd64v3 = spec({ variant: 'v3' });
const x86 = spec({ architecture: 'x86_64' });
const arm64v9 = spec({ architecture: 'arm64', variant: 'v9' });

describe('platforms', () => {
  it.each<[string, ImageSpec[], string | undefined, Platform]>([
    ['the host’s without asking', [arm64, amd64], undefined, { os: 'linux', architecture: 'amd64' }],
    ['as asked', [amd64, arm64], 'linux/arm64', { os: 'linux', architecture: 'arm64', variant: 'v8' }],
    ['with the variant', [armv6, armv7], 'linux/arm/v7', { os: 'linux', architecture: 'arm', variant: 'v7' }],
    ['the only one, whatever it is', [arm64], undefined, { os: 'linux', architecture: 'arm64', variant: 'v8' }],
    [
      'attestations are no images',
      [attestation, arm64],
      undefined,
      { os: 'linux', architecture: 'arm64', variant: 'v8' },
    ],
  ])('%s', async (_, images, wanted, expected) => {
    for (const nested of [false, true])
      expect((await opened(layout(images, nested), wanted)).platform).toEqual(expected);
  });

  it.each<[string, ImageSpec[], string, string]>([
    ['without a variant is the usual one', [amd64v3, amd64], 'linux/amd64', 'linux/amd64'],
    ['of a usual variant', [arm64v9, arm64], 'linux/arm64', 'linux/arm64/v8'],
    ['of arm is the newest that runs', [armv6, armv7], 'linux/arm', 'linux/arm/v7'],
    ['under another name comes first if it stands first', [x86, amd64], 'linux/amd64', 'linux/x86_64'],
    ['in capitals', [spec({ os: 'Linux' }), arm64], 'linux/amd64', 'Linux/amd64'],
  ])('an index offers: %s', async (_, images, wanted, expected) => {
    // Only below the top, since of a folder with several images nobody is preferred.
    const { platform } = await opened(layout(images, true), wanted);
    expect(platform).toEqual(platformOf(expected));
  });

  it('a second image for the same platform is told of', async () => {
    const other = spec({ layers: [{ entries: [{ name: 'b', body: 'y' }] }] });
    const one = await opened(layout([amd64, other, arm64], true), 'linux/amd64');
    expect(one.remarks).toEqual([expect.stringContaining('another image for the same platform')]);
    expect((await opened(layout([amd64, amd64, arm64], true), 'linux/amd64')).remarks).toBeUndefined();
    expect((await opened(layout([amd64v3, amd64, arm64], true), 'linux/amd64')).remarks).toBeUndefined();
  });

  it('a manifest that is an image and an index in one is refused', async () => {
    const both = layout(spec({ manifest: { manifests: [] } }));
    await expect(opened(both)).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('a manifest with a layer that is none is refused', async () => {
    const odd = layout(spec({ layers: [], manifest: { layers: [null] } }));
    await expect(opened(odd)).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('an image with the annotation of an attestation is one to runtimes all the same', async () => {
    const path = layout([amd64, arm64]);
    const index = JSON.parse(readFileSync(join(path, 'index.json'), 'utf8'));
    index.manifests[0].annotations = { 'vnd.docker.reference.type': 'attestation-manifest' };
    writeFileSync(join(path, 'index.json'), JSON.stringify(index));
    expect((await opened(path, 'linux/amd64')).digest).toBe(index.manifests[0].digest);
  });

  it.each<[string, () => string, string, string]>([
    ['not offered', () => layout([amd64, arm64]), 'linux/s390x', 'no-such-platform'],
    ['the only image is for another', () => layout(amd64), 'linux/arm64', 'no-such-platform'],
    ['nothing but attestations', () => layout([attestation]), 'linux/amd64', 'not-an-image'],
  ])('%s', async (_, make, wanted, code) => {
    await expect(opened(make(), wanted)).rejects.toMatchObject({ code });
  });
});

describe('references', () => {
  const path = layout(amd64);
  const tar = fresh();
  writeOciArchive(tar, amd64);
  const docker = fresh();
  writeDockerArchive(docker, amd64);
  it.each([
    path,
    `oci:${path}`,
    `oci:${path}:latest`,
    tar,
    `oci-archive:${tar}`,
    `oci-archive:${tar}:latest`,
    docker,
    `docker-archive:${docker}`,
    `docker-archive:${docker}:latest`,
    `docker-archive:${docker}:seaworthy.test/image:latest`,
  ])('%s', async (reference) => {
    const { layers } = await opened(reference);
    expect(layers.map(({ createdBy }) => createdBy)).toEqual(['ADD a']);
  });

  it('an archive that has another image for Docker is refused, unless it is said which is meant', async () => {
    const other = spec({ layers: [{ entries: [{ name: 'b', body: 'y' }], createdBy: 'ADD b' }] });
    const folders = [amd64, other].map((image) => {
      const at = fresh();
      writeDockerArchive(`${at}.tar`, image);
      mkdirSync(at);
      execFileSync('tar', ['-xf', `${at}.tar`, '-C', at]);
      writeOciLayout(at, amd64);
      execFileSync('tar', ['-cf', `${at}.tar`, '-C', at, '.']);
      return `${at}.tar`;
    });
    const [same = '', lies = ''] = folders;
    for (const name of ['', ':latest']) {
      expect((await opened(`${same}${name}`)).digest).toMatch(/^sha256:/);
      await expect(opened(`${lies}${name}`)).rejects.toMatchObject({ code: 'corrupt' });
    }
    const says = async (reference: string): Promise<unknown> => (await opened(reference)).layers[0]?.createdBy;
    expect(await says(`oci-archive:${lies}`)).toBe('ADD a');
    expect(await says(`docker-archive:${lies}`)).toBe('ADD b');
  });

  it('by digest', async () => {
    const { digest } = await opened(path);
    expect((await opened(`oci:${path}@${digest}`)).digest).toBe(digest);
  });

  it.each<[string, string]>([
    [`oci:${tar}`, 'bad-reference'],
    [`docker-archive:${path}`, 'bad-reference'],
    [`oci:${path}:other`, 'not-found'],
    [`docker-archive:${docker}:other`, 'not-found'],
    [`oci-archive:${docker}`, 'not-an-image'],
    ['oci:', 'bad-reference'],
    ['/nowhere/at/all', 'not-found'],
  ])('%s is refused', async (reference, code) => {
    await expect(opened(reference)).rejects.toMatchObject({ code });
  });

  it('a folder with usr and etc is a root file system', async () => {
    const root = fresh();
    mkdirSync(join(root, 'etc'), { recursive: true });
    expect(await openImage(root)).toMatchObject({ kind: 'rootfs', path: root });
  });
});

describe('manifest and configuration', () => {
  it('instructions go with layers, those that made none left out', async () => {
    const image = await opened(
      layout(
        spec({
          layers: [
            { entries: [], createdBy: 'ADD a' },
            { entries: [], createdBy: 'RUN b' },
          ],
          emptyHistory: ['CMD x', 'ENV y'],
        }),
      ),
    );
    expect(image.layers.map(({ createdBy }) => createdBy)).toEqual(['ADD a', 'RUN b']);
  });
  it('without history no instruction is guessed', async () => {
    const image = await opened(layout(spec({ noHistory: true })));
    expect(image.layers.map(({ createdBy }) => createdBy)).toEqual([undefined]);
  });
  it('another manifest byte is another digest, and refused', async () => {
    const path = layout(amd64);
    const index = JSON.parse(readFileSync(join(path, 'index.json'), 'utf8')) as { manifests: { digest: string }[] };
    const file = join(path, 'blobs', (index.manifests[0]?.digest ?? '').replace(':', '/'));
    writeFileSync(file, `${readFileSync(file, 'utf8')} `);
    await expect(opened(path)).rejects.toMatchObject({ code: 'digest-mismatch' });
  });
  it.each<[string, Partial<ImageSpec>, string]>([
    ['Docker schema 1', { manifest: { fsLayers: [], schemaVersion: 1 } }, 'unsupported-media-type'],
    ['no configuration', { manifest: { config: null } }, 'corrupt'],
    ['more layers than diffIDs', { manifest: { layers: [] } }, 'corrupt'],
    [
      'a layer with no digest',
      { manifest: { layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar' }] } },
      'corrupt',
    ],
  ])('%s', async (_, more, code) => {
    await expect(opened(layout(spec(more)))).rejects.toMatchObject({ code });
  });
});

describe('layers', () => {
  it.each(['none', 'gzip', 'zstd'] as const)(
    '%s is told by its bytes, whatever the media type says',
    async (compression) => {
      for (const mediaType of [
        'application/vnd.oci.image.layer.v1.tar',
        'application/vnd.oci.image.layer.v1.tar+gzip',
        'application/vnd.docker.image.rootfs.diff.tar.gzip',
      ]) {
        const image = await opened(
          layout({ layers: [{ entries: [{ name: 'a', body: 'x' }], compression, mediaType, members: 3 }] }),
        );
        const [content] = await Promise.all(image.layers.map((layer) => readLayer(layer, () => true, openBlobs())));
        expect(content?.files.map(({ path, bytes }) => `${path}=${Buffer.from(bytes).toString()}`)).toEqual(['a=x']);
      }
    },
  );
});
