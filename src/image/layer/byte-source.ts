import { closeSync, openSync, readSync } from 'node:fs';
import { ImageError } from '../image.ts';

/** Bytes in order, pulled. */
export interface ByteSource {
  /** Fills from the start of `into`; 0 at the end. */
  read(into: Uint8Array): number | Promise<number>;
  /** Just these bytes, wherever `read` is; absent where only the whole can be had in order. */
  range?(offset: number, length: number): Promise<Uint8Array>;
  /** Bytes that came over a wire so far; absent where none did. */
  fetched?(): number;
  close(): void;
}

/** The bytes of a range of a file. Throws `truncated` where the file ends before the range does. */
export function fileSource(path: string, offset: number, size: number): ByteSource {
  const descriptor = openFile(path);
  let position = offset;
  const end = offset + size;
  return {
    read(into) {
      const wanted = Math.min(into.length, end - position);
      if (wanted <= 0) return 0;
      const length = readSync(descriptor, into, 0, wanted, position);
      if (length === 0) throw new ImageError('truncated', 'The file ends in the middle of a layer', path);
      position += length;
      return length;
    },
    close: () => closeSync(descriptor),
  };
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw code === 'ENOENT'
      ? new ImageError('missing-blob', 'A layer that the manifest names is not there', path, cause)
      : new ImageError('unreadable', 'A layer cannot be read', `${path} (${code})`, cause);
  }
}
