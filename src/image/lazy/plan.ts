import { limits } from '../../internal/limit.ts';
import type { Extractor } from '../image.ts';
import type { Selects } from '../layer/collector.ts';
import { nameOf, normalizePath } from '../layer/path.ts';
import type { Table } from './table.ts';
import type { TocEntry } from './toc.ts';

/** What is to be done with the content of an entry. */
export type Wish = 'nothing' | 'everything' | Look;

/** A look at the beginning of a file decides. */
interface Look {
  readonly path: string;
  readonly glances: NonNullable<Extractor['glances']>;
}

/** A wish for each entry, and the files that are left out for their number. */
export interface Plan {
  readonly wishes: readonly Wish[];
  readonly unseen: number;
  readonly largestUnseen: number;
}

/** What the first bytes of files cost, compressed. */
export interface Costs {
  of(file: TocEntry, bytes: number): number;
  /** Says that they will be fetched, so that what shares them with others costs nothing any more. */
  take(file: TocEntry, bytes: number): void;
}

/** Of a layer's bytes, what looks into unlikely files may cost; more where a look costs a span of some megabytes. */
const unlikelyShare = 0.005;
const unlikelySpans = 0.04;
const leastForUnlikely = 1 << 20;
/** What a request or a gap costs beside its bytes. */
const lookOverhead = 512;

/**
 * Which entries are fetched. Files that are hardly programs, by name and permission, are looked into from the largest
 * down as long as that costs little, for what brings packages is large.
 */
export function planOf({ entries, ztoc }: Table, selects: Selects, costs: Costs, size: number): Plan {
  const unlikely: number[] = [];
  const wishes = entries.map((file, index): Wish => {
    const { entry, executable } = file;
    const { path } = normalizePath(entry.name);
    if (entry.kind !== 'file' || path === '' || nameOf(path).startsWith('.wh.')) return 'nothing';
    const choice = selects(path);
    // The collector tells of one that is too large to be kept.
    if (choice === true) return entry.size > limits.fileBytes ? 'nothing' : 'everything';
    if (choice === false) return 'nothing';
    if (choice.glances === undefined || file.bytes !== undefined || entry.size === 0) return 'everything';
    if (!choice.glances.likely(path, executable)) unlikely.push(index);
    return { path, glances: choice.glances };
  });
  const doubtful = new Set(unlikely);
  for (const [index, wish] of wishes.entries()) {
    const file = entries[index];
    if (file !== undefined && wish !== 'nothing' && !doubtful.has(index))
      costs.take(file, wish === 'everything' ? file.entry.size : wish.glances.bytes);
  }
  const sizeAt = (index: number): number => entries[index]?.entry.size ?? 0;
  let left = Math.max(leastForUnlikely, size * (ztoc === undefined ? unlikelyShare : unlikelySpans));
  const unseen = unlikely
    .toSorted((a, b) => sizeAt(b) - sizeAt(a))
    .filter((index) => {
      const [file, wish] = [entries[index], wishes[index]];
      if (file === undefined || wish === undefined || typeof wish === 'string') return false;
      const bytes = costs.of(file, wish.glances.bytes);
      const cost = bytes === 0 ? 0 : bytes + lookOverhead;
      if (cost > left) return true;
      left -= cost;
      costs.take(file, wish.glances.bytes);
      return false;
    });
  for (const index of unseen) wishes[index] = 'nothing';
  return { wishes, unseen: unseen.length, largestUnseen: Math.max(0, ...unseen.slice(0, 1).map(sizeAt)) };
}
