// A gRPC server for tests at a Unix socket, which knows the services that it is given.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MethodDefinition, Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { Description } from '../../src/engine/grpc.ts';

/** A server at a socket of its own. */
export interface GrpcServer {
  readonly socket: string;
  stop(): void;
}

/** A service and what its methods do; the others are not known to the server. */
export interface GrpcService {
  /** `containerd.services.content.v1.Content` */
  readonly name: string;
  readonly methods: UntypedServiceImplementation;
}

/** Starts it. */
export async function startGrpc(
  descriptions: readonly Description[],
  services: readonly GrpcService[],
): Promise<GrpcServer> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-grpc-'));
  const server = new Server({ 'grpc.max_send_message_length': -1 });
  for (const { name, methods } of services) {
    const all = methodsOf(descriptions, name);
    const known = Object.entries(all).filter(([method]) => method in methods);
    server.addService(Object.fromEntries(known), methods);
  }
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

function methodsOf(
  descriptions: readonly Description[],
  service: string,
): Record<string, MethodDefinition<object, object>> {
  const name = service.slice(0, service.lastIndexOf('.'));
  const description = descriptions.find((one) => one.package === name);
  const nested = name
    .split('.')
    .reduceRight<object>((inner, part) => ({ nested: { [part]: inner } }), { nested: description?.nested });
  return fromJSON(nested, { longs: String })[service] as unknown as Record<string, MethodDefinition<object, object>>;
}
