// Makes images that share bases: layouts `image-000`, … with one folder of blobs. Bases are Debian's minbase with a file of
// their own, middles are applications of npm and some bytes, and each image has a small layer on top.
import { createHash, type Hash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { tarBytes, tarMembers } from '../test/images/tar.ts';

/** How many of each. */
export interface ManySpec {
  readonly images: number;
  readonly bases: number;
  readonly middles: number;
}

interface Stored {
  readonly digest: string;
  readonly diffId: string;
  readonly size: number;
}

const oci = 'application/vnd.oci.image';

/** Makes them in a folder, unless they are there. Gives the paths of the layouts. */
export function makeManyImages(folder: string, minbase: string, spec: ManySpec): string[] {
  const paths = Array.from({ length: spec.images }, (_, at) => join(folder, `image-${String(at).padStart(3, '0')}`));
  if (existsSync(folder)) return paths;
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(join(part, 'blobs/sha256'), { recursive: true });
  const put = (bytes: Buffer, diffId = ''): Stored => {
    const digest = sha256(bytes);
    writeFileSync(join(part, 'blobs/sha256', digest.slice(7)), bytes);
    return { digest, diffId, size: bytes.length };
  };
  const base = openBase(minbase);
  const bases = Array.from({ length: spec.bases }, (_, at) => put(...base(`srv/base-${at}`)));
  const middles = Array.from({ length: spec.middles }, (_, at) => put(...middleLayer(at)));
  for (let at = 0; at < spec.images; at++) {
    const middle = at % spec.middles;
    const top = put(...layer(tarBytes([{ name: 'srv/app/version', body: `${at}\n` }])));
    // A middle is always on the same base, as it is where it was built.
    const layers = [bases[middle % spec.bases], middles[middle], top].flatMap((one) => one ?? []);
    writeLayout(join(part, `image-${String(at).padStart(3, '0')}`), layers, put);
  }
  renameSync(part, folder);
  return paths;
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function layer(tar: Buffer): [Buffer, string] {
  return [gzipSync(tar), sha256(tar)];
}

/** Compresses the tree once; what makes each base another one is a gzip member of its own behind it. */
function openBase(minbase: string): (name: string) => [Buffer, string] {
  const blobs = join(minbase, 'oci/blobs/sha256');
  const [largest = ''] = readdirSync(blobs).toSorted((a, b) => sizeOf(join(blobs, b)) - sizeOf(join(blobs, a)));
  const tar = gunzipSync(readFileSync(join(blobs, largest)));
  const tree = tar.subarray(0, endOf(tar));
  const packed = gzipSync(tree);
  const hash: Hash = createHash('sha256').update(tree);
  return (name) => {
    const tail = Buffer.concat([tarMembers([{ name, body: name }]), Buffer.alloc(1024)]);
    return [Buffer.concat([packed, gzipSync(tail)]), `sha256:${hash.copy().update(tail).digest('hex')}`];
  };
}

/** Where the last entry of a tar ends; sizes are octal there. */
function endOf(tar: Buffer): number {
  let at = 0;
  while (tar[at] !== 0)
    at += 512 + Math.ceil(Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8) / 512) * 512;
  return at;
}

function sizeOf(path: string): number {
  return readFileSync(path).length;
}

function middleLayer(at: number): [Buffer, string] {
  const packages = Array.from({ length: 40 }, (_, i) => ({
    name: `srv/app/node_modules/package-${at}-${i}/package.json`,
    body: JSON.stringify({ name: `package-${at}-${i}`, version: `1.${i}.0` }),
  }));
  return layer(tarBytes([...packages, { name: `srv/data-${at}`, body: randomBytes(4 << 20) }]));
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function writeLayout(path: string, layers: readonly Stored[], put: (bytes: Buffer) => Stored): void {
  const config = put(
    json({
      os: 'linux',
      architecture: 'amd64',
      config: {},
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    }),
  );
  const describe = (mediaType: string, { digest, size }: Stored): object => ({ mediaType, digest, size });
  const manifest = put(
    json({
      schemaVersion: 2,
      mediaType: `${oci}.manifest.v1+json`,
      config: describe(`${oci}.config.v1+json`, config),
      layers: layers.map((one) => describe(`${oci}.layer.v1.tar+gzip`, one)),
    }),
  );
  mkdirSync(path);
  symlinkSync('../blobs', join(path, 'blobs'));
  const entry = {
    ...describe(`${oci}.manifest.v1+json`, manifest),
    annotations: { 'org.opencontainers.image.ref.name': 'latest' },
  };
  writeFileSync(join(path, 'index.json'), json({ schemaVersion: 2, manifests: [entry] }));
  writeFileSync(join(path, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
}
