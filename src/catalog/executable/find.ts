/** What is searched for. */
export interface Pattern {
  readonly bytes: Buffer;
  /**
   * Part of `bytes` to look for first. Node finds up to six bytes by the first of them with the C library's search,
   * several times as fast as longer ones, and fastest when that byte is rare.
   */
  readonly anchor: { readonly at: number; readonly length: number };
}

/** Sees the bytes of a file from front to back; tells the offsets in the file behind each occurrence. */
export type Finder = (piece: Buffer, at: number, found: (end: number) => void) => void;

/** Finds a pattern in pieces, also where it lies across them; pieces that do not adjoin are searched on their own. */
export function finder({ bytes, anchor }: Pattern): Finder {
  const first = bytes.subarray(anchor.at, anchor.at + anchor.length);
  const overlap = bytes.length - 1;
  let carry = Buffer.alloc(0);
  let next = 0;
  return (piece, at, found) => {
    if (at !== next) carry = Buffer.alloc(0);
    next = at + piece.length;
    if (carry.length > 0) {
      const bridge = Buffer.concat([carry, piece.subarray(0, overlap)]);
      for (let index = bridge.indexOf(bytes); index >= 0; index = bridge.indexOf(bytes, index + 1)) {
        found(at - carry.length + index + bytes.length);
      }
    }
    for (let index = piece.indexOf(first); index >= 0; index = piece.indexOf(first, index + 1)) {
      const start = index - anchor.at;
      const end = start + bytes.length;
      const whole = start >= 0 && end <= piece.length;
      if (whole && bytes.compare(piece, start, end) === 0) found(at + end);
    }
    carry =
      piece.length >= overlap
        ? Buffer.from(piece.subarray(piece.length - overlap))
        : Buffer.from(Buffer.concat([carry, piece]).subarray(-overlap));
    if (overlap === 0) carry = Buffer.alloc(0);
  };
}
