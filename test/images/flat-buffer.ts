// Writes FlatBuffers for tests ("FlatBuffer Internals"), each table with a vtable of its own, children behind their parents.

/** What a field of a table holds. */
export type Field =
  | { readonly kind: 'absent' }
  | { readonly kind: 'byte' | 'int' | 'long'; readonly value: number }
  /** A text, which a zero ends, or a vector of bytes. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly ended: boolean }
  | { readonly kind: 'table'; readonly fields: readonly Field[] }
  | { readonly kind: 'items'; readonly items: readonly Field[] };

type Child = Exclude<Field, { kind: 'absent' } | { kind: 'byte' | 'int' | 'long' }>;

const sizes = { absent: 0, byte: 1, int: 4, long: 8, bytes: 4, table: 4, items: 4 } as const;

/** The bytes of a root table. */
export function flatBuffer(fields: readonly Field[]): Buffer {
  const pieces: Buffer[] = [];
  let length = 0;
  const add = (bytes: Buffer): number => {
    pieces.push(bytes);
    length += bytes.length;
    return length - bytes.length;
  };
  const root = Buffer.alloc(4);
  add(root);
  const put = (field: Field, from: Buffer, at: number, place: number): void => {
    if (field.kind === 'absent') return;
    if (!('value' in field)) from.writeUInt32LE(child(field) - place, at);
    else if (field.kind === 'byte') from.writeUInt8(field.value, at);
    else if (field.kind === 'int') from.writeInt32LE(field.value, at);
    else from.writeBigInt64LE(BigInt(field.value), at);
  };
  const child = (field: Child): number => {
    if (field.kind === 'table') return table(field.fields);
    if (field.kind === 'bytes') {
      const head = Buffer.alloc(4);
      head.writeUInt32LE(field.bytes.length);
      return add(Buffer.concat([head, field.bytes, Buffer.alloc(field.ended ? 1 : 0)]));
    }
    const vector = Buffer.alloc(4 + 4 * field.items.length);
    vector.writeUInt32LE(field.items.length);
    const start = add(vector);
    for (const [index, item] of field.items.entries()) put(item, vector, 4 + 4 * index, start + 4 + 4 * index);
    return start;
  };
  const table = (members: readonly Field[]): number => {
    const vtable = Buffer.alloc(4 + 2 * members.length);
    let size = 4;
    for (const [index, { kind }] of members.entries()) {
      if (sizes[kind] > 0) vtable.writeUInt16LE(size, 4 + 2 * index);
      size += sizes[kind];
    }
    vtable.writeUInt16LE(vtable.length, 0);
    vtable.writeUInt16LE(size, 2);
    const body = Buffer.alloc(size);
    body.writeInt32LE(vtable.length);
    add(vtable);
    const start = add(body);
    let at = 4;
    for (const member of members) {
      put(member, body, at, start + at);
      at += sizes[member.kind];
    }
    return start;
  };
  root.writeUInt32LE(table(fields));
  return Buffer.concat(pieces);
}
