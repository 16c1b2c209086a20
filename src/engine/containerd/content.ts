import { accessSync, constants, lstatSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { limits } from '../../internal/limit.ts';
import { type EngineAddress, EngineError } from '../engine.ts';
import { connectGrpc, type Grpc } from '../grpc.ts';
import descriptions from './content.json' with { type: 'json' };
import { namespaceMetadata } from './namespace.ts';

/** The bytes of a blob, in order or by ranges. They are not verified here: whoever reads them hashes them. */
export interface ContentReader {
  readonly size: number;
  /** Fills from the start of `into` with the next bytes; 0 at the end. Throws `EngineError`. */
  read(into: Uint8Array): Promise<number>;
  /** Just these bytes. Throws `EngineError`. */
  range(offset: number, length: number): Promise<Uint8Array>;
  close(): void;
}

/** What containerd knows of a blob. */
export interface ContentInfo {
  readonly digest: string;
  readonly size: number;
  /** Among them `containerd.io/distribution.source.HOST`: the repositories that it came from. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The content store of a containerd, over its socket. Every method throws `EngineError`. */
export interface ContentStoreClient {
  /** A blob of a size that is known; it is an error if it is shorter. */
  openBlob(digest: string, size: number): ContentReader;
  /** A small blob (`limits.manifestBytes`), whole and yet to be verified; `undefined` where there is none. */
  small(digest: string): Promise<Buffer | undefined>;
  /** `undefined` where there is no such blob in the namespace. */
  info(digest: string): Promise<ContentInfo | undefined>;
  /**
   * Where the blob lies on this machine, if the folder of the content store is readable and has it in the size that
   * containerd says; `undefined` otherwise (another machine's or container's containerd, another's folder).
   */
  file(digest: string): Promise<string | undefined>;
  close(): void;
}

interface InfoAnswer {
  readonly info: { readonly digest: string; readonly size: string; readonly labels: Record<string, string> } | null;
}

interface ReadAnswer {
  readonly offset: string;
  readonly data: Buffer;
}

const service = 'containerd.services.content.v1.Content';
/** Asked for at once; the next ones are on their way while these are used. */
const windowBytes = 4 << 20;
/** Longest time that a window may take, milliseconds. */
const windowMs = 60_000;

/** Connects to the content store of an address's namespace. Throws `EngineError`. */
export async function openContentStore(address: EngineAddress): Promise<ContentStoreClient> {
  const grpc = await connectGrpc({
    socket: address.socket,
    descriptions,
    metadata: namespaceMetadata(address),
    maximumBytes: windowBytes,
  });

  async function info(digest: string): Promise<ContentInfo | undefined> {
    try {
      const { info: found } = await grpc.call<InfoAnswer>(`${service}/Info`, { digest });
      if (found?.digest !== digest) throw new EngineError('bad-answer', 'containerd answers for another blob', digest);
      return { digest, size: sizeOf(found.size, digest), labels: { ...found.labels } };
    } catch (error) {
      if (error instanceof EngineError && error.code === 'not-found') return undefined;
      throw error;
    }
  }

  let folder: Promise<string | undefined> | undefined;
  return {
    openBlob: (digest, size) => openReader(grpc, digest, size),
    async small(digest) {
      const found = await info(digest);
      if (!found) return undefined;
      if (found.size > limits.manifestBytes)
        throw new EngineError(
          'limit-exceeded',
          'A document of the image is too large',
          `${digest}: ${found.size} bytes`,
        );
      return Buffer.concat(await readWindow(grpc, digest, 0, found.size));
    },
    info,
    async file(digest) {
      folder ??= folderOf(grpc);
      const [path, found] = await Promise.all([folder, info(digest)]);
      return path === undefined || found === undefined ? undefined : fileIn(path, found);
    },
    close: () => grpc.close(),
  };
}

function sizeOf(text: string, digest: string): number {
  const size = Number(text);
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw new EngineError('bad-answer', 'containerd gives a blob a size that is none', `${digest}: ${text}`);
}

interface PluginsAnswer {
  readonly plugins: readonly { readonly type: string; readonly id: string; readonly exports: Record<string, string> }[];
}

/** The folder that containerd says its content store is in. */
async function folderOf(grpc: Grpc): Promise<string | undefined> {
  const filters = ['type==io.containerd.content.v1'];
  const path = 'containerd.services.introspection.v1.Introspection/Plugins';
  const { plugins } = await grpc.call<PluginsAnswer>(path, { filters });
  const root = plugins.find(({ type, id }) => type === 'io.containerd.content.v1' && id === 'content')?.exports['root'];
  return root !== undefined && isAbsolute(root) ? root : undefined;
}

/** Only a regular file of the right size that may be read; whose bytes they are, the digest tells whoever reads them. */
function fileIn(folder: string, { digest, size }: ContentInfo): string | undefined {
  const [, algorithm, hex] = /^(sha256|sha512):([0-9a-f]{64,128})$/.exec(digest) ?? [];
  if (algorithm === undefined || hex === undefined) return undefined;
  const path = join(folder, 'blobs', algorithm, hex);
  try {
    const stats = lstatSync(path);
    if (!stats.isFile() || stats.size !== size) return undefined;
    accessSync(path, constants.R_OK);
    return path;
  } catch {
    return undefined;
  }
}

/** Reads ahead by one window, so that at most two are held. */
function openReader(grpc: Grpc, digest: string, size: number): ContentReader {
  const abort = new AbortController();
  let asked = 0;
  let coming: Promise<Uint8Array[]> | undefined;
  let pieces: Uint8Array[] = [];
  let at = 0;

  function ask(): void {
    const length = Math.min(windowBytes, size - asked);
    if (length <= 0) return;
    coming = readWindow(grpc, digest, asked, length, abort.signal);
    // Whoever reads next is told; nobody may.
    coming.catch(() => undefined);
    asked += length;
  }

  return {
    size,
    async read(into) {
      if (pieces.length === 0) {
        if (!coming) ask();
        if (!coming) return 0;
        pieces = await coming;
        at = 0;
        coming = undefined;
        ask();
      }
      let filled = 0;
      for (let piece = pieces[0]; piece !== undefined && filled < into.length; piece = pieces[0]) {
        const taken = piece.subarray(at, at + into.length - filled);
        into.set(taken, filled);
        filled += taken.length;
        at += taken.length;
        if (at < piece.length) break;
        pieces.shift();
        at = 0;
      }
      return filled;
    },
    range: async (offset, length) => Buffer.concat(await readWindow(grpc, digest, offset, length, abort.signal)),
    close: () => abort.abort(),
  };
}

/** The bytes of a range, in the pieces in which they came. */
async function readWindow(
  grpc: Grpc,
  digest: string,
  offset: number,
  length: number,
  signal?: AbortSignal,
): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  let got = 0;
  // To containerd a size of 0 means all.
  if (length === 0) return pieces;
  const options = { deadlineMs: windowMs, ...(signal === undefined ? {} : { signal }) };
  const answers = grpc.stream<ReadAnswer>(`${service}/Read`, { digest, offset, size: length }, options);
  for await (const { offset: from, data } of answers) {
    // The description says the offset in the blob; containerd counts from the start of what was asked for.
    if (Number(from) !== got && Number(from) !== offset + got)
      throw new EngineError('bad-answer', 'containerd sends other bytes of a blob than were asked for', digest);
    got += data.length;
    if (got > length) throw new EngineError('bad-answer', 'containerd sends more of a blob than was asked for', digest);
    if (data.length > 0) pieces.push(data);
  }
  if (got < length)
    throw new EngineError(
      'bad-answer',
      'A blob in containerd is shorter than is said',
      `${digest}: ${offset + got} bytes`,
    );
  return pieces;
}
