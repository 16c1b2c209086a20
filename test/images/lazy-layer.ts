// Writes layers with a table of contents for tests: eStargz and stargz (its specification, "The structure") and zstd:chunked
// (containers/storage, pkg/chunked). It writes what it is told, broken or not.
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { digestOf, type StoredLayer } from './oci-image.ts';
import { type TarEntry, tarBytes, tarMembers } from './tar.ts';

/** A row of a table of contents. */
export type Row = Record<string, unknown>;

/** How to write it. */
export interface LazyLayerOptions {
  /** Bytes of a file that one chunk holds; default 4 MiB. */
  readonly chunkBytes?: number;
  /** eStargz: unpacked bytes that a member has at least, so that several files share one. */
  readonly memberBytes?: number;
  /** eStargz: with the footer of stargz. */
  readonly legacy?: boolean;
  /** Changes the table. */
  readonly rows?: (rows: Row[]) => readonly unknown[];
  /** Replaces the text of the table. */
  readonly json?: (json: string) => string;
}

/** A layer and the annotations of its descriptor. */
export interface LazyLayer extends StoredLayer {
  readonly annotations: Readonly<Record<string, string>>;
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
const noPrefetch: TarEntry = { name: '.no.prefetch.landmark', body: '\x0f' };

/** Puts members or frames behind each other. */
interface Stream {
  /** Bytes of the tar, in the member that is open. */
  add(bytes: Buffer): void;
  /** Begins the next member if the open one has so many bytes; where the next byte will be. */
  place(least: number): { readonly offset: number; readonly inner: number };
  end(): { readonly stored: Buffer; readonly plain: Buffer };
}

function streamOf(compress: (bytes: Buffer) => Buffer): Stream {
  const stored: Buffer[] = [];
  const plain: Buffer[] = [];
  let open: Buffer[] = [];
  let [length, inner] = [0, 0];
  const flush = (): void => {
    if (inner === 0) return;
    const member = compress(Buffer.concat(open));
    stored.push(member);
    length += member.length;
    [open, inner] = [[], 0];
  };
  return {
    add(bytes) {
      open.push(bytes);
      plain.push(bytes);
      inner += bytes.length;
    },
    place(least) {
      if (inner >= least) flush();
      return { offset: length, inner };
    },
    end() {
      flush();
      return { stored: Buffer.concat(stored), plain: Buffer.concat(plain) };
    },
  };
}

function write(
  entries: readonly TarEntry[],
  stream: Stream,
  { chunkBytes = 4 << 20, memberBytes = 0 }: LazyLayerOptions,
  zstd: boolean,
): Row[] {
  return entries.flatMap((entry) => {
    const body = Buffer.from(entry.body ?? '');
    const member = tarMembers([entry]);
    const padding = (512 - (body.length % 512)) % 512;
    stream.add(member.subarray(0, member.length - body.length - padding));
    const type = entry.type ?? (entry.name.endsWith('/') ? 'directory' : 'file');
    const { name } = entry;
    const mode = entry.mode ?? 0o644;
    const link = entry.link === undefined ? {} : { linkName: entry.link };
    const file = type === 'file' && { size: body.length, digest: digestOf(body) };
    const rows: Row[] = [{ type: types[type], name, mode, ...link, ...file }];
    for (let at = 0; at < body.length; at += chunkBytes) {
      const { offset, inner } = stream.place(Math.max(1, memberBytes));
      const chunk = body.subarray(at, at + chunkBytes);
      stream.add(chunk);
      const row = at === 0 ? rows[0] : { type: 'chunk', name };
      if (at > 0 && row) rows.push(row);
      const several = body.length > chunkBytes;
      Object.assign(row ?? {}, { offset }, inner > 0 && { innerOffset: inner }, at > 0 && { chunkOffset: at });
      if (several || !zstd) Object.assign(row ?? {}, { chunkDigest: digestOf(chunk) });
      if (several && (zstd || at + chunkBytes < body.length)) Object.assign(row ?? {}, { chunkSize: chunk.length });
      if (zstd && several && chunk.every((byte) => byte === 0)) Object.assign(row ?? {}, { chunkType: 'zeros' });
    }
    // In zstd:chunked the headers have frames of their own.
    if (zstd && body.length > 0) Object.assign(rows[0] ?? {}, { endOffset: stream.place(1).offset });
    stream.add(Buffer.alloc(padding));
    return rows;
  });
}

function tableText(rows: Row[], options: LazyLayerOptions): Buffer {
  const text = JSON.stringify({ version: 1, entries: options.rows?.(rows) ?? rows });
  return Buffer.from(options.json?.(text) ?? text);
}

/** A layer in the form of eStargz. */
export function estargzLayer(entries: readonly TarEntry[], options: LazyLayerOptions = {}): LazyLayer {
  const stream = streamOf((bytes) => gzipSync(bytes));
  const rows = write([noPrefetch, ...entries], stream, options, false);
  const { stored, plain } = stream.end();
  const json = tableText(rows, options);
  const toc = tarBytes([{ name: 'stargz.index.json', body: json }]);
  const mark = `${stored.length.toString(16).padStart(16, '0')}STARGZ`;
  const extra = Buffer.from(options.legacy ? mark : `SG\x16\0${mark}`, 'latin1');
  const footer = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, extra.length, 0]),
    extra,
    Buffer.from([1, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]),
  ]);
  return {
    blob: Buffer.concat([stored, gzipSync(toc), footer]),
    diffId: digestOf(Buffer.concat([plain, toc])),
    annotations: { 'containerd.io/snapshot/stargz/toc.digest': digestOf(json) },
  };
}

/** A layer in the form of zstd:chunked. */
export function zstdChunkedLayer(entries: readonly TarEntry[], options: LazyLayerOptions = {}): LazyLayer {
  const stream = streamOf((bytes) => zstdCompressSync(bytes));
  const rows = write(entries, stream, options, true);
  stream.place(1);
  stream.add(Buffer.alloc(1024));
  const { stored, plain } = stream.end();
  const json = tableText(rows, options);
  const table = zstdCompressSync(json);
  const prefix = 'io.github.containers.zstd-chunked.manifest-';
  return {
    blob: Buffer.concat([stored, skippable(table), skippable(Buffer.alloc(64))]),
    diffId: digestOf(plain),
    annotations: {
      [`${prefix}checksum`]: digestOf(table),
      [`${prefix}position`]: `${stored.length + 8}:${table.length}:${json.length}:1`,
    },
  };
}

function skippable(bytes: Buffer): Buffer {
  const header = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);
  header.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}
