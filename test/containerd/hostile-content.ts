// A gRPC server that answers as a content store of containerd would, or lies.
import type { ServerWritableStream } from '@grpc/grpc-js';
import descriptions from '../../src/engine/containerd/content.json' with { type: 'json' };
import { type GrpcServer, startGrpc } from './grpc-server.ts';

interface ReadRequest {
  readonly digest: string;
  readonly offset: string;
  readonly size: string;
}

/** What is sent for one question to read. */
type ReadStream = ServerWritableStream<ReadRequest, { offset: number; data: Buffer }>;

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

/** Starts it. */
export function startHostileContent(answers: ContentAnswers): Promise<GrpcServer> {
  return startGrpc(descriptions, [
    {
      name: 'containerd.services.content.v1.Content',
      methods: {
        Info: (call: { request: { digest: string } }, done: (error: object | null, answer?: object) => void) => {
          const answer = answers.info(call.request.digest);
          if ('code' in answer) done({ code: answer.code, details: 'as told' });
          else done(null, { info: { digest: call.request.digest, ...answer } });
        },
        Read: (call: ReadStream) => answers.read(call, call.request),
      },
    },
    {
      name: 'containerd.services.introspection.v1.Introspection',
      methods: {
        Plugins: (_call: unknown, done: (error: null, answer: object) => void) =>
          done(null, {
            plugins: [{ type: 'io.containerd.content.v1', id: 'content', exports: { root: answers.root ?? '' } }],
          }),
      },
    },
  ]);
}
