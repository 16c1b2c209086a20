// The store of a Docker daemon with the classic driver overlay2, in its root folder:
//
//   image/overlay2/repositories.json               {"Repositories": {familiar name: {familiar name with tag or digest: image}}}
//   image/overlay2/imagedb/content/sha256/<hex>    configuration of an image, whose identifier is its digest
//   image/overlay2/layerdb/sha256/<chain>/         one folder for each layer, by the ChainID of the OCI image config, with
//     diff cache-id [parent] size                  its diffID, its folder, the chain below it, the bytes of its files
//     tar-split.json.gz                            what its tar had besides
//   overlay2/<cache-id>/diff                       its files
import { join } from 'node:path';
import { verifiedDiffIds } from '../unpacked/configuration.ts';
import { digestOf, fieldsOf } from '../unpacked/fields.ts';
import {
  fallBack,
  orThrow,
  readStoreFile,
  readStoreJson,
  StoreProblem,
  storeFile,
  storeFolder,
} from '../unpacked/store-file.ts';
import { chainIds, type Unpacked, type UnpackedLayer } from '../unpacked/unpacked.ts';
import { fullName, type StoredImage, wantedImage } from '../unpacked/wanted.ts';

const DATABASE = ['image', 'overlay2'];

/**
 * The named images in the root folder of a Docker daemon that need not run; those without a name are not listed. Throws
 * `not-found`, `no-permission`, `bad-answer`.
 */
export function dockerStoreImages(root: string): readonly StoredImage[] {
  return orThrow(() => namedImages(root));
}

/**
 * An image in the root folder of a Docker daemon that need not run, by name, digest or the first digits of its identifier; one
 * without a name by its whole identifier only.
 */
export function dockerStoredImage(root: string, wanted: string): Unpacked {
  return fallBack((): Unpacked => {
    const images = namedImages(root);
    const configDigest = digestOf(wanted) ?? wantedImage(images, wanted).configDigest;
    const config = readStoreFile(join(root, ...DATABASE, 'imagedb', 'content', 'sha256', configDigest.slice(7)));
    if (config === undefined) throw new StoreProblem('no-such-image', configDigest);
    const diffIds = verifiedDiffIds(config, configDigest);
    const chain = chainIds(diffIds);
    const layers = diffIds.map((diffId, index) => layerOf(root, diffId, chain[index] ?? '', chain[index - 1]));
    const names = images.find((image) => image.configDigest === configDigest)?.names ?? [];
    return { kind: 'layers', configDigest, config, layers, names, whiteouts: 'overlay' };
  });
}

function database(root: string): string {
  const folder = storeFolder(root, ...DATABASE);
  if (folder === undefined) throw new StoreProblem('no-store', join(root, ...DATABASE));
  return folder;
}

function namedImages(root: string): readonly StoredImage[] {
  const file = readStoreJson(join(database(root), 'repositories.json'), 64 << 20);
  const names = new Map<string, string[]>();
  for (const repository of Object.values(fieldsOf(fieldsOf(file)['Repositories']))) {
    for (const [name, value] of Object.entries(fieldsOf(repository))) {
      const digest = digestOf(value);
      if (digest === undefined) throw new StoreProblem('damaged', 'repositories.json');
      const own = names.get(digest) ?? [];
      own.push(fullName(name));
      names.set(digest, own);
    }
  }
  return [...names].map(([configDigest, own]) => ({ configDigest, names: own.toSorted() }));
}

function layerOf(root: string, diffId: string, chain: string, below: string | undefined): UnpackedLayer {
  const folder = storeFolder(root, ...DATABASE, 'layerdb', 'sha256', chain.slice(7));
  if (folder === undefined) throw new StoreProblem('missing-piece', chain);
  const text = (name: string): string | undefined => readStoreFile(join(folder, name), 4096)?.toString().trim();
  if (text('diff') !== diffId || text('parent') !== below) throw new StoreProblem('damaged', folder);
  const cache = text('cache-id') ?? '';
  // It becomes part of a path.
  if (!/^[0-9a-z]{8,128}$/.test(cache)) throw new StoreProblem('damaged', `${folder}/cache-id`);
  const path = storeFolder(root, 'overlay2', cache, 'diff');
  if (path === undefined) throw new StoreProblem('missing-piece', join(root, 'overlay2', cache, 'diff'));
  const size = text('size') ?? '';
  const tarSplit = storeFile(join(folder, 'tar-split.json.gz'));
  return {
    diffId,
    path,
    ...(tarSplit === undefined ? {} : { tarSplit }),
    ...(/^\d{1,15}$/.test(size) ? { size: Number(size) } : {}),
  };
}
