import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isTrusted, makeOpenFolder, markUsed, placeFile } from '../image/cache/shared-file.ts';
import type { Image } from '../image/image.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { formats } from './formats.ts';
import { isVerified } from './verified.ts';
import { version } from './version.ts';

/** More inventories than this are not kept; the longest unused go first. */
export const maximumKept = 500;

/** Changes with what an inventory holds. */
const layout = 5;

/** Inventories of images known by digest; only what `discover` would find again. */
export interface InventoryCache {
  /** Whether there is a file for the image; whether it can be read shows when it is. */
  knows(image: Image): boolean;
  read(image: Image): Inventory | undefined;
  write(image: Image, inventory: Inventory): void;
}

const types: readonly string[] = formats.map(({ type }) => type);

/** Keeps inventories in a folder. Whatever goes wrong with it is a cache miss, never an error. */
export function inventoryCache(folder: string): InventoryCache {
  return {
    knows(image) {
      const file = fileOf(folder, image);
      return file !== undefined && isTrusted(folder) && existsSync(file);
    },
    read(image) {
      const file = fileOf(folder, image);
      return file === undefined || !isTrusted(folder) ? undefined : readInventory(file, image.reference);
    },
    write(image, inventory) {
      const file = fileOf(folder, image);
      // What was met on the way may be gone the next time: only a whole reading is remembered.
      const isWhole = inventory.problems.every(({ lossy, ownedBy }) => !lossy || ownedBy !== undefined);
      if (file === undefined || !isWhole) return;
      try {
        const body = JSON.stringify({ ...inventory, ownership: [] } satisfies Inventory);
        makeOpenFolder(folder);
        if (!isTrusted(folder)) return;
        placeFile(file, `${checksum(body)}\n${body}`);
        prune(folder);
      } catch {}
    },
  };
}

/** The image's digests, and which catalogers of which version of the program looked. */
function fileOf(folder: string, image: Image): string | undefined {
  // Layers in folders may be changed there, whatever the image's digest.
  if (image.kind !== 'layered' || !image.layers.every(isVerified)) return undefined;
  const key = checksum(JSON.stringify([layout, version, types, image.digest ?? '', image.configDigest]));
  return join(folder, `${key}.json`);
}

function readInventory(file: string, reference: string): Inventory | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    const newline = text.indexOf('\n');
    const body = text.slice(newline + 1);
    if (text.slice(0, newline) !== checksum(body)) return undefined;
    const inventory = JSON.parse(body) as Inventory;
    markUsed(file, text);
    return { ...inventory, subject: { ...inventory.subject, reference } };
  } catch {
    return undefined;
  }
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function prune(folder: string): void {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  if (names.length <= maximumKept) return;
  const aged = names.map((name) => ({ path: join(folder, name), used: statSync(join(folder, name)).mtimeMs }));
  for (const { path } of aged.toSorted((a, b) => a.used - b.used).slice(0, names.length - maximumKept))
    rmSync(path, { force: true });
}
