// Scans images that a test puts together out of entries, with no advisories but those of a mirror.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Report } from '../../src/finding/finding.ts';
import type { Package } from '../../src/inventory/inventory.ts';
import { type ScanOptions, scan } from '../../src/scan/scan.ts';
import { type LayerSpec, type TarEntry, writeOciLayout } from './oci-image.ts';

/** A folder of the test's own, and what is scanned in it. */
export interface Scanner {
  readonly folder: string;
  /** Writes an image, its layers made by `RUN 0`, `RUN 1`, …; gives its path. */
  readonly image: (layers: readonly (readonly TarEntry[])[], compression?: LayerSpec['compression']) => string;
  /** Scans an image at a path; nothing is judged. */
  readonly listed: (path: string) => Promise<Report>;
  /** Scans an image with these layers; nothing is judged. */
  readonly scanned: (...layers: readonly (readonly TarEntry[])[]) => Promise<Report>;
  /** Scans an image at a path by the advisories of a mirror. */
  readonly judged: (path: string, mirror: string, options?: ScanOptions) => Promise<Report>;
}

/** Makes the folder, which goes when the tests of the file are over. */
export function newScanner(name: string): Scanner {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  afterAll(() => rmSync(folder, { recursive: true }));
  let made = 0;
  const image: Scanner['image'] = (layers, compression = 'gzip') => {
    const path = join(folder, `image-${made++}`);
    writeOciLayout(path, { layers: layers.map((entries, i) => ({ entries, createdBy: `RUN ${i}`, compression })) });
    return path;
  };
  const listed: Scanner['listed'] = (path) =>
    scan(path, { offline: true, databasePath: join(folder, 'none.db'), cacheFolder: false });
  return {
    folder,
    image,
    listed,
    scanned: (...layers) => listed(image(layers)),
    judged: (path, mirror, options = {}) =>
      scan(path, { mirror, databasePath: join(folder, `advisories-${made++}.db`), cacheFolder: false, ...options }),
  };
}

/** Every place of a package; `!/` goes into an archive. */
export function placesOf({ locations }: Package): string[] {
  return locations.map(({ path, within }) => (within === undefined ? path : `${path}!/${within}`));
}

/** The packages of a name. */
export function named({ packages }: Report, name: string): Package[] {
  return packages.filter((found) => found.name === name);
}
