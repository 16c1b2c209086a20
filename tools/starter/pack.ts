// Packs file trees into an image archive: SOURCE_DATE_EPOCH=… node tools/starter/pack.ts RECIPE TREES OUT
// RECIPE names the trees, each the whole root file system after one instruction, and what of them the image keeps.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type TarEntry, tar } from './tar.ts';
import { changes, readTree } from './tree.ts';

interface Recipe {
  /** `oci`: OCI image layout 1.0 in a tar; `docker`: what `docker save` wrote before it wrote OCI layouts. */
  readonly format: 'oci' | 'docker';
  readonly name: string;
  /** Regular expressions on paths without leading slash. */
  readonly keep: readonly string[];
  readonly config: Readonly<Record<string, unknown>>;
  /** One per instruction; without a tree the instruction made no layer. */
  readonly history: readonly {
    readonly createdBy: string;
    readonly tree?: string;
    readonly compression?: 'gzip' | 'zstd' | 'none';
  }[];
}

interface Layer {
  readonly diffId: string;
  readonly mediaType: string;
  readonly plain: Buffer;
  readonly blob: Buffer;
}

const [recipePath, trees, out] = process.argv.slice(2);
const epoch = Number(process.env['SOURCE_DATE_EPOCH']);
if (recipePath === undefined || trees === undefined || out === undefined || !Number.isSafeInteger(epoch)) {
  console.error('usage: SOURCE_DATE_EPOCH=… node tools/starter/pack.ts RECIPE TREES OUT');
  process.exit(2);
}

const recipe = JSON.parse(readFileSync(recipePath, 'utf8')) as Recipe;
const layers = makeLayers(recipe, trees);
const created = new Date(epoch * 1000).toISOString().replace('.000Z', 'Z');
const config = json({
  created,
  architecture: 'amd64',
  os: 'linux',
  config: recipe.config,
  rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
  history: recipe.history.map((step) => ({
    created,
    created_by: step.createdBy,
    ...(step.tree === undefined ? { empty_layer: true } : {}),
  })),
});
const files = recipe.format === 'oci' ? ociLayout() : dockerSave();
writeFileSync(out, tar(entries(files), epoch));

function makeLayers(from: Recipe, folder: string): Layer[] {
  const keep = from.keep.map((pattern) => new RegExp(pattern));
  let before: ReadonlyMap<string, TarEntry> = new Map();
  const made: Layer[] = [];
  for (const step of from.history) {
    if (step.tree === undefined) continue;
    const after = readTree(join(folder, step.tree), keep);
    const plain = tar(changes(before, after), epoch);
    before = after;
    const compression = step.compression ?? 'none';
    const blob =
      compression === 'gzip' ? gzipSync(plain, { level: 9 }) : compression === 'zstd' ? zstdCompressSync(plain) : plain;
    const suffix = compression === 'none' ? '' : `+${compression}`;
    made.push({ diffId: digest(plain), mediaType: `application/vnd.oci.image.layer.v1.tar${suffix}`, plain, blob });
  }
  return made;
}

function ociLayout(): Map<string, Buffer> {
  const manifest = json({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor('application/vnd.oci.image.config.v1+json', config),
    layers: layers.map((layer) => descriptor(layer.mediaType, layer.blob)),
  });
  const index = json({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        ...descriptor('application/vnd.oci.image.manifest.v1+json', manifest),
        platform: { architecture: 'amd64', os: 'linux' },
        annotations: { 'org.opencontainers.image.ref.name': recipe.name },
      },
    ],
  });
  const blobs = [config, manifest, ...layers.map((layer) => layer.blob)];
  return new Map([
    ['oci-layout', json({ imageLayoutVersion: '1.0.0' })],
    ['index.json', index],
    ...blobs.map((blob) => [`blobs/sha256/${digest(blob).slice(7)}`, blob] as const),
  ]);
}

function dockerSave(): Map<string, Buffer> {
  const configName = `${digest(config).slice(7)}.json`;
  const names = layers.map((layer) => `${layer.diffId.slice(7)}/layer.tar`);
  const manifest = [{ Config: configName, RepoTags: [`${recipe.name}:latest`], Layers: names }];
  return new Map([
    [configName, config],
    ['manifest.json', json(manifest)],
    ...layers.map((layer, at) => [names[at] ?? '', layer.plain] as const),
  ]);
}

function entries(contents: ReadonlyMap<string, Buffer>): TarEntry[] {
  const made = new Map<string, TarEntry>();
  for (const [path, content] of contents) {
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      made.set(path.slice(0, slash), { path: path.slice(0, slash), kind: 'directory', mode: 0o755 });
    }
    made.set(path, { path, kind: 'file', mode: 0o644, content });
  }
  return [...made.values()].toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

function descriptor(mediaType: string, blob: Buffer): { mediaType: string; digest: string; size: number } {
  return { mediaType, digest: digest(blob), size: blob.length };
}

function digest(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
