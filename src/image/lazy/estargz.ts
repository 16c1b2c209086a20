// footer = %x1F.8B.08.04 mtime(4) xfl os xlen(2) extra %x01.00.00.FF.FF crc32(4) isize(4)   (eStargz, "Footer"; RFC 1952)
// extra  = "SG" %x16.00 16HEXDIG "STARGZ"    ; eStargz, 51 bytes in all
//        / 16HEXDIG "STARGZ"                 ; stargz before it, 47 bytes
// The hexadecimal number is where the member with the tar of stargz.index.json begins.
import { gunzipSync } from 'node:zlib';
import { checkDigest, verifyDigest } from '../digest.ts';
import type { Layer } from '../image.ts';
import { normalizePath } from '../layer/path.ts';
import { TarWalker } from '../layer/tar.ts';
import type { Fetcher } from './fetcher.ts';
import type { Table } from './table.ts';
import { maximumTocBytes, readToc } from './toc.ts';

const annotation = 'containerd.io/snapshot/stargz/toc.digest';
const tocName = 'stargz.index.json';
const footerBytes = 51;
const fixed = Buffer.from([0x1f, 0x8b, 0x08, 0x04]);
/** A table of average size comes with its footer. */
const firstBytes = 64 << 10;
const maximumPacked = 64 << 20;

/** The table of an eStargz layer, by the digest in the annotation of its descriptor (a `FindTable`). */
export async function estargzTable(layer: Layer, fetcher: Fetcher): Promise<Table | undefined> {
  const digest = layer.annotations?.[annotation];
  if (digest === undefined || layer.size <= footerBytes) return undefined;
  const first = Math.min(firstBytes, layer.size);
  const tail = Buffer.from(await fetcher.read(layer.size - first, first));
  const footer = footerOf(tail);
  if (footer === undefined) return undefined;
  const { offset, length } = footer;
  const packed = layer.size - length - offset;
  if (packed <= 0 || packed > maximumPacked) return undefined;
  const start = tail.length - length - packed;
  const member = start >= 0 ? tail.subarray(start, start + packed) : Buffer.from(await fetcher.read(offset, packed));
  const json = tocIn(member, digest);
  const entries = json && readToc(json, offset);
  if (json === undefined || entries === undefined) return undefined;
  // The tar has the table too, as a file behind all others.
  const entry = { name: tocName, kind: 'file', size: json.length, linkName: '', offset: 0 } as const;
  return {
    format: 'estargz',
    codec: 'gzip',
    isVouched: true,
    entries: [...entries, { entry, executable: false, chunks: [], bytes: json }],
  };
}

function footerOf(tail: Buffer): { offset: number; length: number } | undefined {
  for (const [length, extra] of [
    [footerBytes, Buffer.from('SG\x16\0', 'latin1')],
    [47, Buffer.alloc(0)],
  ] as const) {
    const footer = tail.subarray(tail.length - length);
    const field = footer.subarray(12, length - 13);
    if (footer.length < length || !footer.subarray(0, 4).equals(fixed)) continue;
    if (footer.readUInt16LE(10) !== field.length || !field.subarray(0, extra.length).equals(extra)) continue;
    const found = /^([0-9a-f]{16})STARGZ$/i.exec(field.toString('latin1', extra.length));
    const offset = Number.parseInt(found?.[1] ?? '', 16);
    if (Number.isSafeInteger(offset)) return { offset, length };
  }
  return undefined;
}

/** The text of the table, which has the digest. */
function tocIn(member: Buffer, digest: string): Buffer | undefined {
  let json: Buffer | undefined;
  try {
    const tar = gunzipSync(member, { maxOutputLength: maximumTocBytes });
    const walker = new TarWalker(({ name, kind }) => {
      const wanted = json === undefined && kind === 'file' && normalizePath(name).path === tocName;
      return wanted ? (content) => void (json = content) : undefined;
    });
    walker.write(tar);
    if (json !== undefined) verifyDigest(json, checkDigest(digest));
    return json;
  } catch {
    // Whatever is wrong with the table, the tar is read instead.
    return undefined;
  }
}
