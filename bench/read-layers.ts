// What cataloguing costs: the layers of an OCI layout verified and walked, with nothing wanted of them (`nothing`), or the
// whole inventory made (`inventory`). Usage: read-layers.ts OCI-LAYOUT-FOLDER nothing|inventory. Prints entries and packages.
// The compiled modules are measured, as users run them.
const dist = new URL('../dist/', import.meta.url);
const load = (path: string): Promise<unknown> => import(new URL(path, dist).href);
const { readLayer } = (await load('image/layer/layer.js')) as typeof import('../src/image/layer/layer.ts');
const { openImage } = (await load('image/open.js')) as typeof import('../src/image/open.ts');

const [, , layout = '', what] = process.argv;
const image = await openImage(`oci:${layout}:latest`);
if (image.kind !== 'layered') throw new Error('not an image of layers');
if (what === 'inventory') {
  const { discover } = (await load('scan/discover.js')) as typeof import('../src/scan/discover.ts');
  const { subject, packages } = await discover(image);
  process.stdout.write(`${subject.entries} entries, ${packages.length} packages\n`);
} else {
  let entries = 0;
  for (const layer of image.layers) {
    const content = await readLayer(layer, () => false, { overlap: () => false });
    entries += content.entries;
  }
  process.stdout.write(`${entries} entries, 0 packages\n`);
}
export {};
