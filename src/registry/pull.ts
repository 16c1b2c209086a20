import { checkDigest, isDigest, verifyDigest } from './digest.ts';
import { acceptedManifests, readManifest } from './manifest.ts';
import { checkReference, type Places } from './places.ts';
import { type Manifest, RegistryError } from './registry.ts';
import type { Server } from './server.ts';
import type { Servers } from './servers.ts';

/** A manifest by tag or digest, from the first endpoint that gives the right one. Throws `RegistryError`. */
export async function pullManifest(servers: Servers, at: Places, reference: string): Promise<Manifest> {
  checkReference(reference);
  if (isDigest(reference)) return servers.first('pull', (server) => manifestFrom(server, at, reference));
  return servers.first('resolve', async (server) => {
    if (server.endpoint.can.includes('pull')) return manifestFrom(server, at, reference);
    // It may say which digest a tag has, but others give the bytes.
    const digest = await resolve(server, at, reference);
    return servers.first('pull', (other) => manifestFrom(other, at, digest));
  });
}

/** The same from one server. */
export function manifestFrom(server: Server, at: Places, reference: string): Promise<Manifest> {
  return server.ask(
    {
      method: 'GET',
      path: at.path(server, `manifests/${reference}`),
      headers: () => ({ accept: acceptedManifests }),
      scopes: at.pull(server),
    },
    async (answer) => ({ ...(await readManifest(answer, reference, server.place)), from: server.place }),
  );
}

function resolve(server: Server, at: Places, tag: string): Promise<string> {
  return server.ask(
    {
      method: 'HEAD',
      path: at.path(server, `manifests/${tag}`),
      headers: () => ({ accept: acceptedManifests }),
      scopes: at.pull(server),
    },
    (answer) => {
      answer.discard();
      const digest = answer.header('docker-content-digest') ?? '';
      if (isDigest(digest)) return digest;
      throw new RegistryError('bad-answer', 'The registry states a digest that is none', digest.slice(0, 100));
    },
  );
}

/** A small blob, verified, from the first endpoint that gives the right one. Throws `RegistryError`. */
export async function pullBlob(servers: Servers, at: Places, digest: string, maxBytes: number): Promise<Uint8Array> {
  checkDigest(digest);
  return servers.first('pull', (server) =>
    server.ask({ method: 'GET', path: at.path(server, `blobs/${digest}`), scopes: at.pull(server) }, async (answer) => {
      const bytes = await answer.whole(maxBytes);
      verifyDigest(bytes, digest);
      return bytes;
    }),
  );
}
