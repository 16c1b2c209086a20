import { readRange } from './blob-range.ts';
import { type BlobPlace, fetchStretch, newStretch, type Stretch, type StretchEvents } from './blob-stretch.ts';
import { type BlobReader, RegistryError } from './registry.ts';

/** How far ahead of its reader a blob is fetched, and by how many connections. */
export interface Prefetch {
  /** One connection waits when so much is waiting for the reader, bytes. */
  readonly window: number;
  /** Several connections fetch stretches of so many bytes each. */
  readonly stretch: number;
  readonly connections: number;
  /** A connection gets company that brings fewer bytes per second, */
  readonly slowBytesPerSecond: number;
  /** looked at when it is so old, */
  readonly afterMs: number;
  /** where the reader has spent this share of the time waiting, so that it is not the machine that is slow. */
  readonly waitedShare: number;
  /** So much in one answer is worth a connection of its own, bytes. */
  readonly bulkBytes: number;
}

/** At most some 40 MiB wait for the reader: what one connection left and three stretches. */
export const usualPrefetch: Prefetch = {
  window: 8 << 20,
  stretch: 8 << 20,
  connections: 4,
  slowBytesPerSecond: 40_000_000,
  afterMs: 700,
  waitedShare: 0.6,
  bulkBytes: 4 << 20,
};

/** A read waits for so much, or for what is left: passing on crumbs costs the decoder more than the wait. */
const worthwhile = 256 << 10;

/**
 * Reads a blob while it comes. One connection at first; where the reader waits for the network and the server gives
 * ranges, several.
 */
export function openBlobReader(place: BlobPlace, prefetch: Prefetch): BlobReader {
  const state = newState();
  const { size } = place;
  const events = eventsOf(state, place, prefetch);
  return {
    size,
    async read(into) {
      if (into.length === 0 || size === 0) return 0;
      if (!state.started) {
        state.started = true;
        launch(state, place, events, newStretch(0, size));
      }
      const wanted = Math.min(into.length, worthwhile, size - state.position);
      // The end is one only when the answer ends there too.
      const enough = (): boolean => (wanted > 0 ? state.ready >= wanted : state.stretches.at(-1)?.done === true);
      while (!enough()) {
        const failed = state.closed ? closed() : state.stretches.find(({ error }) => error !== undefined)?.error;
        // What came before the failure is of no use to anybody: the digest can't be verified any more.
        if (failed !== undefined) throw failed;
        state.waiting = Promise.withResolvers<void>();
        state.waitingSince = performance.now();
        await state.waiting.promise;
        if (state.since !== 0) state.waited += performance.now() - Math.max(state.since, state.waitingSince);
      }
      if (wanted === 0) return 0;
      const count = copy(state, into);
      advance(state, place, prefetch, events);
      return count;
    },
    async range(offset, length) {
      const bytes = await readRange(place, offset, length, state.stopAll.signal);
      state.fetched += bytes.length;
      return bytes;
    },
    fetched: () => state.fetched,
    close() {
      state.closed = true;
      state.stopAll.abort();
      drop(state.stretches);
      state.waiting?.resolve();
    },
  };
}

interface State {
  /** In their order; the first is being read. */
  stretches: Stretch[];
  /** What the reader has got. */
  position: number;
  /** Bytes that follow `position` without a gap. */
  ready: number;
  /** Bytes of the first piece that the reader has got. */
  taken: number;
  started: boolean;
  closed: boolean;
  /** Whether several connections are used. */
  parallel: boolean;
  givesRanges: boolean;
  /** When the first answer's head came, and what had come then. */
  since: number;
  fetched: number;
  /** How long the reader has waited since the first answer's head, milliseconds. */
  waited: number;
  waitingSince: number;
  waiting: PromiseWithResolvers<void> | undefined;
  readonly stopAll: AbortController;
}

function newState(): State {
  return {
    stretches: [],
    position: 0,
    ready: 0,
    taken: 0,
    started: false,
    closed: false,
    parallel: false,
    givesRanges: false,
    since: 0,
    fetched: 0,
    waited: 0,
    waitingSince: 0,
    waiting: undefined,
    stopAll: new AbortController(),
  };
}

function closed(): RegistryError {
  return new RegistryError('interrupted', 'The blob was closed while it was read');
}

function eventsOf(state: State, place: BlobPlace, prefetch: Prefetch): StretchEvents {
  const events: StretchEvents = {
    changed() {
      recount(state);
      const [first] = state.stretches;
      if (!state.parallel && first?.flow !== undefined && state.ready >= prefetch.window) first.flow.pause();
      if (state.waiting === undefined) return;
      accompany(state, place, prefetch, events);
      state.waiting.resolve();
      state.waiting = undefined;
    },
    fetched(bytes) {
      state.fetched += bytes;
    },
    noRanges(stretch) {
      // It goes on alone, to the end of the blob.
      const index = state.stretches.indexOf(stretch);
      drop(state.stretches.splice(index + 1));
      stretch.end = place.size;
      state.givesRanges = false;
      state.parallel = index > 0;
    },
    begun(answer) {
      if (state.since !== 0) return;
      state.since = performance.now();
      state.givesRanges = answer.status === 206 || answer.header('accept-ranges') === 'bytes';
    },
  };
  return events;
}

function launch(state: State, place: BlobPlace, events: StretchEvents, stretch: Stretch): void {
  state.stretches.push(stretch);
  void fetchStretch(place, stretch, events);
}

function drop(stretches: readonly Stretch[]): void {
  for (const stretch of stretches) {
    stretch.stop.abort();
    stretch.flow?.abort();
  }
}

function recount(state: State): void {
  let ready = -state.position;
  for (const { start, at, end } of state.stretches) {
    ready += start === state.stretches[0]?.start ? at : at - start;
    if (at < end) break;
  }
  state.ready = ready;
}

function copy(state: State, into: Uint8Array): number {
  let count = 0;
  while (count < into.length && state.ready > 0) {
    const [first] = state.stretches;
    const piece = first?.pieces[0];
    if (first === undefined) break;
    if (piece === undefined) {
      state.stretches.shift();
      continue;
    }
    const length = Math.min(piece.length - state.taken, into.length - count);
    into.set(piece.subarray(state.taken, state.taken + length), count);
    count += length;
    state.taken += length;
    state.position += length;
    state.ready -= length;
    if (state.taken === piece.length) {
      first.pieces.shift();
      first.flow?.release?.(piece);
      state.taken = 0;
    }
  }
  return count;
}

/** Lets more come. */
function advance(state: State, place: BlobPlace, prefetch: Prefetch, events: StretchEvents): void {
  const [first] = state.stretches;
  if (!state.parallel) {
    if (state.ready <= prefetch.window / 2) first?.flow?.resume();
    return;
  }
  while (state.stretches.length < prefetch.connections) {
    const start = state.stretches.at(-1)?.end ?? state.position;
    if (start >= place.size) return;
    launch(state, place, events, newStretch(start, Math.min(place.size, start + prefetch.stretch)));
  }
}

/** Goes over to several connections where the reader waits for a slow one and enough is left. */
function accompany(state: State, place: BlobPlace, prefetch: Prefetch, events: StretchEvents): void {
  const [first] = state.stretches;
  if (state.parallel || !state.givesRanges || first === undefined || prefetch.connections < 2) return;
  const now = performance.now();
  const elapsed = now - state.since;
  const waited = state.waited + now - Math.max(state.since, state.waitingSince);
  if (elapsed < prefetch.afterMs || waited < elapsed * prefetch.waitedShare) return;
  if ((state.fetched / elapsed) * 1000 >= prefetch.slowBytesPerSecond) return;
  if (place.size - first.at < prefetch.stretch * 2) return;
  state.parallel = true;
  first.end = first.at + prefetch.stretch;
  advance(state, place, prefetch, events);
}
