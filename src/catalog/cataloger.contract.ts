import { PackageURL } from 'packageurl-js';
import { describe, expect, it } from 'vitest';
import type { Distro } from '../distro/distro.ts';
import type { Extractor } from '../image/image.ts';
import { byEnding, endingOf } from '../internal/by-ending.ts';
import type { LayerRef, Package } from '../inventory/inventory.ts';
import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from './catalog.ts';

/** Files of an image and what a cataloger must find in them. */
export interface CatalogerSample {
  readonly name: string;
  /** By path without leading slash; all of them wanted by the cataloger. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly distro?: Distro;
  /** `name version architecture`, ` (locked)` behind it for what only a lock file names, `-` where there is no architecture; sorted by code unit. */
  readonly expected: readonly string[];
  /** Only its content tells what such a file is: one that is damaged at its start is any other file. */
  readonly unrecognizable?: boolean;
}

const layer: LayerRef = { index: 0, diffId: `sha256:${'0'.repeat(64)}`, createdBy: 'ADD rootfs.tar /' };

/** What else the contract needs of some catalogers. */
export interface CatalogerTools {
  /** Sees the files that the cataloger does not select by path, as in reading an image. */
  readonly extractor?: Extractor | undefined;
}

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
export function describeCataloger(
  cataloger: Cataloger,
  samples: readonly CatalogerSample[],
  { extractor }: CatalogerTools = {},
): void {
  describe(`cataloger ${cataloger.id}`, () => {
    it('names its folders without slashes at the ends', () => {
      expect(cataloger.needs.filter((folder) => !/^[^/].*[^/]$/.test(folder))).toEqual([]);
    });
    it('wants no ordinary file', () => {
      expect(ordinaryPaths.filter((path) => cataloger.selects(path, 'files'))).toEqual([]);
    });
    it('finds nothing and has nothing to say where there are no files', () => {
      const result = cataloger.catalog({ files: [] });
      expect([result.packages, result.problems]).toEqual([[], []]);
    });
    describe.each(samples)('$name', (sample) => {
      describeSample(cataloger, sample, extractor);
    });
  });
}

/** As a scan asks: only of names with an ending that is said. */
function isWanted(taker: Cataloger | Extractor, path: string): boolean {
  return byEnding([taker])(endingOf(path)).some((one) => one.selects(path, 'files'));
}

function describeSample(cataloger: Cataloger, sample: CatalogerSample, extractor: Extractor | undefined): void {
  const inputFor = (files: CatalogerSample['files']): CatalogInput => inputOf(sample, files, cataloger, extractor);
  const input = inputFor(sample.files);
  it('wants every file of it', () => {
    expect(
      Object.keys(sample.files).filter(
        (path) => !isWanted(cataloger, path) && !(extractor && isWanted(extractor, path)),
      ),
    ).toEqual([]);
  });
  it('lists exactly its packages', () => {
    expect(cataloger.catalog(input).packages.map(describePackage).toSorted()).toEqual(sample.expected);
  });
  it.each(['names', 'packages'] as const)('lists them also where only %s are asked for', (detail) => {
    const { packages, ownership = [] } = cataloger.catalog({ ...input, detail });
    expect(packages.map(describePackage).toSorted()).toEqual(sample.expected);
    expect(ownership).toEqual([]);
  });
  it('gives well-formed, sorted packages with unique identifiers', () => {
    expect(faults(cataloger, input, cataloger.catalog(input))).toEqual([]);
  });
  it('gives the same again and leaves its input alone', () => {
    const before = input.files.map((file) => Buffer.from(file.bytes).toString('latin1'));
    const first = cataloger.catalog(input);
    expect(cataloger.catalog(input)).toEqual(first);
    expect(input.files.map((file) => Buffer.from(file.bytes).toString('latin1'))).toEqual(before);
  });
  describe.each(Object.keys(sample.files))('damaged %s', (path) => {
    it.each(damages(sample.files[path] ?? new Uint8Array()))('%s', (_name, bytes) => {
      const damaged = inputFor({ ...sample.files, [path]: bytes });
      const result = cataloger.catalog(damaged);
      expect(faults(cataloger, damaged, result)).toEqual([]);
      expect(silences(sample, path, result)).toEqual([]);
    });
  });
}

/** What is wrong in the result of a damaged file though no lossy problem names the file. */
function silences(sample: CatalogerSample, path: string, result: CatalogResult): string[] {
  if (result.problems.some((problem) => problem.lossy && problem.path === `/${path}`)) {
    return [];
  }
  if (result.packages.length === 0 && !sample.unrecognizable) {
    return ['no packages, and no problem says why'];
  }
  const known = new Set(sample.expected);
  return result.packages
    .map(describePackage)
    .filter((text) => !known.has(text))
    .map((text) => `${text} is not there, and no problem says why`);
}

function inputOf(
  sample: CatalogerSample,
  files: CatalogerSample['files'],
  cataloger: Cataloger,
  extractor: Extractor | undefined,
): CatalogInput {
  const paths = Object.keys(files).toSorted();
  return {
    ...(sample.distro && { distro: sample.distro }),
    files: paths.flatMap((path): ImageFile[] => {
      const bytes = files[path] ?? new Uint8Array();
      if (extractor === undefined || cataloger.selects(path, 'files')) return [{ path, bytes, layer }];
      const kept = extracted(extractor, path, bytes);
      return kept === undefined ? [] : [{ path, bytes: kept, layer, extractor: extractor.id }];
    }),
  };
}

/** What an extractor keeps of a file whose bytes pass in pieces. */
function extracted(extractor: Extractor, path: string, bytes: Uint8Array): Uint8Array | undefined {
  const extraction = extractor.open(path, bytes.length);
  for (let at = 0, more = true; more && at < bytes.length; at += 60_000) {
    // A copy that is overwritten, as the buffers of a layer's reader are.
    const chunk = Uint8Array.from(bytes.subarray(at, at + 60_000));
    more = extraction.write(chunk);
    chunk.fill(0xee);
  }
  return extraction.end()?.bytes;
}

function describePackage(found: Package): string {
  return `${found.name} ${found.version} ${found.architecture ?? '-'}${found.presence === undefined ? '' : ` (${found.presence})`}`;
}

const digest = /^(md5:[\da-f]{32}|sha1:[\da-f]{40}|sha256:[\da-f]{64}|sha512:[\da-f]{128})$/;

/** How a result breaks the contract; empty when it does not. */
function faults(cataloger: Cataloger, input: CatalogInput, result: CatalogResult): string[] {
  const list = result.packages.map((found) => found.id);
  const ids = new Set(list);
  const wrong = result.packages.flatMap((found) => packageFaults(cataloger, input, found));
  const check = (holds: boolean, text: string): unknown => holds || wrong.push(text);
  check(ids.size === list.length, 'identifiers are not unique');
  check(list.join('\n') === list.toSorted().join('\n'), 'packages are not sorted by identifier');
  for (const { package: id, files } of result.ownership ?? []) {
    check(ids.has(id), `files of ${id}, which is not there`);
    for (const file of files) {
      check(file.path.startsWith('/'), `file ${file.path} is not absolute`);
      check(file.digest === undefined || digest.test(file.digest), `digest ${file.digest}`);
    }
  }
  for (const { from, to } of result.relationships ?? []) {
    check(ids.has(from) && ids.has(to), `relation from ${from} to ${to}, which are not both there`);
  }
  for (const problem of result.problems) {
    check(problem.by === cataloger.id, `problem by ${problem.by}`);
    check(problem.path?.startsWith('/') ?? true, `problem with ${problem.path}, which is not absolute`);
  }
  return wrong;
}

function packageFaults(cataloger: Cataloger, input: CatalogInput, found: Package): string[] {
  const purl = PackageURL.fromString(found.purl);
  const paths = new Set(input.files.map((file) => `/${file.path}`));
  const checks: Record<string, boolean> = {
    'purl type': purl.type === found.type,
    'purl name': lastPart(found.name) === lastPart(purl.name ?? ''),
    id: found.id === found.purl || found.id.startsWith(`${found.purl}#`),
    foundBy: found.foundBy === cataloger.id,
    name: found.name !== '',
    version: found.version !== '',
    locations: found.locations.length > 0 && found.locations.every((at) => paths.has(at.path) && at.layer === layer),
    licenses: new Set(found.licenses).size === found.licenses.length && !found.licenses.includes(''),
    source: found.source?.name !== '' && found.source?.version !== '',
    ecosystem: found.ecosystem !== '',
  };
  return Object.keys(checks)
    .filter((key) => !checks[key])
    .map((key) => `${found.id}: ${key}`);
}

/** A name in an ecosystem with namespaces ends in the purl's. */
function lastPart(name: string): string | undefined {
  return name.toLowerCase().split(/[/:]/).at(-1);
}

/** The same file cut short, blanked, filled with noise, with one huge line, and with noise in its middle. */
function damages(whole: Uint8Array): [string, Uint8Array][] {
  const cuts = [1, 0.999, 0.9, 0.5, 0.25].map((part): [string, Uint8Array] => {
    const length = part === 1 ? whole.length - 1 : Math.floor(whole.length * part);
    return [
      `cut to ${part === 1 ? 'all but one byte' : `${part * 100} %`}`,
      Uint8Array.from(whole.subarray(0, Math.max(length, 1))),
    ];
  });
  // A Buffer's slice is no copy.
  const middle = Uint8Array.from(whole);
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
