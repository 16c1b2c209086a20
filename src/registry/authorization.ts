import type { Clock } from '../internal/clock.ts';
import { HttpError } from '../internal/http.ts';
import type { HttpAnswer } from '../internal/request.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { RefusedError, withCredentials } from './failure.ts';
import type { RegistryEndpoint } from './registry.ts';
import { basicHeader, fetchToken, type Realm, type Token } from './token.ts';
import type { Wire } from './wire.ts';

/** Says who we are to one endpoint, and remembers how. */
export interface Authorization {
  /** Value of the `Authorization` header for these scopes; `undefined` where none is known to be wanted. */
  header(scopes: readonly string[]): Promise<string | undefined>;
  /** Learns from a 401 that came though `sent` was sent. Throws where nothing more can be tried. */
  challenged(answer: HttpAnswer, scopes: readonly string[], sent: string | undefined): Promise<void>;
}

/** A token is taken for expired so long before it is. */
const early = 5_000;

/** Starts without any header: servers say what they want (OCI distribution spec 1.1; Docker's token specification). */
export function openAuthorization(endpoint: RegistryEndpoint, wire: Wire, clock: Clock): Authorization {
  const { credentials } = endpoint;
  const tokens = new Map<string, Promise<Token>>();
  const more = new Map<string, readonly string[]>();
  let realm: Realm | undefined;
  let basic: string | undefined;
  const fresh = (scopes: readonly string[], wanted: Realm): Promise<Token> => {
    const all = [...new Set([...scopes, ...(more.get(keyOf(scopes)) ?? [])])];
    const token = fetchToken(wire, wanted, all, credentials, clock);
    tokens.set(keyOf(scopes), token);
    // One that failed is asked for anew the next time; whoever awaits it is told.
    token.catch(() => tokens.delete(keyOf(scopes)));
    return token;
  };
  const known = async (scopes: readonly string[]): Promise<Token | undefined> => {
    const token = await tokens.get(keyOf(scopes))?.catch(() => undefined);
    return token !== undefined && token.expires - early > clock.now() ? token : undefined;
  };
  return {
    async header(scopes) {
      if (credentials?.kind === 'bearer') return `Bearer ${credentials.token}`;
      if (realm === undefined) return basic;
      return `Bearer ${((await known(scopes)) ?? (await fresh(scopes, realm))).text}`;
    },
    async challenged(answer, scopes, sent) {
      const challenges = parseChallenges(answer.header('www-authenticate') ?? '');
      const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'));
      if (bearer !== undefined && credentials?.kind !== 'bearer') {
        realm = realmOf(bearer, endpoint);
        more.set(
          keyOf(scopes),
          (bearer.parameters.get('scope') ?? '').split(/\s+/).filter((scope) => scope !== ''),
        );
        const token = await known(scopes);
        // Another request may have got a new one while this one was on its way.
        if (token === undefined || sent === `Bearer ${token.text}`) await fresh(scopes, realm);
        return;
      }
      const wantsBasic = challenges.some(({ scheme }) => scheme === 'basic');
      if (!wantsBasic || credentials?.kind !== 'basic' || sent?.startsWith('Basic ')) {
        throw new RefusedError(401, undefined, reasonOf(challenges, credentials !== undefined));
      }
      realm = undefined;
      basic = basicHeader(credentials.username, credentials.password);
    },
  };
}

function keyOf(scopes: readonly string[]): string {
  return scopes.join(' ');
}

function reasonOf(challenges: readonly Challenge[], hasCredentials: boolean): string {
  const error = challenges.map(({ parameters }) => parameters.get('error')).find((one) => one !== undefined);
  return error?.replace(/[^\w.-]/g, ' ').slice(0, 100) ?? (hasCredentials ? withCredentials : 'without credentials');
}

/** Credentials go to a realm over HTTPS only, unless the endpoint itself is plain HTTP. */
function realmOf({ parameters }: Challenge, endpoint: RegistryEndpoint): Realm {
  const text = parameters.get('realm') ?? '';
  const url = URL.parse(text);
  const plain = url?.protocol === 'http:' && endpoint.url.startsWith('http:');
  if (url === null || !(url.protocol === 'https:' || plain) || url.username !== '' || url.password !== '') {
    throw new HttpError(
      'redirect',
      'the token realm is one that is not asked',
      text.replace(/\?.*$/s, '').slice(0, 200),
    );
  }
  const service = parameters.get('service');
  return { url, ...(service === undefined ? {} : { service }) };
}
