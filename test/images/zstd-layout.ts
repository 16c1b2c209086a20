import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from './oci-image.ts';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

interface Index {
  readonly manifests: readonly [Descriptor];
}

const blob = (folder: string, digest: string): string => join(folder, 'blobs', digest.replace(':', '/'));

/** Writes an OCI layout like another one of gzip layers, its layers packed anew by zstd(1). */
export function writeZstdLayout(from: string, to: string): void {
  mkdirSync(join(to, 'blobs/sha256'), { recursive: true });
  const put = (descriptor: Descriptor, bytes: Buffer): Descriptor => {
    const digest = digestOf(bytes);
    writeFileSync(blob(to, digest), bytes);
    return { ...descriptor, digest, size: bytes.length };
  };
  const index: Index = JSON.parse(readFileSync(join(from, 'index.json'), 'utf8'));
  const [entry] = index.manifests;
  const manifest: Manifest = JSON.parse(readFileSync(blob(from, entry.digest), 'utf8'));
  const layers = manifest.layers.map((layer) => {
    const file = join(to, 'layer.tar.zst');
    const source = blob(from, layer.digest);
    const packed = spawnSync('bash', ['-o', 'pipefail', '-c', 'gzip -dc "$1" | zstd -q -3 -o "$2"', '-', source, file]);
    if (packed.status !== 0) throw new Error(`zstd failed: ${packed.stderr.toString()}`);
    const descriptor = put({ ...layer, mediaType: layer.mediaType.replace(/\+gzip$/, '+zstd') }, readFileSync(file));
    rmSync(file);
    return descriptor;
  });
  const config = put(manifest.config, readFileSync(blob(from, manifest.config.digest)));
  const renewed = put(entry, Buffer.from(JSON.stringify({ ...manifest, config, layers })));
  writeFileSync(join(to, 'index.json'), JSON.stringify({ ...index, manifests: [renewed] }));
  writeFileSync(join(to, 'oci-layout'), readFileSync(join(from, 'oci-layout')));
}
