import { parsePax } from './pax.ts';
import { blockBytes, isZeroBlock, parseHeader, TarError, type TarHeader, text } from './tar-header.ts';
import { tooLarge, UnpackError } from './unpack-error.ts';

/** How much one archive may ask of us. */
export interface TarLimits {
  readonly entries: number;
  /** Bytes of one entry. */
  readonly entryBytes: number;
}

/** One regular file of the archive. */
export interface TarFile {
  /** As stored, with no meaning as a path; names may repeat. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Long names and extended headers are no longer than this. */
const NAME_BYTES = 1 << 20;

const FILES: ReadonlySet<string> = new Set(['\0', '0', '7']);
/** Types that have no content, whatever their size field says. */
const HEADER_ONLY: ReadonlySet<string> = new Set(['1', '2', '3', '4', '5', '6']);

/**
 * The regular files of a tar archive that comes in pieces, one at a time, with GNU's long names and pax paths applied;
 * what else is in it (folders, links) is passed over. An archive without its end mark is `truncated`: which of its files
 * are missing nobody knows. Throws `UnpackError`, possibly after some files.
 */
export async function* tarFiles(chunks: AsyncIterable<Uint8Array>, limits: TarLimits): AsyncGenerator<TarFile> {
  const source = chunks[Symbol.asyncIterator]();
  try {
    yield* filesIn(newInput(source), limits);
  } finally {
    // A consumer may stop early: the xz library keeps every later stream waiting for one that was left open.
    await source.return?.();
  }
}

async function* filesIn(input: Input, limits: TarLimits): AsyncGenerator<TarFile> {
  let said: Said = {};
  for (let headers = 0, files = 0; ; headers++) {
    const block = await input.take(blockBytes);
    if (headers === 0) refuseOther(block);
    if (isZeroBlock(block, 0)) break;
    // A file has at most three: a long name, a long link and its own; and folders are few.
    if (headers >= 4 * limits.entries) throw tooMany(limits.entries);
    const header = reworded(() => parseHeader(block, 0));
    const size = sizeOf(header, said);
    if ('LKxg'.includes(header.type)) {
      if (size > NAME_BYTES) throw new UnpackError('too-large', 'the archive has a name that is too long');
      said = saidMore(said, header.type, await content(input, size));
      continue;
    }
    if (header.type === 'S' || said.sparse) throw new UnpackError('unsupported', 'the archive holds a sparse file');
    const name = said.longName ?? said.path ?? header.name;
    said = {};
    // A V7 archive marks a folder by a trailing slash only.
    if (!FILES.has(header.type) || name.endsWith('/')) {
      await input.skip(padded(size));
      continue;
    }
    if (++files > limits.entries) throw tooMany(limits.entries);
    if (size > limits.entryBytes) throw tooLarge(limits.entryBytes);
    yield { name, bytes: await content(input, size) };
  }
  await input.drain();
}

function tooMany(limit: number): UnpackError {
  return new UnpackError('too-large', 'the archive has too many entries', `over ${limit}`);
}

/** What the headers before an entry say of it. */
interface Said {
  readonly longName?: string;
  readonly path?: string;
  readonly size?: string;
  readonly sparse?: boolean;
}

function saidMore(said: Said, type: string, data: Buffer): Said {
  if (type === 'L') return { ...said, longName: text(data, 0, data.length) };
  if (type !== 'x') return said;
  const records = reworded(() => parsePax(data));
  const [path, size] = [records.get('path'), records.get('size')];
  const sparse = [...records.keys()].some((key) => key.startsWith('GNU.sparse.'));
  return { ...said, ...(path && { path }), ...(size && { size }), ...(sparse && { sparse }) };
}

function sizeOf(header: TarHeader, said: Said): number {
  if (HEADER_ONLY.has(header.type)) return 0;
  const isEntry = !'LKxg'.includes(header.type);
  const size = isEntry && said.size !== undefined ? Number(said.size) : header.size;
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw new UnpackError('corrupt', 'the archive has an entry of an impossible size', header.name.slice(0, 200));
}

function refuseOther(block: Buffer): void {
  try {
    if (!isZeroBlock(block, 0)) parseHeader(block, 0);
  } catch (cause) {
    throw new UnpackError('not-an-archive', 'the file is neither a ZIP nor a tar archive', undefined, cause);
  }
}

function reworded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof TarError ? new UnpackError('corrupt', error.message, error.detail, error) : error;
  }
}

async function content(input: Input, size: number): Promise<Buffer> {
  const bytes = await input.take(size);
  await input.skip(padded(size) - size);
  return bytes;
}

function padded(size: number): number {
  return Math.ceil(size / blockBytes) * blockBytes;
}

/** Bytes in order, pulled in the sizes that are wanted. */
interface Input {
  take(size: number): Promise<Buffer>;
  skip(size: number): Promise<void>;
  /** Reads what is left, so that the checks of its packing are made. */
  drain(): Promise<void>;
}

function newInput(source: AsyncIterator<Uint8Array>): Input {
  let rest: Buffer = Buffer.alloc(0);
  const next = async (): Promise<boolean> => {
    const { done, value } = await source.next();
    if (done) return false;
    rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return true;
  };
  const more = async (): Promise<void> => {
    if (!(await next())) throw new UnpackError('truncated', 'the archive ends too early');
  };
  return {
    async take(size) {
      // What lies in one piece is not copied.
      const parts: Buffer[] = [];
      for (let left = size; left > 0; ) {
        if (rest.length === 0) await more();
        const part = rest.subarray(0, left);
        rest = rest.subarray(part.length);
        parts.push(part);
        left -= part.length;
      }
      return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, size);
    },
    async skip(size) {
      for (let left = size; left > 0; ) {
        if (rest.length === 0) await more();
        const skipped = Math.min(left, rest.length);
        rest = rest.subarray(skipped);
        left -= skipped;
      }
    },
    async drain() {
      while (await next());
    },
  };
}
