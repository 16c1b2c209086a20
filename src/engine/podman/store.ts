// A store of containers/storage, which podman, buildah and CRI-O share; `D` is its driver:
//
//   D-images/images.json                     [{id, digest, names, layer, …}]: `layer` is the topmost
//   D-images/<id>/<key>                      `manifest`, the configuration by its digest, …
//   D-layers/{layers,volatile-layers}.json   [{id, parent, diff-digest, diff-size, flags}]
//   D-containers/{containers,volatile-containers}.json
//   D-layers/<layer>.tar-split.gz            what the tar of a layer had besides its files
//   overlay/<layer>/diff                     files of one layer
//   vfs/dir/<layer>                          files of a layer and of all below it
//   key = as it is where it has only digits, dots and small letters; else "=" and its base64
import { join } from 'node:path';
import { parsed, verifiedDiffIds } from '../unpacked/configuration.ts';
import { digestOf, type Fields, fieldsOf, listOf, sizeOf, textOf, textsOf } from '../unpacked/fields.ts';
import {
  fallBack,
  orThrow,
  readStoreFile,
  readStoreJson,
  StoreProblem,
  storeFile,
  storeFolder,
} from '../unpacked/store-file.ts';
import { sha256Digest, type Unpacked, type UnpackedLayer } from '../unpacked/unpacked.ts';
import { type StoredImage, wantedImage } from '../unpacked/wanted.ts';

/** A store, and others of other owners, read only, on whose layers its images may stand. */
export interface PodmanStore {
  /** `graphroot`. */
  readonly root: string;
  /** `additionalimagestores`. */
  readonly additional: readonly string[];
}

/** A container in a store; whether it runs only podman knows. */
export interface StoredContainer {
  readonly id: string;
  readonly names: readonly string[];
  /** As its creator named the image. */
  readonly image: string;
  /** `sha256:…` of the configuration. */
  readonly imageDigest?: string;
  /** Folder of its writable layer, if that is one of an overlay file system. */
  readonly writableLayer?: string;
}

type Driver = 'overlay' | 'vfs';

interface ImageRecord extends StoredImage {
  readonly root: string;
  readonly driver: Driver;
  readonly id: string;
  readonly layer: string;
}

const DATABASE_BYTES = 64 << 20;
const IDENTIFIER = /^[0-9a-f]{64}$/;

/** The images of a store and its additional ones. Throws `not-found`, `no-permission`, `bad-answer`, `unsupported`. */
export function podmanStoreImages(store: PodmanStore): readonly StoredImage[] {
  return orThrow(() =>
    records(store).map(({ configDigest, digest, names }) => ({
      configDigest,
      names,
      ...(digest === undefined ? {} : { digest }),
    })),
  );
}

/** An image of a store by name, digest or the first digits of its identifier. */
export function podmanStoredImage(store: PodmanStore, wanted: string): Unpacked {
  return fallBack((): Unpacked => {
    const record = wantedImage(records(store), wanted);
    const manifest = bigData(record, 'manifest');
    if (manifest === undefined) throw new StoreProblem('missing-piece', `manifest of ${record.id}`);
    const digest = sha256Digest(manifest);
    if (digest !== record.digest) throw new StoreProblem('damaged', `manifest of ${record.id}`);
    // Of an index, and of manifests of the first schema, there is no configuration here.
    const configDigest = digestOf(fieldsOf(fieldsOf(parsed(manifest, digest))['config'])['digest']);
    if (configDigest === undefined) throw new StoreProblem('unsupported', `manifest of ${record.id}`);
    const config = bigData(record, configDigest);
    if (config === undefined) throw new StoreProblem('missing-piece', configDigest);
    const facts = { configDigest, config, names: record.names, manifest: { digest, bytes: manifest } };
    const diffIds = verifiedDiffIds(config, configDigest);
    const layers = layersOf(store, record, diffIds);
    if (record.driver === 'overlay') return { kind: 'layers', ...facts, layers, whiteouts: whiteouts(store) };
    const top = layers.at(-1);
    if (top === undefined) throw new StoreProblem('unsupported', `${record.id} has no layer`);
    return { kind: 'tree', ...facts, path: top.path, layers };
  });
}

/** The containers of a store. Throws `not-found`, `no-permission`, `bad-answer`, `unsupported`. */
export function podmanStoreContainers(store: PodmanStore): readonly StoredContainer[] {
  return orThrow(() => {
    const driver = driverOf(store.root);
    const folder = join(store.root, `${driver}-containers`);
    const all = ['containers.json', 'volatile-containers.json'].flatMap((name) => databaseOf(join(folder, name)) ?? []);
    return all.map((fields) => containerOf(store.root, driver, fields));
  });
}

function containerOf(root: string, driver: Driver, fields: Fields): StoredContainer {
  const [id, image, layer] = [fields['id'], fields['image'], fields['layer']].map(textOf);
  if (id === undefined) throw new StoreProblem('damaged', 'a container without an identifier');
  const named = textOf(fieldsOf(jsonText(fields['metadata']))['image-name']);
  const writable =
    driver === 'overlay' && layer !== undefined && IDENTIFIER.test(layer)
      ? storeFolder(root, 'overlay', layer, 'diff')
      : undefined;
  const imageDigest = digestOf(`sha256:${image}`);
  return {
    id,
    names: textsOf(fields['names']),
    image: named ?? image ?? '',
    ...(imageDigest === undefined ? {} : { imageDigest }),
    ...(writable === undefined ? {} : { writableLayer: writable }),
  };
}

function jsonText(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : undefined;
  } catch {
    return undefined;
  }
}

function driverOf(root: string): Driver {
  const found = (['overlay', 'vfs'] as const).find((driver) => storeFolder(root, `${driver}-images`) !== undefined);
  if (found !== undefined) return found;
  const other = ['btrfs', 'zfs', 'aufs', 'devicemapper'].find(
    (name) => storeFolder(root, `${name}-images`) !== undefined,
  );
  throw new StoreProblem(other === undefined ? 'no-store' : 'unsupported', join(root, `${other ?? 'overlay'}-images`));
}

function records(store: PodmanStore): readonly ImageRecord[] {
  return [store.root, ...store.additional].flatMap((root, index) => {
    const driver = driverOf(root);
    const all = databaseOf(join(root, `${driver}-images`, 'images.json'));
    if (all === undefined && index === 0) throw new StoreProblem('no-store', join(root, `${driver}-images`));
    return (all ?? []).map((fields): ImageRecord => {
      const id = textOf(fields['id']) ?? '';
      if (!IDENTIFIER.test(id)) throw new StoreProblem('damaged', `identifier of an image: ${id}`);
      const digest = digestOf(fields['digest']);
      return {
        root,
        driver,
        id,
        layer: textOf(fields['layer']) ?? '',
        configDigest: `sha256:${id}`,
        names: textsOf(fields['names']),
        ...(digest === undefined ? {} : { digest }),
      };
    });
  });
}

function databaseOf(path: string): readonly Fields[] | undefined {
  const value = readStoreJson(path, DATABASE_BYTES);
  if (value === undefined) return undefined;
  if (value !== null && !Array.isArray(value)) throw new StoreProblem('damaged', path);
  return listOf(value).map(fieldsOf);
}

function bigData(record: ImageRecord, key: string): Buffer | undefined {
  const name = /^[0-9a-z.]+$/.test(key) ? key : `=${Buffer.from(key).toString('base64')}`;
  if (name.includes('/')) throw new StoreProblem('unsupported', key);
  return readStoreFile(join(record.root, `${record.driver}-images`, record.id, name));
}

interface LayerRecord {
  readonly root: string;
  readonly fields: Fields;
}

/** From the topmost by their parents; as many as the configuration names, and none that says it is another. */
function layersOf(store: PodmanStore, image: ImageRecord, diffIds: readonly string[]): readonly UnpackedLayer[] {
  const known = layerRecords(store);
  const layers: UnpackedLayer[] = [];
  let id: string | undefined = image.layer === '' ? undefined : image.layer;
  for (let index = diffIds.length - 1; index >= 0; index--) {
    const record = id === undefined ? undefined : known.get(id);
    const diffId = diffIds[index];
    if (id === undefined || record === undefined || diffId === undefined)
      throw new StoreProblem('missing-piece', `layer ${id ?? index} of ${image.id}`);
    layers.unshift(layerOf(record, id, diffId));
    id = textOf(record.fields['parent']);
  }
  if (id !== undefined) throw new StoreProblem('damaged', `more layers than ${image.id} names`);
  return layers;
}

function layerRecords(store: PodmanStore): ReadonlyMap<string, LayerRecord> {
  const known = new Map<string, LayerRecord>();
  for (const root of [store.root, ...store.additional]) {
    const folder = join(root, `${driverOf(root)}-layers`);
    for (const name of ['layers.json', 'volatile-layers.json']) {
      for (const fields of databaseOf(join(folder, name)) ?? []) {
        const id = textOf(fields['id']);
        if (id !== undefined && !known.has(id)) known.set(id, { root, fields });
      }
    }
  }
  return known;
}

function layerOf({ root, fields }: LayerRecord, id: string, diffId: string): UnpackedLayer {
  if (!IDENTIFIER.test(id)) throw new StoreProblem('damaged', `identifier of a layer: ${id}`);
  if (fieldsOf(fields['flags'])['incomplete'] === true) throw new StoreProblem('missing-piece', `layer ${id}`);
  // A layer that was fetched by its table of contents (zstd:chunked) has no digest of the whole: nothing shows that its
  // files are those of the diffID that the configuration claims.
  const own = textOf(fields['diff-digest']);
  if (own !== undefined && own !== diffId) throw new StoreProblem('damaged', `layer ${id} is ${own}`);
  const driver = driverOf(root);
  const names = driver === 'overlay' ? ['overlay', id, 'diff'] : ['vfs', 'dir', id];
  // Its files lie elsewhere, by their digests.
  if (storeFolder(root, 'overlay', id, 'composefs-data') !== undefined)
    throw new StoreProblem('unsupported', `layer ${id} is a composefs`);
  const path = storeFolder(root, ...names);
  if (path === undefined) throw new StoreProblem('missing-piece', join(root, ...names));
  const size = sizeOf(fields['diff-size']);
  const tarSplit = own === undefined ? undefined : storeFile(join(root, `${driver}-layers`, `${id}.tar-split.gz`));
  return {
    diffId,
    path,
    ...(tarSplit === undefined ? {} : { tarSplit }),
    ...(size === undefined ? {} : { size }),
  };
}

/** Where a program mounts the layers (fuse-overlayfs), whiteouts are written as in a tar. */
function whiteouts(store: PodmanStore): 'overlay' | 'either' {
  const flags = [store.root, ...store.additional].map((root) =>
    readStoreFile(join(root, 'overlay', '.has-mount-program'), 64)
      ?.toString()
      .trim(),
  );
  return flags.includes('true') ? 'either' : 'overlay';
}
