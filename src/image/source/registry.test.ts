import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseName } from '../../registry/name.ts';
import { RegistryError } from '../../registry/registry.ts';
import { type Liar, startLiar } from '../../registry/testdata/lying-server.ts';
import { ImageError, type LayeredImage, type OpenOptions } from '../image.ts';
import { openFromRegistry } from './registry.ts';

const oci = 'application/vnd.oci.image';
const types = {
  manifest: `${oci}.manifest.v1+json`,
  index: `${oci}.index.v1+json`,
  config: `${oci}.config.v1+json`,
  layer: `${oci}.layer.v1.tar+gzip`,
};

interface Stored {
  readonly status?: number;
  readonly type?: string;
  readonly body: Buffer;
}

/** What the registry has, by path below `/v2/a/`. */
const store = new Map<string, Stored>();
let server: Liar;

beforeAll(async () => {
  server = await startLiar((request, response) => {
    const path = (request.url ?? '').replace(/^\/v2\/a\//, '').replace(/\?.*$/, '');
    const {
      status = 200,
      type = 'application/octet-stream',
      body,
    } = store.get(path) ?? {
      status: 404,
      body: Buffer.from('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}'),
    };
    response.writeHead(status, { 'content-type': type, 'content-length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
});
afterAll(() => server.close());
beforeEach(() => store.clear());

const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

interface Put {
  readonly digest: string;
  readonly size: number;
  readonly mediaType: string;
}

function put(body: Buffer, mediaType: string, tag?: string): Put {
  const kind = mediaType === types.manifest || mediaType === types.index ? 'manifests' : 'blobs';
  for (const name of [sha256(body), ...(tag === undefined ? [] : [tag])])
    store.set(`${kind}/${name}`, { type: mediaType, body });
  return { digest: sha256(body), size: body.length, mediaType };
}

function putImage(architecture: string, tag?: string, more: object = {}): Put {
  const layer = { ...put(Buffer.from(`layer ${architecture}`), types.layer) };
  const config = put(
    json({ os: 'linux', architecture, rootfs: { diff_ids: [sha256(Buffer.from(architecture))] } }),
    types.config,
  );
  return put(
    json({ schemaVersion: 2, mediaType: types.manifest, config, layers: [layer], ...more }),
    types.manifest,
    tag,
  );
}

const forPlatform = (image: Put, architecture: string): object => ({
  ...image,
  platform: { os: 'linux', architecture },
});

function putIndex(manifests: readonly object[], tag?: string): Put {
  return put(json({ schemaVersion: 2, mediaType: types.index, manifests }), types.index, tag);
}

function putArtifact(document: string, more: object = {}, tag?: string): Put {
  const layers = [put(Buffer.from(document), 'application/json')];
  const config = put(json({}), 'application/vnd.oci.empty.v1+json');
  return put(json({ schemaVersion: 2, mediaType: types.manifest, config, layers, ...more }), types.manifest, tag);
}

async function opened(name: string, options: OpenOptions = {}): Promise<LayeredImage> {
  const registry = { env: {}, home: '/nowhere', systemFolder: '/nowhere', userAgent: 'test', plainHttp: true };
  const text = `${server.host}/a${name}`;
  return openFromRegistry(text, parseName(text), { registry, ...options });
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (error instanceof ImageError || error instanceof RegistryError) return `${error.name} ${error.code}`;
    throw error;
  }
}

const arm = { platform: { os: 'linux', architecture: 'arm64' } };
const amd = { platform: { os: 'linux', architecture: 'amd64' } };

describe('which image it is', () => {
  it('one manifest, by tag, by digest and by both', async () => {
    const { digest } = putImage('amd64', '1');
    for (const name of [':1', `@${digest}`, `:gone@${digest}`]) {
      const image = await opened(name);
      expect(image).toMatchObject({ digest, indexDigests: [], foundAt: { place: 'registry', address: server.host } });
      expect(image.layers).toMatchObject([{ index: 0, size: 11, blob: { kind: 'registry', size: 11 } }]);
    }
  });

  it('of several platforms the one that is wanted; the index is among its names', async () => {
    const [one, other] = [putImage('amd64'), putImage('arm64')];
    const { digest } = putIndex([forPlatform(one, 'amd64'), forPlatform(other, 'arm64')], 'latest');
    expect(await opened('', arm)).toMatchObject({ digest: other.digest, indexDigests: [digest] });
    expect(await opened(`@${digest}`, amd)).toMatchObject({ digest: one.digest, indexDigests: [digest] });
    expect(await refusal(opened('', { platform: { os: 'linux', architecture: 's390x' } }))).toBe(
      'ImageError no-such-platform',
    );
    expect(await refusal(opened(`@${one.digest}`, arm))).toBe('ImageError no-such-platform');
  });

  it('in an index within an index, past an attestation', async () => {
    const image = putImage('amd64');
    const attestation = {
      ...putArtifact('{}'),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    };
    const inner = putIndex([attestation, forPlatform(image, 'amd64')]);
    const outer = putIndex([forPlatform(inner, 'amd64')], '1');
    expect(await opened(':1', amd)).toMatchObject({
      digest: image.digest,
      indexDigests: [outer.digest, inner.digest],
    });
  });

  it('what is none is refused', async () => {
    putArtifact('{}', {}, 'artifact');
    putImage('amd64', 'helm', { config: put(json({}), 'application/vnd.cncf.helm.config.v1+json') });
    put(json({ schemaVersion: 1, fsLayers: [], history: [] }), types.manifest, 'schema1');
    putIndex([], 'empty');
    putImage('amd64', 'foreign', { layers: [put(Buffer.from('x'), 'application/vnd.wasm.content.layer.v1+wasm')] });
    const gone = putImage('arm64');
    putIndex([forPlatform({ ...gone, digest: `sha256:${'0'.repeat(64)}` }, 'amd64')], 'hole');
    const refused = async (tag: string): Promise<string> => refusal(opened(`:${tag}`, amd));
    expect(await refused('artifact')).toBe('ImageError unsupported-media-type');
    expect(await refused('helm')).toBe('ImageError unsupported-media-type');
    expect(await refused('schema1')).toMatch(/ unsupported(-media-type)?$/);
    expect(await refused('empty')).toBe('ImageError not-an-image');
    expect(await refused('foreign')).toBe('ImageError unsupported-media-type');
    expect(await refused('hole')).toBe('RegistryError not-found');
    expect(await refused('none')).toBe('RegistryError not-found');
  });

  it('bytes that are not what their digest says', async () => {
    const { digest } = putImage('amd64', '1');
    const config = [...store.keys()].find((key) => store.get(key)?.type === types.config) ?? '';
    store.set(config, { type: types.config, body: json({ os: 'linux', architecture: 'arm64', rootfs: {} }) });
    expect(await refusal(opened(':1'))).toMatch(/(digest-mismatch|bad-answer)$/);
    store.set(`manifests/${digest}`, { type: types.manifest, body: json({ schemaVersion: 2 }) });
    expect(await refusal(opened(`@${digest}`))).toMatch(/(digest-mismatch|bad-answer)$/);
  });
});

describe('what is attached', () => {
  const documents = async (image: LayeredImage): Promise<string[]> =>
    ((await image.attachments?.()) ?? []).map(({ bytes }) => Buffer.from(bytes).toString()).toSorted();

  it('by referrers of the image and of its index, by BuildKit and by the tags of cosign', async () => {
    const image = putImage('amd64');
    const built = {
      ...putArtifact('buildkit'),
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': image.digest,
      },
    };
    const index = putIndex([forPlatform(image, 'amd64'), built], '1');
    const referrer = (document: string, { digest, mediaType, size }: Put): Put => {
      const artifact = putArtifact(document, { subject: { digest, mediaType, size } });
      const list = json({ schemaVersion: 2, mediaType: types.index, manifests: [artifact] });
      store.set(`referrers/${digest}`, { type: types.index, body: list });
      return artifact;
    };
    referrer('of the image', image);
    referrer('of the index', index);
    putArtifact('cosign', {}, `${image.digest.replace(':', '-')}.att`);
    putArtifact('cosign of another', {}, `sha256-${'0'.repeat(64)}.att`);
    expect(await documents(await opened(':1', amd))).toEqual(['buildkit', 'cosign', 'of the image', 'of the index']);
  });

  it('by the tag that stands in where there are no referrers', async () => {
    const image = putImage('amd64', '1');
    const artifact = putArtifact('by tag', { subject: image });
    putIndex([artifact], image.digest.replace(':', '-'));
    expect(await documents(await opened(':1'))).toEqual(['by tag']);
  });

  it('one that claims to belong to another image is none; what is gone or false is passed over', async () => {
    const image = putImage('amd64', '1');
    const foreign = putArtifact('foreign', { subject: { ...image, digest: `sha256:${'1'.repeat(64)}` } });
    const gone = { ...foreign, digest: `sha256:${'2'.repeat(64)}` };
    const own = putArtifact('own', { subject: image });
    putIndex([foreign, gone, own], image.digest.replace(':', '-'));
    expect(await documents(await opened(':1'))).toEqual(['own']);
    store.set(`blobs/${sha256(Buffer.from('own'))}`, { body: Buffer.from('owm') });
    expect(await documents(await opened(':1'))).toEqual([]);
  });

  it.each([
    ['the list of referrers', (digest: string) => `referrers/${digest}`],
    ['the tag that stands in', (digest: string) => `manifests/${digest.replace(':', '-')}`],
    ['the tag of cosign', (digest: string) => `manifests/${digest.replace(':', '-')}.att`],
  ])('a registry that refuses %s is told of, not silence', async (_, path) => {
    const { digest } = putImage('amd64', '1');
    store.set(path(digest), { status: 403, body: json({ errors: [{ code: 'DENIED' }] }) });
    const image = await opened(':1');
    expect(await refusal(documents(image))).toBe('RegistryError denied');
  });

  it('a registry that refuses an attached document is told of', async () => {
    const image = putImage('amd64', '1');
    putIndex([putArtifact('own', { subject: image })], image.digest.replace(':', '-'));
    store.set(`blobs/${sha256(Buffer.from('own'))}`, { status: 403, body: json({ errors: [{ code: 'DENIED' }] }) });
    expect(await refusal(documents(await opened(':1')))).toBe('RegistryError denied');
  });
});

describe('a mirror', () => {
  it('that answered is told of', async () => {
    const { digest } = putImage('amd64', '1');
    const { host } = server;
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-mirror-'));
    const conf = join(folder, 'registries.conf');
    writeFileSync(
      conf,
      `[[registry]]\nlocation = "r.example"\n[[registry.mirror]]\nlocation = "${host}"\ninsecure = true\n`,
    );
    const registry = { env: {}, home: folder, systemFolder: folder, userAgent: 'test', registriesFile: conf };
    const open = (name: string): Promise<LayeredImage> => openFromRegistry(name, parseName(name), { registry });
    for (const wanted of ['r.example/a:1', `r.example/a@${digest}`])
      expect((await open(wanted)).foundAt).toEqual({ place: 'registry', address: host });
    expect((await opened(':1')).foundAt).toEqual({ place: 'registry', address: host });
    rmSync(folder, { recursive: true });
  });
});
