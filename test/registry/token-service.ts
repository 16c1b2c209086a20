// A token service as Docker specifies it: tokens are JWTs, signed with the key whose certificate the registry trusts.
import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createPlainServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** Who gets which tokens. */
export interface TokenOptions {
  readonly users?: Readonly<Record<string, string>>;
  /** Refresh tokens and whose they are. */
  readonly refreshTokens?: Readonly<Record<string, string>>;
  /** Whether nobody in particular may pull. */
  readonly anonymous?: boolean;
  /** Seconds that tokens last; 300. */
  readonly expiresIn?: number;
  /** What `expires_in` says, where it is not the truth. */
  readonly statedExpiresIn?: number;
}

/** One token that was asked for. */
export interface TokenRequest {
  readonly method: string;
  readonly user: string | undefined;
  readonly scopes: readonly string[];
}

/** A token service that runs. */
export interface TokenService {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  /** In their order. */
  readonly requests: readonly TokenRequest[];
  close(): Promise<void>;
}

/** Starts it beside the certificates of `makeCertificates`. */
export async function startTokenService(
  options: TokenOptions,
  folder: string,
  tls: boolean,
  service: string,
): Promise<TokenService> {
  const read = (name: string): Buffer => readFileSync(join(folder, name));
  const requests: TokenRequest[] = [];
  const issuer = 'test-issuer';
  const listener: RequestListener = (request, response) => {
    answer(request, options, requests)
      .then((granted) => {
        response.writeHead(granted ? 200 : 401, { 'content-type': 'application/json' });
        if (granted === undefined) return response.end('{"errors":[{"code":"UNAUTHORIZED","message":"unknown user"}]}');
        const token = signed({ folder, issuer, service, ...granted, seconds: options.expiresIn ?? 300 });
        return response.end(
          JSON.stringify({
            token,
            access_token: token,
            expires_in: options.statedExpiresIn ?? options.expiresIn ?? 300,
          }),
        );
      })
      .catch((error: unknown) => response.destroy(error as Error));
  };
  const server = tls
    ? createSecureServer({ cert: read('server.pem'), key: read('server-key.pem') }, listener)
    : createPlainServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    realm: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/token`,
    service,
    issuer,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Granted {
  readonly user: string | undefined;
  readonly scopes: readonly string[];
}

async function answer(
  request: IncomingMessage,
  options: TokenOptions,
  requests: TokenRequest[],
): Promise<Granted | undefined> {
  const url = new URL(request.url ?? '', 'http://token');
  const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
  const scopes = request.method === 'POST' ? (form.get('scope') ?? '').split(' ') : url.searchParams.getAll('scope');
  const [name, password] = pairOf(request.headers.authorization, form);
  const refreshed = options.refreshTokens?.[form.get('refresh_token') ?? ''];
  const user = refreshed ?? name;
  requests.push({ method: request.method ?? '', user, scopes });
  const known = refreshed !== undefined || (name !== undefined && options.users?.[name] === password);
  if (known) return { user, scopes };
  const anonymous = name === undefined && options.anonymous === true;
  return anonymous ? { user: undefined, scopes: scopes.map((scope) => scope.replace(/:[^:]*$/, ':pull')) } : undefined;
}

function pairOf(header: string | undefined, form: URLSearchParams): [string | undefined, string | undefined] {
  const basic = /^Basic (.*)$/.exec(header ?? '')?.[1];
  if (basic === undefined) return [form.get('username') ?? undefined, form.get('password') ?? undefined];
  const pair = Buffer.from(basic, 'base64').toString();
  return [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)];
}

function signed(grant: Granted & { folder: string; issuer: string; service: string; seconds: number }): string {
  const read = (name: string): string => readFileSync(join(grant.folder, name), 'utf8');
  const now = Math.floor(Date.now() / 1000);
  const header = { typ: 'JWT', alg: 'ES256', x5c: [new X509Certificate(read('ca.pem')).raw.toString('base64')] };
  const access = grant.scopes.flatMap((scope) => {
    const [, type, name, actions] = /^(\w+):(.+):([^:]*)$/.exec(scope) ?? [];
    return type === undefined ? [] : [{ type, name, actions: actions?.split(',') }];
  });
  const times = { nbf: now - 10, iat: now, exp: now + grant.seconds };
  const claims = { iss: grant.issuer, sub: grant.user ?? '', aud: grant.service, jti: randomUUID(), ...times, access };
  const text = `${encode(header)}.${encode(claims)}`;
  const key = createPrivateKey(read('ca-key.pem'));
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
