import { type HttpError, withoutCredentials } from '../internal/http.ts';
import { type RegistryEndpoint, RegistryError, type RegistryErrorCode } from './registry.ts';

/** Said of a 401 where the server says no more, and we had said who we are. */
export const withCredentials = 'with credentials';

/** An answer that is a refusal. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly status: number;
  /** `Retry-After` as sent. */
  readonly retryAfter: string | undefined;
  /** What the server says of it, shortened. */
  readonly said: string;
  constructor(status: number, retryAfter: string | undefined, said: string) {
    super('the server refuses');
    this.status = status;
    this.retryAfter = retryAfter;
    this.said = said;
  }
}

const messages: Readonly<Record<string, readonly [RegistryErrorCode, string]>> = {
  offline: ['unreachable', 'The registry cannot be reached'],
  timeout: ['timeout', 'The registry does not answer in time'],
  interrupted: ['interrupted', 'The connection to the registry broke off'],
  tls: ['untrusted', 'The registry cannot be trusted: its certificate does not hold'],
  redirect: ['bad-answer', 'The registry redirects to where it is not followed'],
  'too-large': ['limit-exceeded', 'The registry gives more than a document of this kind may have'],
  'bad-address': ['bad-setting', 'The address of the registry or of a proxy, or a header for it, is none'],
  aborted: ['interrupted', 'The request was called off'],
  status: ['bad-answer', 'The registry answers with an error'],
};

/** What a failure means to whoever asked `place`; a `RegistryError` is given back as it is. */
export function asRegistryError(error: unknown, place: string): unknown {
  if (error instanceof RefusedError) return refusal(error, place);
  if (!(error instanceof Error) || error.name !== 'HttpError') return error;
  const { code, detail } = error as HttpError;
  const { code: cause = '', message: said = '' } = (error.cause ?? {}) as { code?: string; message?: string };
  // What OpenSSL makes of a first line in plain HTTP.
  if (code === 'tls' && /wrong version number|packet length too long|unknown protocol/i.test(`${cause} ${said}`))
    return new RegistryError('no-tls', 'The registry answers without TLS', place, error);
  const [kind, message]: readonly [RegistryErrorCode, string] = cause.startsWith('HPE_')
    ? ['bad-answer', 'The registry does not speak HTTP as it should']
    : (messages[code] ?? ['interrupted', 'The connection to the registry broke off']);
  const more = inWords(cause, said) ?? detail ?? (code === 'timeout' ? error.message : undefined);
  return new RegistryError(kind, message, more === undefined ? place : `${place}: ${withoutCredentials(more)}`, error);
}

const systemWords: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no host',
  EAI_AGAIN: 'the name service does not answer for',
  ECONNREFUSED: 'nothing listens at',
  EHOSTUNREACH: 'there is no way to',
  ENETUNREACH: 'there is no network on the way to',
};

/** The system's and OpenSSL's words, with the code by which they can be looked up. */
function inWords(code: string, said: string): string | undefined {
  // The last word is the host or address, which may be a proxy's.
  const [, subject] = /^(?:getaddrinfo|connect) \w+ (\S+)/.exec(said) ?? [];
  if (systemWords[code] !== undefined && subject !== undefined) return `${systemWords[code]} ${subject} (${code})`;
  // Node adds to some what it can do about them itself.
  return /CERT|^UNABLE_TO_|SIGNATURE/.test(code) ? `${said.replace(/; if the root CA.*$/s, '')} (${code})` : undefined;
}

function refusal({ status, said }: RefusedError, place: string): RegistryError {
  const detail = `${place}: ${status}${said === '' ? '' : ` ${said}`}`;
  if (status === 401 && said === withCredentials)
    return new RegistryError('unauthorized', 'The registry does not take these credentials', `${place}: 401`);
  if (status === 401) return new RegistryError('unauthorized', 'The registry wants to know who we are', detail);
  if (status === 403) return new RegistryError('denied', 'The registry does not allow this', detail);
  if (status === 404) return new RegistryError('not-found', 'The registry does not have this', detail);
  if (status === 429) return new RegistryError('rate-limited', 'The registry is asked too often', detail);
  return new RegistryError('bad-answer', 'The registry answers with an error', detail);
}

/**
 * What an error's body says (OCI distribution spec 1.1, "Error Codes"), on one line of at most 300 characters, without the
 * secrets that were sent: some servers and proxies show the whole request.
 */
export function saidIn(body: Buffer, secrets: readonly string[]): string {
  const text = withoutSecrets(body.toString('utf8'), secrets);
  try {
    const { errors } = JSON.parse(text) as { errors?: readonly { code?: unknown; message?: unknown }[] };
    const said = errors?.map(({ code, message }) =>
      [code, message].filter((one) => typeof one === 'string').join(': '),
    );
    return clean(said?.join('; ') ?? '');
  } catch {
    return /^\s*</.test(text) ? '' : clean(text);
  }
}

/** A secret in the form in which it was sent, and in those in which a document or an address would have it. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  const known = forms.filter(({ length }) => length > 3).toSorted((a, b) => b.length - a.length);
  return known.reduce((rest, form) => rest.replaceAll(form, '***'), text);
}

/** What of a header or of credentials nobody else is to see. */
export function secretsOf(
  endpoint: Pick<RegistryEndpoint, 'credentials' | 'headers'>,
  ...headers: readonly (string | undefined)[]
): readonly string[] {
  const { credentials, headers: own = {} } = endpoint;
  const given =
    credentials === undefined ? [] : [credentials.kind === 'basic' ? credentials.password : credentials.token];
  const sent = headers.flatMap((header) => header?.replace(/^\S+ /, '') ?? []);
  return [...given, ...sent, ...Object.values(own).flatMap((value) => [value, value.replace(/^\S+ /, '')])];
}

function clean(text: string): string {
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
