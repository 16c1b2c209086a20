import { limits } from '../../internal/limit.ts';
import { parsePax } from '../../internal/pax.ts';
import {
  blockBytes,
  isZeroBlock,
  numeric,
  parseHeader,
  TarError,
  type TarHeader,
  text,
} from '../../internal/tar-header.ts';
import { ImageError } from '../image.ts';
import { expand, gnuPieces, leadingPieces, maximumPieces, type Piece, paxPieces } from './sparse.ts';

export type EntryKind = 'file' | 'directory' | 'symlink' | 'hardlink' | 'other';

/** One entry of a tar archive, long names and extended headers applied. */
export interface TarEntry {
  /** As written: may be absolute, hold `..` or end in a slash. */
  readonly name: string;
  readonly kind: EntryKind;
  /** Bytes of the file as it would be on disk. */
  readonly size: number;
  readonly linkName: string;
  /** Offset of the content in the archive, bytes. */
  readonly offset: number;
}

/** Takes the whole content of one file. */
export type ContentTaker = (content: Buffer) => void;

/**
 * Takes the content in passing, in pieces that are overwritten afterwards; `undefined` marks the end. Once it answers
 * `false` it wants no more and is not told of the end.
 */
export interface ContentStream {
  readonly stream: (chunk: Uint8Array | undefined) => boolean;
}

/** Decides about an entry: skip it, take its content whole, or as it passes. */
export type TarVisitor = (entry: TarEntry) => ContentTaker | ContentStream | undefined;

const kinds: Readonly<Record<string, EntryKind>> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
};

/** Types that have no content, whatever their size field says. */
const headerOnly: ReadonlySet<string> = new Set(['1', '2', '3', '4', '5', '6']);

/** Metadata (long names, extended headers) beyond this is not a name but an attack. */
const metadataBytes = 1 << 20;

/** What the headers before an entry say of it. */
interface Pending {
  longName?: string | undefined;
  longLink?: string | undefined;
  pax?: Map<string, string> | undefined;
}

interface SparsePlan {
  readonly realSize: number;
  /** Absent for PAX 1.0, which has its map at the start of the content. */
  readonly pieces?: readonly Piece[];
}

/** Walks an archive in one pass, synchronously, keeping nothing but what the visitor takes. */
export class TarWalker {
  readonly #visit: TarVisitor;
  readonly #carry: Buffer = Buffer.allocUnsafe(blockBytes);
  #carried = 0;
  /** Offset in the archive of the next byte. */
  #position = 0;
  #zeroBlocks = 0;
  #pending: Pending = {};
  #sparse: { header: TarHeader; pieces: Piece[]; realSize: number } | undefined;
  /** Bytes left of the content that is passing, then of its padding. */
  #left = 0;
  #padding = 0;
  #sink: Buffer | undefined;
  #filled = 0;
  #whole: ContentTaker | undefined;
  #stream: ContentStream['stream'] | undefined;

  constructor(visit: TarVisitor) {
    this.#visit = visit;
  }

  /** Takes the bytes of an archive in pieces of any size. Throws `ImageError`. */
  write(chunk: Uint8Array): void {
    try {
      this.#take(chunk);
    } catch (error) {
      throw error instanceof TarError ? new ImageError('corrupt', error.message, error.detail, error) : error;
    }
  }

  #take(chunk: Uint8Array): void {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < buffer.length && this.#zeroBlocks < 2; ) {
      let taken: number;
      if (this.#left > 0) taken = this.#content(buffer, at);
      else if (this.#padding > 0) {
        taken = Math.min(this.#padding, buffer.length - at);
        this.#padding -= taken;
      } else taken = this.#block(buffer, at);
      at += taken;
      this.#position += taken;
    }
  }

  /** How many of the next bytes nobody wants; the caller may leave them out, and they count as written. */
  skip(): number {
    if (this.#sink || this.#stream) return 0;
    const skipped = this.#left + this.#padding;
    this.#position += skipped;
    this.#padding = 0;
    if (this.#left > 0) {
      this.#left = 0;
      this.#finish();
    }
    return skipped;
  }

  /** Says that there are no more bytes. Throws `truncated` when the archive ends inside an entry. */
  end(): void {
    if (this.#left > 0 || this.#carried > 0 || this.#sparse) {
      throw new ImageError('truncated', 'A tar archive ends in the middle of an entry');
    }
  }

  /** Takes a header block, put together where it straddles two chunks. */
  #block(buffer: Buffer, at: number): number {
    if (this.#carried === 0 && at + blockBytes <= buffer.length) {
      this.#header(buffer, at);
      return blockBytes;
    }
    const taken = buffer.copy(this.#carry, this.#carried, at, at + blockBytes - this.#carried);
    this.#carried += taken;
    if (this.#carried === blockBytes) {
      this.#carried = 0;
      const before = blockBytes - taken;
      this.#position -= before;
      this.#header(this.#carry, 0);
      this.#position += before;
    }
    return taken;
  }

  #header(block: Buffer, at: number): void {
    if (this.#sparse) return this.#sparseExtension(block, at, this.#sparse);
    if (isZeroBlock(block, at)) {
      this.#zeroBlocks++;
      return;
    }
    this.#zeroBlocks = 0;
    const header = parseHeader(block, at);
    if (header.size < 0) throw new ImageError('corrupt', 'A tar header has a negative size', header.name);
    if (this.#metadata(header)) return;
    if (header.type !== 'S') return this.#entry(header, undefined);
    const pieces = gnuPieces(block, at + 386, 4);
    const realSize = numeric(block, at + 483, 12);
    if (block[at + 482] === 1) this.#sparse = { header, pieces, realSize };
    else this.#entry(header, { realSize, pieces });
  }

  #sparseExtension(block: Buffer, at: number, state: { header: TarHeader; pieces: Piece[]; realSize: number }): void {
    state.pieces.push(...gnuPieces(block, at, 21));
    if (state.pieces.length > maximumPieces)
      throw new ImageError('limit-exceeded', 'A sparse file has too many pieces');
    if (block[at + 504] === 1) return;
    this.#sparse = undefined;
    this.#entry(state.header, { realSize: state.realSize, pieces: state.pieces });
  }

  /** Long names and extended headers, which say something of the entry that follows. */
  #metadata({ type, size }: TarHeader): boolean {
    const pending = this.#pending;
    const take: ContentTaker | undefined =
      type === 'L'
        ? (content) => void (pending.longName = text(content, 0, content.length))
        : type === 'K'
          ? (content) => void (pending.longLink = text(content, 0, content.length))
          : type === 'x'
            ? (content) => void (pending.pax = parsePax(content))
            : type === 'g'
              ? () => undefined
              : undefined;
    if (!take) return false;
    // A global header is an entry of its own to runtimes: what it says is nobody's, and what was said before is dropped.
    if (type === 'g') this.#pending = {};
    if (size > metadataBytes) {
      throw new ImageError(
        'limit-exceeded',
        'A tar entry has a name or extended header that is too large',
        `${size} bytes`,
      );
    }
    this.#sink = Buffer.allocUnsafe(size);
    this.#whole = take;
    this.#expect(size);
    return true;
  }

  #entry(header: TarHeader, sparse: SparsePlan | undefined): void {
    const { entry, stored, plan } = applyExtensions(header, this.#pending, sparse, this.#position + blockBytes);
    this.#pending = {};
    if (Math.max(entry.name.length, entry.linkName.length) > limits.pathBytes) {
      throw new ImageError(
        'limit-exceeded',
        'A tar entry has a name or a link target that is too long',
        `over ${limits.pathBytes} bytes`,
      );
    }
    const wanted = this.#visit(entry);
    const taker = plan && wanted && typeof wanted !== 'function' ? atOnce(wanted) : wanted;
    if (typeof taker === 'function') {
      if (Math.max(stored, entry.size) > limits.fileBytes) {
        throw new ImageError('limit-exceeded', 'A file in a layer is too large to keep', entry.name);
      }
      // Its own memory, not Node's pool, so that it can be handed to another thread.
      this.#sink = Buffer.allocUnsafeSlow(stored);
      this.#whole = plan ? (content) => taker(unfold(content, plan)) : taker;
    } else if (taker) this.#stream = taker.stream;
    this.#expect(stored);
  }

  #expect(size: number): void {
    this.#left = size;
    this.#padding = (blockBytes - (size % blockBytes)) % blockBytes;
    this.#filled = 0;
    if (size === 0) this.#finish();
  }

  #content(buffer: Buffer, at: number): number {
    const length = Math.min(this.#left, buffer.length - at);
    if (this.#sink) {
      buffer.copy(this.#sink, this.#filled, at, at + length);
      this.#filled += length;
    } else if (this.#stream?.(buffer.subarray(at, at + length)) === false) this.#stream = undefined;
    this.#left -= length;
    if (this.#left === 0) this.#finish();
    return length;
  }

  #finish(): void {
    const [whole, content, stream] = [this.#whole, this.#sink, this.#stream];
    this.#whole = undefined;
    this.#sink = undefined;
    this.#stream = undefined;
    whole?.(content ?? Buffer.alloc(0));
    stream?.(undefined);
  }
}

/** The content of a sparse file is put together before it is streamed. */
function atOnce({ stream }: ContentStream): ContentTaker {
  return (content) => void (stream(content) && stream(undefined));
}

/** Puts an entry together from what its headers say, as Go's archive/tar does: an empty record says nothing. */
function applyExtensions(
  found: TarHeader,
  said: Pending,
  sparse: SparsePlan | undefined,
  offset: number,
): { entry: TarEntry; stored: number; plan: SparsePlan | undefined } {
  const record = (key: string): string | undefined => said.pax?.get(key) || undefined;
  const stored = headerOnly.has(found.type) ? 0 : sizeOf(record('size'), found.size);
  const pax = sparse ? undefined : paxSparse(record, stored);
  const plan = sparse ?? pax?.plan;
  if (plan && headerOnly.has(found.type)) throw new ImageError('corrupt', 'A sparse entry is no file', found.name);
  const name = pax?.name ?? (said.longName || record('path') || found.name);
  const linkName = said.longLink || record('linkpath') || found.linkName;
  const stated = kinds[found.type] ?? 'other';
  // A V7 archive marks a folder by a trailing slash only.
  const kind = found.type === '\0' && name.endsWith('/') ? 'directory' : stated;
  return { entry: { name, kind, size: plan?.realSize ?? stored, linkName, offset }, stored, plan };
}

function sizeOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const size = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(size)) return size;
  throw new ImageError('corrupt', 'A pax header has a size that is no number', text.slice(0, 40));
}

/** The sparse formats 0.0 and 0.1, with or without their number, and 1.0; keys of any other say nothing. */
function paxSparse(
  record: (key: string) => string | undefined,
  stored: number,
): { plan: SparsePlan; name: string | undefined } | undefined {
  const version = `${record('GNU.sparse.major') ?? ''}.${record('GNU.sparse.minor') ?? ''}`;
  const map = record('GNU.sparse.map');
  const old = version === '0.0' || version === '0.1' || (version === '.' && map !== undefined);
  if (!old && version !== '1.0') return undefined;
  const realSize = sizeOf(record('GNU.sparse.size') ?? record('GNU.sparse.realsize'), stored);
  const plan = old ? { realSize, pieces: map === undefined ? [] : paxPieces(map) } : { realSize };
  return { plan, name: record('GNU.sparse.name') };
}

function unfold(content: Buffer, plan: SparsePlan): Buffer {
  if (plan.pieces) return expand(content, plan.pieces, plan.realSize);
  const { pieces, end } = leadingPieces(content);
  return expand(content.subarray(end), pieces, plan.realSize);
}
