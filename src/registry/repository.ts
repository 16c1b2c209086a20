import { systemClock } from '../internal/clock.ts';
import { openBlobReader, type Prefetch, usualPrefetch } from './blob-reader.ts';
import { checkDigest, isDigest, verifyDigest } from './digest.ts';
import { type Patience, usualPatience } from './limits.ts';
import { acceptedManifests, readManifest } from './manifest.ts';
import { type Manifest, type RegistryAccess, RegistryError, type Repository } from './registry.ts';
import { openServer, type Server } from './server.ts';
import { openServers, type Servers } from './servers.ts';

/** What a test may want otherwise. */
export interface Tuning {
  readonly patience?: Partial<Patience>;
  readonly prefetch?: Partial<Prefetch>;
}

/** Opens a repository; nothing is asked yet. Throws `RegistryError` (`bad-name`, `bad-setting`). */
export async function openRepository(access: RegistryAccess, tuning: Tuning = {}): Promise<Repository> {
  const patience = { ...usualPatience, ...tuning.patience };
  const prefetch = { ...usualPrefetch, ...tuning.prefetch };
  const context = { clock: systemClock, patience };
  const servers = openServers(access.endpoints.map((endpoint) => openServer(endpoint, access, context)));
  const at = placesOf(access.repository);
  return {
    manifest: (reference) => pullManifest(servers, at, reference),
    blob: (digest, maxBytes) => pullBlob(servers, at, digest, maxBytes),
    openBlob(digest, size) {
      const path = (server: Server): string => at.path(server, `blobs/${checkDigest(digest)}`);
      return openBlobReader({ servers, path, scopes: at.pull, digest, size }, prefetch);
    },
    referrers: () => Promise.reject(new RegistryError('unsupported', 'Referrers are not read yet')),
    // oxlint-disable-next-line require-yield
    async *tags() {
      throw new RegistryError('unsupported', 'Tags are not listed yet');
    },
    pushBlob: () => Promise.reject(new RegistryError('unsupported', 'Nothing is pushed yet')),
    pushManifest: () => Promise.reject(new RegistryError('unsupported', 'Nothing is pushed yet')),
    close: () => servers.close(),
  };
}

/** How one repository is addressed at each endpoint. */
export interface Places {
  path(server: Server, below: string): string;
  pull(server: Server): readonly string[];
  push(server: Server): readonly string[];
}

function placesOf(repository: string): Places {
  const name = (server: Server): string => checkRepository(server.endpoint.repository ?? repository);
  return {
    path: (server, below) => `${name(server)}/${below}`,
    pull: (server) => [`repository:${name(server)}:pull`],
    push: (server) => [`repository:${name(server)}:pull,push`],
  };
}

/** Nothing but a name may get into an address. Throws `bad-name`. */
function checkRepository(name: string): string {
  if (/^[\w-]+(?:[./][\w-]+|\.{2}[\w-]+|_{2}[\w-]+)*$/.test(name) && !/(?:^|\/)\.\.?(?:\/|$)/.test(name)) return name;
  throw new RegistryError('bad-name', 'That is no name of a repository', name.slice(0, 200));
}

/** A tag (OCI distribution spec 1.1, "Pulling manifests") or a digest. Throws `bad-name`. */
export function checkReference(reference: string): string {
  if (/^\w[\w.-]{0,127}$/.test(reference) || isDigest(reference)) return reference;
  throw new RegistryError('bad-name', 'That is neither a tag nor a digest', reference.slice(0, 200));
}

async function pullManifest(servers: Servers, at: Places, reference: string): Promise<Manifest> {
  checkReference(reference);
  return servers.first(isDigest(reference) ? 'pull' : 'resolve', (server) =>
    server.ask(
      {
        method: 'GET',
        path: at.path(server, `manifests/${reference}`),
        headers: () => ({ accept: acceptedManifests }),
        scopes: at.pull(server),
      },
      (answer) => readManifest(answer, reference, server.place),
    ),
  );
}

async function pullBlob(servers: Servers, at: Places, digest: string, maxBytes: number): Promise<Uint8Array> {
  checkDigest(digest);
  return servers.first('pull', (server) =>
    server.ask(
      { method: 'GET', path: at.path(server, `blobs/${digest}`), scopes: at.pull(server) },
      async (answer) => {
        const bytes = await answer.whole(maxBytes);
        verifyDigest(bytes, digest);
        return bytes;
      },
    ),
  );
}
