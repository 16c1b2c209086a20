/** What a stretch of a program's file holds, as far as its headers tell. */
export type Content = 'code' | 'constants' | 'data' | 'unloaded' | 'any';

/** A stretch of the file, `end` not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly holds: Content;
}

/** Bytes of the file that are loaded at an address. */
export interface Segment {
  readonly address: number;
  readonly offset: number;
  readonly size: number;
}

/** How a program's file is laid out; offsets and sizes are what the file says, and may be lies. */
export interface Layout {
  readonly format: 'elf' | 'pe' | 'mach-o';
  /** Sorted; they do not overlap. */
  readonly spans: readonly Span[];
  readonly segments: readonly Segment[];
  /** Whether a note says that Go linked it. */
  readonly goNote: boolean;
  /** Whether UPX packed it. */
  readonly packed: boolean;
  /** Table of sections that comes later in the file (ELF). */
  readonly sections?: SectionTable | undefined;
  /** Sections named `.dep-v0`, where the headers at the start of the file tell. */
  readonly audits?: readonly { readonly offset: number; readonly size: number }[];
}

/** Where an ELF file has its section headers. */
export interface SectionTable {
  readonly offset: number;
  readonly count: number;
  /** Index of the section with the names. */
  readonly names: number;
  readonly wide: boolean;
  readonly littleEndian: boolean;
}

/** The layout of a file whose headers can't be used: anything may be anywhere. */
export function oddLayout(format: Layout['format'], size: number): Layout {
  return { format, spans: [{ start: 0, end: size, holds: 'any' }], segments: [], goNote: false, packed: false };
}

/** Where in the file the byte at an address is; `undefined` when it is not in the file. */
export function offsetOf(layout: Layout, address: number): number | undefined {
  const segment = layout.segments.find((at) => address >= at.address && address - at.address < at.size);
  return segment && address - segment.address + segment.offset;
}
