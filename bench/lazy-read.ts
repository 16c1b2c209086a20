// How much of an image is fetched in reading it lazily: ranges of the files of an OCI layout, counted, one layer after another.
// Usage: lazy-read.ts OCI-LAYOUT-FOLDER [--compare]: also reads it whole and fails where the content differs.
import { deepStrictEqual } from 'node:assert';
import { closeSync, openSync, readSync } from 'node:fs';
import { openBlobs } from '../src/image/layer/blobs.ts';
import { readLayer } from '../src/image/layer/layer.ts';
import { readLazily } from '../src/image/lazy/lazy.ts';
import { openImage } from '../src/image/open.ts';
import { noExtraWants, selection } from '../src/scan/selection.ts';

const [, , layout = '', compare] = process.argv;
const image = await openImage(`oci:${layout}:latest`);
if (image.kind !== 'layered') throw new Error('not an image of layers');
const selects = selection({ detail: 'packages', extra: noExtraWants });
const total = { fetched: 0, of: 0, requests: 0, unseen: 0, unread: 0, milliseconds: 0 };
for (const layer of image.layers) {
  const { blob } = layer;
  if (blob.kind !== 'file') throw new Error('not an OCI layout');
  const file = openSync(blob.path, 'r');
  const range = (offset: number, length: number): Promise<Uint8Array> => {
    const bytes = Buffer.allocUnsafe(length);
    readSync(file, bytes, 0, length, blob.offset + offset);
    return Promise.resolve(bytes);
  };
  const start = performance.now();
  const content = await readLazily(layer, { range }, selects);
  total.milliseconds += Math.round(performance.now() - start);
  closeSync(file);
  if (content?.lazy === undefined) throw new Error(`layer ${layer.index + 1} has no table of contents`);
  for (const key of ['fetched', 'of', 'requests', 'unseen', 'unread'] as const) total[key] += content.lazy[key];
  if (compare === '--compare') {
    const { lazy, ...plain } = content;
    deepStrictEqual(plain, await readLayer(layer, selects, openBlobs()), `${lazy.format} differs`);
  }
}
const share = ((100 * total.fetched) / total.of).toFixed(1);
process.stdout.write(`${layout}: ${share} % fetched ${JSON.stringify(total)}\n`);
