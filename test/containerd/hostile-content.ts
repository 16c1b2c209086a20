// A gRPC server that answers as a content store of containerd would, or lies.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerWritableStream,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import descriptions from '../../src/engine/containerd/content.json' with { type: 'json' };

interface ReadRequest {
  readonly digest: string;
  readonly offset: string;
  readonly size: string;
}

/** What is sent for one question to read. */
export type ReadStream = ServerWritableStream<ReadRequest, { offset: number; data: Buffer }>;

/** How the server answers. */
export interface ContentAnswers {
  /** Size that it says a blob has, or the code of an error. */
  readonly info: (
    digest: string,
  ) => { readonly digest?: string; readonly size: number | string } | { readonly code: number };
  readonly read: (call: ReadStream, request: ReadRequest) => void;
  /** Folder that it says the store is in. */
  readonly root?: string;
}

/** A server at a socket of its own. */
export interface HostileServer {
  readonly socket: string;
  stop(): void;
}

/** Starts it. */
export async function startHostileContent(answers: ContentAnswers): Promise<HostileServer> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-hostile-'));
  const server = new Server({ 'grpc.max_send_message_length': -1 });
  server.addService(service('containerd.services.content.v1', 'Content'), {
    Info: (call: { request: { digest: string } }, done: (error: object | null, answer?: object) => void) => {
      const answer = answers.info(call.request.digest);
      if ('code' in answer) done({ code: answer.code, details: 'as told' });
      else done(null, { info: { digest: call.request.digest, ...answer } });
    },
    Read: (call: ReadStream) => answers.read(call, call.request),
  });
  server.addService(service('containerd.services.introspection.v1', 'Introspection'), {
    Plugins: (_call: unknown, done: (error: null, answer: object) => void) =>
      done(null, {
        plugins: [{ type: 'io.containerd.content.v1', id: 'content', exports: { root: answers.root ?? '' } }],
      }),
  });
  const socket = join(folder, 's');
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    );
  });
  return {
    socket,
    stop() {
      server.forceShutdown();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function service(name: string, wanted: string): ServiceDefinition {
  const description = descriptions.find((one) => one.package === name);
  const nested = name
    .split('.')
    .reduceRight<object>((inner, part) => ({ nested: { [part]: inner } }), { nested: description?.nested });
  const found = fromJSON(nested, { longs: String })[`${name}.${wanted}`];
  const methods = found as unknown as Record<string, MethodDefinition<object, object>>;
  // Methods which this server does not know are answered as such.
  return Object.fromEntries(Object.entries(methods).filter(([method]) => ['Info', 'Read', 'Plugins'].includes(method)));
}
