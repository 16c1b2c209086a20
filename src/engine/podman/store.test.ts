import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { EngineError } from '../engine.ts';
import { sha256Digest } from '../unpacked/unpacked.ts';
import { type PodmanStore, podmanStoreContainers, podmanStoredImage, podmanStoreImages } from './store.ts';

const FIXTURES = fileURLToPath(new URL('testdata', import.meta.url));
const ID = 'd037eb45ffe8312d62cab5b8b5b4910d7da66e0438656983bacab5dfe6ee81ff';
const MANIFEST = 'sha256:f36973643fcff4bd1314854b49b6bf9c49518e56dcef81ca2104bc7acb349c23';
const ONE = '04a8c141347e612e1ce3de79795b4a820776c61437edf4e5bace0664ca72c5a0';
const TWO = 'sha256:c678ae9f339ea2fa20525e12627adce7ef5937e3009c4fb3a9cfdda6c794e94f';
const TOP = '78899c6db24c81b17fea8bdd5eb3629f8575185ad21336b6f7fd8f4a2285cc02';
const CONFIG = `=${Buffer.from(`sha256:${ID}`).toString('base64')}`;

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-podman-store-'));
afterAll(() => rmSync(folder, { recursive: true }));
let store: PodmanStore;
let count = 0;
beforeEach(() => {
  const root = join(folder, String(count++));
  cpSync(join(FIXTURES, 'overlay-store'), root, { recursive: true });
  store = { root, additional: [] };
});
const within = (...names: readonly string[]): string => join(store.root, ...names);

type Row = Record<string, unknown>;
function edit(file: readonly string[], change: (rows: Row[]) => void): void {
  const rows = JSON.parse(readFileSync(within(...file), 'utf8')) as Row[];
  change(rows);
  writeFileSync(within(...file), JSON.stringify(rows));
}
const IMAGES = ['overlay-images', 'images.json'];
const LAYERS = ['overlay-layers', 'layers.json'];
const row = (rows: Row[], id: string): Row => rows.find((one) => one['id'] === id) ?? {};

describe('a store of containers/storage', () => {
  it.each([
    'localhost/sea/worthy:1',
    'sea/worthy:1',
    `localhost/sea/worthy@${MANIFEST}`,
    `localhost/sea/worthy:1@${MANIFEST}`,
    MANIFEST,
    `sha256:${ID}`,
    ID,
    'd037',
  ])('has the image %s', (name) => {
    expect(podmanStoredImage(store, name)).toMatchObject({
      kind: 'layers',
      configDigest: `sha256:${ID}`,
      manifest: { digest: MANIFEST },
      names: ['localhost/sea/worthy:1'],
      whiteouts: 'overlay',
      layers: [
        { diffId: `sha256:${ONE}`, path: within('overlay', ONE, 'diff'), size: 10_240 },
        { diffId: TWO, path: within('overlay', TOP, 'diff'), size: 10_240 },
      ],
    });
  });

  it.each(['worthy:1', 'localhost/sea/worthy', 'localhost/sea/worthy:2', `localhost/other@${MANIFEST}`, 'd038', ''])(
    'has no image %j',
    (name) => {
      expect(podmanStoredImage(store, name)).toMatchObject({ kind: 'elsewhere', reason: 'no-such-image' });
    },
  );

  it('lists images and containers', () => {
    expect(podmanStoreImages(store)).toEqual([
      { configDigest: `sha256:${ID}`, digest: MANIFEST, names: ['localhost/sea/worthy:1'] },
    ]);
    const layer = '78a219c8761db8ed96a2190281262073ec852deaf46af8ee7e8468a80b311c3d';
    const container = {
      id: '1c723dadd3ec496843426a20d945e1d1b6f0c25af8256b30d89b3a2585432e52',
      names: ['pc1'],
      image: 'localhost/sea/worthy:1',
      imageDigest: `sha256:${ID}`,
    };
    expect(podmanStoreContainers(store)).toEqual([container]);
    mkdirSync(within('overlay', layer, 'diff'), { recursive: true });
    expect(podmanStoreContainers(store)).toEqual([{ ...container, writableLayer: within('overlay', layer, 'diff') }]);
  });

  it('has layers that last only until the machine stops', () => {
    const volatile: Row[] = [];
    edit(LAYERS, (rows) => volatile.push(...rows.splice(1)));
    writeFileSync(within('overlay-layers', 'volatile-layers.json'), JSON.stringify(volatile));
    expect(podmanStoredImage(store, 'd037')).toMatchObject({ kind: 'layers', layers: [{}, {}] });
  });

  it('stands on the layers and has the images of additional stores', () => {
    const shared = join(folder, 'shared');
    cpSync(store.root, shared, { recursive: true });
    edit(IMAGES, (rows) => rows.splice(0));
    edit(LAYERS, (rows) => rows.splice(0));
    const both = { ...store, additional: [shared] };
    expect(podmanStoredImage(both, 'd037')).toMatchObject({
      kind: 'layers',
      layers: [{ path: join(shared, 'overlay', ONE, 'diff') }, {}],
    });
    expect(podmanStoreImages(both)).toHaveLength(1);
    expect(podmanStoredImage(store, 'd037')).toMatchObject({ reason: 'no-such-image' });
  });

  it('says when whiteouts may be files', () => {
    writeFileSync(within('overlay', '.has-mount-program'), 'true');
    expect(podmanStoredImage(store, 'd037')).toMatchObject({ whiteouts: 'either' });
    rmSync(within('overlay', '.has-mount-program'));
    expect(podmanStoredImage(store, 'd037')).toMatchObject({ whiteouts: 'overlay' });
  });

  it('knows a layer without a digest of its own by its place', () => {
    edit(LAYERS, (rows) => delete row(rows, TOP)['diff-digest']);
    expect(podmanStoredImage(store, 'd037')).toMatchObject({ kind: 'layers', layers: [{}, { diffId: TWO }] });
  });

  it('has one folder for all layers with the driver vfs', () => {
    const root = join(FIXTURES, 'vfs-store');
    expect(podmanStoredImage({ root, additional: [] }, 'sea/worthy:1')).toMatchObject({
      kind: 'tree',
      path: join(root, 'vfs', 'dir', TOP),
      configDigest: `sha256:${ID}`,
    });
    expect(podmanStoreContainers({ root, additional: [] })).toEqual([]);
  });
});

const DIFF_IDS = [`sha256:${ONE}`, TWO];

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
  const removed =
    (...names: readonly string[]) =>
    () =>
      rmSync(within(...names), { recursive: true });
  const other = { schemaVersion: 2, manifests: [] };
  const broken: readonly [string, string, () => void][] = [
    ['no store', 'no-store', () => rmSync(store.root, { recursive: true })],
    [
      'another driver',
      'unsupported',
      () => {
        removed('overlay-images')();
        mkdirSync(within('btrfs-images'));
      },
    ],
    ['no list of images', 'no-store', removed(...IMAGES)],
    ['images that are no list', 'damaged', () => writeFileSync(within(...IMAGES), '{}')],
    [
      'an image with a path for an identifier',
      'damaged',
      () => edit(IMAGES, (rows) => (row(rows, ID)['id'] = '../../etc')),
    ],
    ['no manifest', 'missing-piece', removed('overlay-images', ID, 'manifest')],
    [
      'another manifest',
      'damaged',
      () => writeFileSync(within('overlay-images', ID, 'manifest'), JSON.stringify(other)),
    ],
    ['no configuration', 'missing-piece', removed('overlay-images', ID, CONFIG)],
    ['another configuration', 'damaged', () => writeFileSync(within('overlay-images', ID, CONFIG), '{}')],
    ['no list of layers', 'missing-piece', removed(...LAYERS)],
    ['a layer too few', 'missing-piece', () => edit(LAYERS, (rows) => delete row(rows, TOP)['parent'])],
    ['a layer too many', 'damaged', () => edit(LAYERS, (rows) => (row(rows, ONE)['parent'] = TOP))],
    ['an image without layers', 'missing-piece', () => edit(IMAGES, (rows) => (row(rows, ID)['layer'] = ''))],
    [
      'a layer of another digest',
      'damaged',
      () => edit(LAYERS, (rows) => (row(rows, TOP)['diff-digest'] = `sha256:${ONE}`)),
    ],
    [
      'a layer that is not whole',
      'missing-piece',
      () => edit(LAYERS, (rows) => (row(rows, TOP)['flags'] = { incomplete: true })),
    ],
    ['a layer that is gone', 'missing-piece', removed('overlay', TOP)],
    ['files that lie elsewhere', 'unsupported', () => mkdirSync(within('overlay', TOP, 'composefs-data'))],
    [
      'a layer with a path for an identifier',
      'damaged',
      () => {
        edit(LAYERS, (rows) => (row(rows, TOP)['id'] = '../../../etc'));
        edit(IMAGES, (rows) => (row(rows, ID)['layer'] = '../../../etc'));
      },
    ],
    [
      'a link in place of a folder',
      'damaged',
      () => {
        removed('overlay', TOP, 'diff')();
        symlinkSync('/etc', within('overlay', TOP, 'diff'));
      },
    ],
  ];
  it.each(broken)('%s: %s', (_, reason, breakIt) => {
    breakIt();
    expect(podmanStoredImage(store, 'localhost/sea/worthy:1')).toMatchObject({ kind: 'elsewhere', reason });
  });

  it('an index, which names images of several platforms', () => {
    const bytes = Buffer.from(JSON.stringify(other));
    writeFileSync(within('overlay-images', ID, 'manifest'), bytes);
    edit(IMAGES, (rows) => (row(rows, ID)['digest'] = sha256Digest(bytes)));
    expect(podmanStoredImage(store, 'd037')).toMatchObject({ kind: 'elsewhere', reason: 'unsupported' });
  });

  it('is said and never guessed, whatever bytes its files have', () => {
    const files = [within(...IMAGES), within(...LAYERS), within('overlay-containers', 'containers.json')];
    files.push(within('overlay-images', ID, 'manifest'), within('overlay-images', ID, CONFIG));
    const rows = fc.array(
      fc.dictionary(
        fc.constantFrom('id', 'layer', 'parent', 'names', 'digest', 'flags', 'image', 'metadata'),
        fc.oneof(fc.jsonValue(), fc.constantFrom(ID, ONE, TOP, MANIFEST)),
      ),
    );
    const content = fc.oneof(
      fc.json(),
      rows.map((value) => JSON.stringify(value)),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.constantFrom(...files), content, (file, text) => {
        cpSync(join(FIXTURES, 'overlay-store'), store.root, { recursive: true });
        writeFileSync(file, text);
        const image = podmanStoredImage(store, ID);
        const found = image.kind === 'layers' ? image.layers.map(({ diffId }) => diffId) : DIFF_IDS;
        expect(found).toEqual(DIFF_IDS);
        for (const list of [podmanStoreImages, podmanStoreContainers]) {
          expect(trouble(() => list(store))).toSatisfy(isOurs);
        }
      }),
      { numRuns: 100 },
    );
  });
});
