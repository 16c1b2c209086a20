// The plain form of a layer's content (`codec.ts`). Its numbers, each with the text or the bytes that it measures:
//
//   numbers = entries files symlinks hardlinks whiteouts opaques problems    how many there are
//             seed seed paths slots                                          of the path index
//             *( path extractor size digests *digest )                       of each file
//             *( path target ) *( path target ) *path *path                  links, whiteouts, opaque folders
//             *( code path detail )                                          of each problem
//
// A text is given by its UTF-16 units. `extractor`, `digests` and `detail` are one more than that, and 0 where there is none.
import { limits } from '../../internal/limit.ts';
import type { LayerContent, LayerFile, LayerLink, LayerProblem } from '../layer/collector.ts';
import { normalizePath } from '../layer/path.ts';
import type { PathIndexData } from '../layer/path-index.ts';

const codes: readonly LayerProblem['code'][] = ['path-escape', 'too-large', 'unreadable', 'rewritten'];
const headBytes = 16;
/** Of a path index with as many paths as a layer may have; a power of two. */
const mostSlots = 2 ** Math.ceil(Math.log2(limits.entriesPerLayer * 2));

/** What is put into a file, gathered in its order. */
interface Writer {
  readonly numbers: number[];
  readonly texts: string[];
}

/** Takes the content of a layer to pieces that stand one after the other. */
export function toParts(content: LayerContent): Uint8Array[] {
  const { files, symlinks, hardlinks, whiteouts, opaques, problems, paths } = content;
  const counts = [files, symlinks, hardlinks, whiteouts, opaques, problems].map(({ length }) => length);
  const numbers = [content.entries, ...counts, ...paths.seeds, paths.count, paths.kinds.length];
  const writer: Writer = { numbers, texts: [] };
  for (const file of files) writeFile(writer, file);
  for (const { path, target } of [...symlinks, ...hardlinks]) text(text(writer, path), target);
  for (const path of [...whiteouts, ...opaques]) text(writer, path);
  for (const { code, path, detail } of problems) {
    numbers.push(codes.indexOf(code));
    optional(text(writer, path), detail);
  }
  const joined = writer.texts.join('');
  const wide = !joined.isWellFormed();
  const encoded = Buffer.from(joined, wide ? 'utf16le' : 'utf8');
  const head = [numbers.length, joined.length, Number(wide), encoded.length];
  return [words([...head, ...numbers]), encoded, occupied(paths), paths.kinds, ...files.map(({ bytes }) => bytes)];
}

function writeFile(writer: Writer, { path, extractor, bytes, digests }: LayerFile): void {
  optional(text(writer, path), extractor);
  writer.numbers.push(bytes.length, digests === undefined ? 0 : digests.length + 1);
  for (const digest of digests ?? []) text(writer, digest);
}

function text(writer: Writer, value: string): Writer {
  writer.numbers.push(value.length);
  writer.texts.push(value);
  return writer;
}

function optional(writer: Writer, value: string | undefined): void {
  writer.numbers.push(value === undefined ? 0 : value.length + 1);
  if (value !== undefined) writer.texts.push(value);
}

function words(numbers: readonly number[]): Buffer {
  const packed = Buffer.alloc(numbers.length * 4);
  for (const [at, number] of numbers.entries()) packed.writeUInt32LE(number, at * 4);
  return packed;
}

function occupied({ keys, kinds, count }: PathIndexData): Buffer {
  const packed = Buffer.alloc(count * 8);
  let at = 0;
  for (let slot = 0; slot < kinds.length; slot++) {
    if (kinds[slot] === 0) continue;
    packed.writeUInt32LE(keys[slot * 2] ?? 0, at);
    packed.writeUInt32LE(keys[slot * 2 + 1] ?? 0, at + 4);
    at += 8;
  }
  return packed;
}

/** What a file holds, taken in its order; each throws where there is no more, or not what must be there. */
interface Reader {
  number(): number;
  text(): string;
  optional(): string | undefined;
  bytes(length: number): Uint8Array;
  isAtEnd(): boolean;
}

/** Puts the content together again, as the layer of index 0. Throws where anything is not as `toParts` makes it. */
export function fromParts(plain: Buffer, diffId: string): LayerContent {
  const reader = readerOf(plain);
  const entries = reader.number();
  const counts = Array.from({ length: 6 }, () => reader.number());
  const [files = 0, symlinks = 0, hardlinks = 0, whiteouts = 0, opaques = 0, problems = 0] = counts;
  const paths = readIndex(reader);
  const content = {
    index: 0,
    diffId,
    files: times(files, () => readFile(reader)),
    symlinks: times(symlinks, () => readLink(reader)),
    hardlinks: times(hardlinks, () => readLink(reader)),
    whiteouts: times(whiteouts, () => reader.text()),
    opaques: times(opaques, () => reader.text()),
    paths,
    entries,
    problems: times(problems, () => readProblem(reader)),
  };
  check(reader.isAtEnd());
  return content;
}

function readIndex(reader: Reader): PathIndexData {
  const seeds = [reader.number(), reader.number()] as const;
  const [count, slots] = [reader.number(), reader.number()];
  // Looking for a path ends at a free slot, of which there must be some.
  check(slots <= mostSlots && Number.isInteger(Math.log2(slots)) && count * 2 <= slots);
  const packed = reader.bytes(count * 8);
  const kinds = new Uint8Array(reader.bytes(slots));
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  const keys = new Uint32Array(slots * 2);
  let at = 0;
  for (let slot = 0; slot < slots; slot++) {
    const kind = kinds[slot] ?? 0;
    if (kind === 0) continue;
    check(kind < 8 && at < packed.length);
    keys[slot * 2] = view.getUint32(at, true);
    keys[slot * 2 + 1] = view.getUint32(at + 4, true);
    at += 8;
  }
  check(at === packed.length);
  return { seeds, keys, kinds, count };
}

function readFile(reader: Reader): LayerFile {
  const path = readPath(reader);
  const extractor = reader.optional();
  const bytes = reader.bytes(reader.number());
  const digests = reader.number();
  return {
    path,
    bytes,
    ...(extractor === undefined ? {} : { extractor }),
    ...(digests === 0 ? {} : { digests: times(digests - 1, () => reader.text()) }),
  };
}

function readLink(reader: Reader): LayerLink {
  return { path: readPath(reader), target: reader.text() };
}

function readPath(reader: Reader): string {
  const path = reader.text();
  check(path !== '' && normalizePath(path).path === path);
  return path;
}

function readProblem(reader: Reader): LayerProblem {
  const code = codes[reader.number()];
  check(code !== undefined);
  const path = reader.text();
  const detail = reader.optional();
  return { code, path, ...(detail === undefined ? {} : { detail }) };
}

/** Grows as it is read: the number is not believed. */
function times<T>(count: number, read: () => T): T[] {
  const all: T[] = [];
  for (let at = 0; at < count; at++) all.push(read());
  return all;
}

function check(holds: boolean): asserts holds {
  if (!holds) throw new RangeError('This is not the content of a layer');
}

function readerOf(plain: Buffer): Reader {
  check(plain.length >= headBytes);
  const [count = 0, units = 0, wide = 0, textBytes = 0] = [0, 4, 8, 12].map((at) => plain.readUInt32LE(at));
  const textAt = headBytes + count * 4;
  check(wide <= 1 && textAt + textBytes <= plain.length);
  const numbers = new Uint32Array(count);
  for (let at = 0; at < count; at++) numbers[at] = plain.readUInt32LE(headBytes + at * 4);
  const all = plain.toString(wide === 1 ? 'utf16le' : 'utf8', textAt, textAt + textBytes);
  check(all.length === units);
  let [next, unit, byte] = [0, 0, textAt + textBytes];
  function number(): number {
    check(next < count);
    return numbers[next++] ?? 0;
  }
  function take(length: number): string {
    unit += length;
    check(unit <= units);
    return all.slice(unit - length, unit);
  }
  return {
    number,
    text: () => take(number()),
    optional() {
      const length = number();
      return length === 0 ? undefined : take(length - 1);
    },
    bytes(length) {
      byte += length;
      check(byte <= plain.length);
      return plain.subarray(byte - length, byte);
    },
    isAtEnd: () => next === count && unit === units && byte === plain.length,
  };
}
