// bzip2 file = 1*( "BZh" level(1-9) *block end )     block = 0x314159265359 …   end = 0x177245385090 crc
//
// Each stream begins at a whole byte, its later blocks at any bit. Parallel packers write many streams, and the library
// reads one: the next is found by its head and the magic of its first block together, ten bytes that no packed data hold
// by chance. References: bzip2 1.0.8 manual; the format is described in its `decompress.c`.
import { tooLarge, UnpackError } from './unpack-error.ts';

const BLOCK = Buffer.from([0x31, 0x41, 0x59, 0x26, 0x53, 0x59]);
const HEAD = 4;
/** The memory of the library, WebAssembly, does not reach further. */
const MOST = 1 << 30;

/** The content of a bzip2 file, stream by stream, none of which may be over `maxBytes`. Throws `UnpackError`. */
export async function* bunzip(bytes: Buffer, maxBytes: number): AsyncGenerator<Uint8Array> {
  const { default: bzip2 } = await import('@foxglove/wasm-bz2');
  // Its memory only grows, so that each file gets its own.
  const library = await withoutListeners(() => bzip2.init());
  for (let start = 0; start < bytes.length; ) {
    const end = nextStream(bytes, start + HEAD);
    yield unpackStream(library, bytes.subarray(start, end), Math.min(maxBytes, MOST));
    start = end;
  }
}

/** Emscripten's start code would have the process end by its own rules, and once more for each instance. */
async function withoutListeners<T>(start: () => Promise<T>): Promise<T> {
  const events = ['uncaughtException', 'unhandledRejection'];
  const before = events.map((event) => new Set(process.rawListeners(event)));
  const started = start();
  events.forEach((event, index) => {
    for (const listener of process.rawListeners(event)) {
      if (!before[index]?.has(listener)) process.removeListener(event, listener as () => void);
    }
  });
  return await started;
}

function nextStream(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(BLOCK, from); at >= 0; at = bytes.indexOf(BLOCK, at + 1)) {
    if (at - HEAD >= from && /^BZh[1-9]$/.test(bytes.toString('latin1', at - HEAD, at))) return at - HEAD;
  }
  return bytes.length;
}

interface Library {
  decompress(source: Uint8Array, size: number): Uint8Array;
}

/** The library wants to know the size, which no bzip2 file tells: it is tried with ever more. */
function unpackStream(library: Library, stream: Uint8Array, maxBytes: number): Uint8Array {
  for (let size = Math.max(1 << 20, stream.length * 16); ; size *= 4) {
    const room = Math.min(size, maxBytes);
    try {
      return library.decompress(stream, room);
    } catch (error) {
      const text = String(error);
      if (!text.includes('BZ_OUTBUFF_FULL')) throw failure(text, error);
      if (room === maxBytes) throw tooLarge(maxBytes);
    }
  }
}

function failure(text: string, cause: unknown): UnpackError {
  return text.includes('BZ_UNEXPECTED_EOF')
    ? new UnpackError('truncated', 'the bzip2 file ends too early', undefined, cause)
    : new UnpackError('corrupt', 'the bzip2 file is damaged', text.slice(0, 200), cause);
}
