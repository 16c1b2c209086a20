// A tar archive is a run of 512-byte blocks: a header, then the content rounded up to whole blocks; two zero blocks end it.
//
//   offset  0 name[100]  100 mode[8]  108 uid[8]  116 gid[8]  124 size[12]  136 mtime[12]  148 chksum[8]  156 typeflag
//   157 linkname[100]  257 magic[6]  263 version[2]  345 prefix[155] (ustar)  or  386 sparse[4×24] 482 isextended
//   483 realsize[12] (old GNU sparse)
//
// Numbers are octal text, or base-256 when the first byte has its high bit set (GNU).
// References: POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format", "Storing Sparse Files".

export const blockBytes = 512;

/** A header that says what no header can. */
export class TarError extends Error {
  override readonly name = 'TarError';
  readonly detail: string | undefined;
  constructor(message: string, detail?: string) {
    super(message);
    this.detail = detail;
  }
}

/** A header block, decoded as far as it stands by itself. */
export interface TarHeader {
  readonly name: string;
  readonly type: string;
  /** Bytes that follow in the archive. */
  readonly size: number;
  readonly linkName: string;
}

/** Whether all of the block is zero. */
export function isZeroBlock(block: Buffer, at: number): boolean {
  for (let i = at; i < at + blockBytes; i += 4) if (block.readInt32LE(i) !== 0) return false;
  return true;
}

/** Decodes the header at an offset. Throws `TarError` when its checksum does not hold. */
export function parseHeader(block: Buffer, at: number): TarHeader {
  verifyChecksum(block, at);
  const prefix = prefixOf(block, at);
  const name = text(block, at, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    type: String.fromCharCode(block[at + 156] ?? 0),
    size: numeric(block, at + 124, 12),
    linkName: text(block, at + 157, 100),
  };
}

/**
 * The part of the name that old headers keep apart. Runtimes read tar with Go's archive/tar, so where formats
 * contradict each other it is its reading that counts: 131 bytes in star's header; in GNU's, where the field holds two
 * times, only when those are none.
 */
function prefixOf(block: Buffer, at: number): string {
  const magic = block.toString('latin1', at + 257, at + 265);
  if (magic.startsWith('ustar\0')) {
    const star = block.toString('latin1', at + 508, at + 512) === 'tar\0';
    return text(block, at + 345, star ? 131 : 155);
  }
  if (magic !== 'ustar  \0' || (isTime(block, at + 345) && isTime(block, at + 357))) return '';
  const prefix = text(block, at + 345, 155);
  return /^[\0-\x7f]*$/.test(prefix) ? prefix : '';
}

function isTime(block: Buffer, at: number): boolean {
  if (block[at] === 0) return true;
  try {
    numeric(block, at, 12);
    return true;
  } catch {
    return false;
  }
}

/** Text up to the first NUL. */
export function text(block: Buffer, at: number, length: number): string {
  let end = at;
  while (end < at + length && block[end] !== 0) end++;
  return block.toString('utf8', at, end);
}

/** A number field. Throws `TarError` for what is neither octal nor base-256, or is past 2^53. */
export function numeric(block: Buffer, at: number, length: number): number {
  const first = block[at] ?? 0;
  if (first & 0x80) return base256(block, at, length);
  const end = at + length;
  let i = at;
  while (i < end && isPadding(block[i])) i++;
  let value = 0;
  for (; i < end; i++) {
    const byte = block[i] ?? 0;
    if (byte < 0x30 || byte > 0x37) break;
    value = value * 8 + (byte - 0x30);
  }
  // NULs and spaces around are padding; what follows a NUL within is not read.
  while (i < end && block[i] === 0x20) i++;
  if (i < end && block[i] !== 0) throw new TarError('A tar header holds a number that is not octal');
  return value;
}

function isPadding(byte: number | undefined): boolean {
  return byte === 0 || byte === 0x20;
}

function base256(block: Buffer, at: number, length: number): number {
  let value = (block[at] ?? 0) & 0x7f;
  if (value & 0x40) return -1;
  for (let i = at + 1; i < at + length; i++) {
    value = value * 256 + (block[i] ?? 0);
    if (value > Number.MAX_SAFE_INTEGER) throw new TarError('A tar header holds a number that is too large');
  }
  return value;
}

/** The sum of all bytes with the checksum field read as spaces; some old writers summed signed bytes. */
function verifyChecksum(block: Buffer, at: number): void {
  let unsigned = 0;
  let signed = 0;
  for (let i = at; i < at + blockBytes; i++) {
    const inField = i >= at + 148 && i < at + 156;
    const byte = inField ? 0x20 : (block[i] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const stated = numeric(block, at + 148, 8);
  if (stated !== unsigned && stated !== signed) {
    throw new TarError('A tar header has a wrong checksum', `stated ${stated}, computed ${unsigned}`);
  }
}
