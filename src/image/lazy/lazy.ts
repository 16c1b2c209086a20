import { RegistryError } from '../../registry/registry.ts';
import { type Glance, ImageError, type Layer } from '../image.ts';
import type { Blobs } from '../layer/blobs.ts';
import type { ByteSource } from '../layer/byte-source.ts';
import { LayerCollector, type LayerContent, type Selects } from '../layer/collector.ts';
import { besideOf } from './beside.ts';
import { type Contents, contentsOf } from './content.ts';
import { deliver } from './deliver.ts';
import { estargzTable } from './estargz.ts';
import { type Fetcher, fetcherOf } from './fetcher.ts';
import { checkFollowing } from './follows.ts';
import { type Costs, type Plan, planOf, type Wish } from './plan.ts';
import { sociTable } from './soci.ts';
import { spanContents } from './soci-contents.ts';
import { type FindTable, leastLazy, type Table } from './table.ts';
import type { Chunk, TocEntry } from './toc.ts';
import { canUnpack } from './unpack.ts';
import { zstdChunkedTable } from './zstd-chunked.ts';

/** How to read lazily. */
interface LazyOptions {
  /** Told of the bytes that were fetched. */
  readonly onBytes?: (count: number) => void;
  /** Opens a table of contents that lies beside the layer. */
  readonly open?: Blobs['open'];
}

/** A source that gives ranges. */
type RangeSource = Required<Pick<ByteSource, 'range'>>;

const finders: readonly FindTable[] = [zstdChunkedTable, estargzTable, sociTable];
/** Compressed bytes that are held at once, and entries. */
const windowBytes = 12 << 20;
const windowEntries = 20_000;
/** Of a large file only so much is fetched ahead. */
const aheadBytes = 4 << 20;
/** Of a layer's bytes, those that are sure to be wanted above which the whole is read, which proves more. */
const mostWorthwhile = 0.9;
/** Of a layer's bytes, what looks at the ends of a distribution's programs may cost. */
const tailShare = 0.015;
const leastForTails = 6 << 20;

/**
 * Reads of a layer only its table of contents and the files that are wanted; `undefined` where it has no table that can
 * be used: then the whole is to be read. The content is as a whole reading has it, but for what `lazy` says. Throws
 * `ImageError` (`digest-mismatch`), and what the source throws.
 *
 * Proven: the table is the one that the manifest names by digest (but see `Table.isVouched`), and whatever was kept of a file
 * has the digest that the table gives. Not proven: that the tar is what the table says. The digest of the blob and the diffID are not verified,
 * and a runtime without a lazy snapshotter unpacks the tar: who made the image can hide files from a lazy reading, and
 * who serves it can make a file look like no program by its first bytes. Who made a zTOC can also change what is read: a span
 * refers back to bytes that only the zTOC has.
 */
export async function readLazily(
  layer: Layer,
  source: RangeSource,
  selects: Selects,
  { onBytes, open }: LazyOptions = {},
): Promise<LayerContent | undefined> {
  const fetcher = fetcherOf((offset, length) => source.range(offset, length), onBytes);
  const beside = besideOf(open, onBytes);
  try {
    for (const find of finders) {
      const table = await find(layer, fetcher, beside.fetch);
      if (table === undefined || !canUnpack(table.codec)) continue;
      const found = await readBy(table, layer, fetcher, selects);
      if (found === undefined) return undefined;
      const { lazy, ...content } = found;
      return { ...content, lazy: { ...lazy, fetched: lazy.fetched + beside.fetched() } };
    }
    return undefined;
  } catch (error) {
    // A server without ranges, a table that lies: a reading of the whole will tell what is wrong, if anything is.
    if (error instanceof RegistryError && error.code === 'unsupported') return undefined;
    if (error instanceof ImageError && error.code !== 'digest-mismatch') return undefined;
    throw error;
  }
}

async function readBy(
  table: Table,
  layer: Layer,
  whole: Fetcher,
  selects: Selects,
): Promise<(LayerContent & Required<Pick<LayerContent, 'lazy'>>) | undefined> {
  const { contents, fetcher } =
    table.ztoc === undefined
      ? { contents: contentsOf(whole, table.codec), fetcher: whole }
      : spanContents(whole, table.ztoc);
  const costs = costsOf(table, contents);
  const plan = planOf(table, selects, costs, layer.size);
  if (costs.taken() > Math.max(leastLazy, layer.size * mostWorthwhile)) return undefined;
  const collector = new LayerCollector(selects);
  const tails = { left: Math.max(leastForTails, layer.size * tailShare), unread: 0 };
  for (let at = 0; at < table.entries.length; ) {
    const first = at;
    const end = windowEnd(table, plan, at);
    const files = table.entries.slice(at, end);
    const wishes = plan.wishes.slice(at, end);
    const wanted = await judged(files, wishes, { contents, fetcher, tails });
    for (const [index, file] of files.entries()) {
      const taker = collector.visit(file.entry);
      if (taker === undefined || wanted[index] !== true) continue;
      const following = (further: number): TocEntry | undefined => table.entries[first + index + 1 + further];
      await deliver(file, taker, contents, (behind) => checkFollowing(file.entry.size, behind, following));
    }
    fetcher.forget();
    at = end;
  }
  const { unseen, largestUnseen } = plan;
  const lazy = {
    format: table.format,
    fetched: fetcher.fetched(),
    of: layer.size,
    requests: fetcher.requests(),
    unseen,
    largestUnseen,
    unread: tails.unread,
    ...(table.isVouched ? {} : { unvouched: true as const }),
  };
  return { ...collector.content(layer.index, layer.diffId), lazy };
}

/** What first bytes cost. Of spans, which have many files, each costs only once. */
function costsOf({ ztoc }: Table, contents: Contents): Costs & { taken(): number } {
  const taken = new Set<number>();
  let bytes = 0;
  const ranges: Contents['headRanges'] = (file, bytes) =>
    contents.headRanges(file, bytes).filter(({ offset }) => !taken.has(offset));
  return {
    of: (file, first) => ranges(file, first).reduce((sum, { length }) => sum + length, 0),
    take(file, first) {
      if (ztoc === undefined) return;
      for (const { offset, length } of ranges(file, first)) {
        taken.add(offset);
        bytes += length;
      }
    },
    taken: () => bytes,
  };
}

/** So many entries that what is wanted of them is held at once. */
function windowEnd({ entries, ztoc }: Table, { wishes }: Plan, start: number): number {
  let bytes = 0;
  let at = start;
  let counted = -1;
  while (at < entries.length && at - start < windowEntries) {
    const [file, wish] = [entries[at], wishes[at]];
    if (file && wish !== 'nothing' && ztoc !== undefined) {
      const chunks = wish === 'everything' ? rangesFrom(file, 0) : file.chunks.slice(0, 1);
      bytes += chunks.reduce((sum, { offset, length }) => sum + (offset > counted ? length : 0), 0);
      counted = Math.max(counted, ...chunks.map(({ offset }) => offset));
    } else if (file && wish === 'everything') bytes += Math.min(aheadBytes, lengthFrom(file, 0));
    // About as much as its first bytes take, and their share of a gap.
    else if (wish !== 'nothing') bytes += 16 << 10;
    if (bytes > windowBytes && at > start) break;
    at++;
  }
  return at;
}

/** Compressed bytes of the chunks that reach beyond a place of a file, without those that are held. */
function lengthFrom({ chunks }: TocEntry, from: number, fetcher?: Fetcher): number {
  const beyond = chunks.filter(({ at, size, zeros }) => at + size > from && !zeros);
  return beyond.reduce((sum, chunk) => sum + (fetcher?.holds(chunk) === true ? 0 : chunk.length), 0);
}

function rangesFrom({ chunks }: TocEntry, from: number): Chunk[] {
  let left = aheadBytes;
  return chunks.filter(({ at, size, length, zeros }) => at + size > from && !zeros && (left -= length) >= 0);
}

interface Tools {
  readonly contents: Contents;
  readonly fetcher: Fetcher;
  /** What may still be fetched for the ends of a distribution's programs, and those whose end was too dear. */
  readonly tails: { left: number; unread: number };
}

/** Which of the files are wanted; those are then held as far as there is room. */
async function judged(files: readonly TocEntry[], wishes: readonly Wish[], tools: Tools): Promise<boolean[]> {
  const { contents, fetcher, tails } = tools;
  const wanted = wishes.map((wish) => wish === 'everything');
  const looks = files.flatMap((file, index) => {
    const wish = wishes[index];
    return wish === undefined || typeof wish === 'string' ? [] : [{ file, index, ...wish }];
  });
  await fetcher.prefetch([
    ...looks.flatMap(({ file, glances }) => contents.headRanges(file, glances.bytes)),
    ...files.flatMap((file, index) => (wanted[index] ? rangesFrom(file, 0) : [])),
  ]);
  const doubtful: { file: TocEntry; index: number; glance: Exclude<Glance, string> }[] = [];
  for (const { file, index, path, glances } of looks) {
    const glance = glances.judge(path, file.entry.size, await contents.head(file, glances.bytes));
    if (glance === 'everything') wanted[index] = true;
    else if (glance !== 'nothing') {
      const cost = lengthFrom(file, glance.from, fetcher);
      const dear = !glance.urgent && cost > tails.left;
      if (dear) tails.unread++;
      else {
        if (!glance.urgent) tails.left -= cost;
        doubtful.push({ file, index, glance });
      }
    }
  }
  await fetcher.prefetch(doubtful.flatMap(({ file, glance }) => rangesFrom(file, glance.from)));
  for (const { file, index, glance } of doubtful) {
    if (glance.shows(await tailOf(contents, file, glance.from))) wanted[index] = true;
  }
  const further = looks.filter(({ index }) => wanted[index]);
  await fetcher.prefetch(further.flatMap(({ file }) => rangesFrom(file, 0)));
  return wanted;
}

async function tailOf(contents: Contents, file: TocEntry, from: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await contents.pass(file, from, (piece, at) => {
    pieces.push(Buffer.from(piece.subarray(Math.max(0, from - at))));
    return true;
  });
  return Buffer.concat(pieces);
}
