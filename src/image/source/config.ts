import { checkDigest } from '../digest.ts';
import { type BlobLocation, ImageError, type Layer, type LayeredImage, type Platform } from '../image.ts';
import { checkLayerCount } from '../layer/layer.ts';
import { formatPlatform, platformMatches } from '../platform.ts';
import { isObject, type Json, objects, string, strings, textsOf } from './blob-store.ts';

/** A layer as the manifest names it. */
export interface LayerDescriptor {
  readonly digest?: string;
  readonly mediaType: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly blob: BlobLocation;
}

/** What an image is put together from. */
export interface ImageParts {
  readonly reference: string;
  readonly digest?: string;
  readonly configDigest: string;
  readonly mediaType: string;
  readonly config: Json;
  readonly layers: readonly LayerDescriptor[];
  readonly wanted: Platform | undefined;
}

/** Joins manifest and configuration (OCI image config 1.1). Throws `ImageError`. */
export function imageOf(parts: ImageParts): LayeredImage {
  const { config, layers } = parts;
  const rootfs = isObject(config['rootfs']) ? config['rootfs'] : {};
  const diffIds = strings(rootfs['diff_ids']).map(checkDigest);
  checkLayerCount(layers.length);
  if (diffIds.length !== layers.length) {
    throw new ImageError(
      'corrupt',
      'Manifest and configuration do not have the same number of layers',
      `${layers.length} and ${diffIds.length}`,
    );
  }
  const platform = platformOf(config);
  if (parts.wanted && !platformMatches(parts.wanted, platform)) {
    throw new ImageError(
      'no-such-platform',
      'The image is for another platform',
      `${formatPlatform(parts.wanted)} wanted, ${formatPlatform(platform)} found`,
    );
  }
  const instructions = objects(config['history']).filter((entry) => entry['empty_layer'] !== true);
  const inner = isObject(config['config']) ? config['config'] : {};
  const created = string(config['created']);
  const user = string(inner['User']);
  return {
    kind: 'layered',
    reference: parts.reference,
    ...(parts.digest === undefined ? {} : { digest: parts.digest }),
    configDigest: parts.configDigest,
    mediaType: parts.mediaType,
    platform,
    config: {
      ...(created === undefined ? {} : { created }),
      ...(user ? { user } : {}),
      labels: textsOf(inner['Labels']) ?? {},
      ports: isObject(inner['ExposedPorts']) ? Object.keys(inner['ExposedPorts']).toSorted() : [],
      healthcheck: hasHealthcheck(inner['Healthcheck']),
    },
    // History may be shorter than the layers, or absent: then the instruction is not known, and not guessed.
    layers: layers.map((layer, index) =>
      layerOf(
        layer,
        index,
        diffIds[index] ?? '',
        instructions.length === layers.length ? string(instructions[index]?.['created_by']) : undefined,
      ),
    ),
  };
}

/** `NONE` switches off that of the base image. */
function hasHealthcheck(value: unknown): boolean {
  const test = isObject(value) ? strings(value['Test']) : [];
  return test.length > 0 && test[0] !== 'NONE';
}

function layerOf(descriptor: LayerDescriptor, index: number, diffId: string, createdBy: string | undefined): Layer {
  return {
    index,
    ...(descriptor.digest === undefined ? {} : { digest: descriptor.digest }),
    diffId,
    size: descriptor.blob.size,
    mediaType: descriptor.mediaType,
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(descriptor.annotations === undefined ? {} : { annotations: descriptor.annotations }),
    blob: descriptor.blob,
  };
}

function platformOf(config: Json): Platform {
  const [os, architecture, variant] = [string(config['os']), string(config['architecture']), string(config['variant'])];
  return { os: os ?? 'linux', architecture: architecture ?? 'unknown', ...(variant ? { variant } : {}) };
}
