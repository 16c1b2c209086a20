import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { AdvisorySource } from '../../src/advisory/advisory.ts';
import { zipFile } from '../../src/internal/testdata/zip-file.ts';
import { advisorySources } from '../../src/scan/ecosystems.ts';
import type { QualityDocument } from './set.ts';

interface Entry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Puts a document of a set where a mirror has it, packed as its publisher packs it. */
export function layOut(document: QualityDocument, root: string, mirror: string): void {
  const path = join(mirror, decodeURIComponent(document.url.slice('https://'.length)));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, packed(document, root));
}

function packed({ url, files, pack, within }: QualityDocument, root: string): Uint8Array {
  const read = files.map((file) => ({ name: file, bytes: readFileSync(join(root, file)) }));
  const [first, ...others] = read;
  if (first === undefined) throw new Error(`a document without files: ${url}`);
  if (pack === undefined || pack === 'gz') {
    if (others.length > 0) throw new Error(`several files, and no archive: ${url}`);
    return pack === 'gz' ? gzipSync(first.bytes) : first.bytes;
  }
  const isOfList = pack === 'zip-of-list' || pack === 'tar.zst-of-list';
  const entries = (isOfList ? read.flatMap(listed) : read).map(({ name, bytes }) => ({
    name: within === undefined ? name : `${within}/${basename(name)}`,
    bytes,
  }));
  if (pack === 'zip' || pack === 'zip-of-list') return zipFile(entries);
  const archive = tarFile(entries);
  if (pack === 'tar') return archive;
  return pack === 'tar.gz' ? gzipSync(archive) : zstdCompressSync(archive);
}

/** The records of a JSON list, as files of an archive. */
function listed({ name, bytes }: Entry): Entry[] {
  const records = JSON.parse(Buffer.from(bytes).toString('utf8')) as readonly { readonly id?: string }[];
  return records.map((record, at) => ({
    name: `${name}/${record.id ?? at}.json`,
    bytes: Buffer.from(JSON.stringify(record)),
  }));
}

/** POSIX.1-1988 (ustar): name, mode, owner, group, size, time, checksum, kind. */
function tarFile(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ name, bytes }) => {
    if (Buffer.byteLength(name) > 100) throw new Error(`a name too long for this archive: ${name}`);
    const head = Buffer.alloc(512);
    head.write(name, 0);
    head.write('0000644\0' + '0000000\0'.repeat(2), 100);
    head.write(`${bytes.length.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0${' '.repeat(8)}0`, 124);
    head.write('ustar\x0000', 257);
    const sum = head.reduce((total, byte) => total + byte, 0);
    head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [head, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** The sources of the documents, in the order of the registry, each with these feeds alone. */
export async function sourcesOf(documents: readonly QualityDocument[]): Promise<AdvisorySource[]> {
  const registered = await advisorySources();
  const known = new Set(registered.map(({ id }) => id));
  const others = new Set(documents.map(({ source }) => source).filter((id) => !known.has(id)));
  const all = [...registered, ...(await Promise.all([...others].map(sourceAt)))];
  return all.flatMap((source) => {
    const mine = documents.filter((document) => document.source === source.id);
    return mine.length === 0 ? [] : [withFeeds(source, mine)];
  });
}

/** A source that is not registered, or is under another name than its own. */
async function sourceAt(id: string): Promise<AdvisorySource> {
  const file: Record<string, unknown> = await import(`../../src/advisory/source/${id}/${id}.ts`);
  const found = Object.values(file).find((one) => isSource(one) && one.id === id);
  if (found === undefined) throw new Error(`no such source: ${id}`);
  return found as AdvisorySource;
}

function isSource(value: unknown): value is AdvisorySource {
  return typeof value === 'object' && value !== null && 'id' in value && 'feeds' in value;
}

function withFeeds(source: AdvisorySource, documents: readonly QualityDocument[]): AdvisorySource {
  const own = source.feeds(undefined);
  const feeds = documents.map(
    ({ url, ecosystems }) => own.find((feed) => feed.url === url && feed.index !== true) ?? { url, ecosystems },
  );
  const { id, role } = source;
  return {
    id,
    ...(role && { role }),
    lists: (name) => source.lists(name),
    feeds: () => feeds,
    parse: (...given) => source.parse(...given),
  };
}
