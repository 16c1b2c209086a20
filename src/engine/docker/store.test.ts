import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { EngineError } from '../engine.ts';
import { sha256Digest } from '../unpacked/unpacked.ts';
import { dockerStoredImage, dockerStoreImages } from './store.ts';

const FIXTURE = fileURLToPath(new URL('testdata/overlay2-store', import.meta.url));
const IMAGE = 'sha256:d037eb45ffe8312d62cab5b8b5b4910d7da66e0438656983bacab5dfe6ee81ff';
const ONE = 'sha256:04a8c141347e612e1ce3de79795b4a820776c61437edf4e5bace0664ca72c5a0';
const TWO = 'sha256:c678ae9f339ea2fa20525e12627adce7ef5937e3009c4fb3a9cfdda6c794e94f';
const CHAIN = 'cf5a740fd9d3096564ee7d4607325396dacbd9db5bdf6dcb595f6e5fa7021334';
const CACHE = '4dd103897cb6204bd08b23532a3b0a3e331a48fff7325963c17583718837af1f';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-docker-store-'));
afterAll(() => rmSync(folder, { recursive: true }));
let root: string;
let count = 0;
beforeEach(() => {
  root = join(folder, String(count++));
  cpSync(FIXTURE, root, { recursive: true });
});
const within = (...names: readonly string[]): string => join(root, ...names);
const layerdb = (name: string): string => within('image', 'overlay2', 'layerdb', 'sha256', CHAIN, name);

describe('the store of a Docker daemon', () => {
  it.each(['localhost/sea/worthy:1', IMAGE, 'd037eb', IMAGE.slice(0, 20)])('has the image %s', (name) => {
    const image = dockerStoredImage(root, name);
    expect(image).toMatchObject({
      kind: 'layers',
      configDigest: IMAGE,
      names: ['localhost/sea/worthy:1'],
      whiteouts: 'overlay',
      layers: [
        {
          diffId: ONE,
          path: within('overlay2', 'e52d023fcd7aef78ba68c7f8e76424155c02eaeb05ebb6aad6f965536eba333b', 'diff'),
          size: 28,
        },
        { diffId: TWO, path: within('overlay2', CACHE, 'diff'), size: 4 },
      ],
    });
    expect(image.kind === 'layers' && sha256Digest(image.config)).toBe(IMAGE);
  });

  it('lists its images by full names', () => {
    const familiar = {
      Repositories: { debian: { 'debian:12': IMAGE, [`debian@${ONE}`]: IMAGE }, 'a/b': { 'a/b:1': ONE } },
    };
    writeFileSync(within('image', 'overlay2', 'repositories.json'), JSON.stringify(familiar));
    expect(dockerStoreImages(root)).toEqual([
      { configDigest: IMAGE, names: ['docker.io/library/debian:12', `docker.io/library/debian@${ONE}`] },
      { configDigest: ONE, names: ['docker.io/a/b:1'] },
    ]);
    for (const name of ['debian:12', 'library/debian:12', 'docker.io/library/debian:12', `debian@${ONE}`])
      expect(dockerStoredImage(root, name)).toMatchObject({ kind: 'layers', configDigest: IMAGE });
    for (const name of ['debian', 'debian:13', `debian@${TWO}`, 'other/debian:12'])
      expect(dockerStoredImage(root, name)).toMatchObject({ kind: 'elsewhere', reason: 'no-such-image' });
  });

  it('has an image without a name by its whole identifier', () => {
    writeFileSync(within('image', 'overlay2', 'repositories.json'), '{"Repositories":{}}');
    expect(dockerStoredImage(root, IMAGE)).toMatchObject({ kind: 'layers', names: [] });
  });
});

const DIFF_IDS = [ONE, TWO];

function trouble(list: () => unknown): unknown {
  try {
    list();
    return undefined;
  } catch (error) {
    return error;
  }
}

const isOurs = (error: unknown): boolean => error === undefined || error instanceof EngineError;

describe('what can’t be read from it', () => {
  const broken: readonly [string, string, () => void][] = [
    ['another storage driver', 'no-store', () => rmSync(within('image'), { recursive: true })],
    [
      'an image that is not there',
      'no-such-image',
      () => rmSync(within('image', 'overlay2', 'imagedb'), { recursive: true }),
    ],
    [
      'a configuration of other bytes',
      'damaged',
      () => writeFileSync(within('image', 'overlay2', 'imagedb', 'content', 'sha256', IMAGE.slice(7)), '{}'),
    ],
    ['a layer that is not known', 'missing-piece', () => rmSync(layerdb('.'), { recursive: true })],
    ['a layer of another digest', 'damaged', () => writeFileSync(layerdb('diff'), ONE)],
    ['a layer on top of another', 'damaged', () => writeFileSync(layerdb('parent'), TWO)],
    ['a layer that stands on none', 'damaged', () => rmSync(layerdb('parent'))],
    ['a folder outside the store', 'damaged', () => writeFileSync(layerdb('cache-id'), '../../../etc')],
    ['a folder without a name', 'damaged', () => rmSync(layerdb('cache-id'))],
    ['a folder that is gone', 'missing-piece', () => rmSync(within('overlay2', CACHE), { recursive: true })],
    ['names that are no JSON', 'damaged', () => writeFileSync(within('image', 'overlay2', 'repositories.json'), '{')],
    [
      'names of no digest',
      'damaged',
      () => writeFileSync(within('image', 'overlay2', 'repositories.json'), '{"Repositories":{"a":{"a:1":"x"}}}'),
    ],
    [
      'a link in place of a folder',
      'damaged',
      () => {
        rmSync(within('overlay2', CACHE, 'diff'), { recursive: true });
        symlinkSync('/etc', within('overlay2', CACHE, 'diff'));
      },
    ],
    [
      'a folder in place of a file',
      'damaged',
      () => {
        rmSync(layerdb('diff'));
        mkdirSync(layerdb('diff'));
      },
    ],
    ['a small file that is large', 'unsupported', () => writeFileSync(layerdb('diff'), Buffer.alloc(1 << 20))],
  ];
  it.each(broken)('%s: %s', (_, reason, breakIt) => {
    breakIt();
    expect(dockerStoredImage(root, IMAGE)).toMatchObject({ kind: 'elsewhere', reason });
  });

  it('an image of more layers than any has', () => {
    const config = JSON.stringify({ rootfs: { diff_ids: Array.from({ length: 1001 }, () => ONE) } });
    const digest = sha256Digest(Buffer.from(config));
    writeFileSync(within('image', 'overlay2', 'imagedb', 'content', 'sha256', digest.slice(7)), config);
    expect(dockerStoredImage(root, digest)).toMatchObject({ kind: 'elsewhere', reason: 'unsupported' });
  });

  it('two images whose identifiers begin alike', () => {
    const other = `${IMAGE.slice(0, 20)}${'0'.repeat(51)}`;
    writeFileSync(
      within('image', 'overlay2', 'repositories.json'),
      JSON.stringify({ Repositories: { a: { 'a:1': IMAGE, 'a:2': other } } }),
    );
    expect(dockerStoredImage(root, 'd037')).toMatchObject({ kind: 'elsewhere', reason: 'ambiguous' });
  });

  it.skipIf(process.getuid?.() === 0)('a store of root’s (skipped for root, who may)', () => {
    chmodSync(within('image', 'overlay2'), 0);
    expect(dockerStoredImage(root, IMAGE)).toMatchObject({ kind: 'elsewhere', reason: 'no-permission' });
    expect(() => dockerStoreImages(root)).toThrow(expect.objectContaining({ code: 'no-permission' }));
  });

  it('lists nothing of a folder that is none', () => {
    expect(() => dockerStoreImages(join(root, 'none'))).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  it('is said and never guessed, whatever bytes its files have', () => {
    const files = ['diff', 'parent', 'cache-id', 'size'].map(layerdb);
    files.push(
      within('image', 'overlay2', 'repositories.json'),
      within('image', 'overlay2', 'imagedb', 'content', 'sha256', IMAGE.slice(7)),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.oneof(
          fc.json().map((text) => Buffer.from(text)),
          fc.uint8Array(),
        ),
        (file, bytes) => {
          cpSync(FIXTURE, root, { recursive: true });
          writeFileSync(file, bytes);
          const image = dockerStoredImage(root, IMAGE);
          const found = image.kind === 'layers' ? image.layers.map(({ diffId }) => diffId) : DIFF_IDS;
          expect(found).toEqual(DIFF_IDS);
          expect(trouble(() => dockerStoreImages(root))).toSatisfy(isOurs);
        },
      ),
      { numRuns: 60 },
    );
  });
});
