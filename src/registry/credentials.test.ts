import { afterEach, describe, expect, it } from 'vitest';
import type { RegistryEndpoint, Repository } from './registry.ts';
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

const alice = { kind: 'basic', username: 'alice', password: 'hunter2' } as const;
const basic = `Basic ${Buffer.from('alice:hunter2').toString('base64')}`;
const manifest = '{"schemaVersion":2,"layers":[],"mediaType":"m"}';

async function repositoryAt(
  hosts: readonly string[],
  more: Partial<RegistryEndpoint> = {},
  env = {},
): Promise<Repository> {
  const repository = await openRepository({ ...accessTo(hosts, more), env }, { patience: impatient });
  open.push(repository);
  return repository;
}

function redirect(to: string, status = 307): Lie {
  return (_request, response) => void response.writeHead(status, { location: to }).end();
}

/** Wants a token of `realm()`, any token. */
function guarded(realm: () => string, then: Lie): Lie {
  return (request, response, count) => {
    if (request.headers.authorization?.startsWith('Bearer ')) return then(request, response, count);
    const challenge = `Bearer realm="${realm()}",service="here",scope="repository:team/app:pull"`;
    response.writeHead(401, { 'www-authenticate': challenge }).end();
  };
}

const ok: Lie = (_request, response) => void response.end(manifest);

describe('credentials and redirects', () => {
  it('leaves credentials and headers of the endpoint behind when it is sent elsewhere, for good', async () => {
    let back = '';
    const storage = await liar((request, response, count) =>
      request.url === '/once' ? redirect(back)(request, response, count) : ok(request, response, count),
    );
    const registry = await liar((request, response, count) => {
      if (request.url === '/back') return ok(request, response, count);
      if (request.headers.authorization !== basic) {
        return void response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      }
      return redirect(`http://${storage.host}/once`)(request, response, count);
    });
    back = `http://${registry.host}/back`;
    const repository = await repositoryAt([registry.host], { credentials: alice, headers: { 'x-key': 'hunter3' } });
    await repository.manifest('v1');
    expect(registry.asked.map(({ headers }) => headers.authorization)).toEqual([undefined, basic, undefined]);
    expect(registry.asked.map(({ headers }) => headers['x-key'])).toEqual(['hunter3', 'hunter3', undefined]);
    expect(storage.asked.length).toBe(1);
    expect(JSON.stringify(storage.asked)).not.toMatch(/hunter|authorization|YWxpY2U/i);
  });

  it.each([0, Infinity])(
    'reads a blob where it is sent, without credentials (a connection of its own from %d bytes)',
    async (from) => {
      const storage = await liar((_request, response) => void response.end('12345'));
      const registry = await liar((request, response, count) => {
        if (request.headers.authorization === basic)
          return redirect(`http://${storage.host}/b?sig=1`)(request, response, count);
        return void response.writeHead(401, { 'www-authenticate': 'Basic', 'content-length': '0' }).end();
      });
      const access = accessTo([registry.host], { credentials: alice, headers: { 'x-key': 'hunter3' } });
      const repository = await openRepository(access, { patience: impatient, prefetch: { bulkBytes: from } });
      open.push(repository);
      const reader = repository.openBlob(`sha256:${'0'.repeat(64)}`, 5);
      const into = Buffer.alloc(10);
      expect(into.toString('latin1', 0, await reader.read(into))).toBe('12345');
      expect(await reader.read(into)).toBe(0);
      expect(registry.asked.map(({ headers }) => headers.authorization)).toEqual([undefined, basic]);
      expect(storage.asked.map(({ url }) => url)).toEqual(['/b?sig=1']);
      expect(JSON.stringify(storage.asked)).not.toMatch(/hunter|authorization|YWxpY2U/i);
      reader.close();
    },
  );

  it('says that a header of the endpoint is none', async () => {
    const registry = await liar(ok);
    const repository = await repositoryAt([registry.host], { headers: { 'x-key': 'hunter3\r\nhost: x' } });
    const failure: unknown = await repository.manifest('v1').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'bad-setting', detail: registry.host });
    expect(registry.asked).toEqual([]);
  });

  it('keeps them within the same origin', async () => {
    const registry = await liar((request, response, count) => {
      if (request.headers.authorization === undefined) {
        return void response.writeHead(401, { 'www-authenticate': 'basic' }).end();
      }
      return request.url === '/there' ? ok(request, response, count) : redirect('/there')(request, response, count);
    });
    await (await repositoryAt([registry.host], { credentials: alice })).manifest('v1');
    expect(registry.asked.at(-1)?.headers.authorization).toBe(basic);
  });

  it('does not answer a challenge of where it was sent', async () => {
    const thief = await liar((_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
    const registry = await liar(redirect(`http://${thief.host}/`));
    const repository = await repositoryAt([registry.host], { credentials: alice });
    await expect(repository.manifest('v1')).rejects.toMatchObject({ code: 'unauthorized' });
    expect(thief.asked.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it.each([
    ['in a circle', (self: string, count: number) => `http://${self}/${count % 2}`, 4],
    ['on and on', (self: string, count: number) => `http://${self}/${count}`, 6],
    ['to another protocol', () => 'file:///etc/passwd', 1],
    ['with a password', (self: string) => `http://user:pass@${self}/`, 1],
    ["to the cloud's own address", () => 'http://169.254.169.254/latest/meta-data/', 1],
    ['to it in other words', () => 'http://0xa9fea9fe/', 1],
    ['to it in IPv6', () => 'http://[::ffff:169.254.169.254]/', 1],
    ['to a link-local address', () => 'http://[fe80::1]/', 1],
    ['to no address', () => 'http://0.0.0.0/', 1],
    ['to what is no address', () => 'http://[', 1],
  ])('is not sent %s', async (_name, to, requests) => {
    let self = '';
    const registry = await liar((_request, response, count) => {
      response.writeHead(302, { location: to(self, count) }).end();
    });
    self = registry.host;
    const repository = await repositoryAt([registry.host]);
    await expect(repository.manifest('v1')).rejects.toMatchObject({ code: 'bad-answer' });
    expect(registry.asked.length).toBeLessThanOrEqual(requests);
  });

  it.each(['127.0.0.1', 'localhost', '[::1]', '127.1'])(
    'is not sent to this machine, as %s, by a registry elsewhere',
    async (name) => {
      const inner = await liar(ok);
      // The registry is behind a proxy, so its address is none of this machine.
      const proxy = await liar(redirect(`http://${name}:${inner.host.split(':')[1]}/`));
      const repository = await repositoryAt(['http://registry.example/v2'], {}, { http_proxy: `http://${proxy.host}` });
      await expect(repository.manifest('v1')).rejects.toMatchObject({ code: 'bad-answer' });
      expect(proxy.asked.map(({ url }) => url)).toEqual(['http://registry.example/v2/team/app/manifests/v1']);
      expect(inner.asked).toEqual([]);
    },
  );
});

describe('tokens', () => {
  it('sends credentials to the realm alone, asks for the scope, and keeps the token', async () => {
    const realm = await liar((_request, response) => void response.end('{"token":"t1","expires_in":300}'));
    const registry = await liar(guarded(() => `http://${realm.host}/token?x=1`, ok));
    const repository = await repositoryAt([registry.host], { credentials: alice });
    for (const tag of ['v1', 'v2']) await repository.manifest(tag);
    expect(realm.asked.map(({ url }) => url)).toEqual([
      '/token?x=1&service=here&scope=repository%3Ateam%2Fapp%3Apull&account=alice',
    ]);
    expect(realm.asked[0]?.headers.authorization).toBe(basic);
    expect(registry.asked.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer t1', 'Bearer t1']);
  });

  it('drops credentials where the realm redirects elsewhere', async () => {
    const elsewhere = await liar((_request, response) => void response.end('{"token":"t"}'));
    const realm = await liar(redirect(`http://${elsewhere.host}/`));
    const registry = await liar(guarded(() => `http://${realm.host}/token`, ok));
    await (await repositoryAt([registry.host], { credentials: alice })).manifest('v1');
    expect(elsewhere.asked[0]?.headers.authorization).toBeUndefined();
  });

  it('never sends a refresh token on', async () => {
    const elsewhere = await liar((_request, response) => void response.end('{"token":"t"}'));
    const realm = await liar(redirect(`http://${elsewhere.host}/`));
    const registry = await liar(guarded(() => `http://${realm.host}/token`, ok));
    const repository = await repositoryAt([registry.host], { credentials: { kind: 'identity', token: 'hunter4' } });
    await expect(repository.manifest('v1')).rejects.toMatchObject({ code: 'bad-answer' });
    expect(elsewhere.asked).toEqual([]);
  });

  it('renews one that has run out, also one withdrawn early', async () => {
    let granted = 0;
    const realm = await liar((_request, response, count) => {
      granted = count;
      response.end(`{"access_token":"t${count}","expires_in":${count === 1 ? 1 : 300}}`);
    });
    const registry = await liar((request, response, count) => {
      if (count === 5 || request.headers.authorization !== `Bearer t${granted}`) {
        return void response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${realm.host}/"` }).end();
      }
      return ok(request, response, count);
    });
    const repository = await repositoryAt([registry.host]);
    for (const tag of ['v1', 'v2', 'v3', 'v4']) await repository.manifest(tag);
    expect(granted).toBe(3);
  });

  it('gets a new one in the middle of a blob', async () => {
    const realm = await liar((_request, response, count) => void response.end(`{"token":"t${count}"}`));
    const registry = await liar((request, response) => {
      const token = Number(request.headers.authorization?.slice('Bearer t'.length));
      const [, start] = /^bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
      if (!(token > Number(start ?? 0))) {
        return void response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${realm.host}/"` }).end();
      }
      const left = '12345'.slice(Number(start ?? 0));
      const range = start === undefined ? {} : { 'content-range': `bytes ${start}-4/5` };
      response.writeHead(start === undefined ? 200 : 206, { ...range, 'content-length': left.length });
      // Each connection brings one byte, and each token is good for one connection.
      return void response.write(left.slice(0, 1), () => (left.length === 1 ? response.end() : response.destroy()));
    });
    const repository = await repositoryAt([registry.host]);
    const reader = repository.openBlob(`sha256:${'0'.repeat(64)}`, 5);
    const into = Buffer.alloc(5);
    expect(into.toString('latin1', 0, await reader.read(into))).toBe('12345');
    expect(realm.asked.length).toBe(5);
    reader.close();
  });

  it('tells a lack of rights from a lack of a name', async () => {
    const realm = await liar((_request, response) => void response.end('{"token":"t"}'));
    const registry = await liar((_request, response) => {
      const challenge = `Bearer realm="http://${realm.host}/",error="insufficient_scope"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    const known = await repositoryAt([registry.host], { credentials: alice });
    await expect(known.manifest('v1')).rejects.toMatchObject({ code: 'denied' });
  });

  it('asks only once for what many wait for', async () => {
    const realm = await liar((_request, response) => void setTimeout(() => response.end('{"token":"t"}'), 50));
    const registry = await liar(guarded(() => `http://${realm.host}/`, ok));
    const repository = await repositoryAt([registry.host]);
    await repository.manifest('v0');
    await Promise.all(['v1', 'v2', 'v3'].map((tag) => repository.manifest(tag)));
    expect(realm.asked.length).toBe(1);
  });

  it.each([
    ['no JSON', '<html>', 200, 'bad-answer'],
    ['no token', '{"token":""}', 200, 'bad-answer'],
    ['a token that is no header', '{"token":"a\\r\\nx: y"}', 200, 'bad-answer'],
    ['a refusal', '{"errors":[{"code":"NO"}]}', 401, 'unauthorized'],
    ['an error for ever', '', 500, 'bad-answer'],
  ])('says that it got %s', async (_name, body, status, code) => {
    const realm = await liar((_request, response) => void response.writeHead(status).end(body));
    const registry = await liar(guarded(() => `http://${realm.host}/`, ok));
    const repository = await repositoryAt([registry.host], { credentials: alice });
    await expect(repository.manifest('v1')).rejects.toMatchObject({ code });
    expect(realm.asked.length).toBeLessThanOrEqual(4);
  });

  it('gives up where no token is ever enough', async () => {
    const realm = await liar((_request, response) => void response.end('{"token":"t"}'));
    const challenge = (): string => `Bearer realm="http://${realm.host}/",error="insufficient_scope"`;
    const registry = await liar((_request, response) => {
      response.writeHead(401, { 'www-authenticate': challenge() }).end();
    });
    const repository = await repositoryAt([registry.host]);
    await expect(repository.manifest('v1')).rejects.toMatchObject({ code: 'unauthorized' });
    expect(registry.asked.length).toBeLessThanOrEqual(3);
    expect(realm.asked.length).toBeLessThanOrEqual(2);
  });

  it('sends a token of the user as it is', async () => {
    const registry = await liar(guarded(() => 'http://127.0.0.1:1/', ok));
    await (await repositoryAt([registry.host], { credentials: { kind: 'bearer', token: 'mine' } })).manifest('v1');
    expect(registry.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer mine']);
  });
});

describe('several endpoints', () => {
  const status =
    (code: number): Lie =>
    (_request, response) =>
      void response.writeHead(code).end('{}');

  it.each([
    ['is not there', undefined],
    ['lacks it', status(404)],
    ['has an error', status(500)],
    ['wants to know who we are', status(401)],
    ['gives a page', ((_request, response) => void response.end('<html>')) satisfies Lie],
  ])('asks the next where a mirror %s', async (_name, lie) => {
    const mirror = lie === undefined ? '127.0.0.1:1' : (await liar(lie)).host;
    const registry = await liar(ok);
    const repository = await repositoryAt([mirror, registry.host]);
    expect((await repository.manifest('v1')).mediaType).toBe('m');
  });

  it('asks the next where a mirror gives other bytes than the digest names', async () => {
    const [mirror, registry] = [await liar((_, response) => void response.end('{"layers":[]}')), await liar(ok)];
    const { digest } = await (await repositoryAt([registry.host])).manifest('v1');
    const repository = await repositoryAt([mirror.host, registry.host]);
    expect((await repository.manifest(digest)).digest).toBe(digest);
    expect(mirror.asked.length).toBe(1);
  });

  it('tells of all that were tried, with the code of the last', async () => {
    const [mirror, registry] = [await liar(status(500)), await liar(status(404))];
    const repository = await repositoryAt([mirror.host, registry.host]);
    await expect(repository.manifest('v1')).rejects.toMatchObject({
      code: 'not-found',
      detail: `bad-answer: ${mirror.host}: 500; not-found: ${registry.host}: 404`,
    });
  });

  it('gives each its own credentials, name and repository', async () => {
    const wants: Lie = (request, response, count) =>
      request.headers.authorization === undefined
        ? void response.writeHead(401, { 'www-authenticate': 'Basic' }).end()
        : status(404)(request, response, count);
    const [mirror, registry] = [await liar(wants), await liar(wants)];
    const { endpoints, ...access } = accessTo([mirror.host, registry.host], { credentials: alice });
    const [first, last] = endpoints as [RegistryEndpoint, RegistryEndpoint];
    const bob = { kind: 'basic', username: 'bob', password: 'x' } as const;
    const own = { namespace: 'registry.example', repository: 'proxy/team/app', credentials: bob };
    const repository = await openRepository({ ...access, endpoints: [{ ...first, ...own }, last] });
    await expect(repository.manifest('v1')).rejects.toMatchObject({ code: 'not-found' });
    await repository.close();
    expect(mirror.asked[1]?.url).toBe('/v2/proxy/team/app/manifests/v1?ns=registry.example');
    expect(mirror.asked[1]?.headers.authorization).toBe(`Basic ${Buffer.from('bob:x').toString('base64')}`);
    expect(registry.asked[1]?.url).toBe('/v2/team/app/manifests/v1');
    expect(registry.asked[1]?.headers.authorization).toBe(basic);
  });

  it('asks each only for what it can', async () => {
    const [mirror, registry] = [await liar(ok), await liar(ok)];
    const { endpoints, ...access } = accessTo([mirror.host, registry.host]);
    const [first, last] = endpoints as [RegistryEndpoint, RegistryEndpoint];
    const repository = await openRepository({ ...access, endpoints: [{ ...first, can: ['pull'] }, last] });
    const { digest } = await repository.manifest('v1');
    await repository.manifest(digest);
    await repository.close();
    expect([mirror.asked.length, registry.asked.length]).toEqual([1, 1]);
    const none = await openRepository({ ...access, endpoints: [{ ...first, can: ['pull'] }] });
    await expect(none.manifest('v1')).rejects.toMatchObject({ code: 'unsupported' });
    await none.close();
  });

  it('asks one that was not there last from then on', async () => {
    const [slow, registry] = [await liar(() => {}), await liar(ok)];
    const repository = await repositoryAt([slow.host, registry.host]);
    for (const tag of ['v1', 'v2', 'v3']) await repository.manifest(tag);
    expect(slow.asked.every(({ url }) => url.endsWith('/v1'))).toBe(true);
  });
});
