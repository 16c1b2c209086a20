import type { Clock } from '../internal/clock.ts';
import { HttpError } from '../internal/http.ts';
import type { HttpAnswer } from '../internal/request.ts';
import { RefusedError, saidIn, secretsOf } from './failure.ts';
import type { Credentials } from './registry.ts';
import type { Wire } from './wire.ts';

/** Who gives out tokens. */
export interface Realm {
  readonly url: URL;
  readonly service?: string;
}

/** What lets us in for a while. */
export interface Token {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

const clientId = 'seaworthy';
const tokenBytes = 1 << 20;
/** Where the answer names none (Docker's token specification). */
const usualSeconds = 60;

/**
 * Asks a realm for a token: GET, anonymously or with name and password; POST where there is a refresh token, or where
 * GET is not known there (Docker's token and OAuth2 specifications). Throws `HttpError`, `RefusedError`.
 */
export async function fetchToken(
  wire: Wire,
  realm: Realm,
  scopes: readonly string[],
  credentials: Credentials | undefined,
  clock: Clock,
): Promise<Token> {
  if (credentials?.kind === 'identity') {
    const grant = { grant_type: 'refresh_token', refresh_token: credentials.token };
    return tokenOf(await post(wire, realm, scopes, grant), credentials, clock);
  }
  const answer = await get(wire, realm, scopes, credentials);
  if (credentials?.kind !== 'basic' || (answer.status !== 404 && answer.status !== 405))
    return tokenOf(answer, credentials, clock);
  answer.discard();
  const { username, password } = credentials;
  return tokenOf(await post(wire, realm, scopes, { grant_type: 'password', username, password }), credentials, clock);
}

async function get(
  wire: Wire,
  realm: Realm,
  scopes: readonly string[],
  credentials: Credentials | undefined,
): Promise<HttpAnswer> {
  const url = new URL(realm.url);
  if (realm.service !== undefined) url.searchParams.set('service', realm.service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  const secret =
    credentials?.kind === 'basic' ? { authorization: basicHeader(credentials.username, credentials.password) } : {};
  if (credentials?.kind === 'basic') url.searchParams.set('account', credentials.username);
  return wire.send({ method: 'GET', url, headers: { accept: 'application/json' }, secret });
}

function post(
  wire: Wire,
  realm: Realm,
  scopes: readonly string[],
  grant: Readonly<Record<string, string>>,
): Promise<HttpAnswer> {
  const form = new URLSearchParams({ ...grant, client_id: clientId });
  if (realm.service !== undefined) form.set('service', realm.service);
  if (scopes.length > 0) form.set('scope', scopes.join(' '));
  const body = Buffer.from(form.toString());
  // A body is never sent again to where a redirect leads, so the secret in it stays with the realm.
  const headers = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
  };
  return wire.send({ method: 'POST', url: realm.url, headers, secret: {}, body });
}

async function tokenOf(answer: HttpAnswer, credentials: Credentials | undefined, clock: Clock): Promise<Token> {
  const body = await answer.whole(tokenBytes);
  if (answer.status !== 200) {
    // What a realm finds wrong with our request is as good as a refusal of who we are.
    const basic = credentials?.kind === 'basic' ? basicHeader(credentials.username, credentials.password) : undefined;
    const secrets = secretsOf(credentials === undefined ? {} : { credentials }, basic);
    const status = answer.status === 400 ? 401 : answer.status;
    throw new RefusedError(status, answer.header('retry-after'), `token service: ${saidIn(body, secrets)}`);
  }
  const fields = parse(body);
  const text = [fields['token'], fields['access_token']].find((one) => typeof one === 'string' && one !== '');
  if (typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text)) {
    throw new HttpError('status', 'the token service gives no token');
  }
  const seconds = fields['expires_in'];
  const lasts = typeof seconds === 'number' && seconds > 0 ? seconds : usualSeconds;
  return { text, expires: clock.now() + lasts * 1000 };
}

function parse(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {}
  throw new HttpError('status', 'the token service gives no token');
}

/** `Basic`, the pair as UTF-8 (RFC 7617). */
export function basicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
