import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { Descriptor, Manifest, Repository } from './registry.ts';
import { openRepository } from './repository.ts';
import { accessTo, impatient, type Liar, type Lie, startLiar } from './testdata/lying-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function liar(lie: Lie): Promise<Liar> {
  const server = await startLiar(lie);
  open.push(server);
  return server;
}

async function repositoryAt(server: Liar): Promise<Repository> {
  const credentials = { kind: 'basic', username: 'alice', password: 'hunter2' } as const;
  const repository = await openRepository(accessTo([server.host], { credentials }), { patience: impatient });
  open.push(repository);
  return repository;
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

const blob = randomBytes(6_000_000);
const descriptor: Descriptor = { mediaType: 'x', digest: sha256(blob), size: blob.length };

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < blob.length; at += 50_000) yield blob.subarray(at, at + 50_000);
}

interface Store {
  bytes: Buffer;
  readonly patches: string[];
  finished: string | undefined;
}

/** What an upload does at its n-th PATCH, instead of taking it whole. */
type Trouble = (request: IncomingMessage, response: ServerResponse, store: Store, count: number) => boolean;

/** A registry that takes one upload. */
async function uploads(trouble: Trouble, head: Record<string, string> = {}): Promise<{ server: Liar; store: Store }> {
  const store: Store = { bytes: Buffer.alloc(0), patches: [], finished: undefined };
  const server = await liar((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    const session = { location: `/upload/1?state=${store.bytes.length}`, range: `0-${store.bytes.length - 1}` };
    if (request.method === 'HEAD') return void response.writeHead(404).end();
    if (request.method === 'POST') return void response.writeHead(202, { ...session, ...head }).end();
    if (request.method === 'GET') return void response.writeHead(204, session).end();
    if (url.searchParams.get('state') !== String(store.bytes.length)) return void response.writeHead(400).end();
    if (request.method === 'PUT') {
      store.finished = url.searchParams.get('digest') ?? '';
      return void response.writeHead(201).end();
    }
    store.patches.push(request.headers['content-range'] ?? '');
    if (trouble(request, response, store, store.patches.length)) return undefined;
    return void take(request, store, Infinity).then(() =>
      response.writeHead(202, { location: `/upload/1?state=${store.bytes.length}` }).end(),
    );
  });
  return { server, store };
}

async function take(request: IncomingMessage, store: Store, most: number): Promise<void> {
  const parts = [store.bytes];
  let left = most;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      parts.push(piece.subarray(0, left));
      left -= piece.length;
      if (left <= 0) break;
    }
  } catch {
  } finally {
    store.bytes = Buffer.concat(parts);
  }
}

describe('an upload in pieces', () => {
  it.each<[string, Trouble, (string | RegExp)[]]>([
    ['nothing goes wrong', () => false, ['0-5999999']],
    [
      'a connection breaks off',
      (request, response, store, count) => {
        if (count > 1) return false;
        void take(request, store, 2_000_000).then(() => response.destroy());
        return true;
      },
      ['0-5999999', '2000000-5999999'],
    ],
    [
      'the registry has an error for a while',
      (_request, response, _store, count) => count <= 2 && Boolean(response.writeHead(503).end()),
      ['0-5999999', '0-5999999', '0-5999999'],
    ],
    [
      'the registry has other bytes than we thought',
      (request, response, store, count) => {
        if (count > 1) return false;
        void take(request, store, 1000).then(() => response.writeHead(416).end());
        return true;
      },
      ['0-5999999', '1000-5999999'],
    ],
  ])('succeeds where %s', async (_name, trouble, patches) => {
    const { server, store } = await uploads(trouble);
    await (await repositoryAt(server)).pushBlob(descriptor, pieces);
    expect(store.patches).toEqual(patches);
    expect(store.finished).toBe(descriptor.digest);
    expect(store.bytes.equals(blob)).toBe(true);
  });

  it('goes in chunks as large as the registry wants where the whole is too large', async () => {
    const large = Buffer.concat([...Array<Buffer>(12)].map(() => blob));
    const { server, store } = await uploads(
      (request, response) => {
        const [start, last] = (request.headers['content-range'] ?? '').split('-').map(Number);
        return (last ?? 0) - (start ?? 0) > 50_000_000 && Boolean(response.writeHead(413).end());
      },
      { 'oci-chunk-min-length': '40000000' },
    );
    const whole = { ...descriptor, digest: sha256(large), size: large.length };
    await (await repositoryAt(server)).pushBlob(whole, async function* () {
      for (let at = 0; at < large.length; at += 1 << 20) yield large.subarray(at, at + (1 << 20));
    });
    expect(store.patches).toEqual(['0-71999999', '0-39999999', '40000000-71999999']);
    expect(sha256(store.bytes)).toBe(whole.digest);
  });

  it.each<[string, Trouble, string]>([
    ['always breaks off', (_request, response) => Boolean(response.destroy()), 'interrupted'],
    ['always has an error', (_request, response) => Boolean(response.writeHead(500).end()), 'bad-answer'],
    ['never takes so much', (_request, response) => Boolean(response.writeHead(413).end()), 'bad-answer'],
    ['does not allow it', (_request, response) => Boolean(response.writeHead(403).end()), 'denied'],
  ])('fails where the registry %s', async (_name, trouble, code) => {
    const { server, store } = await uploads(trouble);
    await expect((await repositoryAt(server)).pushBlob(descriptor, pieces)).rejects.toMatchObject({ code });
    expect(store.finished).toBeUndefined();
    expect(store.patches.length).toBeLessThan(8);
  });

  it('tells what goes wrong with its source, not with the registry', async () => {
    const { server } = await uploads(() => false);
    const failure = new TypeError('no such file');
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield blob.subarray(0, 100_000);
      throw failure;
    };
    await expect((await repositoryAt(server)).pushBlob(descriptor, source)).rejects.toBe(failure);
  });

  it('brings what another host is to keep there without credentials', async () => {
    const storage = await liar((request, response) => {
      request.resume();
      request.on('end', () => response.writeHead(request.method === 'PUT' ? 201 : 202, { location: '/x' }).end());
    });
    const registry = await liar((request, response) => {
      if (request.headers.authorization === undefined) {
        return void response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      }
      const status = request.method === 'HEAD' ? 404 : 202;
      return void response.writeHead(status, { location: `http://${storage.host}/up` }).end();
    });
    await (await repositoryAt(registry)).pushBlob(descriptor, pieces);
    expect(storage.asked.map(({ method, headers }) => [method, headers.authorization])).toEqual([
      ['PATCH', undefined],
      ['PUT', undefined],
    ]);
  });

  it.each([
    ['no place', {}],
    ['a place that is none', { location: 'ftp://x/' }],
    ["the cloud's own address", { location: 'http://169.254.169.254/' }],
  ])('is refused %s', async (_name, headers) => {
    const server = await liar((request, response) => {
      response.writeHead(request.method === 'HEAD' ? 404 : 202, headers).end();
    });
    await expect((await repositoryAt(server)).pushBlob(descriptor, pieces)).rejects.toMatchObject({
      code: 'bad-answer',
    });
  });

  it('uploads where it may not mount', async () => {
    const server = await liar((request, response) => {
      request.resume();
      const url = new URL(request.url ?? '', 'http://x');
      if (request.method === 'HEAD') return void response.writeHead(404).end();
      if (url.searchParams.has('mount')) return void response.writeHead(403).end();
      const status = request.method === 'PUT' ? 201 : 202;
      request.on('end', () => response.writeHead(status, { location: '/up' }).end());
      return undefined;
    });
    await (await repositoryAt(server)).pushBlob(descriptor, pieces, 'other/app');
    expect(server.asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `HEAD /v2/team/app/blobs/${descriptor.digest}`,
      `POST /v2/team/app/blobs/uploads/?mount=${encodeURIComponent(descriptor.digest)}&from=other%2Fapp`,
      'POST /v2/team/app/blobs/uploads/',
      'PATCH /up',
      `PUT /up?digest=${encodeURIComponent(descriptor.digest)}`,
    ]);
  });
});

describe('a manifest with a subject', () => {
  const subject = sha256(Buffer.from('subject'));
  const tag = subject.replace(':', '-');
  const indexType = 'application/vnd.oci.image.index.v1+json';

  function artifact(artifactType: string): Manifest {
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const bytes = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType, artifactType, subject: { digest: subject } }),
    );
    return { digest: sha256(bytes), mediaType, bytes };
  }

  /** Keeps what is put, and lets `meddle` change it afterwards. */
  async function keeping(meddle: (kept: Map<string, Buffer>, count: number) => void, headers = {}): Promise<Liar> {
    const kept = new Map<string, Buffer>();
    let puts = 0;
    return liar((request, response) => {
      const name = (request.url ?? '').split('/').at(-1) ?? '';
      const found = kept.get(name);
      if (request.method === 'PUT') {
        void request.toArray().then((parts) => {
          kept.set(name, Buffer.concat(parts as Buffer[]));
          if (name === tag) meddle(kept, ++puts);
          return response.writeHead(201, headers).end();
        });
      } else if (found === undefined || request.url?.includes('/referrers/')) response.writeHead(404).end();
      else response.end(found);
    });
  }

  it('is left to a registry that knows referrers', async () => {
    const server = await keeping(() => {}, { 'oci-subject': subject });
    await (await repositoryAt(server)).pushManifest(artifact('a'));
    expect(server.asked.map(({ method }) => method)).toEqual(['PUT']);
  });

  it('is added again where somebody else has overwritten the index meanwhile', async () => {
    const theirs = { mediaType: 'm', digest: sha256(Buffer.from('theirs')), size: 3 };
    const server = await keeping((kept, count) => {
      if (count > 1) return;
      kept.set(tag, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [theirs] })));
    });
    const repository = await repositoryAt(server);
    await repository.pushManifest(artifact('a'));
    const found = await repository.referrers(subject);
    expect(found.map(({ digest }) => digest)).toEqual([theirs.digest, artifact('a').digest]);
    expect(found[1]?.artifactType).toBe('a');
  });

  it('gives up where it never stays', async () => {
    const server = await keeping((kept) => kept.delete(tag));
    const pushed = (await repositoryAt(server)).pushManifest(artifact('a'));
    await expect(pushed).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('does not overwrite what is no index', async () => {
    const server = await keeping(() => {});
    const repository = await repositoryAt(server);
    await repository.pushManifest(artifact('b'), tag).catch(() => undefined);
    const before = server.asked.length;
    await expect(repository.pushManifest(artifact('a'))).rejects.toMatchObject({ code: 'unsupported' });
    expect(server.asked.slice(before).filter(({ method }) => method === 'PUT').length).toBe(1);
  });

  it('is not pushed under a digest that it does not have', async () => {
    const server = await keeping(() => {});
    const wrong = { ...artifact('a'), digest: subject };
    await expect((await repositoryAt(server)).pushManifest(wrong)).rejects.toMatchObject({ code: 'digest-mismatch' });
    expect(server.asked).toEqual([]);
  });
});
