// bill = %x1F.8B.08.00 mtime(4) xfl os deflated crc32 isize       (RFC 1952, 2.3; as Java writes it: no optional fields)
// GraalVM's native-image: a CycloneDX document in JSON among the data, at the symbol "sbom".
import { inflateRawSync, constants as zlib } from 'node:zlib';
import type { Captures } from './capture.ts';
import { mayInflateTo } from './deflate-start.ts';
import { finder, type Pattern } from './find.ts';
import type { Content } from './layout.ts';
import type { ProgramFault } from './program.ts';

/** Searches a program for the bill of materials that GraalVM puts in. */
export interface BillSearch {
  /** Sees a piece of a stretch of the file, in their order. */
  see(piece: Buffer, at: number, holds: Content): void;
  result(): { readonly bill: string | undefined; readonly faults: readonly ProgramFault[] };
}

const header: Pattern = { bytes: Buffer.from('1f8b0800', 'hex'), anchor: { at: 0, length: 4 } };
const [headerBytes, trailerBytes] = [10, 8];
/** Enough for the first words of a document. */
const firstWanted = 512;
const openingBytes = 200;
const maximumPacked = 4 << 20;
const maximumText = 16 << 20;
/** Beginnings of compressed data that are tried out, which costs some 20 µs each. */
const maximumTries = 2000;
/** Documents that are read until one is whole. */
const maximumBills = 4;

interface Found {
  /** Base64 of whole documents, compressed, by where they begin. */
  readonly bills: Map<number, string>;
  readonly faults: Map<number, ProgramFault>;
  tries: number;
  begun: number;
}

/** A search of a program. */
export function billSearch(captures: Captures): BillSearch {
  const found: Found = { bills: new Map(), faults: new Map(), tries: 0, begun: 0 };
  const find = finder(header);
  return {
    see(piece, at, holds) {
      if (holds === 'code' || holds === 'unloaded' || found.bills.size > 0) return;
      find(piece, at, (end) => {
        const start = end - header.bytes.length;
        if (found.tries >= maximumTries || found.begun >= maximumBills) return;
        const deflated = piece.subarray(Math.max(0, start - at + headerBytes), Math.max(0, start - at + firstWanted));
        if (!mayInflateTo('{ \t\r\n', deflated)) return;
        // What lies in the piece is judged at once, so that few captures are under way.
        const here = start < at ? Buffer.alloc(0) : piece.subarray(start - at, start - at + firstWanted);
        if (here.length === firstWanted) {
          found.tries++;
          if (!opens(here)) return;
        }
        follow(end, found, captures);
      });
    },
    result() {
      const bill = first(found.bills);
      const fault = bill === undefined ? first(found.faults) : undefined;
      return { bill, faults: fault === undefined ? [] : [fault] };
    },
  };
}

/** Short ones are whole before a long one that begins before them, by how the bytes come. */
function first<T>(byStart: ReadonlyMap<number, T>): T | undefined {
  return byStart.get(Math.min(...byStart.keys()));
}

/** Whether the first of the bytes are a document in the format CycloneDX, compressed. */
function opens(packed: Buffer): boolean {
  try {
    const options = { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: 2 << 20 };
    const start = inflateRawSync(packed.subarray(headerBytes), options).toString('latin1', 0, openingBytes);
    return start.trimStart().startsWith('{') && /"bomFormat"\s*:\s*"CycloneDX"/.test(start);
  } catch {
    // What can't be inflated is no document.
    return false;
  }
}

/** Takes a document whole, by and by. */
function follow(end: number, found: Found, captures: Captures): void {
  let opened = false;
  captures.begin(end, firstWanted, (bytes, last) => {
    const packed = Buffer.concat([header.bytes, bytes]);
    if (!opened) {
      if (found.begun >= maximumBills || !opens(packed)) return undefined;
      opened = true;
      found.begun++;
    }
    const length = lengthOf(packed);
    if (typeof length === 'number') found.bills.set(end, packed.toString('base64', 0, length));
    else if (length === 'Z_BUF_ERROR' && !last && bytes.length < maximumPacked) return bytes.length * 4;
    else found.faults.set(end, faultOf(length));
    return undefined;
  });
}

/** How many of the bytes are a compressed document; else the code of the error. */
function lengthOf(packed: Buffer): number | string {
  try {
    const options = { maxOutputLength: maximumText, info: true };
    // With `info`, Node gives also how many bytes were taken.
    const { engine } = inflateRawSync(packed.subarray(headerBytes), options) as unknown as Inflated;
    const length = headerBytes + engine.bytesWritten + trailerBytes;
    return length > packed.length ? 'Z_BUF_ERROR' : length;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : '';
  }
}

interface Inflated {
  readonly engine: { readonly bytesWritten: number };
}

function faultOf(reason: string): ProgramFault {
  const [code, detail] =
    reason === 'ERR_BUFFER_TOO_LARGE'
      ? (['too-large', `more than ${maximumText} bytes`] as const)
      : (['corrupt', reason === 'Z_BUF_ERROR' ? 'cut short' : reason] as const);
  return { of: 'java', code, message: 'The bill of materials in a program cannot be read', detail, lossy: true };
}
