import { algorithmOf, checkDigest, digestOf, isDigest, verifyDigest } from './digest.ts';
import { jsonObject } from './manifest.ts';
import { checkReference } from './places.ts';
import { manifestFrom } from './pull.ts';
import { hasBlob, type PushPlace } from './push-blob.ts';
import { descriptorsIn, referrersTag } from './referrers.ts';
import { type Descriptor, type Manifest, RegistryError } from './registry.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * Uploads a manifest or an index, after seeing that the blobs it names are there; one with a `subject` becomes its
 * referrer, in the tag schema where the registry does not know referrers. Throws `RegistryError`.
 */
export async function pushManifest(place: PushPlace, manifest: Manifest, tag: string | undefined): Promise<void> {
  checkDigest(manifest.digest);
  verifyDigest(manifest.bytes, manifest.digest);
  const content = jsonObject(manifest.bytes, manifest.mediaType, 'our own manifest');
  await checkBlobs(place, content);
  const known = await put(place, manifest, tag === undefined ? manifest.digest : checkReference(tag));
  const subject = object(content['subject'])?.['digest'];
  if (typeof subject !== 'string' || known) return;
  await addReferrer(place, checkDigest(subject), descriptorOf(manifest, content));
}

/** Whether the registry has taken it for a referrer (`OCI-Subject`). */
function put({ server, at }: PushPlace, manifest: Manifest, reference: string): Promise<boolean> {
  return server.ask(
    {
      method: 'PUT',
      path: at.path(server, `manifests/${reference}`),
      scopes: at.push(server),
      headers: () => ({ 'content-type': manifest.mediaType, 'content-length': String(manifest.bytes.length) }),
      body: () => manifest.bytes,
    },
    (answer) => {
      answer.discard();
      const stated = answer.header('docker-content-digest');
      if (answer.status !== 201) {
        const detail = `${server.place}: ${answer.status}`;
        throw new RegistryError('bad-answer', 'The registry answers an upload strangely', detail);
      }
      if (stated !== undefined && isDigest(stated) && algorithmOf(stated) === algorithmOf(manifest.digest)) {
        verifyDigest(manifest.bytes, stated);
      }
      return answer.header('oci-subject') !== undefined;
    },
  );
}

/** A manifest whose blobs are missing would be an image that nobody can pull. Throws `not-found`. */
async function checkBlobs(place: PushPlace, content: Json): Promise<void> {
  const layers = [content['layers'], content['blobs']].flatMap((list) => (Array.isArray(list) ? list : []));
  const needed = [content['config'], ...layers].flatMap((value: unknown) => {
    const one = object(value);
    const digest = one?.['digest'];
    // What has addresses of its own is fetched from there.
    return one === undefined || Array.isArray(one['urls']) || typeof digest !== 'string' ? [] : [checkDigest(digest)];
  });
  for (const digest of new Set(needed)) {
    if (await hasBlob(place, digest)) continue;
    throw new RegistryError('not-found', 'A blob that the manifest names has not been pushed', digest);
  }
}

function object(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null ? (value as Json) : undefined;
}

function descriptorOf({ mediaType, digest, bytes }: Manifest, content: Json): Descriptor {
  const type = content['artifactType'] ?? object(content['config'])?.['mediaType'];
  const annotations = object(content['annotations']);
  return {
    mediaType,
    digest,
    size: bytes.length,
    ...(typeof type === 'string' && type !== '' ? { artifactType: type } : {}),
    ...(annotations === undefined ? {} : { annotations: annotations as Record<string, string> }),
  };
}

const indexType = 'application/vnd.oci.image.index.v1+json';
/** Somebody else may write the same index at the same time; then we add ours to theirs. */
const tries = 5;

/** Adds to the index of the tag schema and looks whether it stayed (OCI distribution spec 1.1, "Referrers Tag Schema"). */
async function addReferrer(place: PushPlace, subject: string, referrer: Descriptor): Promise<void> {
  const tag = referrersTag(subject);
  for (let count = 1; ; count++) {
    const before = await indexAt(place, tag);
    if (before.manifests.some(({ digest }) => digest === referrer.digest)) return;
    if (count > tries) {
      throw new RegistryError(
        'interrupted',
        'Others keep overwriting the index of referrers',
        `${tag}: ${count - 1} times`,
      );
    }
    if (count > 1) await place.server.wait(count);
    const index = { ...before.index, manifests: [...before.raw, referrer] };
    const bytes = Buffer.from(JSON.stringify(index));
    await put(place, { digest: digestOf('sha256', bytes), mediaType: indexType, bytes }, tag);
  }
}

interface ReferrersIndex {
  readonly index: Json;
  readonly raw: readonly unknown[];
  readonly manifests: readonly Descriptor[];
}

/** Throws `unsupported` where the tag has something that is no index: it is not ours to overwrite. */
async function indexAt({ server, at }: PushPlace, tag: string): Promise<ReferrersIndex> {
  try {
    const { bytes, mediaType } = await manifestFrom(server, at, tag);
    const index = jsonObject(bytes, mediaType, server.place);
    if (mediaType !== indexType || !Array.isArray(index['manifests'])) {
      throw new RegistryError('unsupported', 'The tag for referrers holds something else', `${server.place}: ${tag}`);
    }
    return { index, raw: index['manifests'], manifests: descriptorsIn(index, server.place) };
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code !== 'not-found') throw error;
    return { index: { schemaVersion: 2, mediaType: indexType, manifests: [] }, raw: [], manifests: [] };
  }
}
