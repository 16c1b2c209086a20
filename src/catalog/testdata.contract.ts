import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The files below a folder, by their paths under `prefix`, sorted; `%3A` in a name stands for `:`, which some file systems
 * do not take.
 */
export function readTree(folder: URL, prefix = ''): Record<string, Uint8Array> {
  const root = fileURLToPath(folder);
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  return Object.fromEntries(
    paths.map((path) => [
      prefix + decodeURIComponent(relative(root, path).replaceAll('\\', '/')),
      Uint8Array.from(readFileSync(path)),
    ]),
  );
}
