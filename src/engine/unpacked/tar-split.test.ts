import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { dockerStoredImage } from '../docker/store.ts';
import { EngineError } from '../engine.ts';
import { podmanStoredImage } from '../podman/store.ts';
import { openTarSplit } from './tar-split.ts';
import { sha256Digest, type Unpacked, type UnpackedLayer } from './unpacked.ts';

const STORES = new URL('..', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-tar-split-'));
afterAll(() => rmSync(folder, { recursive: true }));
let root: string;
let count = 0;
beforeEach(() => {
  root = join(folder, String(count++));
  mkdirSync(join(root, 'etc'), { recursive: true });
  writeFileSync(join(root, 'etc', 'one'), 'first');
});

/** The whole, read in pieces of a size. */
async function read(index: string, files: string, size = 1000): Promise<Buffer> {
  const source = openTarSplit(index, files);
  const pieces: Buffer[] = [];
  try {
    for (;;) {
      const piece = Buffer.alloc(size);
      const length = await source.read(piece);
      if (length === 0) return Buffer.concat(pieces);
      pieces.push(piece.subarray(0, length));
    }
  } finally {
    source.close();
  }
}

function indexOf(...entries: readonly unknown[]): string {
  const path = join(root, 'index.gz');
  writeFileSync(
    path,
    gzipSync(entries.map((entry) => `${typeof entry === 'string' ? entry : JSON.stringify(entry)}\n`).join('')),
  );
  return path;
}
const bytes = (text: string): object => ({ type: 2, payload: Buffer.from(text).toString('base64') });
const file = (name: string, size?: number): object => ({ type: 1, name, size, payload: null });

function layersOf(image: Unpacked): readonly UnpackedLayer[] {
  return image.kind === 'elsewhere' ? [] : image.layers;
}

describe('the tar of a layer', () => {
  const store = (name: string): string => fileURLToPath(new URL(name, STORES));
  const podman = (name: string): Unpacked =>
    podmanStoredImage({ root: store(`podman/testdata/${name}`), additional: [] }, 'd037');
  it.each([
    ['Docker’s overlay2', dockerStoredImage(store('docker/testdata/overlay2-store'), 'd037')],
    ['podman’s overlay', podman('overlay-store')],
    ['podman’s vfs', podman('vfs-store')],
  ])('has the digest that it had, from %s', async (_, image) => {
    const layers = layersOf(image);
    expect(layers).toHaveLength(2);
    for (const { diffId, path, tarSplit } of layers) {
      for (const size of [1, 513, 1 << 20]) expect(sha256Digest(await read(tarSplit ?? '', path, size))).toBe(diffId);
    }
  });

  it('is put together from bytes and files in their order', async () => {
    writeFileSync(Buffer.concat([Buffer.from(`${root}/etc/`), Buffer.of(0xff)]), 'raw');
    const raw = {
      type: 1,
      name_raw: Buffer.concat([Buffer.from('./etc/'), Buffer.of(0xff)]).toString('base64'),
      size: 3,
    };
    const index = indexOf(
      bytes('<'),
      file('etc/one', 5),
      bytes('|'),
      file('etc/gone'),
      raw,
      bytes(''),
      file('/etc/one', 5),
      bytes('>'),
    );
    expect((await read(index, root, 3)).toString()).toBe('<first|rawfirst>');
  });

  it('is that of any tar', async () => {
    const tree = join(root, 'tree');
    cpSync(fileURLToPath(new URL('.', import.meta.url)), tree, { recursive: true });
    const names = readdirSync(tree).toSorted();
    const tar = execFileSync('tar', ['-cf', '-', '-C', tree, '--format=pax', ...names], { maxBuffer: 1 << 26 });
    let at = 0;
    const entries = names.flatMap((name) => {
      const content = readFileSync(join(tree, name));
      const start = tar.indexOf(content, at);
      const before = { type: 2, payload: tar.subarray(at, start).toString('base64') };
      at = start + content.length;
      return [before, file(name, content.length)];
    });
    entries.push({ type: 2, payload: tar.subarray(at).toString('base64') });
    expect((await read(indexOf(...entries), tree)).equals(tar)).toBe(true);
  });
});

describe('what is no longer as it was', () => {
  it.each<[string, string, () => string]>([
    ['a file that is gone', 'not-found', () => indexOf(file('etc/none', 5))],
    ['a file that has grown', 'bad-answer', () => indexOf(file('etc/one', 4))],
    ['a folder in place of a file', 'bad-answer', () => indexOf(file('etc', 4))],
    ['a name that leads out', 'bad-answer', () => indexOf(file('../../../../../../../../etc/passwd', 5))],
    ['no name', 'bad-answer', () => indexOf(file('', 5))],
    ['no index', 'not-found', () => join(root, 'none')],
    ['an index that is not compressed', 'bad-answer', () => join(root, 'etc', 'one')],
    ['an index that is not JSON', 'bad-answer', () => indexOf('{')],
    ['an entry of an unknown kind', 'bad-answer', () => indexOf({ type: 3 })],
    ['an entry that is none', 'bad-answer', () => indexOf('7')],
    ['a size that is none', 'bad-answer', () => indexOf({ type: 1, name: 'etc/one', size: -1 })],
    [
      'an index that ends too early',
      'bad-answer',
      () => {
        const path = indexOf(file('etc/one', 5));
        truncateSync(path, 30);
        return path;
      },
    ],
    [
      'a link in place of a file',
      'bad-answer',
      () => {
        symlinkSync('/etc/passwd', join(root, 'etc', 'link'));
        return indexOf(file('etc/link', 5));
      },
    ],
    [
      'a link in place of a folder',
      'bad-answer',
      () => {
        symlinkSync(folder, join(root, 'out'));
        copyFileSync(join(root, 'etc', 'one'), join(folder, 'outside'));
        return indexOf(file('out/outside', 5));
      },
    ],
    [
      'a pipe in place of a file',
      'bad-answer',
      () => {
        execFileSync('mkfifo', [join(root, 'etc', 'pipe')]);
        return indexOf(file('etc/pipe', 5));
      },
    ],
  ])('%s: %s', async (_, code, index) => {
    await expect(read(index(), root)).rejects.toMatchObject({ name: 'EngineError', code });
  });

  it('a folder that is gone', () => {
    expect(() => openTarSplit(indexOf(), join(root, 'none'))).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  it('an index of noise', async () => {
    const entry = fc.record(
      {
        type: fc.constantFrom(1, 2, '2'),
        name: fc.string(),
        name_raw: fc.string(),
        size: fc.integer(),
        payload: fc.string(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(entry, fc.string())), async (entries) => {
        const outcome = await read(indexOf(...entries), root).catch((error: unknown) => error);
        expect(outcome).toSatisfy((one) => Buffer.isBuffer(one) || one instanceof EngineError);
      }),
      { numRuns: 100 },
    );
  });
});
