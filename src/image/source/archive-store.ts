import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { limits } from '../../internal/limit.ts';
import { type BlobLocation, ImageError } from '../image.ts';
import { fileSource } from '../layer/byte-source.ts';
import { normalizePath, parentOf } from '../layer/path.ts';
import { pump } from '../layer/pump.ts';
import { type TarEntry, TarWalker } from '../layer/tar.ts';
import type { BlobStore } from './blob-store.ts';

/** More members than any image archive has. */
const maximumMembers = 100_000;
/** Small files of a gzip archive are kept from its one pass, up to so many bytes. */
const maximumKept = 64 << 20;

interface Member {
  readonly offset: number;
  readonly size: number;
  readonly linkTo?: string;
  readonly bytes?: Buffer;
}

/** The members of an archive: headers alone are read of a plain one; a gzip one is decompressed once. */
export async function archiveStore(path: string): Promise<BlobStore> {
  const members = new Map<string, Member>();
  const gzip = isGzip(path);
  if (gzip) await indexGzip(path, members);
  else indexPlain(path, members);
  const find = (name: string): Member | undefined => follow(members, normalizePath(name).path);
  const locate = (name: string): BlobLocation | undefined => {
    const member = find(name);
    return member && { kind: gzip ? 'in-gzip' : 'file', path, offset: member.offset, size: member.size };
  };
  return {
    path,
    locate,
    small(name) {
      const member = find(name);
      if (!member) return undefined;
      if (member.size > limits.manifestBytes)
        throw new ImageError('limit-exceeded', 'A manifest is too large', `${name}: ${member.size} bytes`);
      if (gzip) return member.bytes;
      return readRange(path, member);
    },
  };
}

function isGzip(path: string): boolean {
  const head = readRange(path, { offset: 0, size: Math.min(2, statSync(path).size) });
  return head[0] === 0x1f && head[1] === 0x8b;
}

function readRange(path: string, { offset, size }: Pick<Member, 'offset' | 'size'>): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(size);
    if (readSync(descriptor, buffer, 0, size, offset) === size) return buffer;
    throw new ImageError('truncated', 'The archive is cut off', path);
  } finally {
    closeSync(descriptor);
  }
}

/** Old `docker save` links a layer that comes twice. */
function follow(members: ReadonlyMap<string, Member>, name: string): Member | undefined {
  let member = members.get(name);
  let at = name;
  for (let i = 0; member?.linkTo !== undefined && i < limits.linkDepth; i++) {
    at = normalizePath(member.linkTo.startsWith('/') ? member.linkTo : `${parentOf(at)}/${member.linkTo}`).path;
    member = members.get(at);
  }
  return member?.linkTo === undefined ? member : undefined;
}

function register(members: Map<string, Member>, entry: TarEntry, path: string): void {
  if (members.size >= maximumMembers)
    throw new ImageError('limit-exceeded', 'The archive has more members than any image', path);
  const name = normalizePath(entry.name).path;
  const { offset, size } = entry;
  if (entry.kind === 'file') members.set(name, { offset, size });
  // A hard link names its target from the root of the archive.
  else if (entry.kind === 'symlink') members.set(name, { offset, size, linkTo: entry.linkName });
  else if (entry.kind === 'hardlink') members.set(name, { offset, size, linkTo: `/${entry.linkName}` });
}

function indexPlain(path: string, members: Map<string, Member>): void {
  const walker = new TarWalker((entry) => void register(members, entry, path));
  const total = statSync(path).size;
  const descriptor = openSync(path, 'r');
  const buffer = Buffer.alloc(512);
  try {
    for (let position = 0; position < total; ) {
      const length = readSync(descriptor, buffer, 0, buffer.length, position);
      if (length === 0) break;
      walker.write(buffer.subarray(0, length));
      position += length + walker.skip();
      if (position > total) throw new ImageError('truncated', 'The archive is cut off', path);
    }
    walker.end();
  } finally {
    closeSync(descriptor);
  }
}

async function indexGzip(path: string, members: Map<string, Member>): Promise<void> {
  let kept = 0;
  const walker = new TarWalker((entry) => {
    register(members, entry, path);
    if (entry.kind !== 'file' || entry.size > limits.manifestBytes || kept + entry.size > maximumKept) return undefined;
    const name = normalizePath(entry.name).path;
    return (bytes) => {
      if (bytes[0] !== 0x7b && bytes[0] !== 0x5b) return;
      kept += bytes.length;
      members.set(name, { offset: entry.offset, size: entry.size, bytes });
    };
  });
  const source = fileSource(path, 0, statSync(path).size);
  try {
    await pump(source, {
      compression: 'gzip',
      onStored: () => undefined,
      onPlain: (chunk) => walker.write(chunk),
      overlap: () => true,
    });
  } finally {
    source.close();
  }
  walker.end();
}
