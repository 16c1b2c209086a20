// Finds where the blocks of a deflate stream begin (RFC 1951, 3.2.3), to the bit, without unpacking it.

/** A block: the bit at which its header begins, and the bytes that stand before its own in what the stream unpacks to. */
interface DeflateBlock {
  readonly bit: number;
  readonly out: number;
  readonly isLast: boolean;
  readonly type: 'stored' | 'fixed' | 'dynamic';
}

/** A code by its length and value: `length << 16 | value`. */
type Codes = ReadonlyMap<number, number>;

const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const types = ['stored', 'fixed', 'dynamic'] as const;

/** All blocks of a stream that is sound. */
export function blocksOf(stream: Buffer): DeflateBlock[] {
  const found: DeflateBlock[] = [];
  let bit = 0;
  let out = 0;
  const take = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++, bit++) value |= (((stream[bit >> 3] ?? 0) >> (bit & 7)) & 1) << i;
    return value;
  };
  const symbol = (codes: Codes): number => {
    for (let value = 0, length = 1; length <= 15; length++) {
      value = (value << 1) | take(1);
      const known = codes.get((length << 16) | value);
      if (known !== undefined) return known;
    }
    throw new Error('no such code');
  };
  const body = (literals: Codes, distances: Codes): void => {
    for (;;) {
      const literal = symbol(literals);
      if (literal === 256) return;
      if (literal < 256) out++;
      else {
        const [base, extra] = lengthOf(literal - 257);
        out += base + take(extra);
        take(Math.max(0, (symbol(distances) >> 1) - 1));
      }
    }
  };
  const dynamic = (): [Codes, Codes] => {
    const [literals, distances, count] = [take(5) + 257, take(5) + 1, take(4) + 4];
    const lengths = Array.from({ length: 19 }, () => 0);
    for (const which of order.slice(0, count)) lengths[which] = take(3);
    const codes = codesOf(lengths);
    const all: number[] = [];
    while (all.length < literals + distances) {
      const one = symbol(codes);
      if (one < 16) all.push(one);
      else if (one === 16) all.push(...repeated(all.at(-1) ?? 0, 3 + take(2)));
      else all.push(...repeated(0, one === 17 ? 3 + take(3) : 11 + take(7)));
    }
    return [codesOf(all.slice(0, literals)), codesOf(all.slice(literals))];
  };
  for (let isLast = false; !isLast; ) {
    const start = { bit, out };
    isLast = take(1) === 1;
    const type = types[take(2)];
    if (type === undefined) throw new Error('no such block');
    found.push({ ...start, isLast, type });
    if (type === 'stored') {
      bit = Math.ceil(bit / 8) * 8;
      const length = take(16);
      bit += 16 + 8 * length;
      out += length;
    } else if (type === 'fixed') body(fixedLiterals, fixedDistances);
    else body(...dynamic());
  }
  return found;
}

function repeated(value: number, count: number): number[] {
  return Array.from({ length: count }, () => value);
}

function lengthOf(code: number): [number, number] {
  if (code === 28) return [258, 0];
  const extra = code < 8 ? 0 : (code >> 2) - 1;
  return [code < 8 ? 3 + code : 3 + ((4 + (code & 3)) << extra), extra];
}

/** Canonical codes by their lengths (RFC 1951, 3.2.2). */
function codesOf(lengths: readonly number[]): Codes {
  const codes = new Map<number, number>();
  for (let length = 1, value = 0; length <= 15; length++, value <<= 1) {
    for (const [symbol, one] of lengths.entries()) if (one === length) codes.set((length << 16) | value++, symbol);
  }
  return codes;
}

const fixedLiterals = codesOf([...repeated(8, 144), ...repeated(9, 112), ...repeated(7, 24), ...repeated(8, 8)]);
const fixedDistances = codesOf(repeated(5, 30));
