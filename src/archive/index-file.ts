// What is kept of an index: a zstd frame of lines, the first naming form and source, the last counting the others.
//
//   file = "packages-1 " sha256 LF *( name TAB source TAB version TAB architecture TAB sourceVersion TAB size TAB sha256 TAB path LF )
//          "end " rows SP faulty LF
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { UnpackError, unpackedChunks } from '../internal/unpack.ts';
import { ArchiveError } from './error.ts';
import { type Row, readRows } from './packages.ts';

/** An index, as the Release file lists it. */
export interface PackedIndex {
  /** Where the packed file lies. */
  readonly path: string;
  readonly sha256: string;
  /** Bytes that it may unpack to. */
  readonly maxBytes: number;
  /** Address, for messages. */
  readonly subject: string;
}

/** Packages that are wanted of an index. */
export interface Wanted {
  readonly names: ReadonlySet<string>;
  readonly sources: ReadonlySet<string>;
}

/** Wanted packages, and how many stanzas can't be used. */
export interface Selected {
  readonly rows: readonly Row[];
  readonly faulty: number;
}

/** Reads a packed index and keeps what may ever be wanted of it in the file `to`. Throws `ArchiveError`: `bad-index`, `too-large`. */
export async function distil(index: PackedIndex, to: string): Promise<void> {
  const packed = await readFile(index.path);
  const compress = createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  try {
    await pipeline(Readable.from(lines(packed, index)), compress, createWriteStream(to, { mode: 0o600 }));
  } catch (error) {
    if (!(error instanceof UnpackError)) throw error;
    const code = error.code === 'too-large' ? 'too-large' : 'bad-index';
    throw new ArchiveError(code, error.message, { subject: index.subject, detail: error.detail, cause: error });
  }
}

async function* lines(packed: Uint8Array, { sha256, maxBytes, subject }: PackedIndex): AsyncGenerator<string> {
  yield `packages-1 ${sha256}\n`;
  let [count, faulty] = [0, 0];
  for await (const rows of readRows(unpackedChunks(packed, maxBytes), subject)) {
    let text = '';
    for (const row of rows) {
      if (row === undefined) faulty++;
      else {
        count++;
        const { name, source, version, architecture, sourceVersion, size, path } = row;
        text += `${name}\t${source}\t${version}\t${architecture}\t${sourceVersion}\t${size}\t${row.sha256}\t${path}\n`;
      }
    }
    if (text !== '') yield text;
  }
  if (count === 0 && faulty > 0)
    throw new ArchiveError('bad-index', 'the index of packages cannot be read', { subject });
  yield `end ${count} ${faulty}\n`;
}

/** The wanted rows of a kept index; undefined where the file is not whole, or not of this form. */
export async function selectRows(path: string, sha256: string, wanted: Wanted): Promise<Selected | undefined> {
  const rows: Row[] = [];
  let [rest, last, count] = ['', '', -1];
  let isOurs = true;
  const take = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) {
      const text = rest + chunk.toString('latin1');
      let at = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
        if (count < 0) isOurs = text.slice(at, end) === `packages-1 ${sha256}`;
        else if (text.startsWith('end ', at)) last = text.slice(at, end);
        const row = wantedRow(text, at, end, wanted);
        if (row !== undefined) rows.push(row);
        count++;
        at = end + 1;
      }
      rest = text.slice(at);
    }
  };
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1 << 18 }), createZstdDecompress(), take);
  } catch (error) {
    if (isOfDisk(error)) throw error;
    return undefined;
  }
  const [, stated, faulty] = /^end (\d+) (\d+)$/.exec(last) ?? [];
  return isOurs && Number(stated) === count - 1 ? { rows, faulty: Number(faulty) } : undefined;
}

/** That the file is not there, or not zstd, says only that it must be made anew. */
function isOfDisk(error: unknown): boolean {
  const { syscall, code } = error as NodeJS.ErrnoException;
  return syscall !== undefined && code !== 'ENOENT';
}

function wantedRow(text: string, at: number, end: number, { names, sources }: Wanted): Row | undefined {
  const first = text.indexOf('\t', at);
  const second = text.indexOf('\t', first + 1);
  if (first < 0 || second < 0 || second > end) return undefined;
  if (!names.has(text.slice(at, first)) && !sources.has(text.slice(first + 1, second))) return undefined;
  const [
    name = '',
    source = '',
    version = '',
    architecture = '',
    sourceVersion = '',
    size = '',
    sha256 = '',
    path = '',
  ] = copyOf(text.slice(at, end)).split('\t');
  return { name, source, version, architecture, sourceVersion, size: Number(size), sha256, path };
}

/** A part of a text keeps all of it in memory; a copy does not. */
function copyOf(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
