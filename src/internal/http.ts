import { readFileSync } from 'node:fs';
import type { Dispatcher } from 'undici';

export type HttpErrorCode =
  | 'offline'
  | 'timeout'
  | 'interrupted'
  | 'tls'
  | 'status'
  | 'redirect'
  | 'too-large'
  | 'bad-address'
  | 'aborted';

/** A request that brought no usable answer. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: HttpErrorCode;
  readonly detail: string | undefined;
  /** Status of the answer, where there was one. */
  readonly status: number | undefined;
  /** `Retry-After` as sent. */
  readonly retryAfter: string | undefined;
  constructor(code: HttpErrorCode, message: string, detail?: string, extra: HttpErrorExtra = {}) {
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.code = code;
    this.detail = detail;
    this.status = extra.status;
    this.retryAfter = extra.retryAfter;
  }
}

interface HttpErrorExtra {
  readonly status?: number;
  readonly retryAfter?: string | undefined;
  readonly cause?: unknown;
}

/** How long to wait for whom. */
export interface HttpLimits {
  readonly connectMs: number;
  /** From the request to the answer's head. */
  readonly headersMs: number;
  /** Between two pieces of the body. */
  readonly idleMs: number;
  /** Fewer than `slowBytes` within `slowMs` is too slow: an answer that drips would hold us for ever. */
  readonly slowMs: number;
  readonly slowBytes: number;
  readonly redirects: number;
}

const HTTP_LIMITS: HttpLimits = {
  connectMs: 15_000,
  headersMs: 60_000,
  idleMs: 30_000,
  slowMs: 60_000,
  slowBytes: 8 * 1024,
  redirects: 5,
};

/** An answer whose body is yet to be read; it must be read to its end or discarded. */
export interface HttpResponse {
  readonly status: number;
  /** Address that answered, after redirects, without credentials. */
  readonly url: string;
  /** One header by its lower-case name. */
  header(name: string): string | undefined;
  /** Pieces of the body; throws `HttpError`. */
  body(): AsyncGenerator<Uint8Array>;
  discard(): void;
}

/** Reads over HTTP(S), through the proxies that the environment names. */
export interface HttpClient {
  /**
   * GET, following redirects. Credentials in the address go to that origin only. Throws `HttpError` for everything but
   * an answer; a status is never an error here.
   */
  get(url: string, headers: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** What a client needs to know of the world. */
export interface HttpOptions {
  /** `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY` and `NODE_EXTRA_CA_CERTS` are obeyed. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly userAgent: string;
  readonly limits?: Partial<HttpLimits>;
  /** Whether a redirect may lead there, besides the rules that hold for all. */
  readonly mayFollow?: (next: URL) => boolean;
}

/** Loads undici, which costs some 60 ms: call it when a request is certain. */
export async function openHttpClient(options: HttpOptions): Promise<HttpClient> {
  const limits = { ...HTTP_LIMITS, ...options.limits };
  const { EnvHttpProxyAgent, request } = await import('undici');
  const ca = await trustedCertificates(options.env);
  const agent = new EnvHttpProxyAgent({
    ...proxies(options.env),
    connect: { ca, timeout: limits.connectMs },
    requestTls: { ca, timeout: limits.connectMs },
    proxyTls: { ca, timeout: limits.connectMs },
    headersTimeout: limits.headersMs,
    bodyTimeout: limits.idleMs,
  });
  const send: Send = async (url, headers, signal) => {
    try {
      return await request(url, {
        dispatcher: agent,
        headers: { 'user-agent': options.userAgent, ...headers },
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      throw asHttpError(error);
    }
  };
  return {
    get: (url, headers, signal) => follow({ send, limits, mayFollow: options.mayFollow }, url, headers, signal),
    close: () => agent.destroy(),
  };
}

type Send = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
) => Promise<Dispatcher.ResponseData>;

/** An address as it may be shown or kept: without user and password. */
export function withoutCredentials(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return url;
  parsed.username = '';
  parsed.password = '';
  return parsed.href;
}

interface Following {
  readonly send: Send;
  readonly limits: HttpLimits;
  readonly mayFollow: HttpOptions['mayFollow'] | undefined;
}

async function follow(
  { send, limits, mayFollow }: Following,
  address: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  let url = parseAddress(address);
  const authorization = basicCredentials(url);
  const origin = url.origin;
  for (let hops = 0; ; hops++) {
    url.username = '';
    url.password = '';
    const own = authorization !== undefined && url.origin === origin ? { authorization } : {};
    const answer = await send(url, { ...headers, ...own }, signal);
    const location = headerOf(answer, 'location');
    if (![301, 302, 303, 307, 308].includes(answer.statusCode) || location === undefined) {
      return responseOf(answer, url.href, limits);
    }
    answer.body.on('error', () => {}).destroy();
    if (hops >= limits.redirects) throw new HttpError('redirect', 'the address redirects too often', url.href);
    const next = URL.parse(location, url.href);
    const isRefused =
      next === null ||
      !/^https?:$/.test(next.protocol) ||
      (url.protocol === 'https:' && next.protocol === 'http:') ||
      mayFollow?.(next) === false;
    if (isRefused) {
      throw new HttpError(
        'redirect',
        'the address redirects to one that is not followed',
        withoutCredentials(location),
      );
    }
    url = next;
  }
}

function parseAddress(address: string): URL {
  const url = URL.parse(address);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new HttpError('bad-address', 'not an http or https address', withoutCredentials(address));
}

function basicCredentials(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function responseOf(answer: Dispatcher.ResponseData, url: string, limits: HttpLimits): HttpResponse {
  return {
    status: answer.statusCode,
    url,
    header: (name) => headerOf(answer, name),
    body: () => pieces(answer.body, limits),
    discard: () => {
      answer.body.on('error', () => {}).destroy();
    },
  };
}

function headerOf(answer: Dispatcher.ResponseData, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

async function* pieces(body: AsyncIterable<Uint8Array>, limits: HttpLimits): AsyncGenerator<Uint8Array> {
  let windowStart = performance.now();
  let windowBytes = 0;
  try {
    for await (const piece of body) {
      windowBytes += piece.length;
      yield piece;
      const elapsed = performance.now() - windowStart;
      if (elapsed < limits.slowMs) continue;
      if (windowBytes < limits.slowBytes) throw new HttpError('timeout', 'the answer comes too slowly');
      windowStart = performance.now();
      windowBytes = 0;
    }
  } catch (error) {
    throw asHttpError(error);
  }
}

const OFFLINE = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ENETDOWN|ENONET)$/;
const TIMEOUT = /^(UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT)$/;
const HEADER = /^ERR_(INVALID_CHAR|INVALID_HTTP_TOKEN|HTTP_INVALID_HEADER_VALUE)$/;
const TLS = /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_|ERR_SSL_|EPROTO$)/;

/** What a failed request means, whichever library made it. */
export function asHttpError(cause: unknown): HttpError {
  if (cause instanceof HttpError) return cause;
  const error = cause as { code?: unknown; name?: unknown; message?: unknown };
  const code = typeof error.code === 'string' ? error.code : '';
  const detail = [code, error.message].filter((text) => typeof text === 'string' && text !== '').join(' ');
  if (error.name === 'AbortError' || code === 'UND_ERR_ABORTED') {
    return new HttpError('aborted', 'the request was called off', undefined, { cause });
  }
  if (HEADER.test(code)) return new HttpError('bad-address', 'a header of the request is none', undefined, { cause });
  if (OFFLINE.test(code)) return new HttpError('offline', 'the server cannot be reached', detail, { cause });
  if (TIMEOUT.test(code)) return new HttpError('timeout', 'the server does not answer in time', detail, { cause });
  if (TLS.test(code)) return new HttpError('tls', 'the server cannot be trusted', detail, { cause });
  return new HttpError('interrupted', 'the connection broke off', detail, { cause });
}

function proxies(env: HttpOptions['env']): { httpProxy?: string; httpsProxy?: string; noProxy?: string } {
  const http = env['http_proxy'] ?? env['HTTP_PROXY'];
  const https = env['https_proxy'] ?? env['HTTPS_PROXY'];
  const none = env['no_proxy'] ?? env['NO_PROXY'];
  // undici would fall back to process.env for what is absent here; an empty text says "none".
  return { httpProxy: http ?? '', httpsProxy: https ?? '', noProxy: none ?? '' };
}

/**
 * Node's own roots, the system's, and the files that NODE_EXTRA_CA_CERTS (which Node reads only at its start) and
 * SSL_CERT_FILE name.
 */
export async function trustedCertificates(env: HttpOptions['env']): Promise<string[]> {
  const { getCACertificates } = await import('node:tls');
  const certificates = new Set([...getCACertificates('default'), ...getCACertificates('system')]);
  for (const extra of [env['NODE_EXTRA_CA_CERTS'], env['SSL_CERT_FILE']]) {
    if (extra === undefined || extra === '') continue;
    // A file that is missing is passed over, as Node does (with a warning of its own at start-up).
    try {
      const text = readFileSync(extra, 'utf8');
      for (const [pem] of text.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g))
        certificates.add(pem);
    } catch {}
  }
  return [...certificates];
}
