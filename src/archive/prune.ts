import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/** What nobody asked for this long is removed, milliseconds. */
const KEPT_MS = 30 * 86_400_000;

/** Marks a kept file as used; that it can't be is no matter. */
export function touch(path: string, now: number): void {
  try {
    utimesSync(path, now / 1000, now / 1000);
  } catch {}
}

/** Removes what was not used for a month, leftovers of runs that were killed too; what can't be removed stays. */
export function prune(folder: string, now: number): void {
  try {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (now - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { force: true });
    }
  } catch {}
}
