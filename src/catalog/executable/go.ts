// buildinfo = %xFF " Go buildinf:" pointer-size flags rest        (Go, debug/buildinfo; at a multiple of 16)
// rest      = 16OCTET string string   ; flags & 2, Go 1.18 and later: version, modules
//           / pointer pointer OCTETs  ; Go 1.13 to 1.17: to the headers (address, length) of the two strings; flags & 1: big-endian
// string    = varint OCTETs
// modules   = start-marker 16OCTET, lines, end-marker 16OCTET      ; from Go 1.12 also on its own among the constants
import type { Captures } from './capture.ts';
import { finder, type Pattern } from './find.ts';
import { packageSearch } from './go-packages.ts';
import { type Content, type Layout, offsetOf } from './layout.ts';
import type { Program, ProgramFault } from './program.ts';

const blob: Pattern = { bytes: Buffer.from('\xff Go buildinf:', 'latin1'), anchor: { at: 10, length: 4 } };
const startMarker: Pattern = {
  bytes: Buffer.from('3077af0c9274080241e1c107e6d618e6', 'hex'),
  anchor: { at: 2, length: 4 },
};
const endMarker = Buffer.from('f932433186182072008242104116d8f2', 'hex');
const versionText: Pattern = { bytes: Buffer.from('go1.'), anchor: { at: 0, length: 4 } };
const [bigEndianFlag, inlineFlag] = [1, 2];
const headerBytes = 32;
const varintBytes = 10;
const maximumVersion = 256;
const maximumModules = 4 << 20;
/** Texts that may be the version of Go, remembered until it is known where the version lies. */
const maximumCandidates = 4096;
const candidateBytes = 48;

/** Searches a program for the build info of Go. */
export interface GoSearch {
  /** Sees a piece of a stretch of the file, in their order. */
  see(piece: Buffer, at: number, holds: Content): void;
  result(): { readonly go: Program['go']; readonly faults: readonly ProgramFault[] };
}

interface Found {
  version?: string;
  /** From the build info itself. */
  modules?: string;
  /** From the text among the constants. */
  markedModules?: string;
  /** Whether the text among the constants is being read. */
  marking: boolean;
  blob: boolean;
  cut: boolean;
}

/** A search of a program with that layout. */
export function goSearch(layout: Layout, captures: Captures): GoSearch {
  const found: Found = { marking: false, blob: false, cut: false };
  const candidates = new Map<number, string>();
  const packages = packageSearch(captures, layout.sections?.littleEndian ?? true);
  const [findBlob, findMarker, findVersion] = [finder(blob), finder(startMarker), finder(versionText)];
  const remember = (piece: Buffer, at: number) => (end: number) => {
    if (candidates.size >= maximumCandidates) return;
    const start = end - versionText.bytes.length;
    const text = (bytes: Buffer): void => void candidates.set(start, versionText.bytes + bytes.toString('latin1'));
    const rest = piece.subarray(end - at, end - at + candidateBytes);
    if (rest.length === candidateBytes) return text(rest);
    captures.begin(end, candidateBytes, (bytes) => void text(bytes));
  };
  return {
    see(piece, at, holds) {
      if (holds === 'code' || holds === 'unloaded') return;
      packages.see(piece, at);
      if (found.modules !== undefined) return;
      if (holds !== 'constants') {
        findBlob(piece, at, (end) => {
          if (!found.blob && (end - blob.bytes.length) % 16 === 0) readBlob(end, found, candidates, layout, captures);
        });
      }
      if (holds !== 'data') {
        findMarker(piece, at, (end) => void readMarked(end, found, captures));
        findVersion(piece, at, remember(piece, at));
      }
    },
    result: () => resultOf(found, layout, packages.result()),
  };
}

function readBlob(
  end: number,
  found: Found,
  candidates: ReadonlyMap<number, string>,
  layout: Layout,
  captures: Captures,
): void {
  const rest = headerBytes - blob.bytes.length;
  let versionEnd: number | undefined;
  captures.begin(end, rest, (bytes, last) => {
    const flags = bytes[1] ?? 0;
    if (found.blob && versionEnd === undefined) return undefined;
    if (last && bytes.length < rest) return void (found.cut = true);
    if ((flags & inlineFlag) === 0) return void followPointers(bytes, found, candidates, layout, captures);
    const version = inlineText(bytes, rest, maximumVersion);
    // Programs that know Go's format have its first words too.
    if (version.kind === 'bad' || (version.kind === 'text' && !/^(go\d|devel)/.test(version.text))) return undefined;
    found.blob = true;
    versionEnd = version.end;
    const modules = version.kind === 'text' ? inlineText(bytes, version.end, maximumModules) : version;
    if (version.kind === 'text') found.version = version.text;
    if (modules.kind === 'text') found.modules = withoutMarkers(modules.text);
    else if (last || modules.kind === 'bad') found.cut = true;
    return modules.kind === 'more' && !last ? modules.end : undefined;
  });
}

type Inline = { readonly kind: 'text'; readonly text: string; readonly end: number } | More;
/** `end`: how many bytes it needs. */
type More = { readonly kind: 'more'; readonly end: number } | { readonly kind: 'bad'; readonly end: number };

/** A text with its length before it, as far as it is there. */
function inlineText(bytes: Buffer, at: number, limit: number): Inline {
  let length = 0;
  for (let index = 0; index < varintBytes; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return { kind: 'more', end: at + index + 1 };
    length += (byte & 0x7f) * 2 ** (7 * index);
    if ((byte & 0x80) !== 0) continue;
    const start = at + index + 1;
    const end = start + length;
    if (length > limit) return { kind: 'bad', end: at };
    return end > bytes.length ? { kind: 'more', end } : { kind: 'text', text: utf8(bytes.subarray(start, end)), end };
  }
  return { kind: 'bad', end: at };
}

/** Go 1.13 to 1.17: where the header of the version's text is, from there where the text is, which has passed before. */
function followPointers(
  header: Buffer,
  found: Found,
  candidates: ReadonlyMap<number, string>,
  layout: Layout,
  captures: Captures,
): void {
  const [size, flags] = [header[0] ?? 0, header[1] ?? 0];
  if ((size !== 4 && size !== 8) || flags > bigEndianFlag) return;
  found.blob = true;
  const pointer = (bytes: Buffer, at: number): number => pointerAt(bytes, at, size, (flags & bigEndianFlag) === 0);
  const headerAt = offsetOf(layout, pointer(header, 2));
  if (headerAt === undefined) return;
  captures.begin(headerAt, size * 2, (bytes, last) => {
    if (last) return undefined;
    const [textAt, length] = [offsetOf(layout, pointer(bytes, 0)), pointer(bytes, size)];
    if (textAt === undefined || length > maximumVersion) return undefined;
    const text = candidates.get(textAt);
    if (text !== undefined && length <= candidateBytes) found.version = text.slice(0, length);
    else {
      captures.begin(textAt, length, (whole) => {
        if (whole.length === length && /^(go\d|devel)/.test(whole.toString('latin1'))) found.version = utf8(whole);
        return undefined;
      });
    }
    return undefined;
  });
}

function pointerAt(bytes: Buffer, at: number, size: 4 | 8, littleEndian: boolean): number {
  if (size === 4) return littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  return Number(littleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
}

/** One at a time, for each may be long. */
function readMarked(end: number, found: Found, captures: Captures): void {
  if (found.markedModules !== undefined || found.marking) return;
  let searched = 0;
  found.marking = captures.begin(end, 1024, (bytes, last) => {
    const index = bytes.indexOf(endMarker, Math.max(0, searched - endMarker.length));
    searched = bytes.length;
    if (index < 0 && !last && bytes.length <= maximumModules) return bytes.length * 2;
    found.marking = false;
    if (index >= 0) found.markedModules = utf8(bytes.subarray(0, index));
    else found.cut = true;
    return undefined;
  });
}

/** The text, which Go frames with 16 bytes on each side, or nothing where it is no such text. */
function withoutMarkers(text: string): string {
  return text.length >= 33 && text.at(-17) === '\n' ? text.slice(16, -16) : '';
}

/** The markers are no UTF-8, so that each byte of them counts; what is between them is. */
function utf8(bytes: Buffer): string {
  const framed = bytes.length >= 33 && bytes.indexOf(startMarker.bytes) === 0;
  if (!framed) return bytes.toString('utf8');
  return `${' '.repeat(16)}${bytes.toString('utf8', 16, bytes.length - 16)}${' '.repeat(16)}`;
}

function resultOf(
  found: Found,
  { goNote, packed }: Layout,
  packages: readonly string[] | undefined,
): ReturnType<GoSearch['result']> {
  const faults: ProgramFault[] = [];
  const tell = (code: ProgramFault['code'], message: string, detail?: string): void =>
    void faults.push({ of: 'go', code, message, ...(detail === undefined ? {} : { detail }), lossy: true });
  const modules = found.modules ?? found.markedModules;
  const there = found.blob || modules !== undefined;
  if (packed && !there) tell('unsupported', 'A packed program cannot be looked into', 'UPX');
  if (found.cut && modules === undefined) tell('corrupt', 'The build info of a Go program is cut short');
  else if (there && found.version === undefined) {
    tell('unreadable', 'A Go program does not say by which Go it was built');
  } else if (goNote && !there) tell('unreadable', 'A Go program has no build info');
  return { go: there ? { version: found.version, modules, packages } : undefined, faults };
}
