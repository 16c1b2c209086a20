// toc   = { "version": 1, "entries": [ entry ] }            (eStargz, "TOC, TOCEntries and Footer"; zstd:chunked has the same)
// entry = type name linkName size mode digest offset endOffset innerOffset chunkOffset chunkSize chunkDigest chunkType
// A file is a "reg" entry and the "chunk" entries that follow it; a chunkSize of 0 reaches to the end of the file.
// "offset" is where a gzip member or a zstd frame begins, "innerOffset" where in it, unpacked, the chunk does.
import { limits } from '../../internal/limit.ts';
import { checkDigest } from '../digest.ts';
import type { EntryKind, TarEntry } from '../layer/tar.ts';

/** A stretch of a file that can be fetched and verified by itself. */
export interface Chunk {
  /** Offset and bytes in the file. */
  readonly at: number;
  readonly size: number;
  /** Where the compressed bytes begin in the blob, and how many there are at most. */
  readonly offset: number;
  readonly length: number;
  /** Unpacked bytes from there to the chunk. */
  readonly skip: number;
  readonly digest: string;
  /** Nothing but zero bytes, which are not fetched. */
  readonly zeros: boolean;
}

/** An entry as the table of contents has it. */
export interface TocEntry {
  readonly entry: TarEntry;
  /** Whether anybody may execute it. */
  readonly executable: boolean;
  readonly chunks: readonly Chunk[];
  /** The content, where it need not be fetched. */
  readonly bytes?: Buffer;
}

/** Kinds by the word that tables of contents have for them. */
export const entryKinds: ReadonlyMap<unknown, EntryKind> = new Map<string, EntryKind>([
  ['reg', 'file'],
  ['dir', 'directory'],
  ['symlink', 'symlink'],
  ['hardlink', 'hardlink'],
  ['char', 'other'],
  ['block', 'other'],
  ['fifo', 'other'],
]);

/** Bytes of a table; the largest images have some 40 MB. */
export const maximumTocBytes: number = 96 << 20;
/** Every value of JSON but the first follows a comma; tables have one in some thirty bytes. */
const bytesPerComma = 12;
const maximumInner = 256 << 20;

type Row = Readonly<Record<string, unknown>>;

/** The entries of a table, whose files lie below `end` in the blob; `undefined` where the table can't be relied on. */
export function readToc(json: Buffer, end: number): TocEntry[] | undefined {
  if (json.length > maximumTocBytes || isDense(json)) return undefined;
  const rows = rowsOf(json);
  if (rows === undefined) return undefined;
  const offsets = starts(rows, end);
  if (offsets === undefined) return undefined;
  const entries: TocEntry[] = [];
  for (let at = 0; at < rows.length; ) {
    let next = at + 1;
    while (rows[next]?.['type'] === 'chunk') next++;
    const found = entryOf(rows.slice(at, next), offsets);
    if (found === undefined) return undefined;
    entries.push(found);
    at = next;
  }
  return entries;
}

/** So many values that they would take many times the memory of their text. */
function isDense(json: Buffer): boolean {
  let commas = 0;
  for (let at = json.indexOf(0x2c); at >= 0; at = json.indexOf(0x2c, at + 1)) commas++;
  return commas > 4096 + json.length / bytesPerComma;
}

function rowsOf(json: Buffer): Row[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json.toString('utf8'));
  } catch {
    // The tar is read instead, whatever is wrong here.
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('version' in value) || !('entries' in value)) return undefined;
  const { version, entries } = value;
  if (version !== 1 || !Array.isArray(entries)) return undefined;
  return entries.every((row) => typeof row === 'object' && row !== null) ? (entries as Row[]) : undefined;
}

/** Where members begin, sorted, each once, and the end of the last; a table of none is fine. */
function starts(rows: readonly Row[], end: number): Float64Array | undefined {
  const found = new Set([end]);
  for (const row of rows) {
    const offset = count(row['offset']);
    if (offset === undefined || offset > end) return undefined;
    if (offset > 0) found.add(offset);
  }
  return Float64Array.from(found).toSorted();
}

/** A number of bytes; absent means 0. */
function count(value: unknown): number | undefined {
  if (value === undefined) return 0;
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

function entryOf(rows: readonly Row[], offsets: Float64Array): TocEntry | undefined {
  const [first] = rows;
  const kind = entryKinds.get(first?.['type']);
  const name = first?.['name'];
  const linkName = first?.['linkName'] ?? '';
  const mode = count(first?.['mode']);
  if (typeof name !== 'string' || typeof linkName !== 'string' || mode === undefined) return undefined;
  // JSON has no bytes: a name that was no UTF-8 is not here as it is in the tar.
  if (name.includes('\ufffd') || linkName.includes('\ufffd')) return undefined;
  if (kind === undefined || Math.max(name.length, linkName.length) > limits.pathBytes) return undefined;
  if (kind !== 'file' && rows.length > 1) return undefined;
  const size = kind === 'file' ? count(first?.['size']) : 0;
  const chunks = size === undefined ? undefined : chunksOf(rows, size, offsets);
  if (size === undefined || chunks === undefined) return undefined;
  return { entry: { name, kind, size, linkName, offset: 0 }, executable: (mode & 0o111) !== 0, chunks };
}

/** The chunks of a file, which adjoin and are all of it. */
function chunksOf(rows: readonly Row[], size: number, offsets: Float64Array): Chunk[] | undefined {
  if (size === 0) return rows.length === 1 ? [] : undefined;
  const chunks: Chunk[] = [];
  const whole = rows[0]?.['digest'];
  const last = count(rows[0]?.['endOffset']);
  if (last === undefined) return undefined;
  let at = 0;
  for (const row of rows) {
    const stated = count(row['chunkSize']);
    const [offset, skip, from] = [count(row['offset']), count(row['innerOffset']), count(row['chunkOffset'])];
    if (stated === undefined || offset === undefined || skip === undefined || from !== at) return undefined;
    const length = stated === 0 ? size - at : stated;
    // The blob begins with a header, so that no content does there.
    if (offset + skip === 0 || length <= 0 || at + length > size || skip > maximumInner) return undefined;
    const digest = digestIn(row['chunkDigest'] ?? (rows.length === 1 ? whole : undefined));
    const next = following(offsets, offset);
    if (digest === undefined || next === undefined) return undefined;
    const end = row === rows.at(-1) && last > offset ? Math.min(last, next) : next;
    const zeros = row['chunkType'] === 'zeros';
    chunks.push({ at, size: length, offset, length: end - offset, skip, digest, zeros });
    at += length;
  }
  return at === size ? chunks : undefined;
}

function digestIn(value: unknown): string | undefined {
  try {
    return checkDigest(value);
  } catch {
    return undefined;
  }
}

/** The first of the sorted numbers that is greater. */
function following(sorted: Float64Array, than: number): number | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) > than) high = middle;
    else low = middle + 1;
  }
  return sorted[low];
}
