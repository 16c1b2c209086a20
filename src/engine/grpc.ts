import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type {
  Client,
  ClientReadableStream,
  Metadata,
  MethodDefinition,
  ServiceDefinition,
  ServiceError,
} from '@grpc/grpc-js';
import { EngineError, type EngineErrorCode } from './engine.ts';

/** How to call a service. */
export interface CallOptions {
  /** Longest time that the whole answer may take, milliseconds; default 30 s. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * A connection to a gRPC server. What it answers has the form that its description says: all fields present, 64-bit
 * numbers as decimal texts, enumerations as their names. Every method throws `EngineError`.
 */
export interface Grpc {
  /** One question, one answer: `('containerd.services.content.v1.Content/Info', { digest })`. */
  call<Answer>(method: string, request: object, options?: CallOptions): Promise<Answer>;
  /** One question, many answers; without a deadline unless one is given. Leaving the loop ends the call. */
  stream<Answer>(method: string, request: object, options?: CallOptions): AsyncGenerator<Answer>;
  close(): void;
}

/** The services and messages of one package, with the fields that are used: protobufjs' JSON form. */
export interface Description {
  readonly package: string;
  readonly nested: object;
}

/** What to connect to. */
export interface GrpcTarget {
  /** Path of the Unix socket. */
  readonly socket: string;
  readonly descriptions: readonly Description[];
  /** Sent with every call. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** A larger message is refused; default 16 MiB, which is what containerd sends at most. */
  readonly maximumBytes?: number;
}

const defaultDeadlineMs = 30_000;

/** Connects to a server at its Unix socket. Throws `EngineError` (`not-running`, `no-permission`). */
export async function connectGrpc(target: GrpcTarget): Promise<Grpc> {
  checkSocket(target.socket);
  const [grpc, { fromJSON }] = await Promise.all([import('@grpc/grpc-js'), import('@grpc/proto-loader')]);
  const services = target.descriptions.map((description) =>
    fromJSON(nest(description) as Parameters<typeof fromJSON>[0], {
      longs: String,
      enums: String,
      defaults: true,
      arrays: true,
      objects: true,
    }),
  );
  const client: Client = new grpc.Client(`unix:${resolve(target.socket)}`, grpc.credentials.createInsecure(), {
    'grpc.max_receive_message_length': target.maximumBytes ?? 16 << 20,
    'grpc.enable_http_proxy': 0,
    'grpc.enable_retries': 0,
    'grpc.default_authority': 'localhost',
    'grpc.use_local_subchannel_pool': 1,
    'grpc-node.flow_control_window': 8 << 20,
  });
  const metadata = grpc.Metadata.fromHttp2Headers({ ...target.metadata });

  function methodOf<Answer>(path: string): MethodDefinition<object, Answer> {
    const [service = '', method = ''] = path.split('/');
    const found = services.map((known) => known[service] as ServiceDefinition | undefined).find(Boolean)?.[method];
    if (!found) throw new TypeError(`no description of ${path}`);
    return found;
  }

  return {
    call: (method, request, options) =>
      callOnce({ client, metadata, socket: target.socket, definition: methodOf(method) }, request, options),
    stream: (method, request, options) =>
      streamAll({ client, metadata, socket: target.socket, definition: methodOf(method) }, request, options),
    close: () => client.close(),
  };
}

/** protobufjs wants one level for each part of the name of a package. */
function nest({ package: name, nested }: Description): { nested: object } {
  return name.split('.').reduceRight<{ nested: object }>((inner, part) => ({ nested: { [part]: inner } }), { nested });
}

interface Call<Answer> {
  readonly client: Client;
  readonly metadata: Metadata;
  readonly socket: string;
  readonly definition: MethodDefinition<object, Answer>;
}

function callOnce<Answer>(
  { client, metadata, socket, definition }: Call<Answer>,
  request: object,
  { deadlineMs = defaultDeadlineMs, signal }: CallOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = client.makeUnaryRequest(
      definition.path,
      definition.requestSerialize,
      definition.responseDeserialize,
      request,
      metadata,
      { deadline: Date.now() + deadlineMs },
      (error, answer) => {
        signal?.removeEventListener('abort', cancel);
        if (error) reject(engineError(error, socket));
        else if (answer) resolve(answer);
        else reject(new EngineError('bad-answer', 'The engine answers with nothing', socket));
      },
    );
    const cancel = (): void => call.cancel();
    signal?.addEventListener('abort', cancel);
    if (signal?.aborted) cancel();
  });
}

async function* streamAll<Answer>(
  { client, metadata, socket, definition }: Call<Answer>,
  request: object,
  { deadlineMs, signal }: CallOptions = {},
): AsyncGenerator<Answer> {
  const call: ClientReadableStream<Answer> = client.makeServerStreamRequest(
    definition.path,
    definition.requestSerialize,
    definition.responseDeserialize,
    request,
    metadata,
    deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs },
  );
  // What comes after the loop was left (that it was cancelled) is nobody's.
  call.on('error', () => undefined);
  const cancel = (): void => call.cancel();
  signal?.addEventListener('abort', cancel);
  if (signal?.aborted) cancel();
  try {
    for await (const message of call) yield message as Answer;
  } catch (error) {
    throw engineError(error as ServiceError, socket);
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}

/** gRPC would say of each of these only that the server is not available. */
function checkSocket(socket: string): void {
  let isSocket: boolean;
  try {
    isSocket = statSync(socket).isSocket();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw code === 'EACCES'
      ? new EngineError('no-permission', 'The socket of the engine may not be used', socket, cause)
      : new EngineError('not-running', 'There is no socket of the engine', `${socket} (${code})`, cause);
  }
  if (!isSocket) throw new EngineError('not-running', 'What should be the socket of the engine is none', socket);
}

/** Codes of gRPC (`google.rpc.Code`). */
const codes: Readonly<Record<number, readonly [EngineErrorCode, string]>> = {
  1: ['interrupted', 'The call to the engine was cancelled'],
  3: ['bad-answer', 'The engine refuses the question'],
  4: ['timeout', 'The engine does not answer in time'],
  5: ['not-found', 'The engine does not have that'],
  7: ['no-permission', 'The engine does not permit that'],
  8: ['limit-exceeded', 'The answer of the engine is too large'],
  12: ['unsupported', 'The engine does not know that question'],
  14: ['interrupted', 'The connection to the engine broke'],
  16: ['no-permission', 'The engine wants to know who asks'],
};

function engineError(error: ServiceError, socket: string): EngineError {
  // What gRPC says of a connection that was not made: "No connection established. Last error: … connect CODE PATH. …"
  const connect = /connect (E[A-Z]+)/.exec(error.details)?.[1];
  const said = connect ?? error.details.slice(0, 300);
  const status: number = error.code;
  const detail = `${socket}: ${said}`;
  if (status === 14 && /EACCES|EPERM/.test(said))
    return new EngineError('no-permission', 'The socket of the engine may not be used', detail, error);
  if (status === 14 && /ENOENT|ECONNREFUSED/.test(said))
    return new EngineError('not-running', 'The engine is not running', detail, error);
  const [code, message] = codes[status] ?? ['bad-answer', 'The engine answers with an error'];
  return new EngineError(code, message, detail, error);
}
