// header  = %x7F "ELF" class data version ABI 8OCTET type machine version entry phoff shoff flags
//           ehsize phentsize phnum shentsize shnum shstrndx            (System V ABI, chapter 4, "ELF Header")
// program = class 32: type offset vaddr paddr filesz memsz flags align
//           class 64: type flags offset vaddr paddr filesz memsz align (chapter 5, "Program Header")
// note    = namesz descsz type name desc, name and desc padded to 4 octets
import { type Content, type Layout, oddLayout, type SectionTable, type Segment, type Span } from './layout.ts';

const magic = Buffer.from('\x7fELF', 'latin1');
const upxMagic = Buffer.from('UPX!');
const types = { relocatable: 1, core: 4 } as const;
const maximumSegments = 128;
/** `.note.go.buildid`: its name, and its type as the first four octets of the name `Go\0\0` would be. */
const goNote = { name: 'Go\0\0', type: 4 } as const;
const [load, note] = [1, 4];
const [executable, writable] = [1, 2];

interface ProgramHeader {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** Whether the first bytes of a file are ELF's. */
export function isElf(head: Uint8Array): boolean {
  return magic.compare(head.subarray(0, 4)) === 0;
}

/** The layout of an ELF file of so many bytes by its first page; `undefined` when it is no program. */
export function readElf(head: Buffer, size: number): Layout | undefined {
  const wide = head[4] === 2;
  const littleEndian = head[5] !== 2;
  if (head.length < (wide ? 64 : 52)) return undefined;
  const number = numbers(head, littleEndian);
  const type = number(16, 2);
  if (type === types.relocatable || type === types.core) return undefined;
  const headers = programHeaders(number, wide, head.length);
  const packed = head.indexOf(upxMagic) >= 0;
  if (headers === undefined) return { ...oddLayout('elf', size), packed };
  const loads = headers.filter((header) => header.type === load && header.size > 0);
  return {
    format: 'elf',
    spans: spansOf(loads, size),
    segments: loads.map(({ address, offset, size: bytes }): Segment => ({ address, offset, size: bytes })),
    goNote: headers.some((header) => header.type === note && hasGoNote(head, number, header)),
    packed,
    sections: sectionTable(number, wide, littleEndian, size),
  };
}

type NumberAt = (offset: number, bytes: 2 | 4 | 8) => number;

function numbers(head: Buffer, littleEndian: boolean): NumberAt {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  return (offset, bytes) => {
    if (bytes === 2) return view.getUint16(offset, littleEndian);
    if (bytes === 4) return view.getUint32(offset, littleEndian);
    // What is beyond 2 ** 53 is beyond any file all the same.
    return Number(view.getBigUint64(offset, littleEndian));
  };
}

function programHeaders(number: NumberAt, wide: boolean, available: number): ProgramHeader[] | undefined {
  const start = wide ? number(32, 8) : number(28, 4);
  const [entry, count] = [number(wide ? 54 : 42, 2), number(wide ? 56 : 44, 2)];
  const sane = entry === (wide ? 56 : 32) && count > 0 && count <= maximumSegments;
  if (!sane || start + entry * count > available) return undefined;
  return Array.from({ length: count }, (_, index): ProgramHeader => {
    const at = start + index * entry;
    const type = number(at, 4);
    return wide
      ? {
          type,
          flags: number(at + 4, 4),
          offset: number(at + 8, 8),
          address: number(at + 16, 8),
          size: number(at + 32, 8),
        }
      : {
          type,
          flags: number(at + 24, 4),
          offset: number(at + 4, 4),
          address: number(at + 8, 4),
          size: number(at + 16, 4),
        };
  });
}

/** Stretches by what is loaded; what is left between and behind is not loaded. */
function spansOf(loads: readonly ProgramHeader[], size: number): readonly Span[] {
  // Older linkers put constants beside the code; then there is no segment for them alone.
  const mixed = !loads.some(({ flags }) => (flags & (executable | writable)) === 0);
  const content = (flags: number): Content => {
    if ((flags & writable) !== 0) return (flags & executable) !== 0 ? 'any' : 'data';
    if ((flags & executable) !== 0) return mixed ? 'constants' : 'code';
    return 'constants';
  };
  const sorted = loads.toSorted((a, b) => a.offset - b.offset);
  const spans: Span[] = [];
  let at = 0;
  for (const { offset, size: bytes, flags } of sorted) {
    if (offset < at || offset + bytes > size) return oddLayout('elf', size).spans;
    if (offset > at) spans.push({ start: at, end: offset, holds: 'unloaded' });
    spans.push({ start: offset, end: offset + bytes, holds: content(flags) });
    at = offset + bytes;
  }
  if (at < size) spans.push({ start: at, end: size, holds: 'unloaded' });
  return spans;
}

function hasGoNote(head: Buffer, number: NumberAt, { offset, size }: ProgramHeader): boolean {
  const end = Math.min(offset + size, head.length);
  for (let at = offset; at + 16 <= end; ) {
    const [name, description, type] = [number(at, 4), number(at + 4, 4), number(at + 8, 4)];
    if (name === 4 && type === goNote.type && head.toString('latin1', at + 12, at + 16) === goNote.name) return true;
    at += 12 + padded(name) + padded(description);
  }
  return false;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function sectionTable(number: NumberAt, wide: boolean, littleEndian: boolean, size: number): SectionTable | undefined {
  const offset = wide ? number(40, 8) : number(32, 4);
  const [entry, count, names] = [number(wide ? 58 : 46, 2), number(wide ? 60 : 48, 2), number(wide ? 62 : 50, 2)];
  const bytes = wide ? 64 : 40;
  if (offset === 0 || entry !== bytes || count === 0 || names >= count) return undefined;
  return offset + count * bytes > size ? undefined : { offset, count, names, wide, littleEndian };
}
