/*
 * The file `deploy` is a GVariant of type (ssasta{sv}), little-endian, as GLib serialises it:
 *
 *   tuple   = origin commit subpaths pad size:8 values offset(subpaths) offset(commit) offset(origin)
 *   values  = *( pad entry ) *offset(entry)                       offset: where it ends, from the start of the container
 *   entry   = key pad value %x00 type offset(key)
 *
 * Texts end in NUL, `pad` leads to the next multiple of 8, and an offset has as many bytes as the container's size needs.
 */

/** What was noted in installing a flatpak. */
export interface Deploy {
  /** Name of the remote that it came from. */
  readonly origin: string;
  /** The OSTree commit: a SHA-256 in hexadecimal. */
  readonly commit: string;
  /** Values that are texts: `appdata-version`, `appdata-license`, `runtime`. */
  readonly values: ReadonlyMap<string, string>;
}

const maximumBytes = 4 << 20;
const maximumValues = 1000;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a `deploy` file; `undefined` when it is damaged. */
export function readDeploy(bytes: Uint8Array): Deploy | undefined {
  if (bytes.length > maximumBytes) return undefined;
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const width = widthFor(file.length);
  const [origin, commit, subpaths] = [1, 2, 3].map((at) => offsetAt(file, file.length - at * width, width));
  if (origin === undefined || commit === undefined || subpaths === undefined) return undefined;
  const body = aligned(subpaths) + 8;
  const end = file.length - 3 * width;
  if (origin > commit || commit > subpaths || body > end) return undefined;
  const [from, hash] = [textOf(file.subarray(0, origin)), textOf(file.subarray(origin, commit))];
  const values = readValues(file.subarray(body, end));
  if (from === undefined || hash === undefined || !/^[\da-f]{64}$/.test(hash) || values === undefined) return undefined;
  return { origin: from, commit: hash, values };
}

function readValues(array: Buffer): Map<string, string> | undefined {
  const values = new Map<string, string>();
  if (array.length === 0) return values;
  const width = widthFor(array.length);
  const table = offsetAt(array, array.length - width, width);
  if (table === undefined || table >= array.length || (array.length - table) % width !== 0) return undefined;
  let start = 0;
  for (let at = table; at < array.length; at += width) {
    const end = offsetAt(array, at, width);
    if (end === undefined || start >= end || end > table || values.size > maximumValues) return undefined;
    const entry = readEntry(array.subarray(start, end));
    if (entry === undefined) return undefined;
    if (entry.text !== undefined) values.set(entry.key, entry.text);
    start = aligned(end);
  }
  return values;
}

function readEntry(entry: Buffer): { readonly key: string; readonly text: string | undefined } | undefined {
  const width = widthFor(entry.length);
  const keyEnd = offsetAt(entry, entry.length - width, width);
  const end = entry.length - width;
  if (keyEnd === undefined || keyEnd > end) return undefined;
  const key = textOf(entry.subarray(0, keyEnd));
  const value = entry.subarray(aligned(keyEnd), end);
  const type = value.lastIndexOf(0);
  if (key === undefined || type < 0) return undefined;
  if (value.toString('latin1', type + 1) !== 's') return { key, text: undefined };
  const text = textOf(value.subarray(0, type));
  return text === undefined ? undefined : { key, text };
}

/** A text of one line, without the NUL that ends it. */
function textOf(bytes: Buffer): string | undefined {
  if (bytes.length === 0 || bytes.at(-1) !== 0) return undefined;
  try {
    const text = utf8.decode(bytes.subarray(0, -1));
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function aligned(offset: number): number {
  return (offset + 7) & ~7;
}

function widthFor(size: number): 1 | 2 | 4 {
  return size <= 0xff ? 1 : size <= 0xffff ? 2 : 4;
}

function offsetAt(bytes: Buffer, at: number, width: number): number | undefined {
  if (at < 0 || at + width > bytes.length) return undefined;
  const offset = bytes.readUIntLE(at, width);
  return offset <= bytes.length ? offset : undefined;
}
