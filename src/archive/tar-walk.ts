import { parsePax } from '../internal/pax.ts';
import { blockBytes, isZeroBlock, parseHeader, TarError, text } from '../internal/tar-header.ts';
import { UnpackError } from '../internal/unpack.ts';

/** A file or a link that was wanted. */
export type TarMember =
  | { readonly kind: 'file'; readonly path: string; readonly bytes: Buffer }
  | { readonly kind: 'link'; readonly path: string; readonly target: string; readonly hard: boolean };

/** What is wanted of an archive. */
export interface TarWish {
  /** Whether a path (without `./` before it) is wanted. */
  readonly wants: (path: string) => boolean;
  /** Bytes of one file. */
  readonly maxBytes: number;
}

const NAME_BYTES = 1 << 20;
const ENTRIES = 1_000_000;

/** The wanted members of a tar that comes in pieces. Throws `UnpackError`; the caller may stop early. */
export async function* walkTar(chunks: AsyncIterable<Uint8Array>, wish: TarWish): AsyncGenerator<TarMember> {
  const input = reader(chunks);
  let said: Said = {};
  try {
    for (let entries = 0; ; entries++) {
      if (entries > ENTRIES) throw new UnpackError('too-large', 'the archive has too many entries');
      const block = await input.take(blockBytes);
      if (isZeroBlock(block, 0)) return;
      const header = parseHeader(block, 0);
      const isMeta = 'LKxg'.includes(header.type);
      const stated = isMeta ? header.size : (said.size ?? header.size);
      const size = '123456'.includes(header.type) ? 0 : stated;
      if (!Number.isSafeInteger(size) || size < 0)
        throw new UnpackError('corrupt', 'the archive has an entry of an impossible size');
      const padding = (blockBytes - (size % blockBytes)) % blockBytes;
      if ('LKx'.includes(header.type)) {
        if (size > NAME_BYTES) throw new UnpackError('too-large', 'the archive has a name that is too long');
        said = Object.assign(said, spoken(header.type, await input.take(size)));
        await input.skip(padding);
        continue;
      }
      const path = clean(said.path ?? header.name);
      const target = said.target ?? header.linkName;
      said = {};
      const isFile = header.type === '0' || header.type === '\0';
      if (isFile && wish.wants(path)) {
        if (size > wish.maxBytes) throw new UnpackError('too-large', 'a file of the archive is too large', path);
        yield { kind: 'file', path, bytes: await input.take(size) };
        await input.skip(padding);
      } else {
        if ('12'.includes(header.type) && wish.wants(path))
          yield { kind: 'link', path, target, hard: header.type === '1' };
        await input.skip(size + padding);
      }
    }
  } catch (error) {
    throw error instanceof TarError ? new UnpackError('corrupt', error.message, error.detail, error) : error;
  } finally {
    await input.close();
  }
}

/** What the headers before a member say of it. */
interface Said {
  readonly path?: string;
  readonly target?: string;
  readonly size?: number;
}

function spoken(type: string, data: Buffer): Said {
  if (type === 'L') return { path: text(data, 0, data.length) };
  if (type === 'K') return { target: text(data, 0, data.length) };
  const records = parsePax(data);
  const [path, target, size] = [records.get('path'), records.get('linkpath'), records.get('size')];
  return {
    ...(path !== undefined && { path }),
    ...(target !== undefined && { target }),
    ...(size !== undefined && { size: Number(size) }),
  };
}

function clean(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}

interface Reader {
  take(size: number): Promise<Buffer>;
  skip(size: number): Promise<void>;
  /** Frees what unpacks: the xz library serves one file at a time, and the next would wait for ever. */
  close(): Promise<void>;
}

function reader(chunks: AsyncIterable<Uint8Array>): Reader {
  const source = chunks[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const some = async (atMost: number): Promise<Buffer> => {
    while (rest.length === 0) {
      const { done, value } = await source.next();
      if (done) throw new UnpackError('truncated', 'the archive ends too early');
      rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    const part = rest.subarray(0, atMost);
    rest = rest.subarray(part.length);
    return part;
  };
  return {
    async take(size) {
      const parts: Buffer[] = [];
      for (let left = size; left > 0; left -= parts.at(-1)?.length ?? 0) parts.push(await some(left));
      return Buffer.concat(parts, size);
    },
    async skip(size) {
      for (let left = size; left > 0; ) left -= (await some(left)).length;
    },
    async close() {
      // It says that it failed when all of it was unpacked by then.
      try {
        await source.return?.();
      } catch {}
    },
  };
}
