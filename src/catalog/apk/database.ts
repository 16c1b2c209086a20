import type { OwnedFile } from '../../inventory/inventory.ts';

/**
 * The database of installed packages as apk writes it (apk-tools, "FDB"):
 *
 *   file    = *package
 *   package = 1*(letter ":" value LF) LF
 *
 * P name, V version, A architecture, L licence, o origin, m maintainer, U address, c commit of aports; then F folder,
 * and under it R file and Z its checksum; F, R and Z repeat. Other letters are passed over.
 */
export interface ApkRecord {
  /** Number of its first line, from 1. */
  readonly line: number;
  /** By letter, without those of files. */
  readonly fields: ReadonlyMap<string, string>;
  readonly files: readonly OwnedFile[];
  /** What is wrong in it, with the line. */
  readonly faults: readonly string[];
}

const kept: ReadonlySet<string> = new Set(['P', 'V', 'A', 'L', 'o', 'm', 'U', 'c']);
const keptOfFiles: ReadonlySet<string> = new Set(['F', 'R', 'Z']);
/** Longest value read, bytes; longer than any path Linux takes. */
const maxValue = 8192;
const maxFaults = 8;
const lineFeed = 0x0a;

/** Visits the packages of the database in one pass, with their files or without; false from the visitor ends it. */
export function readDatabase(bytes: Uint8Array, withFiles: boolean, visit: (record: ApkRecord) => boolean): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let open: OpenRecord | undefined;
  let line = 0;
  for (let at = 0, next = 0; at < buffer.length; at = next) {
    line += 1;
    const feed = buffer.indexOf(lineFeed, at);
    const end = feed < 0 ? buffer.length : feed;
    next = end + 1;
    if (at === end) {
      if (open !== undefined && !visit(open)) return;
      open = undefined;
      continue;
    }
    const letter = buffer[at + 1] === 0x3a ? String.fromCharCode(buffer[at] ?? 0) : '';
    if (letter === 'P' && open?.fields.has('P')) {
      fault(open, line, 'no empty line before the next package');
      if (!visit(open)) return;
      open = undefined;
    }
    open ??= { line, fields: new Map(), files: [], faults: [], folder: '/' };
    if (!/^[A-Za-z]$/.test(letter)) {
      fault(open, line, 'not a field');
    } else if (kept.has(letter) || (withFiles && keptOfFiles.has(letter))) {
      if (feed < 0) fault(open, line, 'end within a line');
      take(open, letter, buffer, at + 2, end, line);
    }
  }
  if (open === undefined) return;
  // The writer puts architecture and origin early and ends each package with an empty line.
  if (!open.fields.has('A') || !open.fields.has('o')) fault(open, line, 'end within a package');
  visit(open);
}

interface OpenRecord extends ApkRecord {
  readonly fields: Map<string, string>;
  readonly files: Mutable<OwnedFile>[];
  readonly faults: string[];
  /** Of the last `F`, with slashes at both ends. */
  folder: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function take(open: OpenRecord, letter: string, buffer: Buffer, from: number, to: number, line: number): void {
  if (to - from > maxValue) {
    fault(open, line, 'value too long');
    return;
  }
  // A slice of a buffer decodes to a string of its own: it does not keep the file in memory.
  const value = buffer.toString('utf8', from, to);
  if (letter === 'F') {
    open.folder = value === '' ? '/' : `/${value}/`;
  } else if (letter === 'R') {
    open.files.push({ path: open.folder + value });
  } else if (letter === 'Z') {
    const file = open.files.at(-1);
    const digest = readChecksum(value);
    if (file !== undefined && digest !== undefined) file.digest = digest;
  } else if (open.fields.has(letter)) {
    fault(open, line, 'field twice');
  } else {
    if (/\p{Cc}/u.test(value)) fault(open, line, 'control character in value');
    open.fields.set(letter, value);
  }
}

function fault(open: OpenRecord, line: number, text: string): void {
  if (open.faults.length < maxFaults) open.faults.push(`line ${line}: ${text}`);
}

/**
 * A checksum as digest: `Q1` and `Q2` are SHA-1 and SHA-256 in base 64, bare hexadecimal is MD5. apk 3 cuts its SHA-256
 * to 160 bits, which is no digest to compare with; undefined then and where it is malformed.
 */
function readChecksum(text: string): string | undefined {
  if (/^[\da-f]{32}$/.test(text)) return `md5:${text}`;
  const hex = Buffer.from(text.slice(2), 'base64').toString('hex');
  if (text.startsWith('Q1') && hex.length === 40) return `sha1:${hex}`;
  if (text.startsWith('Q2') && hex.length === 64) return `sha256:${hex}`;
  return undefined;
}
