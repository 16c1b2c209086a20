import { PackageURL } from 'packageurl-js';
import { describe, expect, it } from 'vitest';
import type { Distro } from '../distro/distro.ts';
import type { LayerRef, Package } from '../inventory/inventory.ts';
import type { Cataloger, CatalogInput, CatalogResult } from './catalog.ts';

/** Files of an image and what a cataloger must find in them. */
export interface CatalogerSample {
  readonly name: string;
  /** By path without leading slash; all of them wanted by the cataloger. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly distro?: Distro;
  /** `name version architecture`, `-` where there is no architecture; sorted by code unit. */
  readonly expected: readonly string[];
}

const layer: LayerRef = { index: 0, diffId: `sha256:${'0'.repeat(64)}`, createdBy: 'ADD rootfs.tar /' };

/** Paths that are in many images and that no cataloger wants. */
const ordinaryPaths: readonly string[] = [
  '',
  'bin/sh',
  'etc/passwd',
  'etc/apk/world',
  'lib/apk/db/lock',
  'lib/apk/db/scripts.tar',
  'opt/app/status',
  'opt/app/installed',
  'proc/1/status',
  'usr/bin/dpkg',
  'usr/share/doc/bash/README',
  'usr/share/doc/copyright',
  'var/lib/dpkg/available',
  'var/lib/dpkg/lock',
  'var/lib/dpkg/status-old',
  'var/lib/dpkg/info/bash.postinst',
  'var/lib/rpm/.rpm.lock',
  'var/lib/rpm/__db.001',
  'var/log/dpkg.log',
];

/**
 * The contract of every cataloger, run over samples of its own format: right packages, well-formed results, no effects,
 * and for damaged files either right packages or a lossy `Problem` with the path, never silence.
 */
export function describeCataloger(cataloger: Cataloger, samples: readonly CatalogerSample[]): void {
  describe(`cataloger ${cataloger.id}`, () => {
    it('names its folders without slashes at the ends', () => {
      expect(cataloger.needs.filter((folder) => !/^[^/].*[^/]$/.test(folder))).toEqual([]);
    });
    it('wants no ordinary file', () => {
      expect(ordinaryPaths.filter((path) => cataloger.selects(path))).toEqual([]);
    });
    it('finds nothing and has nothing to say where there are no files', () => {
      const result = cataloger.catalog({ files: [] });
      expect([result.packages, result.problems]).toEqual([[], []]);
    });
    describe.each(samples)('$name', (sample) => {
      describeSample(cataloger, sample);
    });
  });
}

function describeSample(cataloger: Cataloger, sample: CatalogerSample): void {
  const input = inputOf(sample, sample.files);
  it('wants every file of it', () => {
    expect(Object.keys(sample.files).filter((path) => !cataloger.selects(path))).toEqual([]);
  });
  it('lists exactly its packages', () => {
    expect(cataloger.catalog(input).packages.map(describePackage).sort()).toEqual(sample.expected);
  });
  it('gives well-formed, sorted packages with unique identifiers', () => {
    expectWellFormed(cataloger, input, cataloger.catalog(input));
  });
  it('gives the same again and leaves its input alone', () => {
    const before = input.files.map((file) => Buffer.from(file.bytes).toString('latin1'));
    const first = cataloger.catalog(input);
    expect(cataloger.catalog(input)).toEqual(first);
    expect(input.files.map((file) => Buffer.from(file.bytes).toString('latin1'))).toEqual(before);
  });
  describe.each(Object.keys(sample.files))('damaged %s', (path) => {
    it.each(damages(sample.files[path] ?? new Uint8Array()))('%s', (_name, bytes) => {
      const damaged = inputOf(sample, { ...sample.files, [path]: bytes });
      const result = cataloger.catalog(damaged);
      expectWellFormed(cataloger, damaged, result);
      const known = new Set(sample.expected);
      const wrong = result.packages.map(describePackage).filter((text) => !known.has(text));
      const said = result.problems.some((problem) => problem.lossy && problem.path === `/${path}`);
      if (!said) {
        expect(wrong, 'packages that are not there, and no problem says why').toEqual([]);
        expect(result.packages.length, 'packages, as no problem says why there are none').toBeGreaterThan(0);
      }
    });
  });
}

function inputOf(sample: CatalogerSample, files: CatalogerSample['files']): CatalogInput {
  const paths = Object.keys(files).sort();
  return {
    ...(sample.distro && { distro: sample.distro }),
    files: paths.map((path) => ({ path, bytes: files[path] ?? new Uint8Array(), layer })),
  };
}

function describePackage(found: Package): string {
  return `${found.name} ${found.version} ${found.architecture ?? '-'}`;
}

function expectWellFormed(cataloger: Cataloger, input: CatalogInput, result: CatalogResult): void {
  const ids = result.packages.map((found) => found.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(ids.toSorted());
  for (const found of result.packages) {
    expectPackage(cataloger, input, found);
  }
  for (const { package: id, files } of result.ownership ?? []) {
    expect(ids).toContain(id);
    expect(files.filter((file) => !file.path.startsWith('/'))).toEqual([]);
    const odd = files.filter(
      (file) => !/^(md5:.{32}|sha1:.{40}|sha256:.{64}|sha512:.{128})$/.test(file.digest ?? 'md5:'.padEnd(36, '0')),
    );
    expect(odd).toEqual([]);
  }
  for (const relationship of result.relationships ?? []) {
    expect(ids).toContain(relationship.from);
    expect(ids).toContain(relationship.to);
  }
  for (const problem of result.problems) {
    expect(problem.by).toBe(cataloger.id);
    expect(problem.path === undefined || problem.path.startsWith('/')).toBe(true);
  }
}

function expectPackage(cataloger: Cataloger, input: CatalogInput, found: Package): void {
  const purl = PackageURL.fromString(found.purl);
  expect(purl.type).toBe(found.type);
  expect(purl.name?.toLowerCase()).toBe(found.name.toLowerCase());
  expect(found.id === found.purl || found.id.startsWith(`${found.purl}#`)).toBe(true);
  expect(found.foundBy).toBe(cataloger.id);
  expect(found.name).not.toBe('');
  expect(found.version).not.toBe('');
  expect(found.locations.length).toBeGreaterThan(0);
  const paths = new Set(input.files.map((file) => `/${file.path}`));
  for (const location of found.locations) {
    expect(paths).toContain(location.path);
    expect(location.layer).toEqual(layer);
  }
  expect(new Set(found.licenses).size).toBe(found.licenses.length);
  expect(found.licenses).not.toContain('');
  if (found.source) {
    expect(found.source.name).not.toBe('');
    expect(found.source.version).not.toBe('');
  }
}

/** The same file cut short, blanked, filled with noise, with one huge line, and with noise in its middle. */
function damages(whole: Uint8Array): [string, Uint8Array][] {
  const cuts = [1, 0.999, 0.9, 0.5, 0.25].map((part): [string, Uint8Array] => {
    const length = part === 1 ? whole.length - 1 : Math.floor(whole.length * part);
    return [`cut to ${part === 1 ? 'all but one byte' : `${part * 100} %`}`, whole.slice(0, Math.max(length, 1))];
  });
  const middle = whole.slice();
  middle.set(noise(Math.min(64, middle.length >> 1)), middle.length >> 1);
  return [
    ...cuts,
    ['all NUL', new Uint8Array(4096)],
    ['noise', noise(4096)],
    ['one line of 2 MiB', new Uint8Array(2 << 20).fill(0x41)],
    ['lines of noise', noise(4096).map((byte) => (byte % 16 === 0 ? 0x0a : byte))],
    ['noise in the middle', middle],
  ];
}

/** Bytes of a linear congruential generator: the same in every run. */
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 16;
  });
}
