import { isDigest } from './digest.ts';
import { RegistryError } from './registry.ts';
import type { Server } from './server.ts';

/** How one repository is addressed at each endpoint. */
export interface Places {
  readonly path: (server: Server, below: string) => string;
  readonly pull: (server: Server) => readonly string[];
  readonly push: (server: Server) => readonly string[];
}

/** `NAME/…` below an endpoint's address, and the scopes of tokens for it. Throws `bad-name`. */
export function placesOf(repository: string): Places {
  const name = (server: Server): string => checkRepository(server.endpoint.repository ?? repository);
  return {
    path: (server, below) => `${name(server)}/${below}`,
    pull: (server) => [`repository:${name(server)}:pull`],
    push: (server) => [`repository:${name(server)}:pull,push`],
  };
}

/** Whether a name can stand in an address; more is not asked of names that registries have given. */
export function isRepository(name: string): boolean {
  return name.length <= 1024 && /^[\w.-]+(?:\/[\w.-]+)*$/.test(name) && !/(?:^|\/)\.\.?(?:\/|$)/.test(name);
}

function checkRepository(name: string): string {
  if (isRepository(name)) return name;
  throw new RegistryError('bad-name', 'That is no name of a repository', name.slice(0, 200));
}

/** A tag (OCI distribution spec 1.1, "Pulling manifests") or a digest. Throws `bad-name`. */
export function checkReference(reference: string): string {
  if (/^\w[\w.-]{0,127}$/.test(reference) || isDigest(reference)) return reference;
  throw new RegistryError('bad-name', 'That is neither a tag nor a digest', reference.slice(0, 200));
}
