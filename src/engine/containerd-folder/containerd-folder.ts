// The root folder of containerd (/var/lib/containerd), read without asking it: of a stopped host, of a mounted disk.
//
//   io.containerd.metadata.v1.bolt/meta.db      v1/<namespace>/images/<name>/{target/{digest,mediatype,size},labels/}
//                                               v1/<namespace>/containers/<id>/{image,snapshotter,snapshotKey,labels/}
//                                               v1/<namespace>/snapshots/<snapshotter>/<key>/{name,parent}
//   io.containerd.content.v1.content/blobs/<algorithm>/<hex>
//   io.containerd.snapshotter.v1.<snapshotter>/ metadata.db: v1/snapshots/<name>/{id,parent}
//                                               snapshots/<id>/fs: files of one layer
//   size = zigzag varint      id = varint      createdat = version:u8 (1, 2) seconds since year 1:i64be …
import { join } from 'node:path';
import { type BoltBucket, readBolt } from '../bolt/bolt.ts';
import { EngineError } from '../engine.ts';
import { digestOf } from '../unpacked/fields.ts';
import { orThrow, storeFolder } from '../unpacked/store-file.ts';
import { chainIds } from '../unpacked/unpacked.ts';

/** A named image in the folder of containerd. */
export interface FolderImage {
  readonly namespace: string;
  /** Full name with tag or digest; the CRI also names images by their configuration (`sha256:…`). */
  readonly name: string;
  /** Of the manifest or index. */
  readonly digest: string;
  readonly mediaType: string;
  /** Bytes of the manifest or index. */
  readonly size: number;
  readonly labels: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly createdAt?: string;
}

/** A container in the folder of containerd; whether it runs only containerd knows. */
export interface FolderContainer {
  readonly namespace: string;
  readonly id: string;
  /** As its creator named the image. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Where its writable layer is; `writableLayerIn` finds the folder. */
  readonly snapshot?: { readonly snapshotter: string; readonly key: string };
}

/** Snapshotters that keep each layer as the folder of an overlay file system. */
const OVERLAYS = ['overlayfs', 'fuse-overlayfs'];

/** Folder with `blobs/<algorithm>/<hex>`: all content, whatever its namespace. */
export function contentFolderIn(root: string): string {
  return join(root, 'io.containerd.content.v1.content');
}

/** The images of all namespaces. Throws `not-found`, `no-permission`, `bad-answer`, `limit-exceeded`, `interrupted`. */
export function folderImages(root: string): Promise<readonly FolderImage[]> {
  return readBolt(metadata(root), (database) =>
    namespaces(database).flatMap(([namespace, bucket]) =>
      members(bucket.bucket('images')).map(([name, image]) => imageOf(namespace, name, image)),
    ),
  );
}

/** The containers of all namespaces. Throws as `folderImages` does. */
export function folderContainers(root: string): Promise<readonly FolderContainer[]> {
  return readBolt(metadata(root), (database) =>
    namespaces(database).flatMap(([namespace, bucket]) =>
      members(bucket.bucket('containers')).map(([id, container]) => containerOf(namespace, id, container)),
    ),
  );
}

/**
 * The folder of the writable layer of a container, the upper one of an overlay file system; undefined where its snapshotter
 * keeps none. Throws as `folderImages` does.
 */
export async function writableLayerIn(root: string, container: FolderContainer): Promise<string | undefined> {
  if (container.snapshot === undefined) return undefined;
  const { snapshotter, key } = container.snapshot;
  const [folder] = await snapshotFolders(root, container.namespace, snapshotter, [key]);
  return folder;
}

/**
 * What a container stands on: the chain identifier of the layers below (OCI image config, "Layer ChainID"); undefined where its
 * snapshot is of another kind. Throws as `folderImages` does.
 */
export function chainBelow(root: string, { namespace, snapshot }: FolderContainer): Promise<string | undefined> {
  return readBolt(metadata(root), (database) => {
    if (snapshot === undefined) return undefined;
    const known = database.bucket('v1')?.bucket(namespace)?.bucket('snapshots')?.bucket(snapshot.snapshotter);
    return digestOf(textIn(known?.bucket(snapshot.key), 'parent'));
  });
}

/**
 * The folders of the layers of an image that an overlay snapshotter of the namespace has unpacked, the lowest first; for
 * layers whose blobs are no longer kept. Undefined where not all are there. Throws as `folderImages` does.
 */
export async function unpackedLayersIn(
  root: string,
  namespace: string,
  diffIds: readonly string[],
): Promise<readonly string[] | undefined> {
  for (const snapshotter of OVERLAYS) {
    const folders = await snapshotFolders(root, namespace, snapshotter, chainIds(diffIds));
    const found = folders.filter((folder) => folder !== undefined);
    if (found.length === diffIds.length) return found;
  }
  return undefined;
}

function metadata(root: string): string {
  return join(root, 'io.containerd.metadata.v1.bolt', 'meta.db');
}

/** A layout that is not the first is none that we know. */
function namespaces(database: BoltBucket): readonly [string, BoltBucket][] {
  const version = database.bucket('v1');
  if (version !== undefined) return members(version);
  if (database.keys().length === 0) return [];
  throw new EngineError(
    'unsupported',
    'The database of the engine has another layout',
    database.keys().join(' ').slice(0, 200),
  );
}

function members(bucket: BoltBucket | undefined): readonly [string, BoltBucket][] {
  if (bucket === undefined) return [];
  return bucket.keys().flatMap((key): [string, BoltBucket][] => {
    const member = bucket.bucket(key);
    return member === undefined ? [] : [[key, member]];
  });
}

function imageOf(namespace: string, name: string, image: BoltBucket): FolderImage {
  const target = image.bucket('target');
  const digest = digestOf(textIn(target, 'digest'));
  const mediaType = textIn(target, 'mediatype');
  const size = zigzag(target?.value('size'));
  if (digest === undefined || mediaType === undefined || size === undefined)
    throw new EngineError('bad-answer', 'The database of the engine is damaged', `image ${name}`.slice(0, 300));
  const createdAt = timeOf(image.value('createdat'));
  const labels = labelsIn(image);
  return { namespace, name, digest, mediaType, size, labels, ...(createdAt === undefined ? {} : { createdAt }) };
}

function containerOf(namespace: string, id: string, container: BoltBucket): FolderContainer {
  const [snapshotter, key] = [textIn(container, 'snapshotter'), textIn(container, 'snapshotKey')];
  return {
    namespace,
    id,
    image: textIn(container, 'image') ?? '',
    labels: labelsIn(container),
    ...(snapshotter === undefined || key === undefined ? {} : { snapshot: { snapshotter, key } }),
  };
}

async function snapshotFolders(
  root: string,
  namespace: string,
  snapshotter: string,
  keys: readonly string[],
): Promise<readonly (string | undefined)[]> {
  if (!OVERLAYS.includes(snapshotter)) return keys.map(() => undefined);
  const names = await readBolt(metadata(root), (database) => {
    const known = database.bucket('v1')?.bucket(namespace)?.bucket('snapshots')?.bucket(snapshotter);
    return keys.map((key) => textIn(known?.bucket(key), 'name'));
  });
  if (names.every((name) => name === undefined)) return names;
  const plugin = `io.containerd.snapshotter.v1.${snapshotter}`;
  const ids = await readBolt(join(root, plugin, 'metadata.db'), (database) => {
    const snapshots = database.bucket('v1')?.bucket('snapshots');
    return names.map((name) => (name === undefined ? undefined : varint(snapshots?.bucket(name)?.value('id'))));
  });
  return ids.map((id) =>
    id === undefined ? undefined : orThrow(() => storeFolder(root, plugin, 'snapshots', String(id), 'fs')),
  );
}

function labelsIn(bucket: BoltBucket): Readonly<Record<string, string>> {
  const labels = bucket.bucket('labels');
  return Object.fromEntries((labels?.keys() ?? []).map((key) => [key, labels?.value(key)?.toString() ?? '']));
}

function textIn(bucket: BoltBucket | undefined, key: string): string | undefined {
  const text = bucket?.value(key)?.toString();
  return text === '' ? undefined : text;
}

/** Base 128, the lowest digits first; the top bit says that more follow. Undefined for what is none or too large. */
function varint(bytes: Buffer | undefined): number | undefined {
  let value = 0n;
  for (const [index, byte] of (bytes ?? []).entries()) {
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
    if (index === 9) return undefined;
  }
  return undefined;
}

/** A signed number, the sign in the lowest bit; sizes are not below 0. */
function zigzag(bytes: Buffer | undefined): number | undefined {
  const value = varint(bytes);
  return value === undefined || value % 2 !== 0 ? undefined : value / 2;
}

const SECONDS_TO_1970 = 62_135_596_800n;

/** A time as Go writes it. */
function timeOf(bytes: Buffer | undefined): string | undefined {
  if (bytes === undefined || bytes.length < 15 || (bytes[0] !== 1 && bytes[0] !== 2)) return undefined;
  const seconds = Number(bytes.readBigInt64BE(1) - SECONDS_TO_1970);
  return Math.abs(seconds) > 8e12 ? undefined : new Date(seconds * 1000).toISOString();
}
