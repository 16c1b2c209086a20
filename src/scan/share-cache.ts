import type { LayerCache } from '../image/cache/layer-cache.ts';
import type { LayerContent } from '../image/layer/collector.ts';
import { limits } from '../internal/limit.ts';
import { type RegistryAccess, RegistryError, type Repository } from '../registry/registry.ts';
import type { WantedLayer } from './known-layers.ts';
import { fetchEntry, hasEntry, pushEntry } from './share-cache-artifact.ts';
import { isVerified } from './verified.ts';

/** What came of sharing. */
export interface SharedUse {
  /** Layers that a team's cache knew, and those that were given to it. */
  readonly fetched: number;
  readonly pushed: number;
  /** What ended the asking or the giving. */
  readonly trouble?: RegistryError;
}

/** How to share. */
export interface ShareOptions {
  /** The full name of its repository: what it gave is kept here for whoever names that again. */
  readonly name?: string;
  /** Gives it what it does not know. */
  readonly push?: boolean;
  /** For one entry, milliseconds; default 10,000. */
  readonly timeoutMs?: number;
}

/** A team's cache, for the time of one scan. */
export interface SharedLayers {
  /** The contents of layers that it knows, now or when it was asked before. Never throws. */
  fetch(cache: LayerCache, layers: readonly WantedLayer[]): Promise<LayerContent[]>;
  /** Gives it what was read of layers that it did not know, and what the cache here knew if it does not. Never throws. */
  push(cache: LayerCache, read: readonly WantedLayer[], known: readonly WantedLayer[]): Promise<void>;
  use(): SharedUse;
}

const usualTimeoutMs = 10_000;
const atOnce = 8;

/**
 * Shares layers by a repository of a registry, each as an OCI artifact whose tag is the entry's key. An entry is compared
 * with its digest and unpacked as strictly as any, but it is believed: whoever can write to the repository decides what is
 * found in a layer, and can hide packages. It must be one that the user names and that only those can write to who may say
 * what an image holds; what it gave stays in the cache here. The first trouble ends the asking, and layers are read as without it.
 */
export function sharedLayers(repository: Repository, options: ShareOptions = {}): SharedLayers {
  const { name = '', push = false, timeoutMs = usualTimeoutMs } = options;
  let [fetched, pushed] = [0, 0];
  let trouble: RegistryError | undefined;
  async function each(layers: readonly WantedLayer[], work: (unread: WantedLayer) => Promise<void>): Promise<void> {
    const waiting = layers.filter(({ layer }) => isVerified(layer)).values();
    const worker = async (): Promise<void> => {
      for (const unread of waiting) {
        if (trouble !== undefined) return;
        try {
          await within(timeoutMs, work(unread));
        } catch (error) {
          trouble ??= asTrouble(error);
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  }
  return {
    async fetch(cache, layers) {
      const contents: LayerContent[] = [];
      let room = limits.selectedBytesPerImage;
      await each(layers, async ({ layer: { diffId, index }, wants }) => {
        if (room < 0) return;
        const believed = `${wants}, as ${name} has it`;
        const before = cache.read(diffId, believed);
        const file = before === undefined ? await fetchEntry(repository, cache.keyOf(diffId, wants)) : undefined;
        const content = before ?? (file && cache.accept(file, diffId, wants, believed));
        if (content === undefined) return;
        room -= content.files.reduce((sum, { bytes }) => sum + bytes.length, 0);
        contents.push({ ...content, index });
      });
      fetched += contents.length;
      // One that comes after its time was up must not change what was given.
      return [...contents];
    },
    async push(cache, read, known) {
      if (!push) return;
      const give = async ({ layer, wants }: WantedLayer): Promise<void> => {
        const file = cache.fileOf(layer.diffId, wants);
        if (file && (await pushEntry(repository, cache.keyOf(layer.diffId, wants), file))) pushed++;
      };
      await each(read, give);
      await each(known, async (one) => {
        if (!(await hasEntry(repository, cache.keyOf(one.layer.diffId, one.wants)))) await give(one);
      });
    },
    use: () => ({ fetched, pushed, ...(trouble === undefined ? {} : { trouble }) }),
  };
}

/** A team's cache in a repository, whose connections are closed in the end. Throws `RegistryError`. */
export async function openSharedLayers(
  access: RegistryAccess,
  options: ShareOptions = {},
): Promise<SharedLayers & { close(): Promise<void> }> {
  const { openRepository } = await import('../registry/repository.ts');
  const repository = await openRepository(access);
  const name = `${access.registry}/${access.repository}`;
  return { ...sharedLayers(repository, { name, ...options }), close: () => repository.close() };
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RegistryError('timeout', 'The shared cache is too slow')), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // What comes of it afterwards concerns nobody.
    work.catch(() => undefined);
  }
}

function asTrouble(error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new RegistryError('bad-answer', 'The shared cache cannot be used', detail, error);
}
