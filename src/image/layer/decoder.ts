// Drives Node's zlib through its native handle with reused buffers: about twice the throughput of the stream API, see
// docs/adr/0004-zlib-driving.md. The handle is undocumented, so it is tried once on known bytes; where it does not
// answer as expected, `pumpStream` in pump.ts does the same work over the public API.
import { constants, createGunzip, createZstdDecompress, gzipSync, zstdCompressSync } from 'node:zlib';
import { ImageError } from '../image.ts';

/** What one step of decoding took and gave, bytes. */
export interface Step {
  readonly consumed: number;
  readonly produced: number;
}

/** Turns compressed bytes into plain ones, a buffer at a time. */
export interface Decoder {
  /** Decodes on this thread. */
  step(input: Uint8Array, offset: number, length: number, output: Uint8Array): Step;
  /** Decodes on a thread of libuv's pool, while this one goes on. */
  start(input: Uint8Array, offset: number, length: number, output: Uint8Array): Promise<Step>;
  close(): void;
}

interface Handle {
  write(
    flush: number,
    input: Uint8Array,
    inOff: number,
    inLen: number,
    out: Uint8Array,
    outOff: number,
    outLen: number,
  ): void;
  writeSync(
    flush: number,
    input: Uint8Array,
    inOff: number,
    inLen: number,
    out: Uint8Array,
    outOff: number,
    outLen: number,
  ): void;
  close(): void;
  onerror: (message: string, errno: number, code: string) => void;
}

interface HandledStream {
  readonly _handle?: Handle;
  readonly _writeState?: Uint32Array;
  destroy(): void;
}

type HandlePrototype = { init(...args: unknown[]): void };

const constructors = { gzip: createGunzip, zstd: createZstdDecompress } as const;

/** Makes a decoder on the native handle; `undefined` where this Node does not have it as we know it. */
export function handleDecoder(kind: 'gzip' | 'zstd'): Decoder | undefined {
  return works(kind) ? makeDecoder(kind) : undefined;
}

const verdicts = new Map<string, boolean>();

function works(kind: 'gzip' | 'zstd'): boolean {
  let verdict = verdicts.get(kind);
  if (verdict === undefined) {
    verdict = probe(kind);
    verdicts.set(kind, verdict);
  }
  return verdict;
}

function probe(kind: 'gzip' | 'zstd'): boolean {
  try {
    const plain = Buffer.from('seaworthy');
    const packed = kind === 'gzip' ? gzipSync(plain) : zstdCompressSync(plain);
    const output = Buffer.alloc(64);
    const decoder = makeDecoder(kind);
    const { produced } = decoder.step(packed, 0, packed.length, output);
    decoder.close();
    return output.subarray(0, produced).equals(plain);
  } catch {
    return false;
  }
}

function makeDecoder(kind: 'gzip' | 'zstd'): Decoder {
  let settle: { resolve: (step: Step) => void; reject: (error: Error) => void } | undefined;
  let failure: ImageError | undefined;
  let lengths = { input: 0, output: 0 };
  const { handle, state } = openHandle(kind, () => settle?.resolve(read()));
  const read = (): Step => ({ produced: lengths.output - (state[0] ?? 0), consumed: lengths.input - (state[1] ?? 0) });
  handle.onerror = (message) => {
    failure = new ImageError('corrupt', 'A compressed layer cannot be decompressed', `${kind}: ${message}`);
    settle?.reject(failure);
  };
  return {
    step(input, offset, length, output) {
      lengths = { input: length, output: output.length };
      handle.writeSync(constants.Z_NO_FLUSH, input, offset, length, output, 0, output.length);
      if (failure) throw failure;
      return read();
    },
    start(input, offset, length, output) {
      lengths = { input: length, output: output.length };
      return new Promise((resolve, reject) => {
        settle = { resolve, reject };
        handle.write(constants.Z_NO_FLUSH, input, offset, length, output, 0, output.length);
      });
    },
    close: () => handle.close(),
  };
}

/** Lets the public constructor build the handle, so that `init` gets the arguments of this Node, but with our callback. */
function openHandle(kind: 'gzip' | 'zstd', done: () => void): { handle: Handle; state: Uint32Array } {
  const probeStream = constructors[kind]() as unknown as HandledStream;
  const prototype = Object.getPrototypeOf(probeStream._handle) as HandlePrototype;
  probeStream.destroy();
  // oxlint-disable-next-line typescript/unbound-method -- it is applied to each handle below
  const original: (...args: unknown[]) => void = prototype.init;
  prototype.init = function init(this: unknown, ...args: unknown[]): void {
    original.apply(
      this,
      args.map((argument) => (typeof argument === 'function' ? done : argument)),
    );
  };
  try {
    const stream = constructors[kind]() as unknown as HandledStream;
    if (!stream._handle || !stream._writeState) throw new TypeError('no native handle');
    return { handle: stream._handle, state: stream._writeState };
  } finally {
    prototype.init = original;
  }
}
