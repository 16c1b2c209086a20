// The floor: all layers of an OCI layout only decompressed, on all cores, by the fastest means that Node has.
// Usage: floor.ts OCI-LAYOUT-FOLDER. Prints the number of bytes that came out.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';

interface Work {
  readonly paths: readonly string[];
  /** Index of the next layer to take, shared by the threads. */
  readonly next: Int32Array;
}

interface Handle {
  writeSync(
    flush: number,
    input: Uint8Array,
    inOff: number,
    inLen: number,
    out: Uint8Array,
    outOff: number,
    outLen: number,
  ): void;
}

function inflate(path: string, input: Buffer, output: Buffer): number {
  const file = openSync(path, 'r');
  let length = readSync(file, input, 0, input.length, null);
  const stream = input[0] === 0x1f ? createGunzip() : createZstdDecompress();
  // Undocumented, and the reason why this is the floor: see docs/adr/0004-zlib-driving.md.
  const handle: Handle = Reflect.get(stream, '_handle');
  const state: Uint32Array = Reflect.get(stream, '_writeState');
  let total = 0;
  for (; length > 0; length = readSync(file, input, 0, input.length, null)) {
    let offset = 0;
    let room = 0;
    while (room === 0) {
      handle.writeSync(constants.Z_NO_FLUSH, input, offset, length - offset, output, 0, output.length);
      room = state[0] ?? 0;
      total += output.length - room;
      offset = length - (state[1] ?? 0);
    }
  }
  closeSync(file);
  return total;
}

function drain({ paths, next }: Work): number {
  const input = Buffer.allocUnsafeSlow(256 << 10);
  const output = Buffer.allocUnsafeSlow(1 << 20);
  let total = 0;
  for (let i = Atomics.add(next, 0, 1); i < paths.length; i = Atomics.add(next, 0, 1)) {
    total += inflate(paths[i] ?? '', input, output);
  }
  return total;
}

interface Manifest {
  readonly manifests: readonly { readonly digest: string }[];
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
}

const blob = (digest = ''): string => `blobs/${digest.replace(':', '/')}`;

/** Blobs of the layers, longest first. */
function layerPaths(folder: string): string[] {
  const read = (name: string): Manifest => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const { layers } = read(blob(read('index.json').manifests[0]?.digest));
  return layers.toSorted((a, b) => b.size - a.size).map(({ digest }) => join(folder, blob(digest)));
}

if (isMainThread) {
  const paths = layerPaths(process.argv[2] ?? '');
  const work = { paths, next: new Int32Array(new SharedArrayBuffer(4)) };
  const helpers = Array.from({ length: Math.min(availableParallelism(), paths.length) - 1 }, () => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    new Worker(import.meta.filename, { workerData: work }).once('message', resolve).once('error', reject);
    return promise;
  });
  // The helpers start while this thread is already at work.
  const own = drain(work);
  const totals = await Promise.all(helpers);
  console.log(totals.reduce((sum, total) => sum + total, own));
} else {
  const work: Work = workerData;
  // A rule for windows, not for threads.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.postMessage(drain(work));
}
