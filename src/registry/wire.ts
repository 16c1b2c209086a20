import { bulkGet } from '../internal/bulk.ts';
import { type Connections, openConnections } from '../internal/connections.ts';
import { HttpError, withoutCredentials } from '../internal/http.ts';
import { type HttpAnswer, type HttpRequest, sendRequest } from '../internal/request.ts';
import { specialAddress } from '../internal/special-address.ts';
import type { Patience } from './limits.ts';
import { type RegistryAccess, type RegistryEndpoint, RegistryError } from './registry.ts';

/** A request with what only the server that it is meant for may see. */
export interface WireRequest extends HttpRequest {
  /** `Authorization` and the like: left out for good as soon as a redirect leads to another origin. */
  readonly secret: Readonly<Record<string, string>>;
  /** GET of a body that is large. */
  readonly bulk?: boolean;
}

/** The way to one endpoint and to where it sends us. */
export interface Wire {
  readonly origin: string;
  /** Sends and follows redirects (GET and HEAD; others without a body). Throws `HttpError`. */
  send(request: WireRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** Connects to nothing yet. */
export function openWire(endpoint: RegistryEndpoint, access: RegistryAccess, patience: Patience): Wire {
  const { origin, hostname } = endpointAddress(endpoint);
  const seen = new Set<string>();
  /** Origins whose large bodies do not come as `bulkGet` understands them. */
  const ordinary = new Set<string>();
  const ways = new Map<string, Promise<Connections>>();
  // Neither through a redirect nor through a token realm may a registry send us into this machine or its cloud's net;
  // one that is there itself may stay there.
  const refuses = (address: string): boolean => {
    const kind = specialAddress(address);
    if (kind === undefined || address === hostname.replace(/^\[|\]$/g, '') || seen.has(address)) return false;
    return !(kind === 'loopback' && [...seen].some((one) => specialAddress(one) === 'loopback'));
  };
  const way = (url: URL): Promise<Connections> => {
    const own = url.origin === origin;
    const key = `${own ? 'own' : url.hostname} ${url.protocol}`;
    const known = ways.get(key) ?? openConnections(wayOf(url, own), url.protocol === 'https:');
    ways.set(key, known);
    return known;
  };
  const wayOf = (url: URL, own: boolean): Parameters<typeof openConnections>[0] => {
    const { ca, skipVerify } = endpoint.tls ?? {};
    const shared = { ...(ca ? { ca } : {}), ...(skipVerify && url.hostname === hostname ? { skipVerify } : {}) };
    const { connectMs } = patience;
    return own
      ? { env: access.env, connectMs, ...(endpoint.tls ? { tls: endpoint.tls } : {}) }
      : { env: access.env, connectMs, tls: shared, refuses };
  };
  const once = async (request: WireRequest): Promise<HttpAnswer> => {
    const connections = await way(request.url);
    const { origin: place } = request.url;
    const bulk = request.bulk && !ordinary.has(place) ? await bulkGet(connections, patience, request) : undefined;
    if (request.bulk && bulk === undefined) ordinary.add(place);
    const answer = bulk ?? (await sendRequest(connections, patience, request));
    const own = request.url.origin === origin && connections.direct(request.url);
    if (own && answer.address !== undefined) seen.add(answer.address);
    return answer;
  };
  return {
    origin,
    send: (request) => follow(once, request, patience.redirects),
    async close() {
      for (const open of ways.values()) await open.then((connections) => connections.close()).catch(() => undefined);
    },
  };
}

/** Throws `bad-setting`. */
function endpointAddress({ url }: RegistryEndpoint): URL {
  const address = URL.parse(url);
  if (address !== null && /^https?:$/.test(address.protocol)) return address;
  throw new RegistryError(
    'bad-setting',
    'The address of the registry or of a proxy, or a header for it, is none',
    withoutCredentials(url),
  );
}

async function follow(
  once: (request: WireRequest) => Promise<HttpAnswer>,
  request: WireRequest,
  redirects: number,
): Promise<HttpAnswer> {
  let { url, secret } = request;
  const been = new Set<string>();
  for (;;) {
    been.add(url.href);
    const answer = await once({ ...request, url, headers: { ...request.headers, ...secret } });
    const location = answer.header('location');
    if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return answer;
    answer.discard();
    const next = URL.parse(location, url.href);
    if (next === null || !mayFollow(request, answer.status, url, next)) {
      throw new HttpError('redirect', 'the address redirects to one that is not followed', shown(location));
    }
    if (been.size > redirects) throw new HttpError('redirect', 'the address redirects too often', shown(next.href));
    if (been.has(next.href)) throw new HttpError('redirect', 'the address redirects in a circle', shown(next.href));
    if (next.origin !== url.origin) secret = {};
    url = next;
  }
}

function mayFollow(request: WireRequest, status: number, from: URL, to: URL): boolean {
  const read = request.method === 'GET' || request.method === 'HEAD';
  if (!read && (status < 307 || request.body !== undefined)) return false;
  if (to.username !== '' || to.password !== '') return false;
  return to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:');
}

/** An address without what it may hold of secrets: signed addresses have theirs in the query. */
function shown(address: string): string {
  return withoutCredentials(address).replace(/\?.*$/s, '').slice(0, 300);
}
