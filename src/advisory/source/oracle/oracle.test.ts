import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rpm } from '../../../version/rpm.ts';
import { advisoriesIn, definitionOf, linesOf, manyOf, ovalOf, ovalSample } from '../oval/documents.contract.ts';
import { describeSource } from '../source.contract.ts';
import { oracle } from './oracle.ts';

const file = (name: string): URL => new URL(`testdata/${name}`, import.meta.url);

describeSource(
  oracle,
  ovalSample(file('elsa-3.xml'), {
    ecosystem: 'Oracle Linux:8',
    foreign: 'Red Hat:8',
    expected: { report: { read: 1, kept: 1, skipped: {}, malformed: [] }, ids: ['ELSA-2021-9151'] },
    many: (count) =>
      manyOf(count / 1000, 1000, (at, criteria) => definitionOf(`<title>ELSA-2024-${at}: x (LOW)</title>`, criteria)),
  }),
);

/** Lines of a genuine excerpt on one release. */
async function lines(name: string, release: string): Promise<readonly string[]> {
  const ecosystem = `Oracle Linux:${release}`;
  return linesOf((await advisoriesIn(oracle, ecosystem, readFileSync(file(name)))).advisories, ecosystem);
}

const X86 = 'for x86_64,i686,i586,i486,i386,athlon';

describe('genuine notices', () => {
  it('of releases before modules, whose document lacks some objects', async () => {
    const names = ['bind-devel', 'bind-sdb', 'bind-libs', 'bind-libbind-devel', 'bind-utils', 'bind-chroot', 'bind'];
    expect(await lines('elsa-1.xml', '5')).toEqual(
      [...names, 'caching-nameserver'].map((name) => `ELSA-2007-0057 ${name} fixed introduced 0 fixed 30:9.3.3-8.el5`),
    );
    const kernels = ['', '-debug', '-debug-devel', '-devel', '-doc', '-firmware'];
    expect(await lines('elsa-1.xml', '6')).toEqual(
      kernels.map((name) => `ELSA-2018-4250 kernel-uek${name} fixed introduced 0 fixed 0:2.6.39-400.302.2.el6uek`),
    );
  });

  it('with another revision for each architecture', async () => {
    const names = (
      ' -crypto -doc -elasticsearch -gnutls -gssapi -kafka -libdbi -mmaudit -mmjsonparse -mmkubernetes -mmnormalize ' +
      '-mmsnmptrapd -mysql -pgsql -relp -snmp -udpspoof'
    ).split(' ');
    expect(await lines('elsa-2.xml', '7')).toEqual(
      names.flatMap((name) => [
        `ELSA-2022-4803 rsyslog${name} fixed introduced 0 fixed 0:8.24.0-57.0.4.el7_9.3 for aarch64`,
        `ELSA-2022-4803 rsyslog${name} fixed introduced 0 fixed 0:8.24.0-57.0.1.el7_9.3 ${X86}`,
      ]),
    );
  });

  it('with the same revision for all architectures', async () => {
    expect(await lines('elsa-2.xml', '10')).toEqual([
      'ELSA-2025-10073 firefox fixed introduced 0 fixed 0:128.12.0-1.0.1.el10_0',
    ]);
  });

  it('with two rebuilds, each on all architectures', async () => {
    const both = 'fixed introduced 0 fixed 0:110-1.0.1.el8 introduced 0 fixed 0:110-1.el8';
    const one = 'fixed introduced 0 fixed 0:101-1.el8';
    const expected = [
      `osbuild ${both}`,
      `osbuild-composer ${one}`,
      `osbuild-composer-core ${one}`,
      `osbuild-composer-worker ${one}`,
      ...['depsolve-dnf', 'luks2', 'lvm2', 'ostree', 'selinux'].map((name) => `osbuild-${name} ${both}`),
      `python3-osbuild ${both}`,
    ];
    expect(await lines('elsa-2.xml', '8')).toEqual(expected.map((line) => `ELSA-2024-2961 ${line}`));
  });

  it('of Ksplice, of which one package is only for one architecture', async () => {
    const fixed = 'fixed introduced 0 fixed 2:1.1.1g-15.ksplice1.el8_3 ksplice';
    expect(await lines('elsa-3.xml', '8')).toEqual([
      `ELSA-2021-9151 openssl ${fixed}`,
      `ELSA-2021-9151 openssl-debugsource ${fixed} for aarch64`,
      `ELSA-2021-9151 openssl-devel ${fixed}`,
      `ELSA-2021-9151 openssl-libs ${fixed}`,
      `ELSA-2021-9151 openssl-perl ${fixed}`,
      `ELSA-2021-9151 openssl-static ${fixed} for aarch64`,
    ]);
  });

  it('have their flaws, words, scores, dates and references', async () => {
    const { advisories, report } = await advisoriesIn(oracle, 'Oracle Linux:7', readFileSync(file('elsa-2.xml')));
    expect(report).toEqual({ read: 3, kept: 1, skipped: { 'other-release': 2 }, malformed: [] });
    const { affected, ...rest } = advisories[0] ?? { affected: [] };
    expect(affected).toHaveLength(36);
    expect(rest).toEqual({
      id: 'ELSA-2022-4803',
      aliases: [],
      covers: ['CVE-2022-24903'],
      summary: 'rsyslog security update',
      published: '2022-05-31',
      severities: [
        { label: 'high', scheme: 'oracle-severity', value: 'IMPORTANT', by: 'oracle' },
        { label: 'high', scheme: 'CVSS_V3', value: 'CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H', by: 'oracle' },
      ],
      references: [
        { type: 'advisory', url: 'https://linux.oracle.com/errata/ELSA-2022-4803.html' },
        { type: 'web', url: 'https://linux.oracle.com/cve/CVE-2022-24903.html' },
      ],
    });
  });

  it('have no score where they cover several flaws', async () => {
    const { advisories } = await advisoriesIn(oracle, 'Oracle Linux:10', readFileSync(file('elsa-2.xml')));
    expect(advisories[0]?.covers).toEqual(['CVE-2025-6429', 'CVE-2025-6424', 'CVE-2025-6430', 'CVE-2025-6425']);
    expect(advisories[0]?.severities.map(({ scheme }) => scheme)).toEqual(['oracle-severity']);
  });

  it('are read out of their packing', async () => {
    const packed = await advisoriesIn(oracle, 'Oracle Linux:8', readFileSync(file('elsa-3.xml.bz2')));
    expect(packed).toEqual(await advisoriesIn(oracle, 'Oracle Linux:8', readFileSync(file('elsa-3.xml'))));
  });

  it.each(['5', '6', '7', '8', '10'])('have versions that rpm reads: release %s', async (release) => {
    for (const name of ['elsa-1.xml', 'elsa-2.xml', 'elsa-3.xml']) {
      const { advisories } = await advisoriesIn(oracle, `Oracle Linux:${release}`, readFileSync(file(name)));
      const events = advisories.flatMap(({ affected }) =>
        affected.flatMap(({ ranges }) => ranges.flatMap((range) => range.events)),
      );
      const versions = events.flatMap((event) => ('fixed' in event ? [event.fixed] : []));
      expect(versions.filter((version) => rpm.parse(version).kind !== 'version')).toEqual([]);
    }
  });
});

/** What a definition for Oracle Linux 8 with these criteria says. */
async function said(criteria: string, release = '8'): Promise<readonly unknown[]> {
  const installed = `<criterion comment="Oracle Linux ${release} is installed"/>`;
  const definition = definitionOf('<title>ELSA-2024-1: x</title>', `<criteria>${installed}${criteria}</criteria>`);
  const { advisories } = await advisoriesIn(oracle, `Oracle Linux:${release}`, ovalOf(definition));
  return advisories.flatMap(({ affected }) =>
    affected.map(({ package: name, status, qualifiers, note }) => [name, status, qualifiers, ...(note ? [note] : [])]),
  );
}

const comment = (text: string): string => `<criterion comment="${text}"/>`;

describe('builds', () => {
  it.each<[string, string, readonly unknown[], string?]>([
    [
      'that are plain',
      comment('bash is earlier than 0:5-1.el8'),
      ['bash', 'affected', { module: '', flavour: 'plain' }],
    ],
    [
      'before there were modules',
      comment('bash is earlier than 0:4-1.el7'),
      ['bash', 'affected', { flavour: 'plain' }],
      '7',
    ],
    [
      'of a module that is named',
      comment('Module ruby:3.3 is enabled') + comment('ruby is earlier than 0:3.3.1-2.module+el8.10.0+90+1'),
      ['ruby', 'affected', { module: 'ruby:3.3', flavour: 'plain' }],
    ],
    [
      'of a module that is not named',
      comment('ruby is earlier than 0:3.3.1-2.module+el8.10.0+90+1'),
      ['ruby', 'affected', { flavour: 'plain' }],
    ],
    [
      'for FIPS, as only the version says',
      comment('gnutls is earlier than 10:3.6.16-4.el8_fips'),
      ['gnutls', 'affected', { module: '', flavour: 'fips' }],
    ],
    [
      'for Ksplice, as only the version says',
      comment('glibc is earlier than 2:2.28-151.ksplice2.el8'),
      ['glibc', 'affected', { module: '', flavour: 'ksplice' }],
    ],
    [
      'of a flavour that is not known',
      comment('bash is earlier than 0:5-1.el8') + comment('bash is hardened-based'),
      ['bash', 'undetermined', { module: '', flavour: 'plain' }, 'of flavour hardened'],
    ],
    [
      'for 32-bit machines',
      comment('Oracle Linux arch is i386') + comment('bash is earlier than 0:4-1.el6'),
      ['bash', 'affected', { flavour: 'plain', architectures: ['i686', 'i586', 'i486', 'i386', 'athlon'] }],
      '6',
    ],
    [
      'that also need what is not understood',
      comment('Have a nice day') + comment('bash is earlier than 0:5-1.el8'),
      ['bash', 'undetermined', { module: '', flavour: 'plain' }, 'a test is missing'],
    ],
  ])('%s', async (_, criteria, expected, release) => {
    expect(await said(criteria, release)).toEqual([expected]);
  });

  it('of two modules at once are of either', async () => {
    const both = comment('Module virt:ol is enabled') + comment('Module virt-devel:ol is enabled');
    const found = await said(both + comment('qemu-kvm is earlier than 15:6.2.0-1.module+el8+1'));
    expect(found).toEqual([
      ['qemu-kvm', 'affected', { module: 'virt:ol', flavour: 'plain' }],
      ['qemu-kvm', 'affected', { module: 'virt-devel:ol', flavour: 'plain' }],
    ]);
  });
});

describe('definitions', () => {
  it.each([
    ['that are no patches', definitionOf('<title>ELSA-1: x</title>', '', 'inventory'), { 'not-security': 1 }],
    ['without a class', '<definition id="a"/>', { malformed: 1 }],
    ['that are deprecated', '<definition id="a" class="patch" deprecated="true"/>', { withdrawn: 1 }],
    ['without criteria', definitionOf('<title>ELSA-1: x</title>', ''), { 'no-package': 1 }],
    ['without an identifier', definitionOf('<title>Security update</title>', ''), { malformed: 1 }],
    ['that are not well-formed', '<definition id="a" class="patch"><b></definition>', { malformed: 1 }],
    ['that name an entity', '<definition id="a" class="patch">&xxe;</definition>', { malformed: 1 }],
  ])('%s are counted', async (_, definition, skipped) => {
    const { report } = await advisoriesIn(oracle, 'Oracle Linux:8', ovalOf(definition));
    expect(report).toMatchObject({ read: 1, kept: 0, skipped });
  });
});

it('has one document for each release, the oldest in that of all', () => {
  const home = 'https://linux.oracle.com/security/oval/com.oracle.elsa-';
  expect(oracle.feeds(['Oracle Linux:9', 'Oracle Linux:11', 'Oracle Linux:5'])).toEqual([
    { url: `${home}ol9.xml.bz2`, ecosystems: ['Oracle Linux:9'] },
    { url: `${home}ol11.xml.bz2`, ecosystems: ['Oracle Linux:11'] },
    { url: `${home}all.xml.bz2`, ecosystems: ['Oracle Linux:5'] },
  ]);
  expect(oracle.feeds(undefined)).toHaveLength(6);
  expect(oracle.lists('Oracle Linux:9')).toBe('fixes');
});
