import { ImageError } from '../image.ts';
import { handleDecoder } from '../layer/decoder.ts';

/** Unpacks one member as its bytes come, leaving out some at its start, and never more than was asked for. */
export interface Unpacking {
  /** Gives the pieces that these bytes unpack to, which are overwritten afterwards. */
  write(packed: Uint8Array): Generator<Buffer, void>;
  /** How many bytes are still to come. */
  left(): number;
  close(): void;
}

const pieceBytes = 256 << 10;

/** Whether this Node can do it: without its native handle, layers are read whole. */
export function canUnpack(codec: 'gzip' | 'zstd'): boolean {
  const decoder = handleDecoder(codec);
  decoder?.close();
  return decoder !== undefined;
}

/** `length` bytes from `skip` on of what a member unpacks to. `write` throws `corrupt`. */
export function unpacking(codec: 'gzip' | 'zstd', skip: number, length: number): Unpacking {
  const decoder = handleDecoder(codec);
  if (decoder === undefined) throw new ImageError('unreadable', 'This Node.js cannot unpack parts of a layer', codec);
  const output = Buffer.allocUnsafeSlow(Math.min(pieceBytes, skip + length));
  let [before, left] = [skip, length];
  return {
    *write(packed) {
      for (let at = 0; left > 0; ) {
        const room = output.subarray(0, Math.min(output.length, before > 0 ? before : left));
        const { consumed, produced } = decoder.step(packed, at, packed.length - at, room);
        at += consumed;
        if (before > 0) before -= produced;
        else if (produced > 0) {
          left -= produced;
          yield output.subarray(0, produced);
        }
        const idle = produced < room.length && at >= packed.length;
        if (idle || (consumed === 0 && produced === 0)) return;
      }
    },
    left: () => left,
    close: () => decoder.close(),
  };
}
