import { execFile } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Containerd, startContainerd, whyNoContainerd } from '../../../test/containerd/containerd.ts';
import { writeOciArchive } from '../../../test/images/oci-image.ts';
import { EngineError } from '../engine.ts';
import {
  contentFolderIn,
  type FolderContainer,
  folderContainers,
  folderImages,
  unpackedLayersIn,
  writableLayerIn,
} from './containerd-folder.ts';

const ONE = 'sha256:04a8c141347e612e1ce3de79795b4a820776c61437edf4e5bace0664ca72c5a0';
const TWO = 'sha256:c678ae9f339ea2fa20525e12627adce7ef5937e3009c4fb3a9cfdda6c794e94f';
const MANIFEST = 'sha256:3d623f495214a3a73f6e64e94cea1d9772e7c757dc649f51f67c9457ed6d1d7c';
const SNAPSHOTS = 'io.containerd.snapshotter.v1.overlayfs';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-folder-'));
const meta = join(root, 'io.containerd.metadata.v1.bolt', 'meta.db');
afterAll(() => rmSync(root, { recursive: true }));

function fixture(name: string): Buffer {
  return gunzipSync(readFileSync(new URL(`testdata/${name}.gz`, import.meta.url)));
}

beforeAll(() => {
  mkdirSync(join(root, 'io.containerd.metadata.v1.bolt'));
  for (const id of [1, 2, 3]) mkdirSync(join(root, SNAPSHOTS, 'snapshots', String(id), 'fs'), { recursive: true });
  writeFileSync(meta, fixture('meta.db'));
  writeFileSync(join(root, SNAPSHOTS, 'metadata.db'), fixture('metadata.db'));
});

describe('the folder of a containerd that does not run', () => {
  it('has the images of all namespaces', async () => {
    const images = await folderImages(root);
    expect(images).toHaveLength(123);
    expect(images.find((image) => image.namespace === 'k8s.io')).toEqual({
      namespace: 'k8s.io',
      name: 'localhost/sea/worthy:1',
      digest: MANIFEST,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      size: 577,
      labels: {},
      createdAt: '2026-11-24T13:18:37.000Z',
    });
    const numbers = images.flatMap(({ name }) => /application-(\d+):v\1$/.exec(name)?.[1] ?? []);
    expect(new Set(numbers).size).toBe(120);
    expect(images.every((image) => image.digest === MANIFEST)).toBe(true);
  });

  it('has the containers, with their image and labels', async () => {
    const containers = await folderContainers(root);
    expect(containers.map(({ namespace, id, image }) => [namespace, id, image])).toEqual([
      ['big', 'large', 'localhost/sea/worthy:1'],
      ['default', 'box', 'localhost/sea/worthy:1'],
    ]);
    expect(containers[0]?.labels).toMatchObject({ 'io.kubernetes.pod.name': 'web-0', a: 'b' });
    expect(containers[1]?.snapshot).toEqual({ snapshotter: 'overlayfs', key: 'box' });
  });

  it('has the folders of unpacked layers and of what a container writes', async () => {
    const fs = (id: number): string => join(root, SNAPSHOTS, 'snapshots', String(id), 'fs');
    expect(await unpackedLayersIn(root, 'default', [ONE, TWO])).toEqual([fs(1), fs(2)]);
    expect(await unpackedLayersIn(root, 'default', [ONE])).toEqual([fs(1)]);
    expect(await unpackedLayersIn(root, 'default', [TWO])).toBeUndefined();
    expect(await unpackedLayersIn(root, 'nowhere', [ONE])).toBeUndefined();
    // Unpacked, as its database says, but the folder is gone.
    expect(await unpackedLayersIn(root, 'k8s.io', [ONE, TWO])).toBeUndefined();
    const box = (await folderContainers(root)).find(({ id }) => id === 'box') as FolderContainer;
    expect(await writableLayerIn(root, box)).toBe(fs(3));
    expect(await writableLayerIn(root, { ...box, snapshot: { snapshotter: 'native', key: 'box' } })).toBeUndefined();
    expect(await writableLayerIn(root, { ...box, snapshot: { snapshotter: '../..', key: 'box' } })).toBeUndefined();
    const { snapshot, ...without } = box;
    expect(snapshot).toBeDefined();
    expect(await writableLayerIn(root, without)).toBeUndefined();
  });

  it('follows no link out of the folder', async () => {
    rmSync(join(root, SNAPSHOTS, 'snapshots', '3', 'fs'), { recursive: true });
    symlinkSync('/etc', join(root, SNAPSHOTS, 'snapshots', '3', 'fs'));
    const box = (await folderContainers(root)).find(({ id }) => id === 'box') as FolderContainer;
    await expect(writableLayerIn(root, box)).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('is not there', async () => {
    await expect(folderImages(join(root, 'none'))).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a damaged database', () => {
  const sound = fixture('meta.db');
  const PAGE = 4096;

  beforeAll(() => writeFileSync(meta, sound));

  /** What is read of the file with other bytes at a place, or the error of ours that says why not. */
  async function readChanged(at: number, bytes: Uint8Array): Promise<readonly string[] | EngineError> {
    const descriptor = openSync(meta, 'r+');
    try {
      writeSync(descriptor, bytes, 0, bytes.length, at);
      return await readDamaged();
    } finally {
      writeSync(descriptor, sound, at, bytes.length, at);
      closeSync(descriptor);
    }
  }

  const isAnswer = (outcome: unknown): boolean =>
    Array.isArray(outcome) || (outcome instanceof EngineError && outcome.code === 'bad-answer');

  async function readDamaged(): Promise<readonly string[] | EngineError> {
    try {
      return [...(await folderImages(root)), ...(await folderContainers(root))].map(({ namespace }) => namespace);
    } catch (error) {
      if (error instanceof EngineError) return error;
      throw error;
    }
  }

  it('that is cut short anywhere is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: sound.length }), async (length) => {
        writeFileSync(meta, sound.subarray(0, length));
        const outcome = await readDamaged();
        // What lies behind the pages in use may be gone without loss.
        expect(outcome instanceof EngineError ? outcome.code : outcome.length).toSatisfy((told) =>
          ['bad-answer', 125].includes(told as never),
        );
      }),
      { numRuns: 80 },
    );
    writeFileSync(meta, sound.subarray(0, 3 * PAGE));
    expect(await readDamaged()).toBeInstanceOf(EngineError);
    writeFileSync(meta, sound);
    expect(await readDamaged()).toHaveLength(125);
  });

  it('with a flipped bit in any page is read or refused, and never hangs or crashes', async () => {
    const pages = [...Array(sound.length / PAGE).keys()].filter((page) => page < 2 || livePages(sound).includes(page));
    for (const page of pages) {
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.nat(255), fc.nat(PAGE - 1)), fc.nat(7), async (offset, bit) => {
          const at = page * PAGE + offset;
          expect(await readChanged(at, Buffer.of((sound[at] ?? 0) ^ (1 << bit)))).toSatisfy(isAnswer);
        }),
        { numRuns: 6 },
      );
    }
  });

  it('with noise in place of a page is read or refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: sound.length / PAGE - 1 }),
        fc.uint8Array({ minLength: PAGE, maxLength: PAGE }),
        async (page, noise) => {
          expect(await readChanged(page * PAGE, noise)).toSatisfy(isAnswer);
        },
      ),
      { numRuns: 60 },
    );
  });

  function livePages(bytes: Buffer): readonly number[] {
    return [...Array(bytes.length / PAGE).keys()].filter(
      (page) =>
        page > 1 &&
        bytes.readBigUInt64LE(page * PAGE) === BigInt(page) &&
        [1, 2].includes(bytes.readUInt16LE(page * PAGE + 8)),
    );
  }
});

const absent = whyNoContainerd();
describe.skipIf(absent)(`a containerd at work${absent ? `: SKIPPED, ${absent}` : ''}`, () => {
  const NAME = 'example.org/one';
  let containerd: Containerd;
  let running: string;
  beforeAll(async () => {
    containerd = await startContainerd();
    running = join(containerd.folder, 'root');
    const archive = join(containerd.folder, 'image.tar');
    writeOciArchive(archive, [{ layers: [{ entries: [{ name: 'etc/one', body: 'one' }] }] }]);
    containerd.ctr(['images', 'import', '--index-name', NAME, archive]);
  });
  afterAll(() => containerd?.stop());

  it('is read beside it, while it writes', async () => {
    const before = await folderImages(running);
    const digest = before.find(({ name }) => name === NAME)?.digest;
    expect(digest).toBeDefined();
    const names = Array.from({ length: 30 }, (_, index) => `example.org/one:copy-${index}`);
    const stop = new AbortController();
    const arguments_ = ['--address', containerd.socket, 'images', 'tag', NAME, ...names];
    const writing = promisify(execFile)('ctr', arguments_).finally(() => stop.abort());
    let last = before.length;
    while (!stop.signal.aborted) {
      const images = await folderImages(running);
      const copies = images.filter(({ name }) => name.includes(':copy-'));
      expect(copies.every((image) => image.digest === digest)).toBe(true);
      expect(images.length).toBeGreaterThanOrEqual(last);
      last = images.length;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await writing;
    expect(await folderImages(running)).toHaveLength(before.length + names.length);
  });

  it('keeps the blobs and the layer of a container where we say', async () => {
    const image = (await folderImages(running)).find(({ name }) => name === NAME);
    const blob = join(contentFolderIn(running), 'blobs', 'sha256', (image?.digest ?? '').slice(7));
    expect(JSON.parse(readFileSync(blob, 'utf8'))).toHaveProperty('manifests');
    containerd.ctr(['containers', 'create', NAME, 'box', '/bin/sh']);
    const box = (await folderContainers(running)).find(({ id }) => id === 'box') as FolderContainer;
    const told = containerd.ctr(['snapshots', 'mounts', '/mnt', 'box']);
    expect(told).toContain(`upperdir=${await writableLayerIn(running, box)}`);
  });
});
