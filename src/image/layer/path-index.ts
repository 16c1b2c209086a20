import { randomBytes } from 'node:crypto';
import { limits } from '../../internal/limit.ts';

/** What lies at a path of a layer. */
export type PathKind = 'nothing' | 'directory' | 'other';

/** Bits of what lies at a path: an entry of its own, and entries below it. */
const bits = { directory: 1, other: 2, below: 4 } as const;

/** The plain data of an index, which can be handed between threads. */
export interface PathIndexData {
  readonly seeds: readonly [number, number];
  readonly keys: Uint32Array;
  readonly kinds: Uint8Array;
  readonly count: number;
}

/** Secret of this thread, so that nobody can make a path that stands for another. */
const ownSeeds = randomBytes(8);

/**
 * Which paths a layer has, in 9 bytes a slot: answers what the layer hides of those below it. Keyed hashes of 64 bits
 * (two unlike ones of 32) in open addressing.
 */
export class PathIndex {
  readonly #seeds: readonly [number, number];
  #keys: Uint32Array;
  #kinds: Uint8Array;
  #count: number;
  /** Room for the parts of the longest path (`limits.pathBytes`). */
  readonly #hashes = new Uint32Array(2 * (limits.pathBytes + 1));

  constructor(data?: PathIndexData) {
    this.#seeds = data?.seeds ?? [ownSeeds.readUInt32LE(0), ownSeeds.readUInt32LE(4)];
    this.#keys = data?.keys ?? new Uint32Array(2048);
    this.#kinds = data?.kinds ?? new Uint8Array(1024);
    this.#count = data?.count ?? 0;
  }

  /** Takes note of an entry, and of all folders above it that there is something below them. */
  add(path: string, directory: boolean): void {
    const last = this.#hashAll(path) - 1;
    const hashes = this.#hashes;
    const [low = 0, high = 0] = [hashes[last * 2], hashes[last * 2 + 1]];
    this.#put(low, high, (this.#code(low, high) & bits.below) | (directory ? bits.directory : bits.other));
    for (let i = last - 1; i >= 0; i--) {
      const [folderLow = 0, folderHigh = 0] = [hashes[i * 2], hashes[i * 2 + 1]];
      const code = this.#code(folderLow, folderHigh);
      if (code & bits.below) break;
      this.#put(folderLow, folderHigh, code | bits.below);
    }
  }

  /** What entry the layer has at the path. */
  get(path: string): PathKind {
    const code = this.#code(hash(path, this.#seeds[0]), rotatingHash(path, this.#seeds[1]));
    return code & bits.directory ? 'directory' : code & bits.other ? 'other' : 'nothing';
  }

  /** Whether the layer has an entry at the path or below it. */
  has(path: string): boolean {
    return this.#code(hash(path, this.#seeds[0]), rotatingHash(path, this.#seeds[1])) !== 0;
  }

  /** Whether the layer has an entry below the path. */
  hasBelow(path: string): boolean {
    return (this.#code(hash(path, this.#seeds[0]), rotatingHash(path, this.#seeds[1])) & bits.below) !== 0;
  }

  /** Paths noted, folders above entries too. */
  get count(): number {
    return this.#count;
  }

  data(): PathIndexData {
    return { seeds: this.#seeds, keys: this.#keys, kinds: this.#kinds, count: this.#count };
  }

  #code(low: number, high: number): number {
    return this.#kinds[this.#slot(low, high)] ?? 0;
  }

  /** Hashes all folders above a path and itself in one pass over it, into `#hashes`; gives their number. */
  #hashAll(path: string): number {
    let [low, high] = this.#seeds;
    let count = 0;
    for (let i = 0; i <= path.length; i++) {
      const code = i < path.length ? path.charCodeAt(i) : 0x2f;
      if (code === 0x2f) {
        this.#hashes[count * 2] = finish(low);
        this.#hashes[count * 2 + 1] = finishRotating(high);
        count++;
      }
      low = step(low, code);
      high = stepRotating(high, code);
    }
    return count;
  }

  #slot(low: number, high: number): number {
    const [keys, kinds] = [this.#keys, this.#kinds];
    const mask = kinds.length - 1;
    let slot = (low ^ (high << 7)) & mask;
    while (kinds[slot] !== 0 && (keys[slot * 2] !== low || keys[slot * 2 + 1] !== high)) slot = (slot + 1) & mask;
    return slot;
  }

  #put(low: number, high: number, code: number): void {
    if (this.#set(low, high, code)) this.#count++;
    if (this.#count * 2 > this.#kinds.length) this.#grow();
  }

  #set(low: number, high: number, code: number): boolean {
    const slot = this.#slot(low, high);
    const added = this.#kinds[slot] === 0;
    this.#keys[slot * 2] = low;
    this.#keys[slot * 2 + 1] = high;
    this.#kinds[slot] = code;
    return added;
  }

  #grow(): void {
    const [keys, kinds] = [this.#keys, this.#kinds];
    this.#keys = new Uint32Array(keys.length * 2);
    this.#kinds = new Uint8Array(kinds.length * 2);
    for (const [slot, code] of kinds.entries())
      if (code !== 0) this.#set(keys[slot * 2] ?? 0, keys[slot * 2 + 1] ?? 0, code);
  }
}

function hash(path: string, seed: number): number {
  let value = seed;
  for (let i = 0; i < path.length; i++) value = step(value, path.charCodeAt(i));
  return finish(value);
}

/** FNV-1a. */
function step(value: number, code: number): number {
  return Math.imul(value ^ code, 0x01000193);
}

/** A last mixing step, since the low bits of FNV-1a alone are poor (MurmurHash3 finaliser). */
function finish(value: number): number {
  const mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

/** Mixes by rotation, as MurmurHash3 does, so that paths alike to `hash` are unlike here. */
function rotatingHash(path: string, seed: number): number {
  let value = seed;
  for (let i = 0; i < path.length; i++) value = stepRotating(value, path.charCodeAt(i));
  return finishRotating(value);
}

function stepRotating(value: number, code: number): number {
  const mixed = value ^ Math.imul(code, 0xcc9e2d51);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finishRotating(value: number): number {
  const mixed = Math.imul(value ^ (value >>> 16), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
