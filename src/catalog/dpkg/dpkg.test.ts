import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Distro } from '../../distro/distro.ts';
import type { OwnedFile } from '../../inventory/inventory.ts';
import type { CatalogResult, ImageFile } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { copyrightExtractor } from './copyright-extractor.ts';
import { dpkg } from './dpkg.ts';

const distro: Distro = {
  id: 'debian',
  name: 'Debian GNU/Linux 12 (bookworm)',
  versionId: '12',
  codename: 'bookworm',
  like: [],
  source: '/etc/os-release',
  ecosystem: 'Debian:12',
};
const layer = { index: 2, diffId: 'sha256:00' };
const database = 'var/lib/dpkg/status';

/** Files of a folder of `testdata`; `%3A` in a name stands for `:`, which some file systems do not take. */
function testdata(name: string): Record<string, Uint8Array> {
  const root = fileURLToPath(new URL(`testdata/${name}/`, import.meta.url));
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [decodeURIComponent(relative(root, path).replaceAll('\\', '/')), readFileSync(path)];
    }),
  );
}

/** As in reading an image: of copyright files the licences are kept. */
function extracted(file: ImageFile): ImageFile[] {
  if (!copyrightExtractor.selects(file.path)) return [file];
  const extraction = copyrightExtractor.open(file.path, file.bytes.length);
  extraction.write(file.bytes);
  const kept = extraction.end();
  return kept ? [{ ...file, bytes: kept.bytes, extractor: copyrightExtractor.id }] : [];
}

function catalog(files: Readonly<Record<string, string | Uint8Array>>, on: Distro = distro): CatalogResult {
  const list = Object.keys(files)
    .toSorted()
    .map((path) => ({ path, bytes: Buffer.from(files[path] ?? ''), layer }));
  return dpkg.catalog({ distro: on, files: list.flatMap(extracted) });
}

const names = (result: CatalogResult): string[] => result.packages.map((found) => `${found.name} ${found.version}`);

function filesOf({ ownership }: CatalogResult, name: string): readonly OwnedFile[] | undefined {
  return ownership?.find((entry) => entry.package.includes(`/${name}@`))?.files;
}

describeCataloger(
  dpkg,
  [
    {
      name: 'debian 12',
      files: testdata('bookworm'),
      distro,
      expected: [
        'adduser 3.134 all',
        'bash 5.2.15-2+b13 amd64',
        'gcc-12-base 12.2.0-14+deb12u1 amd64',
        'libc6 2.36-9+deb12u14 amd64',
        'libgcc-s1 12.2.0-14+deb12u1 amd64',
        'login 1:4.13+dfsg1-1+deb12u2 amd64',
        'perl-base 5.36.0-7+deb12u3 amd64',
        'sysvinit-utils 3.06-4 amd64',
        'tzdata 2026b-0+deb12u1 all',
      ],
    },
    {
      name: 'distroless, without a distribution',
      files: testdata('distroless'),
      expected: ['libc6 2.36-9+deb12u14 amd64', 'tzdata 2026b-0+deb12u1 all'],
    },
  ],
  { extractor: copyrightExtractor },
);

describe('debian 12', () => {
  const result = catalog(testdata('bookworm'));
  it('reads a package whole', () => {
    const purl = 'pkg:deb/debian/bash@5.2.15-2%2Bb13?arch=amd64&distro=debian-12';
    expect(result.packages.find((found) => found.name === 'bash')).toEqual({
      id: purl,
      name: 'bash',
      version: '5.2.15-2+b13',
      ecosystem: 'Debian:12',
      type: 'deb',
      kind: 'binary',
      source: { name: 'bash', version: '5.2.15-2' },
      architecture: 'amd64',
      purl,
      locations: [{ path: '/var/lib/dpkg/status', layer }],
      licenses: [
        'GPL-3+',
        'GPL-3+ with Bison exception',
        'GPL-2+',
        'GFDL-NIV-1.3',
        'Latex2e',
        'BSD-4-clause-UC and MIT-like',
        'BSD-4-clause-UC',
        'MIT-like',
        'permissive',
      ],
      foundBy: 'dpkg',
      metadata: {
        kind: 'dpkg',
        status: 'install ok installed',
        maintainer: 'Matthias Klose <doko@debian.org>',
        section: 'shells',
        essential: true,
      },
    });
  });
  it('gives a package without copyright file the licences of its source', () => {
    const licenses = result.packages.filter((found) => found.source?.name === 'gcc-12').map((found) => found.licenses);
    expect(licenses).toEqual([
      ['GPL', 'GPL-3'],
      ['GPL', 'GPL-3'],
    ]);
  });
  it('knows the files of a package, without folders', () => {
    expect(filesOf(result, 'libgcc-s1')).toEqual([
      { path: '/lib/x86_64-linux-gnu/libgcc_s.so.1', digest: 'md5:8ff3819553818db46d80bf18e7bd5366' },
      { path: '/usr/share/lintian/overrides/libgcc-s1', digest: 'md5:44a14dcf85ae45e233e4d47509cc2369' },
      { path: '/usr/share/doc/libgcc-s1' },
    ]);
    expect(filesOf(result, 'bash')).toContainEqual({
      path: '/bin/bash',
      digest: 'md5:2a76f5df90ba1375b6e6d825c4a28b2d',
    });
    expect(filesOf(result, 'bash')?.filter((file) => file.path === '/bin' || file.path === '/etc')).toEqual([]);
  });
});

it('distroless: the files of a package are those of its md5sums', () => {
  const { ownership, packages } = catalog(testdata('distroless'));
  expect(packages.map((found) => found.locations[0]?.path)).toEqual([
    '/var/lib/dpkg/status.d/bGliYzY=',
    '/var/lib/dpkg/status.d/tzdata',
  ]);
  expect(ownership?.map((entry) => entry.files.length)).toEqual([5]);
  expect(ownership?.[0]?.files[3]).toEqual({
    path: '/usr/share/doc/tzdata/copyright',
    digest: 'md5:0c5496d68e312e8790956c352a9b181d',
  });
});

function stanza(fields: Readonly<Record<string, string>>): string {
  const all = { Package: 'a', Status: 'install ok installed', Architecture: 'amd64', Version: '1', ...fields };
  return `${Object.entries(all)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('')}\n`;
}

it.each([
  ['install ok installed', true],
  ['hold ok installed', true],
  ['deinstall ok installed', true],
  ['install reinstreq half-installed', true],
  ['install ok half-configured', true],
  ['install ok unpacked', true],
  ['install ok triggers-awaited', true],
  ['install ok triggers-pending', true],
  ['deinstall ok config-files', false],
  ['purge ok not-installed', false],
  ['unknown ok not-installed', false],
])('state %j is there: %s', (status, there) => {
  const result = catalog({ [database]: stanza({ Status: status }) });
  expect([result.packages.length === 1, result.problems]).toEqual([there, []]);
});

it('tells one package of several architectures apart, and one record in two files together', () => {
  const twice = stanza({}) + stanza({ Architecture: 'i386' });
  const again = stanza({}).replace(/Status.*\n/, '');
  const { packages, problems } = catalog({ [database]: twice, 'var/lib/dpkg/status.d/a': again });
  expect(problems).toEqual([]);
  expect(packages.map((found) => [found.architecture, found.locations.length])).toEqual([
    ['amd64', 2],
    ['i386', 1],
  ]);
});

it.each(['status', 'status.d/a', 'info/base-files.list'])('the folder of %s may be a link', (name) => {
  const path = `var/lib/dpkg/${name}`;
  expect([dpkg.selects(path, 'packages'), dpkg.needs.includes(dirname(path))]).toEqual([true, true]);
});

it('one package of two sources is two', () => {
  const text = ['', 'b', 'b', 'b (2)'].map((source) => stanza({ Source: source })).join('');
  const { packages } = catalog({ [database]: text });
  const purl = 'pkg:deb/debian/a@1?arch=amd64&distro=debian-12';
  expect(packages.map(({ id, source }) => [id, source?.name, source?.version])).toEqual([
    [purl, 'a', '1'],
    [`${purl}#2`, 'b', '1'],
    [`${purl}#3`, 'b', '2'],
  ]);
  expect(packages.map((found) => found.purl)).toEqual([purl, purl, purl]);
});

it('knows who built a package where it was not the distribution', () => {
  const foreign = stanza({ Package: 'docker-ce', Maintainer: 'Docker <support@docker.com>' });
  const { packages } = catalog({ [database]: foreign + stanza({ Package: 'own', Maintainer: 'A <a@debian.org>' }) });
  expect(packages.map(({ metadata }) => metadata.kind === 'dpkg' && metadata.thirdParty)).toEqual([
    'Docker',
    undefined,
  ]);
});

const bare = stanza({}).replace(/Status.*\n/, '');
const script = '#!/bin/sh\nset -e\n\nexit 0\n';
it.each([
  ['a', bare, 1, 0],
  ['a.config', bare, 1, 0],
  ['a.symbols', bare, 1, 0],
  ['a.postinst', bare.toLowerCase(), 1, 0],
  ['a.config', `\0oops\n${bare}`, 1, 1],
  ['a.config', `${script}\n${bare}`, 1, 2],
  ['a.config', script, 0, 0],
  ['a.conffiles', '/etc/a\n', 0, 0],
  ['a.templates', 'Template: a/b\nType: note\n', 0, 0],
  ['a', script, 0, 2],
])('status.d/%s with %j: %i packages, %i problems', (name, text, packages, problems) => {
  const result = catalog({ [`${database}.d/${name}`]: text });
  expect([result.packages.length, result.problems.length]).toEqual([packages, problems]);
});

it.each([
  ['Ubuntu:24.04:LTS', 'Ubuntu:24.04:LTS'],
  ['Alpine:v3.20', undefined],
  ['AlmaLinux:9', undefined],
  ['Debianish:12', undefined],
])('in %s a package is of %s', (ecosystem, expected) => {
  const { packages } = catalog({ [database]: stanza({}) }, { ...distro, ecosystem });
  expect(packages.map((found) => found.ecosystem)).toEqual([expected]);
});

it.each([
  ['no version', 'Package: x\nStatus: install ok installed\n\n', 'line 1: x without usable Version'],
  ['no status', 'Package: x\nVersion: 1\n\n', 'line 1: x without usable Status'],
  ['a state that is none', stanza({ Status: 'install ok broken' }), 'line 1: a without usable Status'],
  ['no package', 'Version: 1\nStatus: install ok installed\n\n', 'line 1: stanza without usable Package'],
  ['a line that is no field', `oops\n${stanza({ Package: 'x' })}`, 'line 1: not a field'],
  ['a version twice', stanza({ Package: 'x' }).replace('\n\n', '\nversion: 2\n\n'), 'line 5: field twice'],
  ['no architecture', stanza({ Package: 'x', Architecture: '' }), 'line 1: x without usable Architecture'],
  ['a source that is none', stanza({ Package: 'x', Source: 'y (' }), 'line 1: x without usable Source'],
  ['an empty line lost', stanza({ Package: 'x' }).slice(0, -1), 'line 5: no empty line before the next Package'],
])('%s is told and the others are read', (_name, text, detail) => {
  const result = catalog({ [database]: text + stanza({ Package: 'good' }) });
  expect(names(result)).toContain('good 1');
  expect(result.problems).toEqual([
    {
      code: 'corrupt',
      message: 'Package record is damaged',
      detail,
      path: '/var/lib/dpkg/status',
      layer: 2,
      by: 'dpkg',
      lossy: true,
    },
  ]);
});

it('keeps a version that is none, for matching to judge', () => {
  const result = catalog({ [database]: stanza({ Version: '2:x:y_z' }) });
  expect([names(result), result.problems]).toEqual([['a 2:x:y_z'], []]);
});

it('says when packages have files but no record', () => {
  const result = catalog({ [database]: '', 'var/lib/dpkg/info/bash.list': '/.\n' });
  expect(result.problems).toMatchObject([{ code: 'unreadable', path: '/var/lib/dpkg/status', lossy: true }]);
});

it('counts what it does not tell one by one', () => {
  const { problems } = catalog({ [database]: 'Package: x\n\n'.repeat(100) });
  expect([problems.length, problems.at(-1)?.detail]).toEqual([21, '80 more']);
});

const tool = existsSync('/usr/bin/dpkg-query') && existsSync(`/${database}`);
describe.skipIf(!tool)(`as dpkg-query lists${tool ? '' : ': SKIPPED, no dpkg-query here'}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-dpkg-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const format = '${Package} ${Version} ${Architecture} ${source:Package} ${source:Version} ${db:Status-Status}\\n';
  it.each(['this machine', 'testdata'])('%s', (name) => {
    const bytes = name === 'testdata' ? testdata('bookworm')[database] : readFileSync(`/${database}`);
    assert(bytes);
    mkdirSync(join(folder, 'info'), { recursive: true });
    mkdirSync(join(folder, 'updates'), { recursive: true });
    writeFileSync(join(folder, 'status'), bytes);
    const output = execFileSync('dpkg-query', [`--admindir=${folder}`, '-W', '-f', format], { encoding: 'utf8' });
    const theirs = output
      .split('\n')
      .filter((line) => line !== '' && !/ (not-installed|config-files)$/.test(line))
      .map((line) => line.slice(0, line.lastIndexOf(' ')));
    const { packages, problems } = catalog({ [database]: bytes });
    const ours = packages.map(({ name: binary, version, architecture, source }) =>
      [binary, version, architecture, source?.name, source?.version].join(' '),
    );
    expect(problems).toEqual([]);
    expect(theirs.length).toBeGreaterThan(8);
    expect(ours.toSorted()).toEqual(theirs.toSorted());
  });
});
