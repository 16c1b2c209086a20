/** A tag with its value as tests write it: a text, texts, 32-bit integers, or a raw type, count and bytes. */
export type TestTag = readonly [
  tag: number,
  value:
    | string
    | readonly string[]
    | readonly number[]
    | { readonly type: number; readonly count: number; readonly bytes: Uint8Array },
];

/** A header blob without region; for tests of what no rpm would write. */
export function buildHeader(list: readonly TestTag[]): Buffer {
  const index = Buffer.alloc(8 + list.length * 16);
  let data = Buffer.alloc(0);
  for (const [at, [tag, value]] of list.entries()) {
    const { type, count, bytes } = encodeValue(value);
    data = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
    for (const [column, number] of [tag, type, data.length, count].entries()) {
      index.writeUInt32BE(number, 8 + at * 16 + column * 4);
    }
    data = Buffer.concat([data, bytes]);
  }
  index.writeUInt32BE(list.length, 0);
  index.writeUInt32BE(data.length, 4);
  return Buffer.concat([index, data]);
}

function encodeValue(value: TestTag[1]): { type: number; count: number; bytes: Uint8Array } {
  if (typeof value === 'string') {
    return { type: 6, count: 1, bytes: Buffer.from(`${value}\0`) };
  }
  if ('bytes' in value) {
    return value;
  }
  if (typeof value[0] === 'number') {
    const bytes = Buffer.alloc(value.length * 4);
    for (const [index, number] of value.entries()) {
      bytes.writeUInt32BE(Number(number), index * 4);
    }
    return { type: 4, count: value.length, bytes };
  }
  return { type: 8, count: value.length, bytes: Buffer.from(value.map((text) => `${text}\0`).join('')) };
}
