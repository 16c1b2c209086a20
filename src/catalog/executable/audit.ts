// cargo-auditable: section ".dep-v0" = JSON, compressed as zlib (RFC 1950) at level 7; in ELF its section is not loaded,
// so it lies behind all that is, before the table of sections that tells where it is.
import { inflateRawSync, inflateSync, constants as zlib } from 'node:zlib';
import type { Captures } from './capture.ts';
import { mayInflateTo } from './deflate-start.ts';
import { finder, type Pattern } from './find.ts';
import type { Layout, SectionTable, Span } from './layout.ts';
import type { ProgramFault } from './program.ts';

/** Searches a program for the list that cargo-auditable puts in. */
export interface AuditSearch {
  /** Sees a piece of a stretch that may hold the list. */
  see(piece: Buffer, at: number): void;
  result(): { readonly rust: string | undefined; readonly faults: readonly ProgramFault[] };
}

/** CMF and FLG of a window of 32 KiB, by the levels of compression. */
const headers: readonly Pattern[] = ['7801', '785e', '789c', '78da'].map((hex) => ({
  bytes: Buffer.from(hex, 'hex'),
  anchor: { at: 0, length: 2 },
}));
const header = Buffer.from('789c', 'hex');
const cutShort = 'cut short';
const opening = '{"packages":[';
const sectionName: Pattern = { bytes: Buffer.from('\0.dep-v0\0'), anchor: { at: 5, length: 4 } };
const firstWanted = 1024;
const maximumPacked = 1 << 20;
const maximumText = 16 << 20;
/** Beginnings of compressed data that are tried out, which costs some 20 µs each. */
const maximumTries = 2000;
/** To more than this the first bytes of no real list unpack. */
const maximumOpening = 64 << 10;
/** Lists that are kept until it is known which one is the program's. */
const maximumAudits = 4;
/** Section headers that are read; real programs have some forty. */
const maximumSections = 4096;

interface Audit {
  readonly offset: number;
  readonly text?: string;
  readonly fault?: ProgramFault;
}

/** A search of a program with that layout. */
export function auditSearch(layout: Layout, captures: Captures): AuditSearch {
  const finders = headers.map(finder);
  const findName = finder(sectionName);
  const audits: Audit[] = [];
  const names = new Set<number>();
  let rows: Buffer | undefined;
  let tries = 0;
  const table = layout.sections;
  if (table !== undefined && table.count <= maximumSections) {
    captures.begin(table.offset, table.count * (table.wide ? 64 : 40), (bytes, last) => {
      if (!last) rows = bytes;
      return undefined;
    });
  }
  for (const { offset, size } of layout.audits ?? []) {
    captures.begin(offset, Math.min(size, maximumPacked), (bytes) => void audits.push(whole(bytes, offset)));
  }
  return {
    see(piece, at) {
      if (layout.audits !== undefined) return;
      for (const find of finders) {
        find(piece, at, (end) => {
          const rest = piece.subarray(end - at, end - at + firstWanted);
          if (!mayInflateTo('{', rest) || tries >= maximumTries) return;
          if (rest.length === firstWanted) {
            tries++;
            if (!opens(rest)) return;
          }
          follow(end, audits, captures);
        });
      }
      findName(piece, at, (end) => names.size < 64 && names.add(end - sectionName.bytes.length + 1));
    },
    result: () => resultOf(audits, rows && table ? listed(rows, table, names, layout.spans) : undefined),
  };
}

function opens(deflated: Buffer): boolean {
  try {
    const options = { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: maximumOpening, chunkSize: 4096 };
    return inflateRawSync(deflated, options).toString('latin1', 0, opening.length) === opening;
  } catch {
    // What can't be inflated is no such list; one with damage further on is found by its section.
    return false;
  }
}

/** Takes a list whole, by and by. */
function follow(end: number, audits: Audit[], captures: Captures): void {
  let opened = false;
  captures.begin(end, firstWanted, (bytes, last) => {
    opened ||= opens(bytes);
    if (!opened || audits.length >= maximumAudits) return undefined;
    const audit = whole(Buffer.concat([header, bytes]), end - header.length);
    if (audit.fault?.detail === cutShort && !last && bytes.length < maximumPacked) return bytes.length * 4;
    audits.push(audit);
    return undefined;
  });
}

function whole(bytes: Buffer, offset: number): Audit {
  try {
    return { offset, text: inflateSync(bytes, { maxOutputLength: maximumText }).toString('utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    const detail = code === 'Z_BUF_ERROR' ? cutShort : String(code);
    return { offset, fault: { ...unreadable, code: 'corrupt', detail } };
  }
}

const unreadable: ProgramFault = {
  of: 'rust',
  code: 'unreadable',
  message: 'The list of crates in a Rust program cannot be read',
  lossy: true,
};

/** Offsets of the sections with the list, by the table; `undefined` when their names were not seen. */
function listed(
  rows: Buffer,
  { names: namesIndex, wide, littleEndian }: SectionTable,
  seen: ReadonlySet<number>,
  spans: readonly Span[],
): readonly number[] | undefined {
  const bytes = wide ? 64 : 40;
  const word = (at: number): number => (littleEndian ? rows.readUInt32LE(at) : rows.readUInt32BE(at));
  const long = (at: number): number => Number(littleEndian ? rows.readBigUInt64LE(at) : rows.readBigUInt64BE(at));
  const offset = (index: number): number => (wide ? long(index * bytes + 24) : word(index * bytes + 16));
  const namesAt = offset(namesIndex);
  const searched = spans.some(
    ({ start, end, holds }) => (holds === 'unloaded' || holds === 'any') && namesAt >= start && namesAt < end,
  );
  if (!searched) return undefined;
  return Array.from({ length: rows.length / bytes }, (_, index) => index)
    .filter((index) => seen.has(namesAt + word(index * bytes)))
    .map(offset);
}

/** By the table of sections where it is known, else whatever was found first. */
function resultOf(
  audits: readonly Audit[],
  listedAt: readonly number[] | undefined,
): ReturnType<AuditSearch['result']> {
  const fitting = audits.filter(({ offset }) => listedAt?.includes(offset) ?? true);
  const read = fitting.find(({ text }) => text !== undefined);
  if (read !== undefined) return { rust: read.text, faults: [] };
  const [first] = fitting;
  if (first?.fault) return { rust: undefined, faults: [first.fault] };
  return { rust: undefined, faults: listedAt !== undefined && listedAt.length > 0 ? [unreadable] : [] };
}
