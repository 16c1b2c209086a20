import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveRegistry, startRegistry, type TestRegistry } from '../../test/registry/start-registry.ts';
import { listRepositories } from './catalog.ts';
import type { Descriptor, Manifest, RegistryAccess, Repository } from './registry.ts';
import { openRepository } from './repository.ts';

const octets = 'application/octet-stream';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function descriptor(bytes: Uint8Array, mediaType = octets): Descriptor {
  return { mediaType, digest: sha256(bytes), size: bytes.length };
}

function from(bytes: Uint8Array, piece = 100_000): () => AsyncGenerator<Uint8Array> {
  return async function* () {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  };
}

async function push(repository: Repository, bytes: Uint8Array, mediaType = octets): Promise<Descriptor> {
  const one = descriptor(bytes, mediaType);
  await repository.pushBlob(one, from(bytes));
  return one;
}

function manifestOf(content: object, mediaType = manifestType): Manifest {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }));
  return { digest: sha256(bytes), mediaType, bytes };
}

async function all(repository: Repository, { digest, size }: Descriptor): Promise<Buffer> {
  const reader = repository.openBlob(digest, size);
  const pieces: Buffer[] = [];
  const into = Buffer.alloc(100_000);
  for (let count = await reader.read(into); count > 0; count = await reader.read(into)) {
    pieces.push(Buffer.from(into.subarray(0, count)));
  }
  expect(reader.fetched()).toBe(size);
  reader.close();
  return Buffer.concat(pieces);
}

async function listed<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const kinds = [
  { name: 'plain HTTP', options: {}, credentials: undefined },
  {
    name: 'TLS and htpasswd',
    options: { tls: true, htpasswd: { alice: 'pass:wörd' } },
    credentials: { kind: 'basic', username: 'alice', password: 'pass:wörd' },
  },
  {
    name: 'TLS and a token service',
    options: { tls: true, token: { users: { bob: 'secret' } } },
    credentials: { kind: 'basic', username: 'bob', password: 'secret' },
  },
  {
    name: 'a token service and a refresh token',
    options: { token: { refreshTokens: { refresh: 'carol' } } },
    credentials: { kind: 'identity', token: 'refresh' },
  },
] as const;

describe.runIf(haveRegistry).each(kinds)(
  "Debian's docker-registry over $name (skipped where it is not installed)",
  ({ options, credentials }) => {
    let registry: TestRegistry;
    let repository: Repository;
    const accessTo = (name: string): RegistryAccess => registry.access(name, credentials ? { credentials } : {});

    beforeAll(async () => {
      registry = await startRegistry(options);
      repository = await openRepository(accessTo('team/app'));
    });
    afterAll(async () => {
      await repository?.close();
      await registry?.close();
    });

    it('takes an image and gives it back by tag and by digest', async () => {
      const config = await push(repository, Buffer.from('{}'), 'application/vnd.oci.image.config.v1+json');
      const small = randomBytes(300_000);
      const large = randomBytes(9_000_000);
      const layers = [await push(repository, small), await push(repository, large)] as const;
      const manifest = manifestOf({ config, layers });
      await repository.pushManifest(manifest, 'v1');
      const index = manifestOf(
        { manifests: [{ ...descriptor(manifest.bytes, manifestType) }] },
        'application/vnd.oci.image.index.v1+json',
      );
      await repository.pushManifest(index, undefined);
      expect(await repository.manifest('v1')).toMatchObject(manifest);
      expect(await repository.manifest(index.digest)).toMatchObject(index);
      expect(Buffer.from(await repository.blob(config.digest, 100)).toString()).toBe('{}');
      expect((await all(repository, layers[0])).equals(small)).toBe(true);
      expect((await all(repository, layers[1])).equals(large)).toBe(true);
    });

    it('reads parts of a blob', async () => {
      const bytes = randomBytes(50_000);
      const { digest, size } = await push(repository, bytes);
      const reader = repository.openBlob(digest, size);
      expect(bytes.subarray(777, 1777).equals(await reader.range(777, 1000))).toBe(true);
      expect(bytes.subarray(49_990).equals(await reader.range(49_990, 1000))).toBe(true);
      expect(reader.fetched()).toBe(1010);
      reader.close();
    });

    it('mounts a blob from another repository and does not read its source then', async () => {
      const mounted = await push(repository, randomBytes(5000));
      const other = await openRepository(accessTo('team/other'));
      const never = (): AsyncGenerator<Uint8Array> => {
        throw new Error('read');
      };
      await other.pushBlob(mounted, never, 'team/app');
      await repository.pushBlob(mounted, never);
      expect((await all(other, mounted)).length).toBe(5000);
      await other.close();
    });

    it('refuses to push what is not what its descriptor says', async () => {
      const bytes = randomBytes(5_000_000);
      const wrong = { ...descriptor(bytes), digest: sha256(Buffer.from('other')) };
      await expect(repository.pushBlob(wrong, from(bytes))).rejects.toMatchObject({ code: 'digest-mismatch' });
      const short = { ...descriptor(bytes), size: 5_000_001 };
      await expect(repository.pushBlob(short, from(bytes))).rejects.toMatchObject({ code: 'digest-mismatch' });
      const small = { ...descriptor(bytes.subarray(0, 100)), size: 99 };
      await expect(repository.pushBlob(small, from(bytes.subarray(0, 100)))).rejects.toMatchObject({
        code: 'digest-mismatch',
      });
    });

    it('refuses to push a manifest before its blobs', async () => {
      const missing = descriptor(randomBytes(10));
      await expect(repository.pushManifest(manifestOf({ config: missing, layers: [] }), 'v9')).rejects.toMatchObject({
        code: 'not-found',
        detail: missing.digest,
      });
    });

    it('keeps referrers in the tag schema, for it has no referrers API', async () => {
      const config = await push(repository, Buffer.from('{}'), 'application/vnd.oci.empty.v1+json');
      const subject = manifestOf({ config, layers: [config] });
      await repository.pushManifest(subject, 'subject');
      expect(await repository.referrers(subject.digest)).toEqual([]);
      const artifacts = ['example/sbom', 'example/vex'].map((artifactType) =>
        manifestOf({ artifactType, config, layers: [config], subject: descriptor(subject.bytes, manifestType) }),
      );
      for (const artifact of [...artifacts, ...artifacts]) await repository.pushManifest(artifact, undefined);
      const found = await repository.referrers(subject.digest);
      expect(found.map(({ digest }) => digest)).toEqual(artifacts.map(({ digest }) => digest));
      expect((await repository.referrers(subject.digest, 'example/vex')).map(({ digest }) => digest)).toEqual([
        artifacts[1]?.digest,
      ]);
    });

    it('lists tags', async () => {
      expect(await listed(repository.tags())).toContain('subject');
      const nothing = await openRepository(accessTo('no/such'));
      await expect(listed(nothing.tags())).rejects.toMatchObject({ code: 'not-found' });
      await nothing.close();
    });

    it('says what is not there', async () => {
      await expect(repository.manifest('nope')).rejects.toMatchObject({ code: 'not-found' });
      const reader = repository.openBlob(sha256(Buffer.from('nope')), 10);
      await expect(reader.read(Buffer.alloc(10))).rejects.toMatchObject({ code: 'not-found' });
      reader.close();
    });

    it.runIf(credentials === undefined || credentials.kind === 'basic')('lists repositories', async () => {
      expect(await listed(listRepositories(accessTo('')))).toEqual(['team/app', 'team/other']);
    });

    it.runIf(credentials !== undefined)('is not let in as somebody else', async () => {
      const wrong = await openRepository(
        registry.access('team/app', { credentials: { kind: 'basic', username: 'mallory', password: 'x' } }),
      );
      await expect(wrong.manifest('v1')).rejects.toMatchObject({ code: 'unauthorized' });
      const nobody = await openRepository(registry.access('team/app'));
      await expect(nobody.manifest('v1')).rejects.toMatchObject({ code: 'unauthorized' });
      await wrong.close();
      await nobody.close();
    });
  },
);

describe.runIf(haveRegistry)('beside skopeo (skipped where it is not installed)', () => {
  let registry: TestRegistry;
  let folder: string;
  beforeAll(async () => {
    registry = await startRegistry({ token: { users: { bob: 'secret' }, anonymous: true } });
    folder = mkdtempSync(join(tmpdir(), 'seaworthy-skopeo-'));
  });
  afterAll(async () => {
    await registry?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** An OCI layout with one image of one small layer. */
  function layout(): { layer: Buffer; manifest: Manifest } {
    const blobs = join(folder, 'layout', 'blobs', 'sha256');
    mkdirSync(blobs, { recursive: true });
    const keep = (bytes: Buffer, mediaType: string): Descriptor => {
      writeFileSync(join(blobs, sha256(bytes).slice(7)), bytes);
      return descriptor(bytes, mediaType);
    };
    const layer = Buffer.alloc(1024);
    const diffIds = [sha256(layer)];
    const config = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: diffIds } };
    const manifest = manifestOf({
      config: keep(Buffer.from(JSON.stringify(config)), 'application/vnd.oci.image.config.v1+json'),
      layers: [keep(layer, 'application/vnd.oci.image.layer.v1.tar')],
    });
    keep(Buffer.from(manifest.bytes), manifestType);
    writeFileSync(join(folder, 'layout', 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    const index = { schemaVersion: 2, manifests: [descriptor(manifest.bytes, manifestType)] };
    writeFileSync(join(folder, 'layout', 'index.json'), JSON.stringify(index));
    return { layer, manifest };
  }

  it('reads what skopeo has pushed, as nobody in particular', async () => {
    const { layer, manifest } = layout();
    await registry.push(join(folder, 'layout'), 'from/skopeo:1', '--preserve-digests');
    const repository = await openRepository(registry.access('from/skopeo'));
    expect(await repository.manifest('1')).toMatchObject(manifest);
    expect((await all(repository, descriptor(layer))).equals(layer)).toBe(true);
    await repository.close();
  });

  it('is not let push as nobody, and not told that this is a question of names', async () => {
    const repository = await openRepository(registry.access('from/us'));
    await expect(push(repository, randomBytes(10))).rejects.toMatchObject({ code: 'unauthorized' });
    await repository.close();
  });

  it('pushes what skopeo reads', async () => {
    const credentials = { kind: 'basic', username: 'bob', password: 'secret' } as const;
    const repository = await openRepository(registry.access('to/skopeo', { credentials }));
    const config = await push(repository, Buffer.from('{}'), 'application/vnd.oci.image.config.v1+json');
    const pushed = manifestOf({ config, layers: [await push(repository, randomBytes(20_000_000))] });
    await repository.pushManifest(pushed, 'latest');
    await repository.close();
    const skopeo = promisify(execFile);
    const from = `docker://${registry.host}/to/skopeo:latest`;
    const { stdout } = await skopeo('skopeo', ['inspect', '--raw', '--tls-verify=false', from]);
    expect(sha256(Buffer.from(stdout))).toBe(pushed.digest);
    await skopeo('skopeo', ['copy', '--quiet', '--src-tls-verify=false', from, `dir:${folder}/copy`]);
    expect(readdirSync(join(folder, 'copy')).length).toBe(4);
  });
});
