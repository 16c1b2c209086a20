/*
 * table = magic 2%x00 quantum pointer-size functions files [text] names units …   ; words of pointer-size (Go, runtime,
 *                                                                    pcHeader), aligned like a pointer
 * magic = %xFFFFFFFA ; Go 1.16, without `text`
 *       / %xFFFFFFF0 ; Go 1.18
 *       / %xFFFFFFF1 ; Go 1.20
 * names: from the table's start on; they end where `units` begin
 * name  = package "." rest %x00     rest: `Func`, `Type.Method`, `(*Type).Method`, `Func[...]`, `init.0.func1`
 *
 * Stripped programs have it too, for the run-time needs it. Names of functions that were inlined are in it, if any
 * instruction of theirs is left. The table of Go 1.2 to 1.15 has names and numbers mixed up and is not read.
 */
import type { Captures } from './capture.ts';
import { finder } from './find.ts';

const magics = [0xfa, 0xf0, 0xf1];
const magicBytes = 6;
/** Words of the header that are read: what follows may be the names themselves. */
const words = 5;
/** Genuine programs have one table, and one for each Go program that they carry. */
const maximumTables = 8;
const maximumCandidates = 512;
const maximumFunctions = 8 << 20;
/** Of all tables; a program of 60 MB has 3 MB of names, 60 bytes each. */
const maximumBytes = 16 << 20;
const maximumNames = 500_000;
const blockBytes = 128 << 10;
const maximumName = 64 << 10;
const maximumPackages = 20_000;
const maximumPath = 500;
/** Functions that are of no package: comparisons of types, wrappers of methods, what cgo makes. */
const made = /^type(?:\.\.|$)|^(?:x_|_)?cgo_|[: ]/;
const [slash, dot, parenthesis, bracket] = [0x2f, 0x2e, 0x28, 0x5b];

/** Searches a program for the packages that have functions in it. */
export interface PackageSearch {
  /** Sees a piece of a stretch of the file, in their order. */
  see(piece: Buffer, at: number): void;
  /** Import paths, those of programs that it carries too; `undefined` where they can't be told, or not all. */
  result(): readonly string[] | undefined;
}

interface Names {
  readonly start: number;
  readonly end: number;
}

interface Found {
  readonly packages: Set<string>;
  candidates: number;
  tables: number;
  names: number;
  bytes: number;
  /** Tables that are not read to their end. */
  open: number;
  lost: boolean;
}

/** A search that collects through `captures`. */
export function packageSearch(captures: Captures, littleEndian: boolean): PackageSearch {
  const found: Found = { packages: new Set(), candidates: 0, tables: 0, names: 0, bytes: 0, open: 0, lost: false };
  const searches = magics.map((magic) => {
    const bytes = Buffer.from(littleEndian ? [magic, 0xff, 0xff, 0xff, 0, 0] : [0xff, 0xff, 0xff, magic, 0, 0]);
    const first = magic === 0xfa ? 2 : 3;
    return { first, find: finder({ bytes, anchor: { at: 0, length: magicBytes } }) };
  });
  return {
    see(piece, at) {
      if (found.lost) return;
      for (const { first, find } of searches) {
        find(piece, at, (end) => {
          found.candidates++;
          const begun = captures.begin(end, 2, (header, last) => {
            const [quantum = 0, size = 0] = header;
            if (last || (size !== 4 && size !== 8) || ![1, 2, 4].includes(quantum)) return undefined;
            if (header.length === 2) return 2 + words * size;
            const names = namesIn(header, littleEndian, size, first);
            if (names !== undefined) readTable(names, end - magicBytes, found, captures);
            return undefined;
          });
          found.lost ||= !begun || found.candidates > maximumCandidates;
        });
      }
    },
    result() {
      // A program without the run-time has its code elsewhere.
      const whole = !found.lost && found.open === 0 && found.packages.has('runtime') && found.packages.has('main');
      return whole ? [...found.packages].toSorted() : undefined;
    },
  };
}

/** Where the names are from the table's start on; `undefined` where it is no table. */
function namesIn(header: Buffer, littleEndian: boolean, size: 4 | 8, first: number): Names | undefined {
  const word = (index: number): number => {
    const at = 2 + index * size;
    if (size === 4) return littleEndian ? header.readUInt32LE(at) : header.readUInt32BE(at);
    return Number(littleEndian ? header.readBigUInt64LE(at) : header.readBigUInt64BE(at));
  };
  const [functions, start, end] = [word(0), word(first), word(first + 1)];
  const sane = functions > 0 && functions <= maximumFunctions && start >= 8 + words * size && end > start;
  return sane && end - start <= maximumBytes ? { start, end } : undefined;
}

function readTable(names: Names, start: number, found: Found, captures: Captures): void {
  found.tables++;
  found.bytes += names.end - names.start;
  found.lost ||= found.tables > maximumTables || found.bytes > maximumBytes;
  if (!found.lost) readNames(start + names.start, start + names.end, found, captures);
}

function readNames(start: number, end: number, found: Found, captures: Captures): void {
  let at = start;
  let carry = Buffer.alloc(0);
  found.open++;
  const next = (): void => {
    const wanted = Math.min(blockBytes, end - at);
    if (wanted === 0) {
      found.open--;
      found.lost ||= carry.length > 0;
      return;
    }
    const begun = captures.begin(at, wanted, (block, last) => {
      at += block.length;
      if (last || found.lost) return undefined;
      const bytes = carry.length === 0 ? block : Buffer.concat([carry, block]);
      const read = addPackages(bytes, found);
      carry = Buffer.from(bytes.subarray(read));
      found.lost ||= carry.length > maximumName;
      if (!found.lost) next();
      return undefined;
    });
    if (!begun) found.lost = true;
  };
  next();
}

/** Adds the packages of all whole names; tells where the first is that is not. */
function addPackages(bytes: Buffer, found: Found): number {
  const { packages } = found;
  let last = '';
  let at = 0;
  for (;;) {
    const name = scan(bytes, at);
    found.lost ||= ++found.names > maximumNames || packages.size > maximumPackages;
    if (name === undefined || found.lost) return at;
    const length = name.dot - at;
    if (length > 0 && length <= maximumPath && !isAt(last, bytes, at, length)) {
      last = bytes.toString('latin1', at, name.dot);
      if (!made.test(last)) packages.add(plain(last));
    }
    at = name.end + 1;
  }
}

/** Where a name ends, and its package; type arguments and receivers have paths of their own. */
function scan(bytes: Buffer, start: number): { readonly end: number; readonly dot: number } | undefined {
  let point = -1;
  let index = start;
  for (; index < bytes.length; index++) {
    const byte = bytes[index];
    if (byte === 0) return { end: index, dot: point };
    if (byte === slash) point = -1;
    else if (byte === dot && point < 0) point = index;
    else if (byte === parenthesis || byte === bracket) break;
  }
  const end = bytes.indexOf(0, index);
  return end < 0 ? undefined : { end, dot: point };
}

function isAt(text: string, bytes: Buffer, at: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let index = length - 1; index >= 0; index--) if (text.charCodeAt(index) !== bytes[at + index]) return false;
  return true;
}

/** The linker writes what a name may not have in its package as `%` and two digits (cmd/internal/objabi, `PathToPrefix`). */
function plain(path: string): string {
  if (!path.includes('%')) return path;
  return path.replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
