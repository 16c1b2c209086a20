// Writes images for tests: OCI image layouts and archives (OCI image spec 1.1) and docker archives, sound or broken on purpose.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type TarEntry, tarBytes, tarMembers } from './tar.ts';

export type { TarEntry } from './tar.ts';

/** One layer. Give `entries`, or `tar` (bytes as they are), or `stored` (blob and diffID as they are). */
export interface LayerSpec {
  readonly entries?: readonly TarEntry[];
  readonly tar?: Buffer;
  readonly stored?: StoredLayer;
  /** Default `gzip`. */
  readonly compression?: 'none' | 'gzip' | 'zstd';
  /** Number of gzip members or zstd frames to spread the tar over; default 1. */
  readonly members?: number;
  /** `history[].created_by`. */
  readonly createdBy?: string;
  /** Default: the OCI one of the compression. */
  readonly mediaType?: string;
  /** Digest that the manifest claims, when it shall be wrong. */
  readonly claimedDigest?: string;
  readonly claimedDiffId?: string;
  /** Size that the manifest claims. */
  readonly claimedSize?: number;
  /** Bytes to cut from the end of the blob, the manifest unchanged. */
  readonly truncate?: number;
  /** Leaves the blob out. */
  readonly missing?: boolean;
}

/** A layer's bytes as stored, and the digest of its tar. */
export interface StoredLayer {
  readonly blob: Buffer;
  readonly diffId: string;
}

/** One image. */
export interface ImageSpec {
  readonly layers: readonly LayerSpec[];
  /** Default `linux`, `amd64` and no variant. */
  readonly os?: string;
  readonly architecture?: string;
  readonly variant?: string;
  /** `org.opencontainers.image.ref.name` and the tag in `RepoTags`; default `latest`. */
  readonly tag?: string;
  /** `config` of the image configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Instructions that made no layer, put before those of the layers. */
  readonly emptyHistory?: readonly string[];
  /** Leaves `history` out. */
  readonly noHistory?: boolean;
  /** Marks it as a BuildKit attestation manifest, of platform unknown/unknown. */
  readonly attestation?: boolean;
  /** Replaces keys of the manifest. */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

/** How several images are put together. */
export interface LayoutOptions {
  /** `index.json` names one image index, which names the manifests; default: it names them itself. */
  readonly nested?: boolean;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: unknown;
  readonly annotations?: Readonly<Record<string, string>>;
}

const oci = 'application/vnd.oci.image';
const suffix = { none: '', gzip: '+gzip', zstd: '+zstd' } as const;

/** `sha256:…` of the bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Writes an OCI image layout into a folder, which is made; answers the digests of the manifests. */
export function writeOciLayout(
  folder: string,
  image: ImageSpec | readonly ImageSpec[],
  options: LayoutOptions = {},
): string[] {
  const blobs = join(folder, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (bytes: Buffer, mediaType: string): Descriptor => {
    const digest = digestOf(bytes);
    writeFileSync(join(blobs, digest.slice(7)), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const images = 'layers' in image ? [image] : image;
  const several = images.length > 1 || options.nested === true;
  const manifests = images.map((spec) => describe(put(...manifestOf(spec, put, blobs)), spec, several));
  const index = (entries: readonly Descriptor[]): Buffer =>
    json({ schemaVersion: 2, mediaType: `${oci}.index.v1+json`, manifests: entries });
  const annotations = { 'org.opencontainers.image.ref.name': images[0]?.tag ?? 'latest' };
  const top = options.nested ? [{ ...put(index(manifests), `${oci}.index.v1+json`), annotations }] : manifests;
  writeFileSync(join(folder, 'index.json'), index(top));
  writeFileSync(join(folder, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  return manifests.map(({ digest }) => digest);
}

function describe(descriptor: Descriptor, spec: ImageSpec, platform: boolean): Descriptor {
  const { os = 'linux', architecture = 'amd64', variant, attestation, tag = 'latest' } = spec;
  const named = attestation
    ? { os: 'unknown', architecture: 'unknown' }
    : { os, architecture, ...(variant && { variant }) };
  return {
    ...descriptor,
    ...(platform && { platform: named }),
    annotations: attestation
      ? { 'vnd.docker.reference.type': 'attestation-manifest' }
      : { 'org.opencontainers.image.ref.name': tag },
  };
}

function manifestOf(
  spec: ImageSpec,
  put: (bytes: Buffer, type: string) => Descriptor,
  blobs: string,
): [Buffer, string] {
  const stored = spec.layers.map(storedLayer);
  const config = put(configOf(spec, stored), `${oci}.config.v1+json`);
  const layers = spec.layers.map((layer, i) => {
    const blob = stored[i]?.blob ?? Buffer.alloc(0);
    const descriptor = put(blob, layer.mediaType ?? `${oci}.layer.v1.tar${suffix[layer.compression ?? 'gzip']}`);
    const path = join(blobs, descriptor.digest.slice(7));
    if (layer.truncate !== undefined) writeFileSync(path, blob.subarray(0, blob.length - layer.truncate));
    if (layer.missing) rmSync(path);
    if (layer.claimedDigest) writeFileSync(join(blobs, layer.claimedDigest.slice(7)), blob);
    return {
      ...descriptor,
      digest: layer.claimedDigest ?? descriptor.digest,
      size: layer.claimedSize ?? descriptor.size,
    };
  });
  const type = `${oci}.manifest.v1+json`;
  return [json({ schemaVersion: 2, mediaType: type, config, layers, ...spec.manifest }), type];
}

function configOf(spec: ImageSpec, stored: readonly StoredLayer[]): Buffer {
  const created = '2024-01-01T00:00:00Z';
  const history = [
    ...(spec.emptyHistory ?? []).map((text) => ({ created, created_by: text, empty_layer: true })),
    ...spec.layers.map((layer, i) => ({ created, created_by: layer.createdBy ?? `layer ${i}` })),
  ];
  return json({
    created,
    os: spec.os ?? 'linux',
    architecture: spec.architecture ?? 'amd64',
    ...(spec.variant && { variant: spec.variant }),
    config: spec.config ?? {},
    rootfs: { type: 'layers', diff_ids: spec.layers.map((layer, i) => layer.claimedDiffId ?? stored[i]?.diffId) },
    ...(spec.noHistory ? {} : { history }),
  });
}

/** The blob and diffID of a layer. */
export function storedLayer(layer: LayerSpec): StoredLayer {
  if (layer.stored) return layer.stored;
  const tar = layer.tar ?? tarBytes(layer.entries ?? []);
  const members = layer.members ?? 1;
  const size = Math.ceil(tar.length / members);
  const parts = Array.from({ length: members }, (_, i) =>
    compress(tar.subarray(i * size, (i + 1) * size), layer.compression),
  );
  return { blob: Buffer.concat(parts), diffId: digestOf(tar) };
}

function compress(bytes: Buffer, compression: LayerSpec['compression'] = 'gzip'): Buffer {
  if (compression === 'none') return bytes;
  return compression === 'zstd' ? zstdCompressSync(bytes) : gzipSync(bytes);
}

/** A layer whose tar is `head`, then `chunk` so many times, then `tail`; each piece is a member of its own. */
export function repeatedLayer(pieces: {
  readonly head: Buffer;
  readonly chunk: Buffer;
  readonly times: number;
  readonly tail: Buffer;
  readonly compression?: 'gzip' | 'zstd';
}): StoredLayer {
  const packed = compress(pieces.chunk, pieces.compression);
  const hash = createHash('sha256').update(pieces.head);
  const parts = [compress(pieces.head, pieces.compression)];
  for (let i = 0; i < pieces.times; i++) {
    parts.push(packed);
    hash.update(pieces.chunk);
  }
  parts.push(compress(pieces.tail, pieces.compression));
  return { blob: Buffer.concat(parts), diffId: `sha256:${hash.update(pieces.tail).digest('hex')}` };
}

/** A layer of one file of so many zero bytes (whole MiB), about a thousandth of that as stored by gzip. */
export function zerosLayer(mebibytes: number, name: string, compression: 'gzip' | 'zstd' = 'gzip'): StoredLayer {
  const head = tarMembers([{ name, claimedSize: mebibytes * 2 ** 20 }]);
  const chunk = Buffer.alloc(2 ** 20);
  return repeatedLayer({
    head,
    chunk,
    times: mebibytes,
    tail: Buffer.alloc(1024),
    compression,
  });
}

/** Writes the files of a folder, each by its relative path, into a tar archive. */
function tarFolder(folder: string): Buffer {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
  return tarBytes(names.map((name) => ({ name, body: readFileSync(join(folder, name)) })));
}

/** Writes an OCI image layout as one tar file. */
export function writeOciArchive(
  tarPath: string,
  image: ImageSpec | readonly ImageSpec[],
  options: LayoutOptions & { readonly gzip?: boolean } = {},
): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'oci-archive-'));
  try {
    const digests = writeOciLayout(folder, image, options);
    const tar = tarFolder(folder);
    writeFileSync(tarPath, options.gzip ? gzipSync(tar) : tar);
    return digests;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes what `docker save` wrote before version 25: layers uncompressed, named by `manifest.json`. */
export function writeDockerArchive(tarPath: string, image: ImageSpec, options: { readonly gzip?: boolean } = {}): void {
  const stored = image.layers.map((layer) => storedLayer({ ...layer, compression: layer.compression ?? 'none' }));
  const config = configOf(image, stored);
  const configName = `${digestOf(config).slice(7)}.json`;
  const names = stored.map(() => `${randomBytes(32).toString('hex')}/layer.tar`);
  const manifest = [{ Config: configName, RepoTags: [`seaworthy.test/image:${image.tag ?? 'latest'}`], Layers: names }];
  const tar = tarBytes([
    ...stored.flatMap(({ blob }, i): TarEntry[] => {
      const layer = image.layers[i];
      const body = blob.subarray(0, blob.length - (layer?.truncate ?? 0));
      return layer?.missing ? [] : [{ name: names[i] ?? '', body }];
    }),
    { name: configName, body: config },
    { name: 'manifest.json', body: json(manifest) },
  ]);
  writeFileSync(tarPath, options.gzip ? gzipSync(tar) : tar);
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
