import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { dockerStoredImage } from '../../engine/docker/store.ts';
import { podmanStoredImage } from '../../engine/podman/store.ts';
import type { Unpacked } from '../../engine/unpacked/unpacked.ts';
import type { Image, LayeredImage } from '../image.ts';
import { openBlobs } from '../layer/blobs.ts';
import { readLayer } from '../layer/layer.ts';
import { unpackedImage } from './unpacked.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-unpacked-'));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;

/** A copy of a store of the engines' tests. */
function copyOf(name: string): string {
  const root = join(folder, String(made++));
  const from = new URL(`../../engine/${name}`, import.meta.url);
  cpSync(fileURLToPath(from), root, { recursive: true, verbatimSymlinks: true });
  return root;
}

const stores: Readonly<Record<string, () => { readonly root: string; readonly found: () => Unpacked }>> = {
  Docker() {
    const root = copyOf('docker/testdata/overlay2-store');
    return { root, found: () => dockerStoredImage(root, 'd037') };
  },
  podman() {
    const root = copyOf('podman/testdata/overlay-store');
    return { root, found: () => podmanStoredImage({ root, additional: [] }, 'd037') };
  },
  'podman’s vfs'() {
    const root = copyOf('podman/testdata/vfs-store');
    return { root, found: () => podmanStoredImage({ root, additional: [] }, 'd037') };
  },
};

function layered(image: Image | undefined): LayeredImage {
  if (image?.kind !== 'layered') throw new TypeError('an image of layers was expected');
  return image;
}

/** The content of the files of each layer. */
async function contents({ layers }: LayeredImage): Promise<readonly Readonly<Record<string, string>>[]> {
  const blobs = openBlobs();
  try {
    const all = [];
    for (const layer of layers) {
      const { files } = await readLayer(layer, () => true, blobs);
      all.push(Object.fromEntries(files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString().trim()])));
    }
    return all;
  } finally {
    await blobs.close();
  }
}

/** Every file below a folder whose name ends so. */
function filesIn(root: string, ending: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name));
}

describe.each(Object.keys(stores))('an image in the store of %s', (name) => {
  const copy = (): ReturnType<NonNullable<(typeof stores)[string]>> => {
    const store = stores[name];
    if (store === undefined) throw new TypeError(name);
    return store();
  };

  it('is read as the tars that it came from, their diffIDs verified', async () => {
    const image = layered(unpackedImage('a', copy().found(), {}));
    expect(image.remarks).toBeUndefined();
    expect(image.layers.map(({ blob }) => blob.kind)).toEqual(['tar-split', 'tar-split']);
    const [lower, upper] = await contents(image);
    expect([lower, upper]).toEqual([
      { 'etc/one': 'one', 'etc/os-release': 'ID=debian\nVERSION_ID=12' },
      { 'etc/two': 'two' },
    ]);
  });

  it.each([
    ['of the same length', 'onE\n', 'ImageError', 'digest-mismatch'],
    ['of another length', 'one and more', 'EngineError', 'bad-answer'],
  ])('is refused where a file has become one %s', async (_, text, error, code) => {
    const { found } = copy();
    const image = layered(unpackedImage('a', found(), {}));
    const [first] = image.layers;
    if (first?.blob.kind !== 'tar-split') throw new TypeError('an index was expected');
    writeFileSync(join(first.blob.folder, 'etc/one'), text);
    await expect(contents(image)).rejects.toMatchObject({ name: error, code });
  });

  it('is read as it lies where an index is gone, which is said', async () => {
    const { root, found } = copy();
    for (const index of filesIn(root, 'tar-split.json.gz')) rmSync(index);
    for (const index of filesIn(root, '.tar-split.gz')) rmSync(index);
    const image = unpackedImage('a', found(), {});
    expect(image?.remarks?.join()).toContain('nothing proves that they still are what their digests say');
    const kinds = image?.kind === 'layered' ? image.layers.map(({ blob }) => blob.kind) : [image?.kind];
    expect(kinds).toEqual(name === 'podman’s vfs' ? ['rootfs'] : ['overlay', 'overlay']);
  });

  it('is refused for another platform', () => {
    const { found } = copy();
    expect(() => unpackedImage('a', found(), { platform: { os: 'linux', architecture: 's390x' } })).toThrow(
      'The image is for another platform',
    );
  });
});
