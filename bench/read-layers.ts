// What a scan can't do without: the layers of an OCI layout verified and walked, with nothing wanted of them.
// Usage: read-layers.ts OCI-LAYOUT-FOLDER. Prints the number of entries.
import type * as blobsModule from '../src/image/layer/blobs.ts';
import type * as layerModule from '../src/image/layer/layer.ts';
import type * as openModule from '../src/image/open.ts';

// The compiled modules are measured, as users run them.
const dist = new URL('../dist/', import.meta.url);
const load = (path: string): Promise<unknown> => import(new URL(path, dist).href);
const { openBlobs } = (await load('image/layer/blobs.js')) as typeof blobsModule;
const { readLayer } = (await load('image/layer/layer.js')) as typeof layerModule;
const { openImage } = (await load('image/open.js')) as typeof openModule;

const [, , layout = ''] = process.argv;
const image = await openImage(`oci:${layout}:latest`);
if (image.kind !== 'layered') throw new Error('not an image of layers');
let entries = 0;
for (const layer of image.layers) {
  const content = await readLayer(layer, () => false, openBlobs(), { overlap: () => false });
  entries += content.entries;
}
process.stdout.write(`${entries} entries\n`);
