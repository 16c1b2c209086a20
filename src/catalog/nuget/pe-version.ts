/**
 * What a Windows program or library says of its version, in two steps so that no file is held whole:
 *
 *   file      = "MZ" … offset of "PE\0\0" at 0x3c (Microsoft PE/COFF specification)
 *   "PE\0\0"  = COFF header, optional header with its data directories (2: resources, 14: CLI header), section table
 *   resources = tree of three levels, type / name / language, that ends in (RVA, size); type 16 is the version
 *   version   = node "VS_VERSION_INFO" with VS_FIXEDFILEINFO and the child "StringFileInfo" / table / texts
 *   node      = length, value length, type (16 bits each), key in UTF-16 with NUL, value, children; each from a multiple of 4
 *
 * All numbers are little-endian; offsets within a node count from the start of the resource.
 */
export interface PeHeader {
  /** Whether it has a CLI header: an assembly of .NET. */
  readonly managed: boolean;
  /** Where the resources are in the file; absent where there are none. */
  readonly resources?: { readonly offset: number; readonly size: number; readonly address: number };
}

/** Bytes from the start of a file in which its headers must lie. */
export const headerBytes = 8192;
const maximumSections = 96;
const maximumEntries = 4096;
const maximumTexts = 64;
const versionType = 16;

/** The headers of a PE file, from its first `headerBytes`; `undefined` when it is none. */
export function readPeHeader(bytes: Uint8Array): PeHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 0x40 || view.getUint16(0) !== 0x4d_5a) return undefined;
  const pe = view.getUint32(0x3c, true);
  if (pe + 24 > view.byteLength || view.getUint32(pe) !== 0x50_45_00_00) return undefined;
  const optional = pe + 24;
  const table = optional + view.getUint16(pe + 20, true);
  const magic = optional + 2 <= view.byteLength ? view.getUint16(optional, true) : 0;
  const directories = magic === 0x1_0b ? optional + 96 : magic === 0x2_0b ? optional + 112 : undefined;
  if (directories === undefined) return undefined;
  const directory = (index: number): number => {
    const at = directories + index * 8;
    return at + 8 <= Math.min(table, view.byteLength) ? view.getUint32(at, true) : 0;
  };
  const managed = directory(14) !== 0;
  const address = directory(2);
  const sections = address === 0 ? 0 : Math.min(view.getUint16(pe + 6, true), maximumSections);
  for (let index = 0; index < sections; index++) {
    const at = table + index * 40;
    if (at + 40 > view.byteLength) break;
    const [start, size, offset] = [12, 16, 20].map((field) => view.getUint32(at + field, true));
    if (start === undefined || size === undefined || offset === undefined) break;
    if (address < start || address >= start + size) continue;
    const skipped = address - start;
    return { managed, resources: { offset: offset + skipped, size: size - skipped, address } };
  }
  return { managed };
}

/** The texts of the version resource by their names (`FileVersion`, `ProductVersion`); none when there is no such resource. */
export function readVersionTexts(resources: Uint8Array, address: number): ReadonlyMap<string, string> {
  const view = new DataView(resources.buffer, resources.byteOffset, resources.byteLength);
  const texts = new Map<string, string>();
  const leaf = findVersion(view);
  if (leaf === undefined || leaf + 8 > view.byteLength) return texts;
  const start = view.getUint32(leaf, true) - address;
  const end = start + view.getUint32(leaf + 4, true);
  if (start < 0 || start >= view.byteLength) return texts;
  readNode(view, start, Math.min(end, view.byteLength), start, 0, texts);
  return texts;
}

/** Where the data entry of the version is. */
function findVersion(view: DataView): number | undefined {
  let at: number | undefined = 0;
  for (let level = 0; level < 3 && at !== undefined; level++) {
    const entry: number | undefined = entryOf(view, at, level === 0 ? versionType : undefined);
    const isFolder: boolean = entry !== undefined && entry >= 0x80_00_00_00;
    if (entry === undefined || isFolder === (level === 2)) return undefined;
    at = isFolder ? entry - 0x80_00_00_00 : entry;
  }
  return at;
}

/** The offset in the first entry of a folder, or in the one with that number. */
function entryOf(view: DataView, folder: number, wanted: number | undefined): number | undefined {
  if (folder + 16 > view.byteLength) return undefined;
  const count = Math.min(view.getUint16(folder + 12, true) + view.getUint16(folder + 14, true), maximumEntries);
  for (let index = 0; index < count; index++) {
    const at = folder + 16 + index * 8;
    if (at + 8 > view.byteLength) return undefined;
    if (wanted === undefined || view.getUint32(at, true) === wanted) return view.getUint32(at + 4, true);
  }
  return undefined;
}

function readNode(
  view: DataView,
  at: number,
  limit: number,
  origin: number,
  depth: number,
  texts: Map<string, string>,
): void {
  if (at + 6 > limit || texts.size >= maximumTexts) return;
  const end = Math.min(at + view.getUint16(at, true), limit);
  const valueLength = view.getUint16(at + 2, true);
  const key = readText(view, at + 6, end);
  const value = aligned(at + 6 + (key.length + 1) * 2, origin);
  if (depth === 3) {
    const text = readText(view, value, end).trim();
    if (key !== '' && text !== '' && !texts.has(key)) texts.set(key, text);
    return;
  }
  if (depth === 1 && key !== 'StringFileInfo') return;
  let child = aligned(value + (depth === 0 ? valueLength : 0), origin);
  while (child + 6 <= end && texts.size < maximumTexts) {
    const length = view.getUint16(child, true);
    if (length < 6) return;
    readNode(view, child, end, origin, depth + 1, texts);
    child = aligned(child + length, origin);
  }
}

function aligned(at: number, origin: number): number {
  return origin + ((at - origin + 3) & ~3);
}

function readText(view: DataView, from: number, to: number): string {
  let text = '';
  for (let at = from; at + 2 <= to && text.length < 512; at += 2) {
    const code = view.getUint16(at, true);
    if (code === 0) break;
    text += String.fromCharCode(code);
  }
  return text;
}
