import type { Glance, Glancing } from '../../image/image.ts';
import { mayBeOwned } from '../digests.ts';
import { candidatesFor } from '../program/programs.ts';
import { isElf, readElf } from './elf.ts';
import type { SectionTable } from './layout.ts';
import { isMachO } from './mach-o.ts';
import { isPe } from './pe.ts';

/** Names of libraries, which need no permission to be executed. */
const library = /\.(so|dylib|dll|exe|node|pyd|jnilib)(\.|$)/i;
/** Sections of Go, of cargo-auditable and of GraalVM's native-image. */
const telling = /(^|\.)(go\.buildinfo|gopclntab|note\.go\.buildid|dep-v0|svm_heap)$/;
/** The names of sections stand before their table, a few hundred bytes in all. */
const namesBefore = 8 << 10;
/** Where the table is that far from the end, the file is an odd one. */
const maximumTail = 1 << 20;
const maximumSections = 4096;

/** What of a program is worth fetching: all of one by Go or of a known name, of others only the names of sections at first. */
export const glancing: Glancing = {
  bytes: 4096,
  likely: (path, mayExecute) => mayExecute || library.test(path) || candidatesFor(path).length > 0,
  judge(path, size, bytes) {
    const head = bufferOf(bytes, glancing.bytes);
    if (isElf(head)) return judgeElf(path, size, head);
    return isPe(head) || isMachO(head) ? 'everything' : 'nothing';
  },
};

function bufferOf({ buffer, byteOffset, length }: Uint8Array, most = length): Buffer {
  return Buffer.from(buffer, byteOffset, Math.min(length, most));
}

function judgeElf(path: string, size: number, head: Buffer): Glance {
  const layout = readElf(head, size);
  if (layout === undefined) return 'nothing';
  const { sections } = layout;
  if (layout.goNote || layout.packed || sections === undefined || candidatesFor(path).length > 0) return 'everything';
  if (layout.spans.some(({ holds }) => holds === 'any') || sections.count > maximumSections) return 'everything';
  const from = Math.max(0, sections.offset - namesBefore);
  if (size - from > maximumTail) return 'everything';
  return { from, urgent: !mayBeOwned(path), shows: (tail) => showsAny(bufferOf(tail), from, sections) };
}

/** Whether the names of sections show something that is looked for, or can't be told. */
function showsAny(tail: Buffer, from: number, table: SectionTable): boolean {
  const { wide, littleEndian } = table;
  const width = wide ? 64 : 40;
  const rows = tail.subarray(table.offset - from, table.offset - from + table.count * width);
  const word = (at: number): number => (littleEndian ? rows.readUInt32LE(at) : rows.readUInt32BE(at));
  const long = (at: number): number =>
    wide ? Number(littleEndian ? rows.readBigUInt64LE(at) : rows.readBigUInt64BE(at)) : word(at);
  const row = table.names * width;
  if (rows.length < table.count * width) return true;
  const [start, length] = [long(row + (wide ? 24 : 16)) - from, long(row + (wide ? 32 : 20))];
  if (start < 0 || start + length > tail.length) return true;
  const names = tail.subarray(start, start + length);
  // The first section is none.
  for (let index = 1; index < table.count; index++) {
    const at = word(index * width);
    const end = names.indexOf(0, at);
    if (at >= names.length || end < 0 || telling.test(names.toString('latin1', at, end))) return true;
  }
  return table.count < 2;
}
