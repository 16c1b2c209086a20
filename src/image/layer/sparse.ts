// Sparse files: the archive holds only the pieces, a map says where they go (GNU tar manual, "Storing Sparse Files":
// old GNU format, and PAX formats 0.0, 0.1 and 1.0).
import { blockBytes, numeric } from '../../internal/tar-header.ts';
import { ImageError } from '../image.ts';

/** A piece: `length` bytes at `offset` of the real file. */
export interface Piece {
  readonly offset: number;
  readonly length: number;
}

/** More than any real file has. */
export const maximumPieces: number = 1_000_000;

/** The four pieces in an old GNU header (at 386) or the 21 in one of its extension blocks (at 0). */
export function gnuPieces(block: Buffer, at: number, count: number): Piece[] {
  const pieces: Piece[] = [];
  for (let i = 0; i < count; i++) {
    const start = at + i * 24;
    if (block[start] === 0) break;
    pieces.push({ offset: numeric(block, start, 12), length: numeric(block, start + 12, 12) });
  }
  return pieces;
}

/** The map of PAX 0.0 and 0.1: `offset,length,offset,length,…`. */
export function paxPieces(map: string): Piece[] {
  return pair(map.split(',').map(Number));
}

/** The map of PAX 1.0, decimal numbers on lines at the start of the content, padded to a block; and where it ends. */
export function leadingPieces(content: Buffer): { pieces: Piece[]; end: number } {
  let at = 0;
  const next = (): number => {
    const newline = content.indexOf(0x0a, at);
    if (newline < 0 || newline - at > 20) throw new ImageError('corrupt', 'A sparse file has a malformed map');
    const value = Number(content.toString('latin1', at, newline));
    at = newline + 1;
    return value;
  };
  const count = next();
  if (!Number.isInteger(count) || count < 0 || count > maximumPieces) {
    throw new ImageError('corrupt', 'A sparse file has a malformed map');
  }
  const numbers: number[] = [];
  for (let i = 0; i < count * 2; i++) numbers.push(next());
  return { pieces: pair(numbers), end: Math.ceil(at / blockBytes) * blockBytes };
}

/** Lays the pieces out in a file of the real size. */
export function expand(content: Buffer, pieces: readonly Piece[], realSize: number): Buffer {
  const file = Buffer.alloc(realSize);
  let at = 0;
  for (const { offset, length } of pieces) {
    if (offset + length > realSize || at + length > content.length) {
      throw new ImageError('corrupt', 'A sparse file has a piece outside of it');
    }
    content.copy(file, offset, at, at + length);
    at += length;
  }
  if (at < content.length) throw new ImageError('corrupt', 'A sparse file has bytes that no piece holds');
  return file;
}

function pair(numbers: readonly number[]): Piece[] {
  const pieces: Piece[] = [];
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    const [offset = -1, length = -1] = [numbers[i], numbers[i + 1]];
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
      throw new ImageError('corrupt', 'A sparse file has a malformed map');
    }
    pieces.push({ offset, length });
  }
  if (numbers.length % 2 || pieces.length > maximumPieces) {
    throw new ImageError('corrupt', 'A sparse file has a malformed map');
  }
  return pieces;
}
