import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpError, type HttpLimits, type HttpResponse, openHttpClient, withoutCredentials } from './http.ts';

const seen: { url: string; authorization: string | undefined; agent: string | undefined }[] = [];
let server: Server;
let other: Server;
let url: string;
let otherUrl: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? '';
    seen.push({ url: path, authorization: request.headers.authorization, agent: request.headers['user-agent'] });
    if (path === '/loop') response.writeHead(302, { location: '/loop' }).end();
    else if (path === '/away') response.writeHead(301, { location: `${otherUrl}/there` }).end();
    else if (path === '/near') response.writeHead(308, { location: 'ok' }).end();
    else if (path === '/file') response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    else if (path === '/silent') return;
    else if (path === '/stalls') response.writeHead(200).write('x');
    else if (path === '/drips') {
      const timer = setInterval(() => response.write('x'), 20);
      response.writeHead(200).on('close', () => clearInterval(timer));
    } else if (path === '/cut') {
      response.writeHead(200, { 'content-length': '100' }).write('x');
      setTimeout(() => response.destroy(), 20);
    } else response.writeHead(200, { 'x-path': path }).end(`body of ${path}`);
  });
  other = createServer((request, response) => {
    seen.push({ url: request.url ?? '', authorization: request.headers.authorization, agent: undefined });
    response.end('other');
  });
  [url, otherUrl] = await Promise.all([listen(server), listen(other)]);
});

afterAll(() => {
  for (const one of [server, other]) {
    one.close();
    one.closeAllConnections();
  }
});

async function listen(one: Server, scheme = 'http'): Promise<string> {
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  return `${scheme}://127.0.0.1:${(one.address() as AddressInfo).port}`;
}

async function get(
  address: string,
  limits: Partial<HttpLimits> = {},
  env: Record<string, string> = {},
): Promise<HttpResponse & { text: string }> {
  const client = await openHttpClient({ env, userAgent: 'seaworthy/test', limits });
  try {
    const response = await client.get(address, {});
    const pieces: Uint8Array[] = [];
    for await (const piece of response.body()) pieces.push(piece);
    return { ...response, text: Buffer.concat(pieces).toString() };
  } finally {
    await client.close();
  }
}

async function failure(answer: Promise<unknown>): Promise<HttpError> {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof HttpError) return error;
  throw new Error('an HttpError was expected', { cause: error });
}

describe('http client', () => {
  it('reads an answer', async () => {
    const answer = await get(`${url}/ok`);
    expect([answer.status, answer.header('x-path'), answer.text]).toEqual([200, '/ok', 'body of /ok']);
    expect(seen.at(-1)?.agent).toBe('seaworthy/test');
  });

  it('follows redirects, also relative ones', async () => {
    expect((await get(`${url}/near`)).url).toBe(`${url}/ok`);
  });

  it.each([
    ['/loop', 'redirect'],
    ['/file', 'redirect'],
    ['/silent', 'timeout'],
    ['/stalls', 'timeout'],
    ['/drips', 'timeout'],
    ['/cut', 'interrupted'],
  ])('%s is said to be %s', async (path, code) => {
    const limits = { headersMs: 150, idleMs: 150, slowMs: 200, slowBytes: 1000 };
    expect((await failure(get(url + path, limits))).code).toBe(code);
  });

  it('says that there is no server', async () => {
    const gone = createServer();
    const address = await listen(gone);
    await new Promise((resolve) => gone.close(resolve));
    expect((await failure(get(address))).code).toBe('offline');
  });

  it.each(['ftp://example.org/', 'not an address', '/etc/passwd'])('refuses %s', async (address) => {
    expect((await failure(get(address))).code).toBe('bad-address');
  });

  it('gives credentials to their own origin only, and shows them to nobody', async () => {
    const withUser = `${url.replace('//', '//me:s%40crt@')}/away`;
    await get(withUser);
    const [first, second] = seen.slice(-2);
    expect(first?.authorization).toBe(`Basic ${Buffer.from('me:s@crt').toString('base64')}`);
    expect(second).toEqual({ url: '/there', authorization: undefined, agent: undefined });
    expect(withoutCredentials(withUser)).toBe(`${url}/away`);
  });

  it('is called off by its signal', async () => {
    const client = await openHttpClient({ env: {}, userAgent: 'x' });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    expect((await failure(client.get(`${url}/silent`, {}, controller.signal))).code).toBe('aborted');
    await client.close();
  });
});

describe('proxies', () => {
  it('are taken from the environment, and left out for NO_PROXY', async () => {
    const tunnels: string[] = [];
    const sockets = new Set<Socket>();
    const proxy = createServer().on('connect', (request, socket) => {
      tunnels.push(request.url ?? '');
      const [host, port] = (request.url ?? '').split(':');
      const onward = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      for (const one of [onward, socket as Socket]) sockets.add(one.on('error', () => {}));
    });
    const proxyUrl = await listen(proxy);
    expect((await get(`${url}/ok`, {}, { HTTP_PROXY: proxyUrl })).text).toBe('body of /ok');
    expect(tunnels).toEqual([url.slice('http://'.length)]);
    await get(`${url}/ok`, {}, { HTTP_PROXY: proxyUrl, NO_PROXY: '127.0.0.1' });
    expect(tunnels).toHaveLength(1);
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
});

const openssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!openssl)('certificates (skipped without an openssl program to make one)', () => {
  it('are trusted when NODE_EXTRA_CA_CERTS names their authority, and not otherwise', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const make = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=seaworthy-test`;
    execFileSync(
      'openssl',
      [...make.split(' '), '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
      {
        stdio: 'ignore',
      },
    );
    const secure = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
      response.end('secret');
    });
    const address = await listen(secure, 'https');
    expect((await failure(get(address))).code).toBe('tls');
    expect((await get(address, {}, { NODE_EXTRA_CA_CERTS: cert })).text).toBe('secret');
    secure.close();
    secure.closeAllConnections();
    rmSync(folder, { recursive: true });
  });
});
