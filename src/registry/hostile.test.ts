import { createHash, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { listRepositories } from './catalog.ts';
import type { RegistryEndpoint, Repository } from './registry.ts';
import { openRepository } from './repository.ts';
import { accessTo, impatient, type Liar, type Lie, startLiar, startRaw } from './testdata/lying-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function liar(lie: Lie): Promise<Liar> {
  const server = await startLiar(lie);
  open.push(server);
  return server;
}

async function repositoryAt(
  hosts: readonly string[],
  more: Partial<RegistryEndpoint> = {},
  tuning: object = {},
): Promise<Repository> {
  const repository = await openRepository(accessTo(hosts, more), { patience: { ...impatient, ...tuning } });
  open.push(repository);
  return repository;
}

const manifest = Buffer.from(
  JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', layers: [] }),
);
const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
const other = `sha256:${'0'.repeat(64)}`;

function gives(body: string | Buffer, headers: Record<string, string> = {}, status = 200): Lie {
  return (_request, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

function endless(response: ServerResponse): void {
  const piece = Buffer.alloc(64 << 10, 0x20);
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more);
  more();
}

function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 50);
  response.on('close', () => clearInterval(timer));
}

interface Case {
  readonly lie: string;
  readonly answer: Lie;
  readonly code: string;
  /** At most so many requests. */
  readonly most?: number;
  readonly reference?: string;
  readonly says?: RegExp;
}

const page = { 'content-type': 'text/html' };
const cases: readonly Case[] = [
  { lie: 'other bytes than the digest', answer: gives(manifest), reference: other, code: 'digest-mismatch', most: 1 },
  {
    lie: 'a digest in the header that the bytes do not have',
    answer: gives(manifest, { 'docker-content-digest': other }),
    code: 'digest-mismatch',
    most: 1,
  },
  {
    lie: 'a digest in the header that is none',
    answer: gives(manifest, { 'docker-content-digest': 'md5:x' }),
    code: 'bad-answer',
  },
  { lie: 'a page of a portal', answer: gives('<html>log in</html>', page), code: 'bad-answer', says: /text\/html/ },
  { lie: 'a page of a portal for a digest', answer: gives('<html>', page), reference: digest, code: 'bad-answer' },
  { lie: 'broken JSON', answer: gives('{"schemaVersion":2,'), code: 'bad-answer' },
  { lie: 'JSON that is no object', answer: gives('[1]'), code: 'bad-answer' },
  { lie: 'JSON that is no manifest', answer: gives('{"a":1}'), code: 'bad-answer' },
  { lie: 'nothing', answer: gives(''), code: 'bad-answer' },
  { lie: 'schema 1', answer: gives('{"schemaVersion":1,"fsLayers":[]}'), code: 'unsupported' },
  {
    lie: 'a length of 10 GB',
    answer: (_request, response) => {
      response.writeHead(200, { 'content-length': '10000000000' });
      response.write('{');
    },
    code: 'limit-exceeded',
    most: 1,
  },
  { lie: 'a document without end', answer: (_, response) => endless(response), code: 'limit-exceeded', most: 1 },
  { lie: 'a document that drips', answer: (_, response) => drip(response), code: 'timeout', most: 2 },
  { lie: 'no answer', answer: () => {}, code: 'timeout', most: 2 },
  {
    lie: 'a body that breaks off',
    answer: (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{');
      setTimeout(() => response.destroy(), 20);
    },
    code: 'interrupted',
    most: 4,
  },
  { lie: 'no connection kept', answer: (_, response) => response.destroy(), code: 'interrupted', most: 4 },
  { lie: '429 for ever', answer: gives('', { 'retry-after': '0' }, 429), code: 'rate-limited', most: 4 },
  { lie: '429 for a day', answer: gives('', { 'retry-after': '86400' }, 429), code: 'rate-limited', most: 1 },
  { lie: '503 for ever', answer: gives('', {}, 503), code: 'bad-answer', most: 4, says: /503/ },
  {
    lie: 'an error with words',
    answer: gives('{"errors":[{"code":"DENIED","message":"pay\\u001b[31m first"}]}', {}, 403),
    code: 'denied',
    most: 1,
    says: /^127\.0\.0\.1:\d+: 403 DENIED: pay \[31m first$/,
  },
  {
    lie: '401 for ever with Basic',
    answer: gives('', { 'www-authenticate': 'Basic realm="x"' }, 401),
    code: 'unauthorized',
    most: 2,
  },
  { lie: '401 without a challenge', answer: gives('', {}, 401), code: 'unauthorized', most: 1 },
  {
    lie: '401 with a broken challenge',
    answer: gives('', { 'www-authenticate': 'Bearer realm="http://x' }, 401),
    code: 'unauthorized',
    most: 1,
  },
  {
    lie: 'a realm that is no address',
    answer: gives('', { 'www-authenticate': 'Bearer realm="file:///etc/passwd"' }, 401),
    code: 'bad-answer',
    most: 1,
  },
  {
    lie: "the cloud's own address as the realm",
    answer: gives('', { 'www-authenticate': 'Bearer realm="http://169.254.169.254/latest"' }, 401),
    code: 'bad-answer',
    most: 1,
  },
];

describe('a registry that lies', () => {
  it.each(cases)('gives $lie', { timeout: 10_000 }, async ({ answer, code, most, reference, says }) => {
    const server = await liar(answer);
    const credentials = { kind: 'basic', username: 'alice', password: 'hunter2' } as const;
    const repository = await repositoryAt([server.host], { credentials });
    const started = performance.now();
    const failure: unknown = await repository.manifest(reference ?? 'v1').catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'RegistryError', code });
    expect(performance.now() - started).toBeLessThan(5000);
    expect(server.asked.length).toBeLessThanOrEqual(most ?? 1);
    const { detail = '' } = failure as { detail?: string };
    expect(detail).toMatch(says ?? /./);
    expect(detail).not.toContain('hunter2');
  });

  it.each([
    ['a header that is none', 'HTTP/1.1 200 OK\r\nno header\r\n\r\n', 'bad-answer'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx', 'bad-answer'],
    ['headers without end', `HTTP/1.1 200 OK\r\n${`X: ${'a'.repeat(1000)}\r\n`.repeat(100)}\r\n`, 'bad-answer'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', 'bad-answer'],
  ])('sends %s', async (_name, bytes, code) => {
    const server = await startRaw((socket) => void socket.once('data', () => socket.write(bytes)));
    open.push(server);
    const repository = await repositoryAt([server.host]);
    await expect(repository.manifest('v1')).rejects.toMatchObject({ code });
  });

  it('drips its headers', async () => {
    const server = await startRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX: ');
      const timer = setInterval(() => socket.write('a'), 50);
      socket.on('close', () => clearInterval(timer));
    });
    open.push(server);
    const repository = await repositoryAt([server.host]);
    const started = performance.now();
    await expect(repository.manifest('v1')).rejects.toMatchObject({ code: 'timeout' });
    expect(performance.now() - started).toBeLessThan(4000);
  });

  it('asks for patience and then answers', async () => {
    const server = await liar((_request, response, count) => {
      response.writeHead(count === 1 ? 429 : 200, count === 1 ? { 'retry-after': '1' } : {});
      response.end(count === 1 ? '' : manifest);
    });
    const repository = await repositoryAt([server.host]);
    const started = performance.now();
    expect((await repository.manifest('v1')).digest).toBe(digest);
    expect(performance.now() - started).toBeGreaterThan(990);
  });

  it('holds no more memory than a document may have', async () => {
    const server = await liar((_request, response) => endless(response));
    const repository = await repositoryAt([server.host]);
    const before = process.memoryUsage().rss;
    await Promise.all(
      Array.from({ length: 4 }, () =>
        expect(repository.manifest('v1')).rejects.toMatchObject({ code: 'limit-exceeded' }),
      ),
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(200 << 20);
  });

  it.each(['../../admin', 'a/../b', 'v1?x=1', '', '.x', 'a b', `sha256:${'0'.repeat(63)}`])(
    'is not asked for the reference %j',
    async (reference) => {
      const repository = await repositoryAt(['127.0.0.1:1']);
      await expect(repository.manifest(reference)).rejects.toMatchObject({ code: 'bad-name' });
    },
  );

  it.each(['../x', 'a//b', '/a', 'a?b', 'a/..', 'a%2fb'])('is not asked for the repository %j', async (name) => {
    const repository = await openRepository({ ...accessTo(['127.0.0.1:1']), repository: name });
    await expect(repository.manifest('v1')).rejects.toMatchObject({ code: 'bad-name' });
  });
});

describe('a registry that lists falsely', () => {
  async function tagsOf(lie: Lie, tuning: object = {}): Promise<string[]> {
    const server = await liar(lie);
    const repository = await repositoryAt([server.host], {}, tuning);
    const tags: string[] = [];
    for await (const tag of repository.tags()) tags.push(tag);
    return tags;
  }

  it.each([
    ['a page', '<html>'],
    ['no list', '{"tags":"a"}'],
    ['numbers', '{"tags":[1]}'],
  ])('gives %s', async (_name, body) => {
    await expect(tagsOf(gives(body))).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('gives none', async () => {
    expect(await tagsOf(gives('{"name":"team/app","tags":null}'))).toEqual([]);
  });

  it('leads in a circle', async () => {
    const link = { link: '</v2/team/app/tags/list?last=a>; rel="next"' };
    await expect(tagsOf(gives('{"tags":["a"]}', link))).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('goes on for ever', async () => {
    const lie: Lie = (_request, response, count) => {
      response.writeHead(200, { link: `</v2/team/app/tags/list?last=t${count}>; rel="next"` });
      response.end(`{"tags":["t${count}"]}`);
    };
    await expect(tagsOf(lie, { pages: 20 })).rejects.toMatchObject({ code: 'limit-exceeded' });
  });

  it('leads to another host, which is not asked', async () => {
    const elsewhere = await liar(gives('{"tags":["stolen"]}'));
    const lie: Lie = (_request, response, count) => {
      response.writeHead(200, count === 1 ? { link: `<http://${elsewhere.host}/x?last=a>; rel="next"` } : {});
      response.end(count === 1 ? '{"tags":["a"]}' : '{"tags":["b"]}');
    };
    expect(await tagsOf(lie)).toEqual(['a', 'b']);
    expect(elsewhere.asked).toEqual([]);
  });

  it('gives full pages without links', async () => {
    const names = Array.from({ length: 2500 }, (_, index) => `t${String(index).padStart(4, '0')}`);
    const lie: Lie = (request, response) => {
      const url = new URL(request.url ?? '', 'http://x');
      const after = names.filter((name) => name > (url.searchParams.get('last') ?? ''));
      response.end(JSON.stringify({ tags: after.slice(0, Number(url.searchParams.get('n'))) }));
    };
    expect(await tagsOf(lie)).toEqual(names);
  });

  it('ignores paging and gives the same full page again and again', async () => {
    const names = Array.from({ length: 1000 }, (_, index) => `t${String(index).padStart(4, '0')}`);
    expect(await tagsOf(gives(JSON.stringify({ tags: names })))).toEqual(names);
  });

  it.each([
    [404, '', 'unsupported'],
    [200, '{"repositories":["../x"]}', 'bad-answer'],
    [401, '', 'unauthorized'],
  ])('answers the catalog with %j %j', async (status, body, code) => {
    const server = await liar(gives(body, {}, status));
    const listed = listRepositories(accessTo([server.host]));
    await expect(listed.next()).rejects.toMatchObject({ code });
  });
});

describe('a registry that tells of referrers falsely', () => {
  const entry = { mediaType: 'm', digest: other, size: 3, artifactType: 'a' };
  const subject = `sha256:${createHash('sha256').update(randomBytes(3)).digest('hex')}`;

  it.each([
    ['an entry without a digest', { manifests: [{ ...entry, digest: 'x' }] }],
    ['a negative size', { manifests: [{ ...entry, size: -1 }] }],
    ['no index', { tags: [] }],
  ])('gives %s by the API and by the tag', async (_name, body) => {
    const server = await liar(gives(JSON.stringify({ ...body, mediaType: 'x' })));
    const repository = await repositoryAt([server.host]);
    await expect(repository.referrers(subject)).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('does not filter, and gives pages', async () => {
    const server = await liar((_request, response, count) => {
      response.writeHead(200, count === 1 ? { link: `</v2/x?next=2&artifactType=a>; rel="next"` } : {});
      response.end(JSON.stringify({ manifests: [entry, { ...entry, artifactType: `b${count}` }] }));
    });
    const repository = await repositoryAt([server.host]);
    expect(await repository.referrers(subject, 'a')).toEqual([entry, entry]);
    expect(server.asked.map(({ url }) => url)).toEqual([
      `/v2/team/app/referrers/${subject}?artifactType=a`,
      `/v2/team/app/referrers/${subject}?artifactType=a&next=2`,
    ]);
  });
});
