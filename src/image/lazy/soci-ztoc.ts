// ztoc     = version build-tool compressed-size(long) uncompressed-size(long) toc compression      (soci-snapshotter, ztoc.fbs)
// toc      = [file]
// file     = name type offset(long) size(long) linkname mode(long) uid gid uname gname mtime major minor [pax]
// pax      = key value
// compression = algorithm(byte)=1 last-span(int) [digest] checkpoints(bytes)
// checkpoints = count(i32) span-size(i64) *checkpoint      ; little-endian; older ones leave out the first
// checkpoint  = in(i64) out(i64) bits(u8) window(32768)    ; the first block begins at `in`, or `bits` bits before that
import { limits } from '../../internal/limit.ts';
import { checkDigest } from '../digest.ts';
import { countAt, type FlatReader, flatReader } from './soci-flat.ts';
import { maximumSpan, type Span } from './soci-span.ts';
import { type Chunk, entryKinds, type TocEntry } from './toc.ts';

/** What a zTOC says of a layer. */
export interface Ztoc {
  /** In the order of the tar. */
  readonly entries: readonly TocEntry[];
  readonly spans: readonly Span[];
  /** Bytes of the tar, up to its end marks. */
  readonly size: number;
}

const windowBytes = 32 << 10;
const checkpointBytes = 8 + 8 + 1 + windowBytes;
const checkpointsHeader = 4 + 8;
/** Of a gzip member, without a name, as the first span of older tables has it. */
const gzipHeader = 10;
/** Of an item in the buffer; the tool writes more than twice as much. */
const leastFile = 64;
const leastDigest = 64;
const leastXattr = 8;
/** Between two files, and behind the last, where more could hide a file: headers of them have some kilobytes. */
const mostBetween = 128 << 10;
const block = 512;
const gzip = 1;

const inZtoc = { compressed: 2, uncompressed: 3, toc: 4, compression: 5 } as const;
const inFile = { name: 0, type: 1, offset: 2, size: 3, link: 4, mode: 5, pax: 13 } as const;
const inCompression = { algorithm: 0, lastSpan: 1, digests: 2, checkpoints: 3 } as const;

/** Reads the zTOC of a gzip layer of so many bytes; `undefined` where it is not one that can be relied on. */
export function readZtoc(bytes: Buffer, layerBytes: number): Ztoc | undefined {
  try {
    const flat = flatReader(bytes);
    const root = flat.root();
    const [toc, compression] = [flat.table(root, inZtoc.toc), flat.table(root, inZtoc.compression)];
    const size = flat.count(root, inZtoc.uncompressed);
    if (flat.count(root, inZtoc.compressed) !== layerBytes || toc === undefined || compression === undefined)
      return undefined;
    const spans = spansOf(flat, compression, layerBytes, size);
    const entries = spans && entriesOf(flat, toc, spans, size, bytes.length);
    return spans && entries && { entries, spans, size };
  } catch {
    // The tar is read instead, whatever is wrong here.
    return undefined;
  }
}

function spansOf(flat: FlatReader, compression: number, layerBytes: number, size: number): Span[] | undefined {
  if (flat.byte(compression, inCompression.algorithm, gzip) !== gzip) return undefined;
  const digests = flat.items(compression, inCompression.digests, leastDigest).map((at) => checkDigest(flat.textAt(at)));
  const points = checkpointsIn(flat.bytes(compression, inCompression.checkpoints));
  if (points?.length !== digests.length || flat.int(compression, inCompression.lastSpan) !== digests.length - 1)
    return undefined;
  const spans = points.map((point, index): Span => {
    const next = points[index + 1];
    const offset = point.bits === 0 ? point.in : point.in - 1;
    return {
      offset,
      length: (next?.in ?? layerBytes) - offset,
      bits: point.bits,
      at: point.out,
      size: (next?.out ?? Math.max(size, point.out)) - point.out,
      window: point.out === 0 ? point.window.subarray(0, 0) : point.window,
      digest: digests[index] ?? '',
      isLast: next === undefined,
    };
  });
  const sound = spans.every(
    ({ offset, length, bits, size: plain, isLast }) =>
      offset >= gzipHeader - 1 && length > 0 && bits < 8 && plain <= maximumSpan && (plain > 0 || isLast),
  );
  return sound && spans[0]?.at === 0 && (spans.at(-1)?.at ?? 0) <= size + mostBetween ? spans : undefined;
}

interface Checkpoint {
  readonly in: number;
  readonly out: number;
  readonly bits: number;
  readonly window: Buffer;
}

function checkpointsIn(blob: Buffer): Checkpoint[] | undefined {
  const count = blob.readInt32LE(0);
  const held = (blob.length - checkpointsHeader) / checkpointBytes;
  if (count < 1 || (held !== count && held !== count - 1)) return undefined;
  const points = Array.from({ length: held }, (_, index): Checkpoint => {
    const at = checkpointsHeader + index * checkpointBytes;
    const window = blob.subarray(at + 17, at + checkpointBytes);
    return { in: countAt(blob, at), out: countAt(blob, at + 8), bits: blob.readUInt8(at + 16), window };
  });
  if (held === count) return points;
  return [{ in: gzipHeader, out: 0, bits: 0, window: Buffer.alloc(0) }, ...points];
}

/** The entries, which follow each other with room for a header before each. */
function entriesOf(
  flat: FlatReader,
  toc: number,
  spans: readonly Span[],
  size: number,
  bytes: number,
): TocEntry[] | undefined {
  const files = flat.items(toc, 0, leastFile);
  if (files.length > limits.entriesPerLayer) return undefined;
  const entries: TocEntry[] = [];
  let [end, first, text] = [0, 0, 0];
  for (const file of files) {
    const found = entryOf(flat, file);
    if (found === undefined) return undefined;
    const { name, linkName, offset } = found.entry;
    // Texts that several entries share would be many times their bytes.
    text += name.length + linkName.length;
    if (text > bytes || offset % block !== 0 || offset < end + block || offset > end + mostBetween) return undefined;
    const contentEnd = offset + found.entry.size;
    end = Math.ceil(contentEnd / block) * block;
    if (contentEnd > size) return undefined;
    while ((spans[first + 1]?.at ?? Number.POSITIVE_INFINITY) <= offset) first++;
    entries.push({ ...found, chunks: chunksOf(offset, contentEnd, spans, first) });
  }
  return entries.length > 0 && size <= end + mostBetween ? entries : undefined;
}

function entryOf(flat: FlatReader, file: number): Omit<TocEntry, 'chunks'> | undefined {
  const [name, linkName] = [flat.text(file, inFile.name), flat.text(file, inFile.link)];
  const kind = entryKinds.get(flat.text(file, inFile.type));
  if (kind === undefined || Math.max(name.length, linkName.length) > limits.pathBytes) return undefined;
  // Of a file with holes the table has the size, but not where they are.
  const pax = flat.items(file, inFile.pax, leastXattr);
  if (pax.some((one) => flat.bytes(one, 0).subarray(0, 10).equals(sparse))) return undefined;
  const size = kind === 'file' ? flat.count(file, inFile.size) : 0;
  const executable = (flat.count(file, inFile.mode) & 0o111) !== 0;
  return { entry: { name, kind, size, linkName, offset: flat.count(file, inFile.offset) }, executable };
}

const sparse = Buffer.from('GNU.sparse');

function chunksOf(start: number, end: number, spans: readonly Span[], first: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let index = first, from = start; from < end; index++) {
    const span = spans[index];
    if (span === undefined) throw new RangeError('a file beyond the last span');
    const to = Math.min(end, span.at + span.size);
    const { offset, length, digest } = span;
    chunks.push({ at: from - start, size: to - from, offset, length, skip: from - span.at, digest, zeros: false });
    from = to;
  }
  return chunks;
}
