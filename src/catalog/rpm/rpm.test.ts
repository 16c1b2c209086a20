import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeCataloger } from '../cataloger.contract.ts';
import { rpm } from './rpm.ts';
import { almaLinux, catalogFiles, layer, samples, testBytes, testText, tsvLine } from './testdata/samples.ts';

describeCataloger(
  rpm,
  samples.map(({ name, path, bytes, expected }) => ({
    name,
    files: { [path]: bytes },
    distro: almaLinux,
    expected: expected.map(contractLine).toSorted(),
  })),
);

function contractLine(line: string): string {
  const [name, epoch, version, release, arch] = line.split('\t');
  const prefix = epoch === '(none)' || epoch === '0' ? '' : `${epoch}:`;
  return `${name} ${prefix}${version}-${release} ${arch}`;
}

const alma = testBytes('alma9/rpmdb.sqlite');
const almaBdb = testBytes('variants/big-endian-512.bdb');
const rhel = testBytes('rhel8/Packages');
const path = 'var/lib/rpm/rpmdb.sqlite';

describe('package', () => {
  it.each(samples)('$name has all that rpm prints of its packages', ({ path: at, bytes, expected }) => {
    const result = catalogFiles({ [at]: bytes });
    expect(result.packages.map(tsvLine).toSorted()).toEqual(expected);
    expect(result.problems).toEqual([]);
  });
  it('is described whole', () => {
    const { packages } = catalogFiles({ [path]: alma });
    const id =
      'pkg:rpm/almalinux/npm@10.2.4-1.18.19.1.1.module_el9.3.0%2B59%2B28b95644?arch=x86_64&distro=almalinux-9.3&epoch=1' +
      '&upstream=nodejs-18.19.1-1.module_el9.3.0%2B59%2B28b95644.src.rpm';
    expect(packages.find(({ name }) => name === 'npm')).toEqual({
      id,
      name: 'npm',
      version: '1:10.2.4-1.18.19.1.1.module_el9.3.0+59+28b95644',
      ecosystem: 'AlmaLinux:9',
      type: 'rpm',
      kind: 'binary',
      source: { name: 'nodejs', version: '1:18.19.1-1.module_el9.3.0+59+28b95644' },
      architecture: 'x86_64',
      purl: id,
      locations: [{ path: `/${path}`, layer }],
      licenses: ['GPL-3.0-or-later AND MIT'],
      foundBy: 'rpm',
      metadata: {
        kind: 'rpm',
        epoch: 1,
        release: '1.18.19.1.1.module_el9.3.0+59+28b95644',
        vendor: 'AlmaLinux',
        packager: 'AlmaLinux Packaging Team <packager@almalinux.example>',
        modularityLabel: 'nodejs:18:9030020240301123456:rhel9',
        sourceRpm: 'nodejs-18.19.1-1.module_el9.3.0+59+28b95644.src.rpm',
      },
    });
  });
  it('with epoch 0 has a version without epoch and says so only in its metadata', () => {
    const found = catalogFiles({ [path]: alma }).packages.find(({ name }) => name === 'perl-Errno');
    expect([found?.version, found?.metadata]).toEqual(['1.30-480.el9', expect.objectContaining({ epoch: 0 })]);
    expect(found?.purl).not.toContain('epoch');
  });
  it('of a trusted key is none', () => {
    expect(alma.includes('gpg-pubkey')).toBe(true);
    expect(catalogFiles({ [path]: alma }).packages.map(({ name }) => name)).not.toContain('gpg-pubkey');
  });
  it.each([
    ['rhel', 'pkg:rpm/redhat/'],
    ['opensuse-leap', 'pkg:rpm/opensuse/'],
    ['sles', 'pkg:rpm/suse/'],
    ['fedora', 'pkg:rpm/fedora/'],
  ])('on %s has a purl that begins with %s', (id, prefix) => {
    const { packages } = catalogFiles({ [path]: alma }, { id, name: id, like: [], source: '/etc/os-release' });
    expect(packages.filter(({ purl }) => !purl.startsWith(prefix) || !purl.includes(`distro=${id}&`))).toEqual([]);
  });
  it.each([
    ['openSUSE:Leap 15.6', 'openSUSE:Leap 15.6'],
    ['Debian:12', undefined],
    ['Alpine:v3.20', undefined],
  ])('in %s is of %s', (ecosystem, expected) => {
    const { packages } = catalogFiles({ [path]: alma }, { ...almaLinux, ecosystem });
    expect(new Set(packages.map((found) => found.ecosystem))).toEqual(new Set([expected]));
  });
  it('on an unknown distribution has no ecosystem and no namespace', () => {
    const { packages } = rpm.catalog({ files: [{ path, bytes: alma, layer }] });
    expect(packages[0]?.id).toBe('pkg:rpm/bash@5.1.8-6.el9_1?arch=x86_64&upstream=bash-5.1.8-6.el9_1.src.rpm');
    expect(packages[0]).not.toHaveProperty('ecosystem');
  });
});

describe('owned files', () => {
  it('are those that rpm lists, without folders and what was not installed', () => {
    const { packages, ownership } = catalogFiles({ [path]: alma });
    const names = new Map(packages.map(({ id, name, architecture }) => [id, `${name}.${architecture}`]));
    const lines = (ownership ?? []).flatMap(({ package: id, files }) =>
      files.map((file) => `${names.get(id)}\t${file.path}\t${file.digest ?? ''}`),
    );
    expect(lines.toSorted()).toEqual(listedFiles().toSorted());
    expect(lines.filter((line) => line.includes('\tmd5:'))).toHaveLength(1);
  });
});

function listedFiles(): string[] {
  return testText('alma9/files.tsv')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([, , mode = '', state]) => !mode.startsWith('d') && state === 'normal')
    .map(([name, file, , , digest = '']) => {
      const algorithm = digest.length === 32 ? 'md5:' : 'sha256:';
      return `${name}\t${file}\t${digest && algorithm}${digest}`;
    });
}

describe('several databases', () => {
  it('that are the same one under two paths count once', () => {
    const once = catalogFiles({ 'usr/lib/sysimage/rpm/rpmdb.sqlite': alma });
    const twice = catalogFiles({ [path]: Buffer.from(alma), 'usr/lib/sysimage/rpm/rpmdb.sqlite': alma });
    expect(twice).toEqual(once);
  });
  it('in one folder: the newest backend that has packages is used, and a different one is said', () => {
    const result = catalogFiles({ [path]: alma, 'var/lib/rpm/Packages': rhel });
    expect(result.packages.map(({ name }) => name)).not.toContain('libuuid');
    expect(result.problems).toEqual([
      {
        code: 'duplicate',
        message: 'folder with two rpm databases that differ; one is used',
        detail: '/var/lib/rpm/rpmdb.sqlite: 9 packages, /var/lib/rpm/Packages: 1 packages',
        path: '/var/lib/rpm/rpmdb.sqlite',
        layer: 3,
        by: 'rpm',
        lossy: true,
      },
    ]);
  });
  it('in one folder that say the same need no word', () => {
    const result = catalogFiles({ [path]: alma, 'var/lib/rpm/Packages': almaBdb });
    expect([result.packages.length, result.problems]).toEqual([9, []]);
  });
  it('in one folder, the newest unreadable: the other is used', () => {
    const result = catalogFiles({ [path]: alma.subarray(0, 50), 'var/lib/rpm/Packages': almaBdb });
    expect(result.packages).toHaveLength(9);
    expect(result.problems).toMatchObject([{ code: 'corrupt', path: `/${path}`, lossy: true }]);
  });
  it('in one folder, one an empty file: the other is used; alone, it is a lossy problem', () => {
    const result = catalogFiles({ [path]: alma, 'var/lib/rpm/Packages': new Uint8Array() });
    expect([result.packages.length, result.problems]).toEqual([9, []]);
    const alone = catalogFiles({ 'var/lib/rpm/Packages': new Uint8Array() });
    expect(alone.problems).toMatchObject([{ code: 'corrupt', path: '/var/lib/rpm/Packages', lossy: true }]);
  });
  it('in two folders that differ are both used, each package once', () => {
    const result = catalogFiles({
      'usr/lib/sysimage/rpm/Packages': almaBdb,
      [path]: alma,
      'usr/share/rpm/Packages': rhel,
    });
    expect(result.packages).toHaveLength(10);
    expect(result.problems.map(({ code, lossy }) => [code, lossy])).toEqual([
      ['duplicate', false],
      ['duplicate', false],
    ]);
  });
});

const shared = new URL('../../../../shared/fixtures/rpm/', import.meta.url);
const fixtures = [
  ['bdb', 'Packages'],
  ['ndb', 'Packages.db'],
  ['sqlite', 'rpmdb.sqlite'],
] as const;

describe('real databases, whole (skipped where ../shared/fixtures is not there)', () => {
  it.skipIf(!existsSync(shared)).each(fixtures)('%s lists exactly what rpm lists', (folder, file) => {
    const bytes = readFileSync(new URL(`${folder}/${file}`, shared));
    const expected = readFileSync(new URL(`${folder}/expected.tsv`, shared), 'utf8')
      .trimEnd()
      .split('\n');
    const result = catalogFiles({ [`var/lib/rpm/${file}`]: bytes });
    expect(result.packages.map(tsvLine).toSorted()).toEqual(expected.toSorted());
    expect(result.problems).toEqual([]);
  });
});
