// block   = BFINAL BTYPE body                                    ; bits from the lowest of each byte on (RFC 1951, 3.2.3)
// stored  = padding LEN(2) NLEN(2) OCTETs                        ; BTYPE 0
// fixed   = codes                                                ; BTYPE 1
// dynamic = HLIT(5 bits) HDIST(5 bits) HCLEN(4 bits) (HCLEN + 4)(3 bits) codes     ; BTYPE 2

/** Bytes that are looked at; with fewer nothing is ruled out. */
const looked = 10;
const [stored, fixed, dynamic] = [0, 1, 2];
const [maximumLiterals, maximumDistances] = [29, 29];

/**
 * Whether compressed data that begins so may be inflated, its first block to a text with one of these first characters
 * (ASCII). Most arbitrary bytes can't be, which is far cheaper to see here than to try.
 */
export function mayInflateTo(first: string, bytes: Uint8Array): boolean {
  if (bytes.length < looked) return true;
  const bits = bitsOf(bytes);
  bits(1);
  const type = bits(2);
  if (type === stored) return storedFits(bytes) && first.includes(String.fromCharCode(bytes[5] ?? 0));
  // Huffman codes are packed from their highest bit on, and those of literals have 8 bits from 00110000 on.
  if (type === fixed) return first.includes(String.fromCharCode(reversed(bits(8)) - 0x30));
  return type === dynamic && bits(5) <= maximumLiterals && bits(5) <= maximumDistances && isComplete(bits);
}

function storedFits(bytes: Uint8Array): boolean {
  const [, low = 0, high = 0, lowComplement = 0, highComplement = 0] = bytes;
  return (low ^ lowComplement) === 0xff && (high ^ highComplement) === 0xff;
}

/** Whether the lengths of the codes for code lengths use up all codes, without which nothing is inflated. */
function isComplete(bits: (count: number) => number): boolean {
  let used = 0;
  for (let left = bits(4) + 4; left > 0; left--) {
    const length = bits(3);
    if (length > 0) used += 128 >> length;
  }
  return used === 128;
}

/** Takes so many bits (up to 8) at each call. */
function bitsOf(bytes: Uint8Array): (count: number) => number {
  let at = 0;
  return (count) => {
    const byte = at >> 3;
    const pair = (bytes[byte] ?? 0) | ((bytes[byte + 1] ?? 0) << 8);
    const value = (pair >> (at & 7)) & ((1 << count) - 1);
    at += count;
    return value;
  };
}

function reversed(byte: number): number {
  let value = 0;
  for (let bit = 0; bit < 8; bit++) value |= ((byte >> bit) & 1) << (7 - bit);
  return value;
}
