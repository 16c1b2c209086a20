// buffer = root-offset *object                          (FlatBuffers, "FlatBuffer Internals"; all numbers little-endian)
// table  = vtable-offset(i32) *field                    ; the vtable begins so many bytes before the table
// vtable = size(u16) table-size(u16) *field-offset(u16) ; 0: the field has its default
// string = length(u32) *BYTE NUL        vector = length(u32) *element
// What is not a number is reached by an unsigned offset from where that stands, so that nothing leads back: no cycles.

/** Where a table or a field begins, bytes. */
type Place = number;

/** Reads FlatBuffers of a known schema. Fields go by their slot, from 0. Every method throws `RangeError` beyond the end. */
export interface FlatReader {
  root(): Place;
  /** A table in a field; `undefined` where it is absent. */
  table(of: Place, slot: number): Place | undefined;
  byte(of: Place, slot: number, otherwise: number): number;
  int(of: Place, slot: number): number;
  /** A 64-bit number that is a count; anything else is a `RangeError`. */
  count(of: Place, slot: number): number;
  /** Empty where it is absent. */
  text(of: Place, slot: number): string;
  /** The bytes of a text or of a vector of bytes, not copied; empty where it is absent. */
  bytes(of: Place, slot: number): Buffer;
  /** The tables or texts of a vector, of which there are at least so many bytes each. */
  items(of: Place, slot: number, leastBytes: number): readonly Place[];
  /** The text at a place that `items` gave. */
  textAt(place: Place): string;
}

/** A reader that never reads outside of the bytes. */
export function flatReader(buffer: Buffer): FlatReader {
  const target = (at: number): number => at + buffer.readUInt32LE(at);
  const field = (of: Place, slot: number): number | undefined => {
    const vtable = of - buffer.readInt32LE(of);
    const entry = 4 + 2 * slot;
    if (entry + 2 > buffer.readUInt16LE(vtable)) return undefined;
    const offset = buffer.readUInt16LE(vtable + entry);
    return offset === 0 ? undefined : of + offset;
  };
  const slice = (at: number): Buffer => {
    const length = buffer.readUInt32LE(at);
    if (length > buffer.length - at - 4) throw new RangeError('longer than its buffer');
    return buffer.subarray(at + 4, at + 4 + length);
  };
  const bytes: FlatReader['bytes'] = (of, slot) => {
    const at = field(of, slot);
    return at === undefined ? Buffer.alloc(0) : slice(target(at));
  };
  return {
    root: () => target(0),
    table(of, slot) {
      const at = field(of, slot);
      return at === undefined ? undefined : target(at);
    },
    byte(of, slot, otherwise) {
      const at = field(of, slot);
      return at === undefined ? otherwise : buffer.readUInt8(at);
    },
    int(of, slot) {
      const at = field(of, slot);
      return at === undefined ? 0 : buffer.readInt32LE(at);
    },
    count(of, slot) {
      const at = field(of, slot);
      return at === undefined ? 0 : countAt(buffer, at);
    },
    text: (of, slot) => bytes(of, slot).toString('utf8'),
    bytes,
    items(of, slot, leastBytes) {
      const at = field(of, slot);
      if (at === undefined) return [];
      const start = target(at);
      const length = buffer.readUInt32LE(start);
      if (length * leastBytes > buffer.length) throw new RangeError('more items than there is room for');
      return Array.from({ length }, (_, index) => target(start + 4 + 4 * index));
    },
    textAt: (place) => slice(place).toString('utf8'),
  };
}

/** A 64-bit number at an offset that is a count of something. Throws `RangeError`. */
export function countAt(buffer: Buffer, at: number): number {
  const value = buffer.readInt32LE(at + 4) * 2 ** 32 + buffer.readUInt32LE(at);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('no count');
  return value;
}
