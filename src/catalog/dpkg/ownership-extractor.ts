import type { Extraction, Extractor } from '../../image/image.ts';
import { isOwnership } from './paths.ts';

const newline = 0x0a;
const digits = 32;

/**
 * Keeps of the lists of what belongs to a package (`list`, `md5sums`) the lines of wanted paths (no leading slash): of a
 * hundred thousand files a few can be other packages' too.
 */
export function ownershipExtractor(wants: (path: string) => boolean): Extractor {
  return {
    id: 'dpkg-ownership',
    byName: true,
    endings: ['list', 'md5sums'],
    selects: (path) => path.startsWith('var/lib/dpkg/') && isOwnership(path),
    open: (path) => keepLines(path.endsWith('.list') ? listed : summed, wants),
  };
}

function keepLines(pathOf: (line: string) => string, wants: (path: string) => boolean): Extraction {
  let carried = '';
  const kept: string[] = [];
  const take = (line: string): void => {
    const path = pathOf(line);
    if (path !== '' && wants(path)) kept.push(line);
  };
  const see = (piece: Buffer): boolean => {
    const end = piece.lastIndexOf(newline);
    const text = piece.toString('latin1');
    if (end < 0) {
      carried += text;
      return carried.length < maximumLine;
    }
    const lines = (carried + text.slice(0, end)).split('\n');
    for (const line of lines) take(line);
    carried = text.slice(end + 1);
    return true;
  };
  return {
    write(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      for (let at = 0; at < bytes.length; at += pieceBytes) if (!see(bytes.subarray(at, at + pieceBytes))) return false;
      return true;
    },
    end() {
      take(carried);
      return kept.length === 0 ? undefined : { bytes: Uint8Array.from(Buffer.from(`${kept.join('\n')}\n`, 'latin1')) };
    },
  };
}

/** Texts of this size stay among young objects, which cost nothing to forget; a megabyte does not. */
const pieceBytes = 16 << 10;

/** No path is longer; a file without line ends is no list. */
const maximumLine = 1 << 20;

function listed(line: string): string {
  return line.startsWith('/') ? line.slice(1) : '';
}

function summed(line: string): string {
  const path = line.slice(digits + 2);
  return path.startsWith('./') ? path.slice(2) : path;
}
