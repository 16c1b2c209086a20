import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { haveRegistry, makeCertificates } from '../../test/registry/start-registry.ts';
import type { RegistryEndpoint, Repository } from './registry.ts';
import { openRepository } from './repository.ts';
import { accessTo, impatient, type Liar, type Lie, startLiar } from './testdata/lying-server.ts';

const ok: Lie = (_request, response) => void response.end('{"schemaVersion":2,"layers":[],"mediaType":"m"}');
const alice = { kind: 'basic', username: 'alice', password: 'hunter2' } as const;

describe.runIf(haveRegistry)('TLS (skipped where openssl is not installed)', () => {
  let folder: string;
  let ca: string;
  const open: { close(): Promise<void> }[] = [];
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'seaworthy-tls-'));
    ca = makeCertificates(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one.close();
  });

  async function liar(lie: Lie, options: object | false = {}): Promise<Liar> {
    const server = await startLiar(
      lie,
      options === false ? undefined : { cert: read('server.pem'), key: read('server-key.pem'), ...options },
    );
    open.push(server);
    return server;
  }

  async function repositoryAt(host: string, more: Partial<RegistryEndpoint>, env = {}): Promise<Repository> {
    const access = { ...accessTo([`https://${host}/v2`], more), env };
    const repository = await openRepository(access, { patience: impatient });
    open.push(repository);
    return repository;
  }

  it('trusts the authority of the endpoint', async () => {
    const server = await liar(ok);
    expect((await (await repositoryAt(server.host, { tls: { ca: [ca] } })).manifest('v1')).mediaType).toBe('m');
  });

  it('trusts the authority that the environment names', async () => {
    const server = await liar(ok);
    for (const name of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE']) {
      const repository = await repositoryAt(server.host, {}, { [name]: join(folder, 'ca.pem') });
      expect((await repository.manifest('v1')).mediaType).toBe('m');
    }
  });

  it('trusts nobody else, and tells nobody else anything', async () => {
    const server = await liar(ok);
    const repository = await repositoryAt(server.host, { credentials: alice });
    await expect(repository.manifest('v1')).rejects.toMatchObject({ code: 'untrusted' });
    expect(server.asked).toEqual([]);
  });

  it('does not take a certificate for another name', async () => {
    const server = await liar(ok);
    const proxy = await tunnel(server.host);
    const repository = await repositoryAt('other.example', { tls: { ca: [ca] } }, { https_proxy: proxy.url });
    await expect(repository.manifest('v1')).rejects.toMatchObject({ code: 'untrusted' });
  });

  it('trusts anybody where that is asked for', async () => {
    const server = await liar(ok);
    const repository = await repositoryAt(server.host, { tls: { skipVerify: true } });
    expect((await repository.manifest('v1')).mediaType).toBe('m');
  });

  it('shows the certificate of the client, but to the endpoint alone', async () => {
    const asking = { requestCert: true, rejectUnauthorized: false, ca };
    const seen: string[] = [];
    const note = (name: string, then: Lie): Lie => {
      return (request, response, count) => {
        const { subject } = (request.socket as unknown as TLSSocket).getPeerCertificate();
        seen.push(`${name} ${String(subject?.CN)}`);
        then(request, response, count);
      };
    };
    const storage = await liar(note('storage', ok), asking);
    const send: Lie = (_request, response) => {
      response.writeHead(307, { location: `https://${storage.host}/blob` }).end();
    };
    const server = await liar(note('registry', send), asking);
    const tls = { ca: [ca], certificate: read('client.pem'), key: read('client-key.pem') };
    await (await repositoryAt(server.host, { tls })).manifest('v1');
    expect(seen).toEqual(['registry test-client', 'storage undefined']);
  });

  it.each([
    ['a certificate that is none', { certificate: 'x', key: 'y' }],
    ['a certificate without its key', 'client'],
  ])('says that it has %s', async (_name, tls) => {
    const server = await liar(ok);
    const settings = typeof tls === 'string' ? { certificate: read('client.pem'), key: read('server-key.pem') } : tls;
    const repository = await repositoryAt(server.host, { tls: settings });
    await expect(repository.manifest('v1')).rejects.toMatchObject({ code: 'untrusted' });
    expect(server.asked).toEqual([]);
  });

  it('is not sent from HTTPS to HTTP', async () => {
    const plain = await liar(ok, false);
    const server = await liar((_request, response) => {
      response.writeHead(302, { location: `http://${plain.host}/` }).end();
    });
    const repository = await repositoryAt(server.host, { tls: { ca: [ca] } });
    await expect(repository.manifest('v1')).rejects.toMatchObject({ code: 'bad-answer' });
    expect(plain.asked).toEqual([]);
  });

  it('tells a realm of plain HTTP nothing', async () => {
    const realm = await liar((_request, response) => void response.end('{"token":"t"}'), false);
    const server = await liar((_request, response) => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${realm.host}/"` }).end();
    });
    const repository = await repositoryAt(server.host, { tls: { ca: [ca] }, credentials: alice });
    await expect(repository.manifest('v1')).rejects.toMatchObject({ code: 'bad-answer' });
    expect(realm.asked).toEqual([]);
  });

  interface Proxy {
    readonly url: string;
    readonly asked: string[];
  }

  /** A proxy whose tunnels all lead to `host`. */
  async function tunnel(host: string): Promise<Proxy> {
    const asked: string[] = [];
    const server: Server = createServer((_request, response) => void response.writeHead(400).end());
    server.on('connect', (request, socket) => {
      asked.push(`${request.url} ${request.headers['proxy-authorization']}`);
      const [name, port] = host.split(':');
      const onward = connect(Number(port), name);
      socket.on('error', () => onward.destroy());
      onward.on('error', () => socket.destroy());
      onward.on('connect', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket);
        socket.pipe(onward);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push({
      async close() {
        server.close();
        server.closeAllConnections();
      },
    });
    return { url: `http://user:p%40ss@127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }

  it('goes through the proxy that the environment names, whose password the registry does not see', async () => {
    const server = await liar(ok);
    const proxy = await tunnel(server.host);
    const repository = await repositoryAt(
      'localhost.example:5000',
      { tls: { skipVerify: true } },
      { HTTPS_PROXY: proxy.url },
    );
    for (const tag of ['v1', 'v2']) await repository.manifest(tag);
    const pair = Buffer.from('user:p@ss').toString('base64');
    expect(proxy.asked).toEqual([`localhost.example:5000 Basic ${pair}`]);
    expect(server.asked.map(({ headers }) => headers['proxy-authorization'])).toEqual([undefined, undefined]);
    expect(server.asked[0]?.headers.host).toBe('localhost.example:5000');
  });

  it('says that the proxy refuses', async () => {
    const proxy = await liar((_request, response) => void response.end(), false);
    const repository = await repositoryAt('registry.example', {}, { HTTPS_PROXY: `http://${proxy.host}` });
    await expect(repository.manifest('v1')).rejects.toMatchObject({
      code: expect.stringMatching(/unreachable|interrupted/),
    });
  });
});
