/** The same bytes as a `Buffer`, not copied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads unsigned integers in one byte order; the caller checks bounds. */
export interface ByteOrder {
  u16(bytes: Buffer, offset: number): number;
  u32(bytes: Buffer, offset: number): number;
}

export const littleEndian: ByteOrder = {
  u16: (bytes, offset) => bytes.readUInt16LE(offset),
  u32: (bytes, offset) => bytes.readUInt32LE(offset),
};

export const bigEndian: ByteOrder = {
  u16: (bytes, offset) => bytes.readUInt16BE(offset),
  u32: (bytes, offset) => bytes.readUInt32BE(offset),
};
