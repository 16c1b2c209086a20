import { describe, expect, it } from 'vitest';
import type { Distro } from '../../distro/distro.ts';
import type { Package } from '../../inventory/inventory.ts';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { rpm } from './rpm.ts';
import { damagedCopies } from './testdata/damaged.ts';
import { catalogFiles, testBytes, testText } from './testdata/samples.ts';

const redHat: Distro = {
  id: 'rhel',
  name: 'Red Hat Enterprise Linux 9.4 (Plow)',
  versionId: '9.4',
  like: ['fedora'],
  source: '/etc/os-release',
};
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const database = { 'var/lib/rpm/rpmdb.sqlite': new Uint8Array(testBytes('managed/rpmdb.sqlite')) };
const history = 'var/lib/dnf/history.sqlite';
const dnf = {
  [history]: new Uint8Array(testBytes('managed/history.sqlite')),
  [`${history}-wal`]: new Uint8Array(testBytes('managed/history.sqlite-wal')),
};
const zypper = 'var/log/zypp/history';
const nevras = 'usr/lib/sysimage/libdnf5/nevras.toml';
const rows = testText('managed/expected.tsv')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t'));
/** As dnf lists them: `dnf repoquery --installed --qf '… %{from_repo}'`. */
const fromDnf = new Map(rows.map(([name = '', , , , , repository = '']) => [name, repository]));

/** dnf 5's record of the same packages (libdnf5/system/state.cpp: version, then one table by NEVRA). */
const toml = `version = "1.0"\n[nevras]\n${rows
  .map(([name, epoch, version, release, arch, repository]) => {
    const edition = `${epoch === '0' ? '' : `${epoch}:`}${version}-${release}`;
    return `"${name}-${edition}.${arch}" = {from_repo = "${repository}"}\n`;
  })
  .join('')}`;
/** yum's: folders with a digest, the name and so on, and no epoch (yum/rpmsack.py, `RPMDBAdditionalData`). */
const yumdb = Object.fromEntries(
  rows.map(([name = '', , version, release, arch, repository = '']) => [
    `var/lib/yum/yumdb/${name[0]}/${'5f'.repeat(20)}-${name}-${version}-${release}-${arch}/from_repo`,
    bytes(repository),
  ]),
);
/** Content manifests as OSBS and Konflux write them. */
const manifest = (sets: readonly string[]): Uint8Array =>
  bytes(JSON.stringify({ metadata: { icm_version: 1, image_layer_index: 1 }, content_sets: sets, image_contents: [] }));
const base = 'root/buildinfo/content_manifests/ubi8-minimal-container-8.5-218.json';

function told(result: CatalogResult, key: 'repository' | 'thirdParty' | 'contentSets'): Map<string, unknown> {
  const of = ({ metadata }: Package): unknown => (metadata.kind === 'rpm' ? metadata[key] : undefined);
  return new Map(result.packages.flatMap((found) => (of(found) === undefined ? [] : [[found.name, of(found)]])));
}

describeCataloger(rpm, [
  {
    name: 'database with all that may lie beside it',
    files: {
      ...database,
      ...dnf,
      [zypper]: bytes(testText('managed/zypper-history')),
      [nevras]: bytes(toml),
      [Object.keys(yumdb)[0] ?? '']: bytes('base\n'),
      [base]: manifest(['rhel-8-for-x86_64-baseos-rpms']),
    },
    distro: redHat,
    expected: rows
      .map(
        ([name, epoch, version, release, arch]) =>
          `${name} ${epoch === '0' ? '' : `${epoch}:`}${version}-${release} ${arch}`,
      )
      .toSorted(),
  },
]);

describe('repository', () => {
  it.each([
    ['dnf', dnf],
    [
      'dnf where it moved to',
      Object.fromEntries(
        Object.entries(dnf).map(([path, file]) => [path.replace('var/lib', 'usr/lib/sysimage'), file]),
      ),
    ],
    ['dnf 5', { [nevras]: bytes(toml) }],
    ['yum', yumdb],
  ])('as %s recorded it', (_name, files) => {
    const result = catalogFiles({ ...database, ...files }, redHat);
    expect(told(result, 'repository')).toEqual(fromDnf);
    expect(result.problems).toEqual([]);
  });
  it('may be one with notices of its own: an extra of Amazon Linux 2', () => {
    const amazon: Distro = { ...redHat, id: 'amzn', versionId: '2', ecosystem: 'Amazon Linux:2' };
    const from = (repository: string): Set<unknown> => {
      const files = Object.keys(yumdb).map((path) => [path, bytes(repository)] as const);
      const { packages } = catalogFiles({ ...database, ...Object.fromEntries(files) }, amazon);
      return new Set(packages.flatMap(({ metadata, ecosystem }) => ('repository' in metadata ? [ecosystem] : [])));
    };
    expect(from('amzn2extra-nginx1')).toEqual(new Set(['Amazon Linux 2 Extras:nginx1']));
    expect(from('amzn2-core')).toEqual(new Set(['Amazon Linux:2']));
  });
  it('as zypper recorded it, of what it installed', () => {
    const result = catalogFiles({ ...database, [zypper]: bytes(testText('managed/zypper-history')) }, redHat);
    const installed = Array.from(fromDnf).filter(([name]) => name !== 'redis');
    const local = installed.map(([name, from]) => [name, name === 'local-tool' ? '_tmpRPMcache_' : from]);
    expect(told(result, 'repository')).toEqual(new Map(local as [string, string][]));
  });
  it('may be in the log, and one that can not be read is said', () => {
    const result = catalogFiles({ ...database, ...dnf, [`${history}-wal`]: bytes('x'.repeat(200)) }, redHat);
    expect(told(result, 'repository')).toEqual(fromDnf);
    expect(result.problems).toMatchObject([{ code: 'corrupt', path: `/${history}-wal`, lossy: false }]);
  });
  it('of a newer manager counts, then that of an older one', () => {
    const two = bytes(
      '[nevras]\n"bash-5.1.8-9.el9.x86_64" = {from_repo = "fedora"}\n"tzdata-0:2023c-1.el9.noarch" = {from_repo = "@System"}\n',
    );
    const from = told(catalogFiles({ ...database, ...dnf, [nevras]: two }, redHat), 'repository');
    expect([from.get('bash'), from.get('tzdata')]).toEqual(['fedora', 'ubi-9-baseos-rpms']);
  });
  it('of another version is none', () => {
    const line = '2024-01-01 00:00:00|install|bash|5.1.8-6.el9_1|x86_64|root@host|base|0|\n';
    expect(told(catalogFiles({ ...database, [zypper]: bytes(line) }, redHat), 'repository').size).toBe(0);
  });
  it.each([
    ['"bash-5.1.8-9.el9.x86_64" = 5\n__proto__ = 1\n', 0],
    ['"bash-5.1.8-9.el9.x86_64" = {from_repo = ["a"]}\n', 0],
    [`"bash-5.1.8-9.el9.x86_64" = {from_repo = "${'a'.repeat(300)}"}\n`, 0],
    ['"bash-5.1.8-9.el9.x86_64" = {from_repo = "a\n', 1],
  ])('is not taken from %j', (lines, problems) => {
    const result = catalogFiles({ ...database, [nevras]: bytes(`[nevras]\n${lines}`) }, redHat);
    expect([told(result, 'repository').size, result.problems.length]).toEqual([0, problems]);
    expect(result.problems.every(({ lossy, path }) => !lossy && path === `/${nevras}`)).toBe(true);
  });
  it.each([
    ['not a database', bytes('x'.repeat(200))],
    ['rpm’s database', database['var/lib/rpm/rpmdb.sqlite']],
  ])('is unknown where the history is %s, and that is said', (_name, file) => {
    const result = catalogFiles({ ...database, [history]: file }, redHat);
    expect([result.packages.length, told(result, 'repository').size]).toEqual([fromDnf.size, 0]);
    expect(result.problems).toMatchObject([
      { code: 'corrupt', message: "dnf's history can not be read whole", path: `/${history}`, lossy: false },
    ]);
  });
  it('is not asked for where only names are', () => {
    expect([history, nevras, zypper, base].filter((path) => rpm.selects(path, 'names'))).toEqual([]);
  });
});

describe('content sets', () => {
  const baseos = 'rhel-8-for-x86_64-baseos-rpms';
  const appstream = 'rhel-8-for-x86_64-appstream-rpms';
  const two = 'usr/share/buildinfo/content-sets.json';
  it.each([
    ['one document', { [base]: manifest([baseos, appstream]) }, [appstream, baseos]],
    [
      'documents of two layers',
      { [base]: manifest([baseos]), [two]: manifest([appstream, baseos]) },
      [appstream, baseos],
    ],
    ['the place of Konflux', { 'usr/share/buildinfo/content_manifests/a.json': manifest([baseos]) }, [baseos]],
    ['a document without any', { [base]: manifest([]) }, undefined],
    ['a document beside a bill of materials', { [base]: bytes('{"image_contents":{"dependencies":[]}}') }, undefined],
    ['odd values', { [base]: bytes('{"content_sets":["a b", 5, "", null, {"__proto__":1}, "ok"]}') }, ['ok']],
  ])('of %s', (_name, files: Record<string, Uint8Array>, expected) => {
    const result = catalogFiles({ ...database, ...files }, redHat);
    expect(new Set(told(result, 'contentSets').values())).toEqual(new Set(expected ? [expected] : []));
    expect([told(result, 'contentSets').size, result.problems]).toEqual([expected ? fromDnf.size : 0, []]);
  });
  it.each([
    ['root/buildinfo/content_manifests/sbom-purl.json', false],
    ['root/buildinfo/content_manifests/sub/a.json', false],
    ['root/buildinfo/labels.json', false],
    ['root/buildinfo/Dockerfile-ubi8-8.5-218', false],
    ['usr/share/buildinfo/labels.json', false],
    ['usr/share/buildinfo/content-sets.json', true],
    [base, true],
  ])('are wanted of %s: %s', (path, expected) => {
    expect(rpm.selects(path, 'packages')).toBe(expected);
  });
  it.each(['{"content_sets":[', '\u0000', '['.repeat(20_000), '"\ud800"'])('that can not be read are said', (text) => {
    const result = catalogFiles({ ...database, [base]: bytes(text) }, redHat);
    expect(told(result, 'contentSets').size).toBe(0);
    expect(result.packages).toHaveLength(fromDnf.size);
    expect(result.problems.every(({ lossy, path }) => !lossy && path === `/${base}`)).toBe(true);
  });
});

describe('third party', () => {
  it('is who built it, by vendor, release or repository', () => {
    expect(told(catalogFiles({ ...database, ...dnf }, redHat), 'thirdParty')).toEqual(
      new Map([
        ['certbot', 'EPEL'],
        ['docker-ce', 'Docker'],
        ['redis', 'Remi'],
      ]),
    );
  });
});

describe('any damage', () => {
  const whole: Record<string, Uint8Array> = {
    ...dnf,
    [nevras]: bytes(toml),
    [zypper]: bytes(testText('managed/zypper-history')),
    [base]: manifest(['a']),
  };
  it.each(Object.keys(whole))('of %s costs no package and is told or harmless', (path) => {
    for (const damaged of damagedCopies(whole[path] ?? new Uint8Array(), 100)) {
      const result = catalogFiles({ ...database, ...whole, [path]: damaged }, redHat);
      expect(result.packages).toHaveLength(fromDnf.size);
      expect(result.problems.filter(({ lossy }) => lossy)).toEqual([]);
      expect(result.problems.length).toBeLessThanOrEqual(20);
    }
  });
});
