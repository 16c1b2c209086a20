// Real Debian images made by debootstrap, umoci and skopeo, with what dpkg-query says is in them; kept in .cache/.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package as dpkg-query has it. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly sourceName: string;
  readonly sourceVersion: string;
}

/** One image in all its forms. */
export interface DebianImage {
  /** OCI image layout, one gzip layer, tag `latest`. */
  readonly layout: string;
  readonly ociArchive: string;
  /** Layers uncompressed, as skopeo writes it. */
  readonly dockerArchive: string;
  readonly rootfs: string;
  /** Sorted by name. */
  readonly packages: readonly DebianPackage[];
}

const root = join(import.meta.dirname, '../..');

/** Why Debian images can't be made here, in words for a test's name. */
export function whyNoDebianImages(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root, so no debootstrap';
  const missing = ['debootstrap', 'umoci', 'skopeo'].filter((tool) => spawnSync(tool, ['--version']).error);
  return missing.length > 0 ? `not installed: ${missing.join(', ')}` : undefined;
}

/** Makes the minbase image of a suite, about a minute when it is not in the cache. */
export function debianImage(suite: string): DebianImage {
  const cache = join(root, '.cache/test-images');
  mkdirSync(cache, { recursive: true });
  const folder = join(cache, suite);
  if (!existsSync(join(folder, 'packages.tsv'))) {
    const made = spawnSync('bash', [join(import.meta.dirname, 'minbase.sh'), suite, folder], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`minbase.sh ${suite} failed: ${made.stderr}`);
  }
  return {
    layout: join(folder, 'oci'),
    ociArchive: join(folder, 'oci.tar'),
    dockerArchive: join(folder, 'docker.tar'),
    rootfs: join(folder, 'bundle/rootfs'),
    packages: packagesIn(readFileSync(join(folder, 'packages.tsv'), 'utf8')),
  };
}

function packagesIn(listing: string): DebianPackage[] {
  const rows = listing
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  return rows
    .filter(([, , , , , status]) => status?.[1] === 'i')
    .map(([name = '', version = '', architecture = '', sourceName = '', sourceVersion = '']) => ({
      name,
      version,
      architecture,
      sourceName,
      sourceVersion,
    }));
}
