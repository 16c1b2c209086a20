import type { Clock } from '../internal/clock.ts';
import { HttpError } from '../internal/http.ts';
import type { HttpAnswer, HttpRequest } from '../internal/request.ts';
import { type Judgement, retry, retryAfterMs } from '../internal/retry.ts';
import { type Authorization, openAuthorization } from './authorization.ts';
import { asRegistryError, RefusedError, saidIn, secretsOf } from './failure.ts';
import type { Patience } from './limits.ts';
import type { RegistryAccess, RegistryEndpoint } from './registry.ts';
import { openWire, type Wire } from './wire.ts';

/** A question to one endpoint. */
export interface Question {
  readonly method: HttpRequest['method'];
  /** Below the endpoint's address, without a slash before it; or a whole address that it named (`Location`). */
  readonly path: string | URL;
  readonly query?: Readonly<Record<string, string>>;
  /** Made anew for each try. */
  readonly headers?: () => Readonly<Record<string, string>>;
  readonly body?: () => Uint8Array | AsyncIterable<Uint8Array>;
  /** `repository:NAME:pull`, … */
  readonly scopes: readonly string[];
  /** Statuses over 399 that are answers. */
  readonly expects?: readonly number[];
  /** Asks only once whatever comes, but for who we are. */
  readonly once?: boolean;
  /** Whether the last try got further than those before it. */
  readonly progressed?: () => boolean;
  readonly signal?: AbortSignal;
  /** Whether the body of the answer is large. */
  readonly bulk?: () => boolean;
}

/** One endpoint of a registry: knows the way there, who we are to it, and when to ask again. */
export interface Server {
  readonly endpoint: RegistryEndpoint;
  /** `host[:port]`, for messages. */
  readonly place: string;
  /**
   * Asks and lets `use` read the answer; both are tried again where that may help. Throws `RegistryError`, and what
   * `use` throws.
   */
  ask<T>(question: Question, use: (answer: HttpAnswer) => Promise<T> | T): Promise<T>;
  /** Waits before another try that the caller makes itself, the longer the more were in vain. */
  wait(fruitless: number): Promise<void>;
  close(): Promise<void>;
}

/** What a server needs of the world. */
interface ServerContext {
  readonly clock: Clock;
  readonly patience: Patience;
}

/** Connects to nothing yet. */
export function openServer(endpoint: RegistryEndpoint, access: RegistryAccess, context: ServerContext): Server {
  const wire = openWire(endpoint, access, context.patience);
  const authorization = openAuthorization(endpoint, wire, context.clock);
  const place = new URL(endpoint.url).host;
  const headers = { 'user-agent': access.userAgent, 'accept-encoding': 'identity' };
  return {
    endpoint,
    place,
    async ask(question, use) {
      const attempt = async () => use(await admitted(wire, authorization, endpoint, question, headers));
      const { signal } = question;
      const waits = { clock: context.clock, ...(signal === undefined ? {} : { signal }) };
      try {
        if (question.once) return await attempt();
        return await retry(context.patience.retry, waits, attempt, (error) => {
          const judgement = judge(error, context.clock);
          return judgement.kind === 'again' && question.progressed?.() ? { ...judgement, progress: true } : judgement;
        });
      } catch (error) {
        throw asRegistryError(error, place);
      }
    },
    wait(fruitless) {
      const { baseMs, capMs } = context.patience.retry;
      return context.clock.sleep(Math.min(capMs, baseMs * 2 ** (fruitless - 1)) * Math.random());
    },
    close: () => wire.close(),
  };
}

/** Sends; says who we are where that is wanted, anew where a token has run out, but never twice in vain. */
async function admitted(
  wire: Wire,
  authorization: Authorization,
  endpoint: RegistryEndpoint,
  question: Question,
  common: Readonly<Record<string, string>>,
): Promise<HttpAnswer> {
  const url = addressOf(endpoint, question);
  const own = url.origin === wire.origin;
  for (let challenges = 0; ; challenges++) {
    const header = own ? await authorization.header(question.scopes) : undefined;
    const answer = await wire.send({
      method: question.method,
      url,
      headers: { ...common, ...question.headers?.() },
      secret: { ...(own ? endpoint.headers : {}), ...(header === undefined ? {} : { authorization: header }) },
      ...(question.bulk?.() ? { bulk: true } : {}),
      ...(question.body === undefined ? {} : { body: question.body() }),
      ...(question.signal === undefined ? {} : { signal: question.signal }),
    });
    if (answer.status < 400 || question.expects?.includes(answer.status)) return answer;
    // Two are in order: one that tells the scheme, one for a token that was withdrawn early.
    if (answer.status === 401 && own && challenges < 2 && answer.url.origin === wire.origin) {
      answer.discard();
      await authorization.challenged(answer, question.scopes, header);
      continue;
    }
    throw await refused(
      answer,
      question.method,
      own && endpoint.credentials !== undefined,
      secretsOf(endpoint, header),
    );
  }
}

function addressOf(endpoint: RegistryEndpoint, { path, query }: Question): URL {
  const url = typeof path === 'string' ? new URL(`${endpoint.url}/${path}`) : new URL(path);
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
  if (endpoint.namespace !== undefined && typeof path === 'string') url.searchParams.set('ns', endpoint.namespace);
  return url;
}

const saidBytes = 64 << 10;

async function refused(
  answer: HttpAnswer,
  method: string,
  known: boolean,
  secrets: readonly string[],
): Promise<RefusedError> {
  const body = method === 'HEAD' ? answer.discard() : await answer.whole(saidBytes).catch(() => undefined);
  const retryAfter = answer.header('retry-after');
  // Who is known but may not do this is asked anew for a better token (RFC 6750 3.1); that is no question of who we are.
  const scope = /insufficient_scope/.test(answer.header('www-authenticate') ?? '');
  const status = answer.status === 401 && known && scope ? 403 : answer.status;
  return new RefusedError(status, retryAfter, body === undefined ? '' : saidIn(body, secrets));
}

function judge(error: unknown, clock: Clock): Judgement {
  if (error instanceof RefusedError) {
    const askedMs = retryAfterMs(error.retryAfter, clock.now());
    const asked = askedMs === undefined ? {} : { askedMs };
    if (error.status === 429 || error.status === 503) return { kind: 'again', ...asked };
    return error.status >= 500 && error.status !== 501 ? { kind: 'again', attempts: 3, ...asked } : { kind: 'give-up' };
  }
  if (!(error instanceof HttpError)) return { kind: 'give-up' };
  if (error.code === 'interrupted' && !isMalformed(error)) return { kind: 'again', attempts: 3 };
  return error.code === 'timeout' ? { kind: 'again', attempts: 2 } : { kind: 'give-up' };
}

function isMalformed(error: HttpError): boolean {
  const code = (error.cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && code.startsWith('HPE_');
}
