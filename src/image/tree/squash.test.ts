import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyToModel, emptyModel, readModel } from '../../../test/images/model.ts';
import { tarBytes, type TarEntry as Written } from '../../../test/images/tar.ts';
import { LayerCollector, type LayerContent } from '../layer/collector.ts';
import { TarWalker } from '../layer/tar.ts';
import { squash } from './squash.ts';

const everyFile = (): boolean => true;

/** The layer as it would be read, wanting every file. */
function layerOf(
  entries: readonly Written[],
  index: number,
  selects: (path: string) => boolean = everyFile,
): LayerContent {
  const collector = new LayerCollector(selects);
  const walker = new TarWalker((entry) => collector.visit(entry));
  walker.write(tarBytes(entries));
  walker.end();
  return collector.content(index, `sha256:${index}`);
}

/** What is seen at last, as `path=content` (links that are wanted by their own path included). */
function seen(
  layers: readonly (readonly Written[])[],
  folders: readonly string[] = [],
  selects: (path: string) => boolean = everyFile,
): string[] {
  const { snapshots } = squash(
    layers.map((entries, index) => layerOf(entries, index)),
    { selects, folders },
  );
  return [...(snapshots.at(-1)?.files ?? [])]
    .map(([path, { bytes }]) => `${path}=${Buffer.from(bytes).toString()}`)
    .toSorted();
}

const file = (name: string, body: string): Written => ({ name, body });
const symlink = (name: string, link: string): Written => ({ name, type: 'symlink', link });
const hardlink = (name: string, link: string): Written => ({ name, type: 'hardlink', link });
const folder = (name: string): Written => ({ name: `${name}/` });

describe('changesets', () => {
  it.each<[string, Written[][], string[]]>([
    ['a later layer replaces a file', [[file('a', '1')], [file('a', '2')]], ['a=2']],
    ['a whiteout removes a file', [[file('d/a', '1'), file('d/b', '2')], [file('d/.wh.a', '')]], ['d/b=2']],
    ['a whiteout removes a folder', [[file('d/e/a', '1'), file('d/b', '2')], [file('d/.wh.e', '')]], ['d/b=2']],
    ['a whiteout at the root', [[file('a', '1')], [file('.wh.a', '')]], []],
    [
      'a whiteout does not touch its own layer',
      [[file('d/a', '1')], [file('d/.wh.a', ''), file('d/a', '2')]],
      ['d/a=2'],
    ],
    [
      'an opaque folder hides what lies below',
      [
        [file('d/a', '1'), file('d/e/c', '3')],
        [file('d/.wh..wh..opq', ''), file('d/b', '2')],
      ],
      ['d/b=2'],
    ],
    [
      'an opaque folder named after its files',
      [[file('d/a', '1')], [file('d/b', '2'), file('d/.wh..wh..opq', '')]],
      ['d/b=2'],
    ],
    ['an opaque root', [[file('a', '1')], [file('.wh..wh..opq', ''), file('b', '2')]], ['b=2']],
    ['a file replaced by a folder', [[file('a', '1')], [folder('a'), file('a/b', '2')]], ['a/b=2']],
    ['a folder replaced by a file', [[file('a/b', '1')], [file('a', '2')]], ['a=2']],
    ['a folder replaced by a device', [[file('a/b', '1')], [{ name: 'a', type: 'character' }]], []],
    ['a folder upon a folder adds to it', [[file('d/a', '1')], [folder('d'), file('d/b', '2')]], ['d/a=1', 'd/b=2']],
    ['a removed file that comes again', [[file('a', '1')], [file('.wh.a', '')], [file('a', '3')]], ['a=3']],
    ['storage drivers’ own marks are nothing', [[file('a', '1')], [file('.wh..wh.aufs', '')]], ['a=1']],
    ['the same path twice in a layer: the last counts', [[file('a', '1'), file('a', '2')]], ['a=2']],
    [
      'names with ./, // and a leading slash',
      [[file('./a', '1'), file('/b', '2'), file('d//./c', '3')]],
      ['a=1', 'b=2', 'd/c=3'],
    ],
    ['names that climb out stay below the root', [[file('../../a', '1'), file('d/../../b', '2')]], ['a=1', 'b=2']],
  ])('%s', (_, layers, expected) => {
    expect(seen(layers)).toEqual(expected);
  });
});

describe('links', () => {
  it.each<[string, Written[][], string[]]>([
    ['a hard link has the content of its target', [[file('a', '1'), hardlink('b', 'a')]], ['a=1', 'b=1']],
    ['a hard link to a file of a lower layer', [[file('a', '1')], [hardlink('b', './a')]], ['a=1', 'b=1']],
    ['a hard link outlives its target', [[file('a', '1'), hardlink('b', 'a')], [file('.wh.a', '')]], ['b=1']],
    ['a link to a file', [[file('usr/a', '1'), symlink('etc/a', '../usr/a')]], ['etc/a=1', 'usr/a=1']],
    [
      'an absolute link is below the root of the image',
      [[file('usr/a', '1'), symlink('etc/a', '/usr/a')]],
      ['etc/a=1', 'usr/a=1'],
    ],
    ['a dangling link is nothing', [[symlink('a', 'nowhere')]], []],
    [
      'an entry through a linked folder goes to the folder',
      [[symlink('lib', 'usr/lib'), file('usr/lib/a', '1')], [file('lib/a', '2')]],
      ['usr/lib/a=2'],
    ],
    [
      'a whiteout through a linked folder',
      [[symlink('lib', 'usr/lib'), file('usr/lib/a', '1')], [file('lib/.wh.a', '')]],
      [],
    ],
    [
      'an opaque mark through a linked folder',
      [
        [symlink('lib', 'usr/lib'), file('usr/lib/a', '1')],
        [file('lib/.wh..wh..opq', ''), file('lib/b', '2')],
      ],
      ['usr/lib/b=2'],
    ],
    [
      'a folder entry replaces a link (the merged-usr trap)',
      [
        [symlink('lib', 'usr/lib'), file('usr/lib/a', '1')],
        [folder('lib'), file('lib/b', '2')],
      ],
      ['lib/b=2', 'usr/lib/a=1'],
    ],
    [
      'a removed link leads nowhere any more',
      [[file('usr/a', '1'), symlink('a', 'usr/a')], [file('.wh.a', '')]],
      ['usr/a=1'],
    ],
    ['a link replaces a file', [[file('a', '1'), file('b', '2')], [symlink('a', 'b')]], ['a=2', 'b=2']],
    ['a file replaces a link', [[file('b', '2'), symlink('a', 'b')], [file('a', '1')]], ['a=1', 'b=2']],
  ])('%s', (_, layers, expected) => {
    expect(seen(layers)).toEqual(expected);
  });

  it.each<[string, Written[]]>([
    ['to itself', [symlink('a', 'a')]],
    ['round two', [symlink('a', 'b'), symlink('b', 'a')]],
    ['round through a folder', [symlink('d', 'd/x'), file('d/x/a', '1')]],
    ['growing at each turn', [symlink('a', 'a/a/a/a/a/a/a/a')]],
  ])('a cycle %s is said', (_, entries) => {
    const { cycles } = squash([layerOf(entries, 0)], { selects: everyFile, folders: [] });
    expect(cycles.length).toBeGreaterThan(0);
  });

  it('files of a well-known folder are seen under its name where a link leads elsewhere', () => {
    const layers = [[file('usr/state/status', '1'), symlink('var/lib/dpkg', '../../usr/state')]];
    const selects = (path: string): boolean => path.startsWith('var/lib/dpkg/');
    expect(seen(layers, ['var/lib/dpkg'], selects)).toEqual(['var/lib/dpkg/status=1']);
  });

  it('a file that was not kept, but that a wanted link leads to, is asked for', () => {
    const selects = (path: string): boolean => path === 'etc/os-release';
    const contents = [layerOf([file('opt/release', '1'), symlink('etc/os-release', '../opt/release')], 0, selects)];
    expect([...squash(contents, { selects, folders: [] }).missing.keys()]).toEqual(['opt/release']);
  });

  it('so is the one that a hard link stands for to which a wanted link leads', () => {
    const selects = (path: string): boolean => path === 'etc/os-release';
    const contents = [
      [file('opt/release', '1'), hardlink('opt/same', 'opt/release'), hardlink('opt/again', 'opt/same')],
      [symlink('etc/os-release', '../opt/again')],
    ].map((entries, index) => layerOf(entries, index, selects));
    const { missing } = squash(contents, { selects, folders: [] });
    expect(missing.get('opt/release')).toBe('etc/os-release');
  });

  it('a newer file that only a linked folder shows is asked for', () => {
    const selects = (path: string): boolean => path === 'usr/lib/db';
    const contents = [[symlink('lib', 'usr/lib'), file('usr/lib/db', 'old')], [file('lib/db', 'new')]].map(
      (entries, index) => layerOf(entries, index, selects),
    );
    expect([...squash(contents, { selects, folders: [] }).missing.keys()]).toEqual(['lib/db']);
  });
});

describe('snapshots', () => {
  it('are taken where something wanted changed, and say which layer holds each file', () => {
    const layers = [[file('a', '1')], [folder('x')], [file('b', '2')], [file('.wh.a', '')]];
    const { snapshots } = squash(
      layers.map((entries, index) => layerOf(entries, index)),
      { selects: everyFile, folders: [] },
    );
    expect(
      snapshots.map(({ layer, files }) => [layer, [...files].map(([path, held]) => `${path}@${held.layer}`)]),
    ).toEqual([
      [0, ['a@0']],
      [2, ['a@0', 'b@2']],
      [3, ['b@2']],
    ]);
  });
});

// Any stack of layers shows what a literal application of each entry to a tree of nodes shows.
const name = fc.constantFrom('a', 'b', 'c');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const entry: fc.Arbitrary<Written> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(path, fc.nat(99)).map(([at, body]) => file(at, String(body))) },
  { weight: 2, arbitrary: path.map((at) => folder(at)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        path,
        fc.oneof(
          path,
          path.map((to) => `/${to}`),
          path.map((to) => `../${to}`),
        ),
      )
      .map(([at, to]) => symlink(at, to)),
  },
  { weight: 1, arbitrary: path.map((at) => file(at.replace(/([^/]+)$/, '.wh.$1'), '')) },
  { weight: 1, arbitrary: path.map((at) => file(`${at}/.wh..wh..opq`, '')) },
);

describe('against a model', () => {
  it('the tree is that of applying entry by entry', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(entry, { maxLength: 5, selector: ({ name: at }) => at.replace(/\/$/, '') }), {
          minLength: 1,
          maxLength: 4,
        }),
        (layers) => {
          const model = emptyModel();
          const sound = layers.every((entries) => applyToModel(model, entries));
          fc.pre(sound);
          expect(seen(layers)).toEqual(readModel(model));
        },
      ),
      { numRuns: 20_000 },
    );
  });
});
