// Writes, reads and prunes in a cache as scans do, from several processes at once.
// Usage: hammer-child.ts FOLDER BOUND SECONDS. Prints `N read`, and fails at the first content that is not what was written.
import { setImmediate } from 'node:timers/promises';
import { layerCache } from '../layer-cache.ts';
import { isSample, sampleContent } from './sample-content.ts';

const [, , folder = '', bound = '', seconds = ''] = process.argv;
const cache = layerCache(folder, { maxBytes: Number(bound) });
const end = Date.now() + Number(seconds) * 1000;
let read = 0;
process.stdout.write('begun\n');
while (Date.now() < end) {
  const number = Math.floor(Math.random() * 60);
  const content = sampleContent(number, 20_000);
  const known = cache.read(content.diffId, 'wants');
  if (known === undefined) cache.write(content, 'wants');
  else if (isSample(known, number, 20_000)) read++;
  else throw new Error(`another content was read for ${number}`);
  if (Math.random() < 0.01) cache.prune({ maxBytes: Number(bound) / 2 });
  await setImmediate();
}
process.stdout.write(`${read} read\n`);
