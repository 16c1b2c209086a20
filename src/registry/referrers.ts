import { algorithmOf, checkDigest, isDigest } from './digest.ts';
import { pagesOf } from './pages.ts';
import type { Places } from './places.ts';
import { manifestFrom } from './pull.ts';
import { type Descriptor, RegistryError } from './registry.ts';
import type { Server } from './server.ts';
import type { Servers } from './servers.ts';

/** More than refer to any image. */
const mostReferrers = 100_000;
/** Statuses of registries that do not know the referrers API (some old ones take it for a bad request). */
const unknown = [400, 404, 405, 406, 501];

/**
 * What refers to a manifest (OCI distribution spec 1.1, "Listing Referrers"). The registry itself is asked before its
 * mirrors: one that has only the image would tell of no signature. Throws `RegistryError`.
 */
export async function listReferrers(
  servers: Servers,
  at: Places,
  digest: string,
  artifactType: string | undefined,
  pages: number,
): Promise<readonly Descriptor[]> {
  checkDigest(digest);
  return servers.firstOfAll('resolve', async (server) => {
    const all = (await fromApi(server, at, digest, artifactType, pages)) ?? (await fromTag(server, at, digest));
    return artifactType === undefined ? all : all.filter((one) => one.artifactType === artifactType);
  });
}

async function fromApi(
  server: Server,
  at: Places,
  digest: string,
  artifactType: string | undefined,
  pages: number,
): Promise<readonly Descriptor[] | undefined> {
  const found: Descriptor[] = [];
  const listing = {
    path: at.path(server, `referrers/${digest}`),
    scopes: at.pull(server),
    query: artifactType === undefined ? {} : { artifactType },
    expects: unknown,
    items: (page: Readonly<Record<string, unknown>>) => descriptorsIn(page, server.place),
  };
  let known = false;
  try {
    for await (const { status, items } of pagesOf(server, listing, pages)) {
      if (status !== 200) return undefined;
      known = true;
      for (const one of items) found.push(one);
      if (found.length > mostReferrers)
        throw new RegistryError('limit-exceeded', 'A listing of the registry has too many entries', server.place);
    }
    return found;
  } catch (error) {
    // A page for people instead of an index: the path means nothing to this server.
    if (!known && error instanceof RegistryError && error.code === 'bad-answer') return undefined;
    throw error;
  }
}

/** The tag that stands in for the API: `sha256-ENCODED` (OCI distribution spec 1.1, "Referrers Tag Schema"). */
export function referrersTag(digest: string): string {
  return `${algorithmOf(digest).slice(0, 32)}-${digest.slice(digest.indexOf(':') + 1).slice(0, 64)}`;
}

async function fromTag(server: Server, at: Places, digest: string): Promise<readonly Descriptor[]> {
  try {
    const { bytes } = await manifestFrom(server, at, referrersTag(digest));
    const index = JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>;
    return descriptorsIn(index, server.place);
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'not-found') return [];
    throw error;
  }
}

/** The descriptors of an index. Throws `bad-answer`. */
export function descriptorsIn(index: Readonly<Record<string, unknown>>, place: string): readonly Descriptor[] {
  const wrong = (): RegistryError =>
    new RegistryError('bad-answer', 'What the registry gives for referrers is no index', place);
  const manifests = index['manifests'];
  if (!Array.isArray(manifests)) throw wrong();
  return manifests.map((value: unknown) => {
    const one = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
    const { digest, mediaType, size, artifactType, annotations } = one;
    if (typeof digest !== 'string' || !isDigest(digest) || typeof mediaType !== 'string') throw wrong();
    if (!Number.isSafeInteger(size) || Number(size) < 0) throw wrong();
    const texts = Object.entries(typeof annotations === 'object' && annotations !== null ? annotations : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return {
      mediaType,
      digest,
      size: Number(size),
      ...(typeof artifactType === 'string' && artifactType !== '' ? { artifactType } : {}),
      ...(texts.length === 0 ? {} : { annotations: Object.fromEntries(texts) }),
    };
  });
}
