import { randomBytes } from 'node:crypto';

/** What lies at a path of a layer. */
export type PathKind = 'nothing' | 'directory' | 'other';

/** Numbers that stand for what lies at a path; an implied folder has entries below it but none of its own. */
const codes = { directory: 1, other: 2, implied: 3 } as const;

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

  constructor(data?: PathIndexData) {
    this.#seeds = data?.seeds ?? [ownSeeds.readUInt32LE(0), ownSeeds.readUInt32LE(4)];
    this.#keys = data?.keys ?? new Uint32Array(2048);
    this.#kinds = data?.kinds ?? new Uint8Array(1024);
    this.#count = data?.count ?? 0;
  }

  /** Takes note of an entry. */
  add(path: string, directory: boolean): void {
    this.#put(path, directory ? codes.directory : codes.other);
  }

  /** Takes note that there are entries below a path; what is said of the path itself stays. Tells whether it is new. */
  imply(path: string): boolean {
    return this.#code(path) === 0 && this.#put(path, codes.implied);
  }

  /** What entry the layer has at the path. */
  get(path: string): PathKind {
    const code = this.#code(path);
    return code === codes.directory ? 'directory' : code === codes.other ? 'other' : 'nothing';
  }

  /** Whether the layer has an entry at the path or below it. */
  has(path: string): boolean {
    return this.#code(path) !== 0;
  }

  data(): PathIndexData {
    return { seeds: this.#seeds, keys: this.#keys, kinds: this.#kinds, count: this.#count };
  }

  #code(path: string): number {
    return this.#kinds[this.#slot(hash(path, this.#seeds[0]), rotatingHash(path, this.#seeds[1]))] ?? 0;
  }

  #slot(low: number, high: number): number {
    const [keys, kinds] = [this.#keys, this.#kinds];
    const mask = kinds.length - 1;
    let slot = (low ^ (high << 7)) & mask;
    while (kinds[slot] !== 0 && (keys[slot * 2] !== low || keys[slot * 2 + 1] !== high)) slot = (slot + 1) & mask;
    return slot;
  }

  #put(path: string, code: number): true {
    const [low, high] = [hash(path, this.#seeds[0]), rotatingHash(path, this.#seeds[1])];
    if (this.#set(low, high, code)) this.#count++;
    if (this.#count * 2 > this.#kinds.length) this.#grow();
    return true;
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
  for (let i = 0; i < path.length; i++) value = Math.imul(value ^ path.charCodeAt(i), 0x01000193);
  // A last mixing step, since the low bits of FNV-1a alone are poor (MurmurHash3 finaliser).
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}

/** Mixes by rotation, as MurmurHash3 does, so that paths alike to `hash` are unlike here. */
function rotatingHash(path: string, seed: number): number {
  let value = seed;
  for (let i = 0; i < path.length; i++) {
    const mixed = value ^ Math.imul(path.charCodeAt(i), 0xcc9e2d51);
    value = (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
  }
  value = Math.imul(value ^ (value >>> 16), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
