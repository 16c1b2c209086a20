// Writes what SOCI puts beside a gzip layer, for tests: the zTOC (soci-snapshotter, ztoc.fbs) and the index that names it. It
// writes what it is told, broken or not.
import { gzipSync } from 'node:zlib';
import { blocksOf } from './deflate-blocks.ts';
import { type Field, flatBuffer } from './flat-buffer.ts';
import type { LazyLayer } from './lazy-layer.ts';
import { digestOf } from './oci-image.ts';
import { type TarEntry, tarBytes, tarMembers } from './tar.ts';

/** An entry of a zTOC. */
export interface SociFile {
  readonly name: string;
  readonly type: string;
  readonly offset: number;
  readonly size: number;
  readonly link: string;
  readonly mode: number;
  readonly pax: readonly (readonly [string, string])[];
}

/** A place where a span begins: `in` is the first byte of which all bits are the span's. */
export interface Checkpoint {
  readonly in: number;
  readonly out: number;
  readonly bits: number;
  readonly window: Buffer;
}

/** What a zTOC says. */
export interface ZtocDraft {
  readonly compressed: number;
  readonly uncompressed: number;
  readonly files: readonly SociFile[];
  readonly algorithm: number;
  readonly lastSpan: number;
  readonly digests: readonly string[];
  readonly checkpoints: readonly Checkpoint[];
  /** Of checkpoints, as the zTOC has it. */
  readonly count: number;
}

/** How to write it. */
export interface SociOptions {
  /** Plain bytes after which the next block begins a span; default 4 MiB. */
  readonly spanBytes?: number;
  /** As older tools do: without the first checkpoint. */
  readonly older?: boolean;
  readonly level?: number;
  readonly memLevel?: number;
  /** Instead of one gzip member by these levels; the header of the first has ten bytes. */
  readonly compress?: (plain: Buffer) => Buffer;
  /** Changes what the zTOC says. */
  readonly draft?: (draft: ZtocDraft) => ZtocDraft;
  /** Changes its bytes. */
  readonly bytes?: (ztoc: Buffer) => Buffer;
}

/** A layer of ordinary gzip and its zTOC. */
export interface SociLayer extends LazyLayer {
  readonly ztoc: Buffer;
}

const types = {
  file: 'reg',
  directory: 'dir',
  symlink: 'symlink',
  hardlink: 'hardlink',
  character: 'char',
  block: 'block',
  fifo: 'fifo',
} as const;
const headerBytes = 10;
const windowBytes = 32 << 10;

/** A gzip layer with a zTOC beside it. */
export function sociLayer(entries: readonly TarEntry[], options: SociOptions = {}): SociLayer {
  const plain = tarBytes(entries);
  const { level = 6, memLevel = 8, compress = (bytes) => gzipSync(bytes, { level, memLevel }) } = options;
  const blob = compress(plain);
  const checkpoints = checkpointsOf(blob, plain, options.spanBytes ?? 4 << 20);
  const draft: ZtocDraft = {
    compressed: blob.length,
    uncompressed: tarMembers(entries).length + 1024,
    files: filesOf(entries),
    algorithm: 1,
    lastSpan: checkpoints.length - 1,
    digests: checkpoints.map(({ in: start, bits }, index) =>
      digestOf(blob.subarray(bits === 0 ? start : start - 1, checkpoints[index + 1]?.in ?? blob.length)),
    ),
    checkpoints: options.older ? checkpoints.slice(1) : checkpoints,
    count: checkpoints.length,
  };
  const ztoc = ztocBytes(options.draft?.(draft) ?? draft);
  return { blob, diffId: digestOf(plain), annotations: {}, ztoc: options.bytes?.(ztoc) ?? ztoc };
}

function checkpointsOf(blob: Buffer, plain: Buffer, spanBytes: number): Checkpoint[] {
  const found: Checkpoint[] = [];
  let last = 0;
  for (const { bit, out, isLast } of blocksOf(blob.subarray(headerBytes))) {
    if (out > 0 && (isLast || out - last <= spanBytes)) continue;
    last = out;
    const window = Buffer.alloc(windowBytes);
    plain.copy(window, windowBytes - Math.min(out, windowBytes), Math.max(0, out - windowBytes), out);
    found.push({ in: headerBytes + Math.ceil(bit / 8), out, bits: (8 - (bit % 8)) % 8, window });
  }
  return found;
}

function filesOf(entries: readonly TarEntry[]): SociFile[] {
  let end = 0;
  return entries.map((entry) => {
    const type = entry.type ?? (entry.name.endsWith('/') ? 'directory' : 'file');
    const size = type === 'file' ? Buffer.byteLength(entry.body ?? '') : 0;
    end += tarMembers([entry]).length;
    const offset = end - Math.ceil(size / 512) * 512;
    const pax = Object.entries(entry.pax ?? {});
    return {
      name: entry.name,
      type: types[type],
      offset,
      size,
      link: entry.link ?? '',
      mode: entry.mode ?? 0o644,
      pax,
    };
  });
}

function text(value: string): Field {
  return { kind: 'bytes', bytes: Buffer.from(value), ended: true };
}

function long(value: number): Field {
  return { kind: 'long', value };
}

function ztocBytes(draft: ZtocDraft): Buffer {
  const none = { kind: 'absent' } as const;
  const files = draft.files.map(({ name, type, offset, size, link, mode, pax }): Field => {
    const pairs = pax.map(([key, value]): Field => ({ kind: 'table', fields: [text(key), text(value)] }));
    const owner = [none, none, text(''), text(''), text('2023-11-14T22:13:20Z'), none, none];
    const fields = [text(name), text(type), long(offset), long(size), text(link), long(mode), ...owner];
    return { kind: 'table', fields: [...fields, { kind: 'items', items: pairs }] };
  });
  const compression: Field[] = [
    draft.algorithm === 1 ? none : { kind: 'byte', value: draft.algorithm },
    { kind: 'int', value: draft.lastSpan },
    { kind: 'items', items: draft.digests.map(text) },
    { kind: 'bytes', bytes: checkpointBytes(draft), ended: false },
  ];
  return flatBuffer([
    text('0.9'),
    text('test'),
    long(draft.compressed),
    long(draft.uncompressed),
    { kind: 'table', fields: [{ kind: 'items', items: files }] },
    { kind: 'table', fields: compression },
  ]);
}

function checkpointBytes({ checkpoints, count }: ZtocDraft): Buffer {
  const header = Buffer.alloc(12);
  header.writeInt32LE(count);
  const points = checkpoints.map((point) => {
    const head = Buffer.alloc(17);
    head.writeBigInt64LE(BigInt(point.in), 0);
    head.writeBigInt64LE(BigInt(point.out), 8);
    head.writeUInt8(point.bits, 16);
    return Buffer.concat([head, point.window]);
  });
  return Buffer.concat([header, ...points]);
}
