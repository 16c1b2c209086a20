import { lookup } from 'node:dns';
import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { connect, isIP, type LookupFunction, type OnReadOpts, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext, connect as secure } from 'node:tls';
import { HttpError, trustedCertificates, withoutCredentials } from './http.ts';
import { proxyFor } from './proxy.ts';

/** Which servers are trusted, and who we are to them; PEM texts. */
export interface ConnectionTls {
  /** Authorities besides the system's. */
  readonly ca?: readonly string[];
  readonly certificate?: string;
  readonly key?: string;
  readonly skipVerify?: boolean;
}

/** What connections need to know of the world. */
export interface ConnectionOptions {
  /** Names proxies and authorities. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly tls?: ConnectionTls;
  readonly connectMs: number;
  /** Whether this IP address may not be connected to; asked before a connection is made, of names too. */
  readonly refuses?: (address: string) => boolean;
}

/** A request with what its way needs: an agent of its own, or the proxy's address. */
type Request = (
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
) => ClientRequest;

/** Connections that are kept from one request to the next. */
export interface Connections {
  readonly request: Request;
  /** A connection of one's own; `undefined` where a proxy stands between. Throws `HttpError`. */
  readonly dial: (url: URL, onread: OnReadOpts) => Socket | undefined;
  /** Whether no proxy stands between. */
  readonly direct: (url: URL) => boolean;
  /** Breaks off whatever is under way. */
  close(): void;
}

/** Reads the authorities when the first secure connection is made. Throws `HttpError` where a certificate can't be used. */
export async function openConnections(options: ConnectionOptions, anySecure: boolean): Promise<Connections> {
  const context = anySecure ? await contextOf(options) : undefined;
  const tls = {
    ...(context === undefined ? {} : { secureContext: context }),
    rejectUnauthorized: options.tls?.skipVerify !== true,
  };
  const way = options.refuses === undefined ? {} : { lookup: guardedLookup(options.refuses) };
  const plain = new PlainAgent({ keepAlive: true, ...way });
  const secured = new SecureAgent({ keepAlive: true, ...way, ...tls });
  const tunnels = new Map<string, SecureAgent>();
  const dialled = new Set<Socket>();
  const tunnelThrough = (proxy: string): SecureAgent => {
    const known = tunnels.get(proxy) ?? tunnelAgent(proxyAddress(proxy), tls, options.connectMs);
    tunnels.set(proxy, known);
    return known;
  };
  return {
    request(url, method, headers, signal) {
      const proxy = proxyFor(url, options.env);
      if (proxy === undefined && options.refuses?.(url.hostname.replace(/^\[|\]$/g, ''))) throw refusal(url.hostname);
      const common = { method, headers, ...(signal === undefined ? {} : { signal }) };
      if (url.protocol === 'https:') {
        return secureRequest(url, { ...common, agent: proxy === undefined ? secured : tunnelThrough(proxy) });
      }
      return proxy === undefined
        ? plainRequest(url, { ...common, agent: plain })
        : requestThrough(proxyAddress(proxy), url, common, { plain, secured });
    },
    dial(url, onread) {
      if (proxyFor(url, options.env) !== undefined) return undefined;
      const host = hostOf(url);
      if (options.refuses?.(host)) throw refusal(host);
      const place = { host, port: portOf(url), onread, ...way };
      const servername = isIP(host) === 0 ? { servername: host } : {};
      const socket = url.protocol === 'https:' ? secure({ ...place, ...tls, ...servername }) : connect(place);
      dialled.add(socket);
      return socket.once('close', () => dialled.delete(socket));
    },
    direct: (url) => proxyFor(url, options.env) === undefined,
    close() {
      for (const socket of dialled) socket.destroy();
      for (const agent of [plain, secured, ...tunnels.values()]) agent.destroy();
    },
  };
}

async function contextOf({ env, tls }: ConnectionOptions): Promise<SecureContext> {
  try {
    return createSecureContext({
      ca: [...(await trustedCertificates(env)), ...(tls?.ca ?? [])],
      ...(tls?.certificate === undefined ? {} : { cert: tls.certificate }),
      ...(tls?.key === undefined ? {} : { key: tls.key }),
    });
  } catch (cause) {
    throw new HttpError('tls', 'a certificate or key cannot be used', (cause as Error).message, { cause });
  }
}

function refusal(host: string): HttpError {
  return new HttpError('redirect', 'the address leads into a network that is not followed', host);
}

/** Resolves names as ever, but refuses those that lead where nobody may be sent; what was looked at is what is connected to. */
function guardedLookup(refuses: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      if (addresses.some(({ address }) => refuses(address))) return callback(refusal(hostname), '', 0);
      if (options.all === true) return callback(null, addresses);
      const [first] = addresses;
      return callback(null, first?.address ?? '', first?.family ?? 4);
    });
  };
}

function proxyAddress(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new HttpError('bad-address', 'the proxy is neither an http nor an https address', withoutCredentials(text));
}

function proxyHeaders(proxy: URL): Record<string, string> {
  if (proxy.username === '' && proxy.password === '') return {};
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** Plain HTTP through a proxy: the whole address in the request line (RFC 9112 3.2.2). */
function requestThrough(
  proxy: URL,
  url: URL,
  common: { readonly headers: Readonly<Record<string, string>> },
  agents: { readonly plain: PlainAgent; readonly secured: SecureAgent },
): ClientRequest {
  const headers = { ...common.headers, ...proxyHeaders(proxy), host: url.host };
  const path = `${url.origin}${url.pathname}${url.search}`;
  const place = { ...common, headers, path, host: hostOf(proxy), port: portOf(proxy) };
  return proxy.protocol === 'https:'
    ? secureRequest({ ...place, agent: agents.secured })
    : plainRequest({ ...place, agent: agents.plain });
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80));
}

/** An agent whose connections go through a tunnel (RFC 9110 9.3.6). */
function tunnelAgent(
  proxy: URL,
  tls: { readonly secureContext?: SecureContext; readonly rejectUnauthorized: boolean },
  connectMs: number,
): SecureAgent {
  const agent = new SecureAgent({ keepAlive: true });
  const create: SecureAgent['createConnection'] = (target, callback) => {
    const { host, port, servername } = target as { host?: string; port?: number | string; servername?: string };
    const reach = async (): Promise<void> => {
      let socket: Duplex;
      try {
        socket = await tunnel(proxy, `${host?.includes(':') ? `[${host}]` : host}:${port}`, tls, connectMs);
      } catch (error) {
        callback?.(error as Error, undefined as unknown as Duplex);
        return;
      }
      callback?.(null, secure({ ...tls, socket, ...(servername ? { servername } : {}) }));
    };
    void reach();
    return undefined;
  };
  agent.createConnection = create;
  return agent;
}

function tunnel(
  proxy: URL,
  target: string,
  tls: { readonly secureContext?: SecureContext },
  connectMs: number,
): Promise<Duplex> {
  const headers = { host: target, ...proxyHeaders(proxy) };
  const options = { method: 'CONNECT', path: target, headers, host: hostOf(proxy), port: portOf(proxy), agent: false };
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const request =
    proxy.protocol === 'https:'
      ? secureRequest({ ...options, ...(tls.secureContext ? { secureContext: tls.secureContext } : {}) })
      : plainRequest(options);
  const refused = (answer: IncomingMessage): HttpError =>
    new HttpError('offline', 'the proxy gives no connection', `${proxy.host}: ${answer.statusCode}`);
  request.setTimeout(connectMs, () => request.destroy(new HttpError('timeout', 'the proxy does not answer in time')));
  request.on('connect', (answer: IncomingMessage, socket: Duplex) => {
    if (answer.statusCode === 200) return resolve(socket);
    socket.destroy();
    return reject(refused(answer));
  });
  request.on('response', (answer: IncomingMessage) => {
    answer.destroy();
    reject(refused(answer));
  });
  request.on('error', reject);
  request.end();
  return promise;
}
