import { randomBytes } from 'node:crypto';

/** What lies at a path of a layer. */
export type PathKind = 'nothing' | 'directory' | 'other';

/** The plain data of an index, which can be handed between threads. */
export interface PathIndexData {
  readonly seeds: readonly [number, number];
  readonly keys: Uint32Array;
  readonly kinds: Uint8Array;
  readonly count: number;
}

/** Which paths a layer has, in 9 bytes a slot: answers what the layer hides of those below it. */
export interface PathIndex {
  add(path: string, directory: boolean): void;
  get(path: string): PathKind;
  readonly count: number;
  data(): PathIndexData;
}

/** Secret of this process, so that nobody can make a path that stands for another. */
const processSeeds = randomBytes(8);

/** An index of 64-bit keyed hashes (two unlike ones of 32 bits) in open addressing. */
export function pathIndex(data?: PathIndexData): PathIndex {
  const seeds = data?.seeds ?? ([processSeeds.readUInt32LE(0), processSeeds.readUInt32LE(4)] as const);
  let keys = data?.keys ?? new Uint32Array(2048);
  let kinds = data?.kinds ?? new Uint8Array(1024);
  let count = data?.count ?? 0;

  function slotOf(low: number, high: number): number {
    const mask = kinds.length - 1;
    let slot = (low ^ (high << 7)) & mask;
    while (kinds[slot] !== 0 && (keys[slot * 2] !== low || keys[slot * 2 + 1] !== high)) slot = (slot + 1) & mask;
    return slot;
  }

  function grow(): void {
    const [oldKeys, oldKinds] = [keys, kinds];
    keys = new Uint32Array(oldKeys.length * 2);
    kinds = new Uint8Array(oldKinds.length * 2);
    for (let i = 0; i < oldKinds.length; i++) {
      const kind = oldKinds[i];
      if (!kind) continue;
      const [low = 0, high = 0] = [oldKeys[i * 2], oldKeys[i * 2 + 1]];
      const slot = slotOf(low, high);
      keys[slot * 2] = low;
      keys[slot * 2 + 1] = high;
      kinds[slot] = kind;
    }
  }

  return {
    add(path, directory) {
      const low = hash(path, seeds[0]);
      const high = rotatingHash(path, seeds[1]);
      const slot = slotOf(low, high);
      if (kinds[slot] === 0) {
        keys[slot * 2] = low;
        keys[slot * 2 + 1] = high;
        count++;
      }
      kinds[slot] = directory ? 1 : 2;
      if (count * 2 > kinds.length) grow();
    },
    get(path) {
      const kind = kinds[slotOf(hash(path, seeds[0]), rotatingHash(path, seeds[1]))];
      return kind === 1 ? 'directory' : kind === 2 ? 'other' : 'nothing';
    },
    get count() {
      return count;
    },
    data: () => ({ seeds, keys, kinds, count }),
  };
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
