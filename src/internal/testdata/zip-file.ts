import { crc32, deflateRawSync } from 'node:zlib';

/** One file to be written, with what may be told falsely of it. */
export interface ZipFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly stored?: boolean;
  readonly zip64?: boolean;
  /** Overrides in the central directory. */
  readonly size?: number;
  readonly packed?: number;
  readonly crc?: number;
  readonly offset?: number;
  readonly method?: number;
  readonly flags?: number;
}

const MAX32 = 0xffffffff;

/** Writes a ZIP archive as the format asks, but for the overrides; for tests of its reader. */
export function zipFile(files: readonly ZipFile[], zip64End = false): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let at = 0;
  for (const file of files) {
    const name = Buffer.from(file.name);
    const data = file.stored ? Buffer.from(file.bytes) : deflateRawSync(file.bytes);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    locals.push(local, name, data);
    centrals.push(central(file, name, data.length, at));
    at += 30 + name.length + data.length;
  }
  const directory = Buffer.concat(centrals);
  return Buffer.concat([...locals, directory, ...ends(files.length, directory.length, at, zip64End)]);
}

function central(file: ZipFile, name: Buffer, packed: number, offset: number): Buffer {
  const header = Buffer.alloc(46);
  const values = [file.size ?? file.bytes.length, file.packed ?? packed, file.offset ?? offset] as const;
  const extra = file.zip64 ? zip64Extra(values) : Buffer.alloc(0);
  const [size, packedSize, start] = file.zip64 ? [MAX32, MAX32, MAX32] : values;
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(file.flags ?? 0, 8);
  header.writeUInt16LE(file.method ?? (file.stored ? 0 : 8), 10);
  header.writeUInt32LE(file.crc ?? crc32(file.bytes), 16);
  header.writeUInt32LE(packedSize, 20);
  header.writeUInt32LE(size, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(start, 42);
  return Buffer.concat([header, name, extra]);
}

function zip64Extra(values: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 4 + 8 * values.length);
  extra.writeUInt16LE(0x9999, 0);
  extra.writeUInt16LE(1, 4);
  extra.writeUInt16LE(8 * values.length, 6);
  values.forEach((value, index) => extra.writeBigUInt64LE(BigInt(value), 8 + 8 * index));
  return extra;
}

function ends(entries: number, size: number, start: number, zip64: boolean): Buffer[] {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(zip64 ? 0xffff : entries, 10);
  end.writeUInt32LE(zip64 ? MAX32 : size, 12);
  end.writeUInt32LE(zip64 ? MAX32 : start, 16);
  if (!zip64) return [end];
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(entries), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(start), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(start + size), 8);
  return [record, locator, end];
}
