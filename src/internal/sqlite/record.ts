/**
 * SQLite record ("Database File Format", clause 2.1):
 *
 *   record = varint(length of head with itself) *varint(serial type) *value
 *   varint = *7(%x80-FF) %x00-7F / 8(%x80-FF) OCTET      ; seven bits a byte, big-endian, the ninth byte whole
 *   type   = 0 NULL / 1-4 integer of 1-4 bytes / 5 of 6 / 6 of 8 / 7 float / 8 "0" / 9 "1" / n ≥ 12 blob (even) or text
 */
export interface Varint {
  /** Exact up to 2^53; above that only large. */
  readonly value: number;
  /** Offset after it. */
  readonly next: number;
}

/** The variable-length integer at `offset`; undefined when it does not end before `end`. */
export function readVarint(bytes: Buffer, offset: number, end: number): Varint | undefined {
  let value = 0;
  for (let index = 0; index < 9; index++) {
    const byte = offset + index < end ? bytes[offset + index] : undefined;
    if (byte === undefined) {
      return undefined;
    }
    if (index === 8) {
      return { value: value * 256 + byte, next: offset + 9 };
    }
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      return { value, next: offset + index + 1 };
    }
  }
  return undefined;
}

const fixedSizes: readonly number[] = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

/**
 * The first `wanted` columns of a record: integers of up to 6 bytes as numbers, texts and blobs as their bytes,
 * everything else null. Undefined when the record does not fit its payload.
 */
export function readRecord(payload: Buffer, wanted: number): (number | Buffer | null)[] | undefined {
  const head = readVarint(payload, 0, payload.length);
  if (head === undefined || head.value > payload.length) {
    return undefined;
  }
  const columns: (number | Buffer | null)[] = [];
  let at = head.value;
  for (let next = head.next; next < head.value && columns.length < wanted; ) {
    const type = readVarint(payload, next, head.value);
    if (type === undefined || type.value === 10 || type.value === 11) {
      return undefined;
    }
    const size = fixedSizes[type.value] ?? Math.floor((type.value - 12) / 2);
    if (size > payload.length - at) {
      return undefined;
    }
    columns.push(valueOf(payload, type.value, at, size));
    at += size;
    next = type.next;
  }
  return columns;
}

function valueOf(payload: Buffer, type: number, at: number, size: number): number | Buffer | null {
  if (type >= 12) {
    return payload.subarray(at, at + size);
  }
  if (type === 8 || type === 9) {
    return type - 8;
  }
  return type >= 1 && type <= 5 ? payload.readIntBE(at, size) : null;
}
