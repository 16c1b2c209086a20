import { corrupt, type Damage } from '../damage.ts';
import type { SqlitePages } from './pages.ts';
import { readVarint } from './record.ts';

/**
 * SQLite table b-tree ("Database File Format", clause 1.6):
 *
 *   page     = [header of the file] type:1 freeblock:2 cells:2 content:2 fragments:1 [right:4] *offset:2 … *cell
 *   interior = page{type 5}, cell = child:4 varint(id)
 *   leaf     = page{type 13}, cell = varint(size of payload) varint(id) payload [overflow:4]
 *   overflow = next:4 payload                          ; next 0: the last one
 *
 * Content from `content` to the usable end is cells, free blocks (next:2 size:2 …) and `fragments` stray bytes, nothing
 * else: a damaged page that has lost cells is told by that.
 */
const pageType = { interior: 5, leaf: 13 };

export interface TableRow {
  readonly kind: 'row';
  readonly id: number;
  readonly payload: Buffer;
}

interface Page {
  readonly bytes: Buffer;
  /** Where its header begins. */
  readonly start: number;
  readonly leaf: boolean;
  readonly offsets: readonly number[];
}

/** The rows of the table whose root is at page `root`, in the order of their ids. */
export function* readTable(pages: SqlitePages, root: number): Generator<TableRow | Damage> {
  // Depth first, the leftmost page on top; a page is taken when it is named, so no more of them wait than there are.
  const todo: { readonly number: number; readonly bytes: Buffer | string }[] = [];
  todo.push({ number: root, bytes: takePage(pages, root) });
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { number, bytes } = next;
    const page = typeof bytes === 'string' ? bytes : openPage(pages, number, bytes);
    if (typeof page === 'string') {
      yield corrupt('SQLite page can not be read', `page ${number}: ${page}`);
      continue;
    }
    const faults: string[] = [];
    const used = page.leaf ? yield* readLeaf(pages, page, faults) : namePages(pages, page, todo, faults);
    if (faults.length > 0) {
      yield corrupt('SQLite cells can not be read', `page ${number}, ${faults.length} cells: ${faults[0]}`);
    } else if (!isWhole(pages, page, used)) {
      yield corrupt('SQLite page does not add up', `page ${number}: ${page.offsets.length} cells, ${used} bytes`);
    }
  }
}

function takePage(pages: SqlitePages, number: number): Buffer | string {
  const bytes = pages.page(number);
  if (bytes === undefined) {
    return 'not in the file';
  }
  if (pages.seen.has(number)) {
    return 'seen before';
  }
  pages.seen.add(number);
  return bytes;
}

function openPage(pages: SqlitePages, number: number, bytes: Buffer): Page | string {
  const start = number === 1 ? 100 : 0;
  const type = bytes[start];
  if (type !== pageType.leaf && type !== pageType.interior) {
    return `type ${type}`;
  }
  const leaf = type === pageType.leaf;
  const cells = bytes.readUInt16BE(start + 3);
  const first = start + (leaf ? 8 : 12);
  if (first + cells * 2 > pages.usable) {
    return `${cells} cells`;
  }
  const offsets = Array.from({ length: cells }, (_, index) => bytes.readUInt16BE(first + index * 2));
  return { bytes, start, leaf, offsets };
}

/** Puts the children of an interior page on `todo`, leftmost last; returns the bytes of its cells. */
function namePages(
  pages: SqlitePages,
  page: Page,
  todo: { number: number; bytes: Buffer | string }[],
  faults: string[],
): number {
  const children = [page.bytes.readUInt32BE(page.start + 8)];
  let used = 0;
  for (const offset of page.offsets.toReversed()) {
    const id = readVarint(page.bytes, offset + 4, pages.usable);
    if (id === undefined) {
      faults.push('ends beyond the page');
      continue;
    }
    used += id.next - offset;
    children.push(page.bytes.readUInt32BE(offset));
  }
  for (const number of children) {
    const bytes = takePage(pages, number);
    if (typeof bytes === 'string') {
      faults.push(`page ${number} below it: ${bytes}`);
    } else {
      todo.push({ number, bytes });
    }
  }
  return used;
}

/** Gives the rows of a leaf; returns the bytes of its cells. */
function* readLeaf(pages: SqlitePages, page: Page, faults: string[]): Generator<TableRow, number> {
  let used = 0;
  for (const offset of page.offsets) {
    const cell = leafCell(pages, page, offset);
    if (typeof cell === 'string') {
      faults.push(cell);
    } else {
      // A cell takes four bytes at least, so that it can become a free block.
      used += Math.max(cell.size, 4);
      yield cell.row;
    }
  }
  return used;
}

interface LeafCell {
  readonly row: TableRow;
  readonly size: number;
}

function leafCell(pages: SqlitePages, page: Page, offset: number): LeafCell | string {
  const size = readVarint(page.bytes, offset, pages.usable);
  const id = size && readVarint(page.bytes, size.next, pages.usable);
  if (size === undefined || id === undefined) {
    return 'ends beyond the page';
  }
  const local = localPart(size.value, pages.usable);
  const end = id.next + local;
  const hasMore = local < size.value;
  if (end + (hasMore ? 4 : 0) > pages.usable) {
    return `row ${id.value} ends beyond the page`;
  }
  const start = page.bytes.subarray(id.next, end);
  if (!hasMore) {
    return { row: { kind: 'row', id: id.value, payload: start }, size: end - offset };
  }
  const payload = readOverflow(pages, start, size.value, page.bytes.readUInt32BE(end));
  return typeof payload === 'string'
    ? `row ${id.value}: ${payload}`
    : { row: { kind: 'row', id: id.value, payload }, size: end + 4 - offset };
}

/** How many bytes of a payload lie on a leaf page itself (clause 1.6, "payload overflow"). */
function localPart(size: number, usable: number): number {
  const most = usable - 35;
  if (size <= most) {
    return size;
  }
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const fitting = least + ((size - least) % (usable - 4));
  return fitting <= most ? fitting : least;
}

function readOverflow(pages: SqlitePages, start: Buffer, size: number, first: number): Buffer | string {
  if (size > pages.count * pages.usable) {
    return `${size} bytes, more than the file has`;
  }
  const parts: Buffer[] = [start];
  let length = start.length;
  for (let number = first; length < size; ) {
    const bytes = takePage(pages, number);
    if (typeof bytes === 'string') {
      return `overflow page ${number}: ${bytes}`;
    }
    const part = bytes.subarray(4, Math.min(pages.usable, 4 + size - length));
    parts.push(part);
    length += part.length;
    number = bytes.readUInt32BE(0);
  }
  return Buffer.concat(parts, size);
}

function isWhole(pages: SqlitePages, page: Page, used: number): boolean {
  const { bytes, start } = page;
  const content = bytes.readUInt16BE(start + 5) || 65_536;
  let free = bytes.readUInt8(start + 7);
  for (let block = bytes.readUInt16BE(start + 1); block !== 0; ) {
    if (block + 4 > pages.usable) {
      return false;
    }
    const next = bytes.readUInt16BE(block);
    free += bytes.readUInt16BE(block + 2);
    if (next !== 0 && next <= block) {
      return false;
    }
    block = next;
  }
  return content + used + free === pages.usable;
}
