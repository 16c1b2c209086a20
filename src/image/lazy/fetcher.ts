import { ImageError } from '../image.ts';
import type { ByteSource } from '../layer/byte-source.ts';

/** Bytes of a blob. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** Fetches ranges of a blob, those that are near each other in one request. */
export interface Fetcher {
  /** Holds these until they are forgotten, as far as the bound on memory allows. */
  prefetch(ranges: readonly Range[]): Promise<void>;
  /** Holds these besides, instead of those that it was last given. */
  ahead(ranges: readonly Range[]): Promise<void>;
  holds(range: Range): boolean;
  /** Bytes that are held, else fetched now. */
  read(offset: number, length: number): Promise<Uint8Array>;
  forget(): void;
  /** Bytes that came, and in how many requests. */
  fetched(): number;
  requests(): number;
}

/** Bytes that nobody wants, up to which one request is cheaper than two. */
const gapBytes = 4 << 10;
const requestBytes = 4 << 20;
const heldBytes = 32 << 20;
const atOnce = 8;

interface Held extends Range {
  readonly bytes: Uint8Array;
}

/** A fetcher of a source that gives ranges; it throws what that does. */
export function fetcherOf(range: NonNullable<ByteSource['range']>, onBytes?: (count: number) => void): Fetcher {
  let held: Held[] = [];
  let next: Held[] = [];
  let [fetched, requests] = [0, 0];
  const get = async (offset: number, length: number): Promise<Uint8Array> => {
    requests++;
    const bytes = await range(offset, length);
    if (bytes.length !== length) {
      throw new ImageError('truncated', 'A range of a layer is shorter than it was asked for', `${offset}`);
    }
    fetched += length;
    onBytes?.(length);
    return bytes;
  };
  const getAll = async (ranges: readonly Range[]): Promise<Held[]> => {
    const queue = [...ranges];
    const found: Held[] = [];
    const worker = async (): Promise<void> => {
      for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
        found.push({ ...one, bytes: await get(one.offset, one.length) });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return found.toSorted((a, b) => a.offset - b.offset);
  };
  const find = (offset: number, length: number): Uint8Array | undefined =>
    covered(held, offset, length) ?? covered(next, offset, length);
  return {
    async prefetch(ranges) {
      const room = heldBytes - held.reduce((sum, { length }) => sum + length, 0);
      const found = await getAll(missing(merged(ranges), held, room));
      held = [...held, ...found].toSorted((a, b) => a.offset - b.offset);
    },
    async ahead(ranges) {
      next = [];
      next = await getAll(merged(ranges));
    },
    holds: ({ offset, length }) => find(offset, length) !== undefined,
    async read(offset, length) {
      return find(offset, length) ?? get(offset, length);
    },
    forget: () => void (held = next = []),
    fetched: () => fetched,
    requests: () => requests,
  };
}

function merged(ranges: readonly Range[]): Range[] {
  const found: { offset: number; length: number }[] = [];
  for (const { offset, length } of ranges.toSorted((a, b) => a.offset - b.offset)) {
    const last = found.at(-1);
    const end = offset + length;
    const near = last !== undefined && offset - (last.offset + last.length) <= gapBytes;
    if (near && end - last.offset <= requestBytes) last.length = Math.max(last.length, end - last.offset);
    else found.push({ offset, length });
  }
  return found;
}

function missing(ranges: readonly Range[], held: readonly Held[], room: number): Range[] {
  let left = room;
  return ranges.filter(({ offset, length }) => {
    if (length > left || covered(held, offset, length) !== undefined) return false;
    left -= length;
    return true;
  });
}

/** Of the held ranges, sorted, the bytes of one; they may overlap, but each is asked for as it was fetched or less. */
function covered(held: readonly Held[], offset: number, length: number): Uint8Array | undefined {
  let [low, high] = [0, held.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((held[middle]?.offset ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  for (let at = low - 1; at >= 0 && at >= low - 8; at--) {
    const one = held[at];
    if (one && offset + length <= one.offset + one.length) {
      return one.bytes.subarray(offset - one.offset, offset - one.offset + length);
    }
  }
  return undefined;
}
