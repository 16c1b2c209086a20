// index = OCI manifest whose config has the media type application/vnd.amazon.soci.index.v1+json or ….v2+json; its layers are
//         zTOCs: application/octet-stream, annotated with the digest of the layer that each is for (soci-snapshotter, "SOCI Index")
// v1: the index has the image's manifest as its subject, and is found as its referrer
// v2: the image's manifest is annotated with the digest of the index (soci-snapshotter, "SOCI Index Manifest v2")

import type { Descriptor, Manifest } from '../../registry/registry.ts';
import { RegistryError } from '../../registry/registry.ts';
import { type BlobLocation, ImageError, type Layer, type LayerTable } from '../image.ts';
import { isObject, type Json, objects, parseJson, string, textsOf } from '../source/blob-store.ts';
import { leastLazy } from './table.ts';

const types = { v1: 'application/vnd.amazon.soci.index.v1+json', v2: 'application/vnd.amazon.soci.index.v2+json' };
const indexDigest = 'com.amazon.soci.index-digest';
const layerDigest = 'com.amazon.soci.image-layer-digest';
/** Of the indexes that refer to an image, so many are looked at. */
const mostIndexes = 8;

/** Where an image and its index lie. */
export interface SociPlace {
  manifest(digest: string): Promise<Manifest>;
  referrers(digest: string): Promise<readonly Descriptor[]>;
  locate(digest: string, size: number): BlobLocation;
}

/**
 * The layers with the zTOCs that a SOCI index names for them. Where there is no index, or none that can be had, they are as
 * they were: they are read whole.
 */
export async function withSociTables(
  layers: readonly Layer[],
  imageDigest: string,
  place: SociPlace,
): Promise<readonly Layer[]> {
  if (!layers.some(mayHaveOne)) return layers;
  try {
    const tables = await tablesOf(imageDigest, place);
    return layers.map((layer) => {
      const table = layer.digest === undefined || !mayHaveOne(layer) ? undefined : tables.get(layer.digest);
      return table === undefined ? layer : { ...layer, table };
    });
  } catch (error) {
    if (error instanceof RegistryError || error instanceof ImageError) return layers;
    throw error;
  }
}

function mayHaveOne({ mediaType, size }: Layer): boolean {
  return /[+.]gzip$/.test(mediaType) && size >= leastLazy;
}

async function tablesOf(imageDigest: string, place: SociPlace): Promise<ReadonlyMap<string, LayerTable>> {
  const read = async (digest: string): Promise<Json> =>
    parseJson(Buffer.from((await place.manifest(digest)).bytes), digest);
  const named = textsOf((await read(imageDigest))['annotations'])?.[indexDigest];
  if (named !== undefined) return tablesIn(await read(named), types.v2, true, place);
  const referring = (await place.referrers(imageDigest)).filter(({ artifactType }) => artifactType === types.v1);
  for (const { digest } of referring.slice(0, mostIndexes)) {
    const index = await read(digest);
    const subject = isObject(index['subject']) ? index['subject']['digest'] : undefined;
    const tables = subject === imageDigest ? tablesIn(index, types.v1, false, place) : new Map();
    if (tables.size > 0) return tables;
  }
  return new Map();
}

function tablesIn(index: Json, type: string, isVouched: boolean, place: SociPlace): Map<string, LayerTable> {
  const config = isObject(index['config']) ? string(index['config']['mediaType']) : undefined;
  if (config !== type && index['artifactType'] !== type) return new Map();
  return new Map(
    objects(index['layers']).flatMap((one): [string, LayerTable][] => {
      const [layer, digest] = [textsOf(one['annotations'])?.[layerDigest], string(one['digest'])];
      const size = Number(one['size']);
      if (layer === undefined || digest === undefined || one['mediaType'] !== 'application/octet-stream') return [];
      if (!Number.isSafeInteger(size) || size <= 0) return [];
      return [[layer, { digest, blob: place.locate(digest, size), isVouched }]];
    }),
  );
}
