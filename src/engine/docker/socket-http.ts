import { type IncomingMessage, request } from 'node:http';
import { limitText } from '../../internal/limit-text.ts';
import { type EngineAddress, EngineError } from '../engine.ts';
import { fieldsOf, textOf } from '../unpacked/fields.ts';

/** How long and how much. */
export interface AskLimits {
  /** Until the engine begins to answer, milliseconds. */
  readonly headersMs: number;
  /** Between two pieces of an answer, milliseconds. */
  readonly idleMs: number;
  /** For a whole document, milliseconds. */
  readonly wholeMs: number;
  /** Bytes of a whole document. */
  readonly bytes: number;
}

export const ASK_LIMITS: AskLimits = { headersMs: 120_000, idleMs: 60_000, wholeMs: 300_000, bytes: 128 << 20 };

/** How to ask. */
export interface AskOptions {
  readonly signal?: AbortSignal;
  readonly limits?: Partial<AskLimits>;
}

/** An answer whose document has been read. */
export interface Answer {
  readonly status: number;
  readonly value: unknown;
}

/**
 * Asks (GET) over the socket of an engine; the answer is still to be read or destroyed. Throws `not-running`,
 * `no-permission`, `timeout`, `interrupted`, `bad-answer`. It is never sent elsewhere, whatever the engine says.
 */
export async function ask(address: EngineAddress, path: string, options: AskOptions): Promise<IncomingMessage> {
  const limits = { ...ASK_LIMITS, ...options.limits };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { signal } = options;
  const outgoing = request({
    socketPath: address.socket,
    path,
    agent: false,
    headers: { host: 'localhost', accept: 'application/json' },
    maxHeaderSize: 64 << 10,
    ...(signal === undefined ? {} : { signal }),
  });
  const late = setTimeout(() => outgoing.destroy(timeoutOf(address)), limits.headersMs);
  outgoing.on('response', resolve);
  outgoing.on('error', (error) => reject(asEngineError(error, address)));
  outgoing.end();
  try {
    const answer = await promise;
    // Nobody may be listening yet when the engine goes away.
    answer.on('error', () => {});
    answer.setTimeout(limits.idleMs, () => answer.destroy(timeoutOf(address)));
    return answer;
  } finally {
    clearTimeout(late);
  }
}

/** Asks for a JSON document, whatever its status. Throws as `ask` does, and `limit-exceeded`. */
export async function askJson(address: EngineAddress, path: string, options: AskOptions): Promise<Answer> {
  const limits = { ...ASK_LIMITS, ...options.limits };
  const answer = await ask(address, path, options);
  const late = setTimeout(() => answer.destroy(timeoutOf(address)), limits.wholeMs);
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > limits.bytes)
        throw new EngineError('limit-exceeded', 'The answer of the engine is too large', address.socket);
      pieces.push(piece);
    }
  } catch (error) {
    throw asEngineError(error, address);
  } finally {
    clearTimeout(late);
    answer.destroy();
  }
  return { status: answer.statusCode ?? 0, value: jsonOf(Buffer.concat(pieces), address) };
}

function jsonOf(bytes: Buffer, address: EngineAddress): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (cause) {
    throw new EngineError('bad-answer', 'The answer of the engine is not understood', address.socket, cause);
  }
}

/** The error for an answer that is not the wished one. */
export function refusal({ status, value }: Answer, what: string): EngineError {
  // Its words may hold anything, so they are cut short and freed of what a terminal would obey.
  const words =
    textOf(fieldsOf(value)['message'])
      ?.slice(0, 4096)
      .replaceAll(/\p{Cc}+/gu, ' ') ?? '';
  const detail = limitText(`${what} (${status}${words === '' ? '' : `: ${words}`})`, 300);
  if (status === 404) return new EngineError('not-found', 'The engine does not have it', detail);
  if (status === 401 || status === 403) return new EngineError('no-permission', 'The engine refuses', detail);
  // Both sides tell a version of the API in their first words; only this says that the engine no longer knows ours.
  if (status === 400 && /client version .* is too (?:old|new)/.test(words))
    return new EngineError('unsupported', 'The engine wants another version of its API', detail);
  return new EngineError('bad-answer', 'The engine answers with an error', detail);
}

function timeoutOf(address: EngineAddress): EngineError {
  return new EngineError('timeout', 'The engine does not answer in time', address.socket);
}

/** What went wrong with a connection, in our codes; throws what is no trouble of a connection. */
export function asEngineError(cause: unknown, address: EngineAddress): EngineError {
  if (cause instanceof EngineError) return cause;
  const error = cause as { code?: unknown };
  const code = typeof error.code === 'string' ? error.code : '';
  if (code === '') throw cause;
  const detail = `${address.socket} (${code})`;
  if (/^(ENOENT|ENOTDIR|ECONNREFUSED|ENOTSOCK)$/.test(code))
    return new EngineError('not-running', 'The engine does not listen', detail, cause);
  if (code === 'EACCES' || code === 'EPERM')
    return new EngineError('no-permission', 'The engine may not be asked', detail, cause);
  if (code === 'ABORT_ERR') return new EngineError('interrupted', 'The request was called off', detail, cause);
  if (code.startsWith('HPE_'))
    return new EngineError('bad-answer', 'The answer of the engine is not understood', detail, cause);
  return new EngineError('interrupted', 'The connection to the engine broke off', detail, cause);
}
