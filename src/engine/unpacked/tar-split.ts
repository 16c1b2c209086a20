// What a tar had besides the content of its files, so that it can be put together again byte for byte (tar-split, as Docker
// and containers/storage write it beside each layer): gzip of one JSON object on each line, in the order of the tar.
//
//   line    = {"type": 2, "payload": base64}                   bytes as they were: headers, padding, the end
//           | {"type": 1, "name" | "name_raw": …, "size": n}   the content of a file of the layer's folder; no size: nothing
//   name    = as the header has it; in base 64 (`name_raw`) where it is not UTF-8
import { closeSync, constants, createReadStream, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { createGunzip } from 'node:zlib';
import { EngineError } from '../engine.ts';
import { type Fields, fieldsOf, sizeOf, textOf } from './fields.ts';

/** Bytes in order, pulled. */
export interface TarSource {
  /** Fills from the start of `into`; 0 at the end. */
  read(into: Uint8Array): Promise<number>;
  close(): void;
}

/** Headers of a file may be long (extended attributes), but no header is longer. */
const LINE_BYTES = 64 << 20;
const NEWLINE = 0x0a;

type Piece =
  | { readonly kind: 'bytes'; readonly bytes: Buffer; at: number }
  | { readonly kind: 'file'; readonly descriptor: number; readonly path: string; left: number };

/**
 * The tar that a layer came from, out of its `index` and the `folder` of its files; whoever reads it can compare its digest
 * with the diffID. Throws `not-found`, `no-permission`, `bad-answer` where a file is missing or of another size.
 */
export function openTarSplit(index: string, folder: string): TarSource {
  const inside = insideOf(realFolder(folder));
  const packed = createReadStream(index);
  const unpacked = packed.pipe(createGunzip());
  // A stream does not hand its errors on to the next.
  packed.on('error', (error) => unpacked.destroy(error));
  const lines = linesOf(unpacked);
  let piece: Piece | undefined;

  async function next(): Promise<Piece | undefined> {
    const line = await lines.next().catch((cause: unknown) => {
      throw asError(cause, index);
    });
    return line.done === true ? undefined : pieceOf(line.value, inside, index);
  }

  return {
    async read(into) {
      let filled = 0;
      while (filled < into.length) {
        piece ??= await next();
        if (piece === undefined) break;
        const count = take(piece, into.subarray(filled));
        filled += count;
        if (count === 0) piece = finished(piece);
      }
      return filled;
    },
    close() {
      if (piece?.kind === 'file') closeSync(piece.descriptor);
      piece = undefined;
      packed.destroy();
      unpacked.destroy();
    },
  };
}

/** Nothing is left of it; throws where a file had less than it should. */
function finished(piece: Piece): undefined {
  if (piece.kind === 'bytes') return;
  if (piece.left > 0) throw changed(piece.path);
  closeSync(piece.descriptor);
}

/** 0 when the piece is used up. */
function take(piece: Piece, into: Uint8Array): number {
  if (piece.kind === 'bytes') {
    const part = piece.bytes.subarray(piece.at, piece.at + into.length);
    into.set(part);
    piece.at += part.length;
    return part.length;
  }
  const wanted = Math.min(into.length, piece.left);
  const count = wanted === 0 ? 0 : readSync(piece.descriptor, into, 0, wanted, null);
  piece.left -= count;
  return count;
}

function pieceOf(line: Buffer, inside: Inside, index: string): Piece {
  let entry: Fields;
  try {
    entry = fieldsOf(JSON.parse(line.toString()));
  } catch (cause) {
    throw new EngineError('bad-answer', 'The index of a layer is damaged', index, cause);
  }
  if (entry['type'] === 2)
    return { kind: 'bytes', bytes: Buffer.from(textOf(entry['payload']) ?? '', 'base64'), at: 0 };
  const size = sizeOf(entry['size'] ?? 0);
  if (entry['type'] !== 1 || size === undefined)
    throw new EngineError('bad-answer', 'The index of a layer is damaged', index);
  return size === 0 ? { kind: 'bytes', bytes: Buffer.alloc(0), at: 0 } : openMember(inside, nameOf(entry), size);
}

function nameOf(entry: Fields): Buffer {
  const raw = textOf(entry['name_raw']);
  return raw === undefined ? Buffer.from(textOf(entry['name']) ?? '') : Buffer.from(raw, 'base64');
}

/** The folder of a layer. Paths are texts of one byte to a character, since names need not be UTF-8. */
interface Inside {
  readonly root: string;
  /** Whether a folder, links resolved, is the root or below it. Throws what the file system throws. */
  has(path: string): boolean;
}

function realFolder(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch (cause) {
    throw asError(cause, folder);
  }
}

const KNOWN_FOLDERS = 10_000;

function insideOf(folder: string): Inside {
  const root = Buffer.from(folder).toString('latin1');
  const known = new Set<string>();
  return {
    root,
    has(path) {
      if (known.has(path)) return true;
      const real = realpathSync.native(Buffer.from(path, 'latin1'), 'buffer').toString('latin1');
      if (real !== root && !real.startsWith(`${root}/`)) return false;
      // Files of a folder follow each other.
      if (known.size >= KNOWN_FOLDERS) known.clear();
      known.add(path);
      return true;
    },
  };
}

/** Neither a link nor a name leads out of the folder, and no pipe makes us wait. */
function openMember(inside: Inside, name: Buffer, size: number): Piece {
  const path = `${inside.root}/${name.toString('latin1')}`;
  const bytes = Buffer.from(path, 'latin1');
  try {
    if (!inside.has(dirname(path))) throw changed(bytes.toString());
    const descriptor = openSync(bytes, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const found = fstatSync(descriptor);
    if (found.isFile() && found.size === size) return { kind: 'file', descriptor, path: bytes.toString(), left: size };
    closeSync(descriptor);
    throw changed(bytes.toString());
  } catch (cause) {
    throw asError(cause, bytes.toString());
  }
}

async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield rest.length === 0 ? chunk.subarray(start, end) : Buffer.concat([...rest, chunk.subarray(start, end)]);
      [rest, length, start] = [[], 0, end + 1];
    }
    length += chunk.length - start;
    if (length > LINE_BYTES) throw new EngineError('limit-exceeded', 'The index of a layer is too large');
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

function changed(path: string): EngineError {
  return new EngineError('bad-answer', 'A file of a layer is not as it was unpacked', path);
}

function asError(cause: unknown, path: string): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (cause instanceof EngineError || code === '') return cause;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new EngineError('not-found', 'A file of a layer is gone', path, cause);
  if (code === 'EACCES' || code === 'EPERM')
    return new EngineError('no-permission', 'A file of a layer may not be read', path, cause);
  if (code.startsWith('Z_')) return new EngineError('bad-answer', 'The index of a layer is damaged', path, cause);
  return new EngineError('bad-answer', 'A file of a layer is not as it was unpacked', `${path} (${code})`, cause);
}
