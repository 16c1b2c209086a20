// file    = magic cputype cpusubtype filetype ncmds sizeofcmds flags [reserved] *command    (Apple, mach-o/loader.h)
// command = cmd cmdsize …
// segment = LC_SEGMENT(1) / LC_SEGMENT_64(25): name(16) vmaddr vmsize fileoff filesize maxprot initprot nsects flags *section
// fat     = %xCAFEBABE nfat *arch, big-endian; Java's classes begin alike, with their version for nfat
import { type Layout, oddLayout, type Segment } from './layout.ts';

const thin: ReadonlySet<number> = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe]);
const fat = 0xcafebabe;
const maximumArchitectures = 20;
const maximumCommands = 256;

/** Whether the first bytes of a file are a Mach-O program's, for one kind of processor or several. */
export function isMachO(head: Buffer): boolean {
  if (head.length < 8) return false;
  const magic = head.readUInt32BE(0);
  return thin.has(magic) || (magic === fat && head.readUInt32BE(4) <= maximumArchitectures);
}

/** The layout of a Mach-O file of so many bytes by its first page. */
export function readMachO(head: Buffer, size: number): Layout {
  const odd = oddLayout('mach-o', size);
  const magic = head.readUInt32BE(0);
  const wide = magic === 0xfeedfacf || magic === 0xcffaedfe;
  const littleEndian = magic === 0xcefaedfe || magic === 0xcffaedfe;
  if (magic === fat || head.length < 32) return odd;
  const word = (at: number): number => (littleEndian ? head.readUInt32LE(at) : head.readUInt32BE(at));
  const long = (at: number): number => Number(littleEndian ? head.readBigUInt64LE(at) : head.readBigUInt64BE(at));
  const long32 = wide ? long : word;
  const field = wide ? 8 : 4;
  const segments: Segment[] = [];
  const audits: { offset: number; size: number }[] = [];
  let at = wide ? 32 : 28;
  for (let left = Math.min(word(16), maximumCommands); left > 0; left--) {
    if (at + 8 > head.length) return { ...odd, segments };
    const length = word(at + 4);
    if (length < 8 || at + length > head.length) return { ...odd, segments };
    if (word(at) === (wide ? 0x19 : 1) && length >= 24 + field * 4 + 16) {
      const numbers = at + 24;
      segments.push({
        address: long32(numbers),
        offset: long32(numbers + field * 2),
        size: long32(numbers + field * 3),
      });
      const sections = numbers + field * 4 + 16;
      const each = wide ? 80 : 68;
      for (let section = sections; section + each <= at + length; section += each) {
        if (!head.toString('latin1', section, section + 16).startsWith('.dep-v0\0')) continue;
        audits.push({ offset: word(section + 32 + field * 2), size: long32(section + 32 + field) });
      }
    }
    at += length;
  }
  return { ...odd, segments, audits };
}
