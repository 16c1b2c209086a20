// Writes bbolt files for tests, sound or broken on purpose; the grammar is in src/engine/bolt/page.ts.

/** One key of a leaf. */
export interface Item {
  readonly key: string;
  readonly value: Buffer;
  readonly isBucket?: boolean;
}

/** What a meta page says. */
export interface MetaSpec {
  readonly root: number;
  readonly transaction: bigint;
  /** Its checksum is wrong. */
  readonly broken?: boolean;
}

/** How a page is written. */
export interface PageOptions {
  readonly pageSize?: number;
  readonly overflow?: number;
  /** Keys are not put in order. */
  readonly asGiven?: boolean;
}

/** A leaf with its elements in order. */
export function leaf(id: number, items: readonly Item[], options: PageOptions = {}): Buffer {
  const sorted =
    options.asGiven === true ? items : items.toSorted((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  const data = sorted.map(({ key, value }) => Buffer.concat([Buffer.from(key), value]));
  const elements = sorted.map(({ key, value, isBucket }, index) => {
    const element = Buffer.alloc(16);
    element.writeUInt32LE(isBucket === true ? 1 : 0, 0);
    element.writeUInt32LE(offsetOf(sorted.length, data, index), 4);
    element.writeUInt32LE(Buffer.byteLength(key), 8);
    element.writeUInt32LE(value.length, 12);
    return element;
  });
  return page(id, 0x02, elements, data, options);
}

/** A branch: least keys and the pages below. */
export function branch(
  id: number,
  children: readonly (readonly [string, number])[],
  options: PageOptions = {},
): Buffer {
  const data = children.map(([key]) => Buffer.from(key));
  const elements = children.map(([key, child], index) => {
    const element = Buffer.alloc(16);
    element.writeUInt32LE(offsetOf(children.length, data, index), 0);
    element.writeUInt32LE(Buffer.byteLength(key), 4);
    element.writeBigUInt64LE(BigInt(child), 8);
    return element;
  });
  return page(id, 0x01, elements, data, options);
}

function offsetOf(count: number, data: readonly Buffer[], index: number): number {
  const before = data.slice(0, index).reduce((sum, one) => sum + one.length, 0);
  return (count - index) * 16 + before;
}

function page(
  id: number,
  flags: number,
  elements: readonly Buffer[],
  data: readonly Buffer[],
  options: PageOptions,
): Buffer {
  const overflow = options.overflow ?? 0;
  const bytes = Buffer.concat([Buffer.alloc(16), ...elements, ...data]);
  bytes.writeBigUInt64LE(BigInt(id), 0);
  bytes.writeUInt16LE(flags, 8);
  bytes.writeUInt16LE(elements.length, 10);
  bytes.writeUInt32LE(overflow, 12);
  // Page 0 stands for one within the value of another.
  if (id === 0) return bytes;
  const size = (options.pageSize ?? 4096) * (1 + overflow);
  if (bytes.length > size) throw new RangeError('the page is too small');
  return Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]);
}

/** A bucket with a page of its own. */
export function bucketAt(key: string, root: number): Item {
  const value = Buffer.alloc(16);
  value.writeBigUInt64LE(BigInt(root), 0);
  return { key, value, isBucket: true };
}

/** A bucket within the page of its parent. */
export function inlineBucket(key: string, items: readonly Item[]): Item {
  return { key, value: Buffer.concat([Buffer.alloc(16), leaf(0, items)]), isBucket: true };
}

/** A meta page with its checksum. */
export function metaPage(number: number, meta: MetaSpec, pageSize: number, pages: number): Buffer {
  const bytes = Buffer.alloc(pageSize);
  bytes.writeBigUInt64LE(BigInt(number), 0);
  bytes.writeUInt16LE(0x04, 8);
  bytes.writeUInt32LE(0xed0cdaed, 16);
  bytes.writeUInt32LE(2, 20);
  bytes.writeUInt32LE(pageSize, 24);
  bytes.writeBigUInt64LE(BigInt(meta.root), 32);
  bytes.writeBigUInt64LE(BigInt(pages), 56);
  bytes.writeBigUInt64LE(meta.transaction, 64);
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes.subarray(16, 72)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  bytes.writeBigUInt64LE(meta.broken === true ? hash ^ 1n : hash, 72);
  return bytes;
}

/** A file of these pages, which begin with number 2. */
export function boltFile(
  pages: readonly Buffer[],
  options: { readonly pageSize?: number; readonly root?: number; readonly metas?: readonly MetaSpec[] } = {},
): Buffer {
  const { pageSize = 4096, root = 2 } = options;
  const metas = options.metas ?? [
    { root, transaction: 4n },
    { root, transaction: 5n },
  ];
  const count = 2 + pages.reduce((sum, one) => sum + one.length, 0) / pageSize;
  return Buffer.concat([...metas.map((meta, number) => metaPage(number, meta, pageSize, count)), ...pages]);
}

/** A file whose outermost bucket has these items, so many to a page. */
export function treeOf(items: readonly Item[], width: number): Buffer {
  const sorted = items.toSorted((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  const pages: Buffer[] = [];
  const add = (make: (id: number) => Buffer): number => {
    pages.push(make(pages.length + 2));
    return pages.length + 1;
  };
  let level = pieces(sorted, width).map((piece): readonly [string, number] => [
    piece[0]?.key ?? '',
    add((id) => leaf(id, piece)),
  ]);
  if (level.length === 0) level = [['', add((id) => leaf(id, []))]];
  while (level.length > 1) {
    level = pieces(level, Math.max(2, width)).map((piece): readonly [string, number] => [
      piece[0]?.[0] ?? '',
      add((id) => branch(id, piece)),
    ]);
  }
  return boltFile(pages, { root: level[0]?.[1] ?? 2 });
}

function pieces<T>(all: readonly T[], width: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / width) }, (_, index) =>
    all.slice(index * width, (index + 1) * width),
  );
}
