import type { EngineAddress } from '../../engine/engine.ts';
import type { RegistryAccess, Repository } from '../../registry/registry.ts';
import type { BlobLocation } from '../image.ts';
import { type ByteSource, fileSource } from './byte-source.ts';

/** Opens blobs wherever they lie; connections are kept from one to the next. One for each thread that reads. */
export interface Blobs {
  /** Throws `ImageError`, `RegistryError`, `EngineError`. */
  open(blob: BlobLocation): Promise<ByteSource>;
  close(): Promise<void>;
}

/** Nothing is loaded or connected before the first blob that needs it. */
export function openBlobs(): Blobs {
  const repositories = new Map<string, Promise<Repository>>();
  const stores = new Map<string, ReturnType<typeof storeOf>>();
  return {
    async open(blob) {
      if (blob.kind === 'file') return fileSource(blob.path, blob.offset, blob.size);
      if (blob.kind === 'tar-split') {
        const { openTarSplit } = await import('../../engine/unpacked/tar-split.ts');
        return openTarSplit(blob.index, blob.folder);
      }
      if (blob.kind === 'registry') {
        const { access } = blob;
        const repository = await kept(repositories, `${access.registry}/${access.repository}`, () =>
          repositoryOf(access),
        );
        return repository.openBlob(blob.digest, blob.size);
      }
      if (blob.kind === 'engine') {
        const store = await kept(stores, JSON.stringify(blob.engine), () => storeOf(blob.engine));
        return store.openBlob(blob.digest, blob.size);
      }
      throw new TypeError(`a blob of this kind is not read in order: ${blob.kind}`);
    },
    async close() {
      const open = [...repositories.values(), ...stores.values()];
      // One that failed to open has told so to whoever wanted it.
      await Promise.all(open.map((opened) => opened.then((one) => one.close()).catch(() => undefined)));
    },
  };
}

function kept<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

async function repositoryOf(access: RegistryAccess): Promise<Repository> {
  const { openRepository } = await import('../../registry/repository.ts');
  return openRepository(access);
}

async function storeOf(
  address: EngineAddress,
): Promise<{ openBlob(digest: string, size: number): ByteSource; close(): void }> {
  const { openContentStore } = await import('../../engine/containerd/content.ts');
  return openContentStore(address);
}

/** The first bytes of a source, 512 unless it has fewer, and the source with them still to come. */
export async function withHead(source: ByteSource): Promise<{ head: Uint8Array; source: ByteSource }> {
  const head = Buffer.alloc(512);
  let length = 0;
  while (length < head.length) {
    const count = await source.read(head.subarray(length));
    if (count === 0) break;
    length += count;
  }
  const first = head.subarray(0, length);
  let given = false;
  return {
    head: first,
    source: {
      ...(source.range === undefined ? {} : { range: source.range.bind(source) }),
      ...(source.fetched === undefined ? {} : { fetched: source.fetched.bind(source) }),
      read(into) {
        if (given || length === 0) return source.read(into);
        given = true;
        into.set(first);
        return length;
      },
      close: () => source.close(),
    },
  };
}
