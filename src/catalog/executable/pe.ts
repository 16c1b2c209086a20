// file    = "MZ" … e_lfanew at 60 … "PE\0\0" coff optional *section        (Microsoft, PE Format)
// coff    = machine sections(2) time symbols symbol-count optional-size(2) characteristics(2)
// section = name(8) virtual-size virtual-address raw-size raw-offset …     40 octets
import { type Layout, oddLayout } from './layout.ts';

const maximumSections = 96;

/** Whether the first bytes of a file are a Windows (or DOS) program's. */
export function isPe(head: Uint8Array): boolean {
  return head[0] === 0x4d && head[1] === 0x5a;
}

/** The layout of a PE file of so many bytes by its first page; `undefined` when it is a DOS program. */
export function readPe(head: Buffer, size: number): Layout | undefined {
  if (head.length < 64) return undefined;
  const start = head.readUInt32LE(60);
  if (start + 24 + 32 > head.length || head.readUInt32LE(start) !== 0x4550) return undefined;
  const count = head.readUInt16LE(start + 6);
  const table = start + 24 + head.readUInt16LE(start + 20);
  const odd = { ...oddLayout('pe', size), packed: head.includes('UPX!') };
  if (count > maximumSections || table + count * 40 > head.length) return odd;
  const wide = head.readUInt16LE(start + 24) === 0x20b;
  const base = wide ? Number(head.readBigUInt64LE(start + 48)) : head.readUInt32LE(start + 52);
  const sections = Array.from({ length: count }, (_, index) => {
    const at = table + index * 40;
    return {
      name: head.toString('latin1', at, at + 8).replace(/\0+$/, ''),
      address: base + head.readUInt32LE(at + 12),
      used: head.readUInt32LE(at + 8),
      size: head.readUInt32LE(at + 16),
      offset: head.readUInt32LE(at + 20),
    };
  });
  const audits = sections.filter(({ name }) => name === '.dep-v0');
  return {
    ...odd,
    segments: sections.map(({ address, offset, size: bytes }) => ({ address, offset, size: bytes })),
    audits: audits.map(({ offset, size: bytes, used }) => ({ offset, size: Math.min(bytes, used || bytes) })),
  };
}
