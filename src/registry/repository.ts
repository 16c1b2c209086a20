import { systemClock } from '../internal/clock.ts';
import { openBlobReader, type Prefetch, usualPrefetch } from './blob-reader.ts';
import { checkDigest } from './digest.ts';
import { type Patience, usualPatience } from './limits.ts';
import { placesOf } from './places.ts';
import { pullBlob, pullManifest } from './pull.ts';
import { pushBlob } from './push-blob.ts';
import { pushManifest } from './push-manifest.ts';
import { listReferrers } from './referrers.ts';
import type { RegistryAccess, Repository } from './registry.ts';
import { openServer, type Server } from './server.ts';
import { openServers } from './servers.ts';
import { listTags } from './tags.ts';

/** What a test may want otherwise. */
interface Tuning {
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
      return openBlobReader({ servers, path, scopes: at.pull, digest, size, bulkBytes: prefetch.bulkBytes }, prefetch);
    },
    referrers: (digest, artifactType) => listReferrers(servers, at, digest, artifactType, patience.pages),
    tags: () => listTags(servers, at, patience.pages),
    pushBlob: (descriptor, bytes, from) =>
      servers.first('push', (server) => pushBlob({ server, at, from }, descriptor, bytes)),
    pushManifest: (manifest, tag) => servers.first('push', (server) => pushManifest({ server, at }, manifest, tag)),
    close: () => servers.close(),
  };
}
