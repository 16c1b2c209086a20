import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { rpm } from '../../../version/rpm.ts';
import { advisoriesIn, definitionOf, linesOf, manyOf, ovalOf, ovalSample, testOf } from '../oval/documents.contract.ts';
import { describeSource } from '../source.contract.ts';
import { suse } from './suse.ts';

const excerpt = new URL('testdata/server-15.xml', import.meta.url);

describeSource(
  suse,
  ovalSample(excerpt, {
    ecosystem: 'SUSE Linux Enterprise Server:15',
    foreign: 'Red Hat:8',
    expected: {
      report: { read: 4, kept: 4, skipped: {}, malformed: [] },
      ids: ['CVE-1999-0524', 'CVE-2021-29154', 'CVE-2010-1323', 'CVE-2026-34073'],
    },
    // Each entry is one for each of the four products of the document, as no product is named.
    many: (count) =>
      manyOf(count / 4000, 1000, (at, criteria) =>
        definitionOf(`<title>CVE-2024-${10_000 + at}</title>`, criteria, 'vulnerability'),
      ),
  }),
);

async function lines(ecosystem: string): Promise<readonly string[]> {
  return linesOf((await advisoriesIn(suse, ecosystem, readFileSync(excerpt))).advisories, ecosystem);
}

const MACHINES = 'for aarch64,ppc64le,s390x,x86_64';

describe('genuine definitions', () => {
  it('on the first release of a server', async () => {
    const krb5 = ['', '-32bit', '-client', '-devel', '-plugin-preauth-otp', '-plugin-preauth-pkinit'];
    expect(await lines('SUSE Linux Enterprise Server:15')).toEqual([
      // Said of modules alone, which the server has its packages from.
      'CVE-1999-0524 kernel-default not-affected',
      'CVE-1999-0524 kernel-source not-affected',
      `CVE-2021-29154 kernel-default fixed introduced 0 fixed 0:4.12.14-150.72.1 ${MACHINES} with LTSS`,
      ...[...krb5, '-plugin-kdb-ldap', '-server'].map(
        (name) => `CVE-2010-1323 krb5${name} undetermined (a version 6 0:1.15.2-4.25)`,
      ),
      'CVE-2026-34073 python3-cryptography not-affected',
    ]);
  });

  it('on its first service pack, of which only paid services speak', async () => {
    expect(await lines('SUSE Linux Enterprise Server:15.1')).toEqual([
      `CVE-2021-29154 kernel-default fixed introduced 0 fixed 0:4.12.14-197.89.2 ${MACHINES} with LTSS`,
    ]);
  });

  it('whose tests are left out are not known to be fixed', async () => {
    const names = [
      'default',
      'default-base',
      'default-devel',
      'devel',
      'docs',
      'macros',
      'obs-build',
      'source',
      'syms',
    ];
    expect(await lines('SUSE Linux Enterprise Server for SAP Applications:15.1')).toEqual([
      ...names.map((name) => `CVE-2021-29154 kernel-${name} undetermined (a test is missing)`),
      'CVE-2021-29154 reiserfs-kmp-default undetermined (a test is missing)',
    ]);
    expect(await lines('SUSE Linux Enterprise Desktop:15.3')).toEqual([
      'CVE-2021-29154 kernel-default-extra undetermined (a test is missing)',
      'CVE-2021-29154 kernel-preempt-extra undetermined (a test is missing)',
    ]);
  });

  it('have words, scores, dates and references', async () => {
    const { advisories } = await advisoriesIn(suse, 'SUSE Linux Enterprise Server:15', readFileSync(excerpt));
    const [, kernel, krb5] = advisories;
    expect(kernel).toMatchObject({
      id: 'CVE-2021-29154',
      aliases: [],
      covers: [],
      published: '2021-04-30',
      modified: '2021-07-14',
      severities: [
        { label: 'high', scheme: 'suse-severity', value: 'Important', by: 'suse' },
        { label: 'high', scheme: 'CVSS_V3', value: 'CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:H/A:H', by: 'suse' },
      ],
    });
    expect(kernel?.summary).toMatch(/^BPF JIT compilers in the Linux kernel through 5\.11\.12 have .*…$/);
    expect(kernel?.references[0]).toEqual({
      type: 'advisory',
      url: 'https://www.suse.com/security/cve/CVE-2021-29154',
    });
    expect(kernel?.references).toHaveLength(1 + 12 + 3);
    expect(kernel?.references.at(-1)).toEqual({ type: 'report', url: 'https://bugzilla.suse.com/1186408' });
    expect(krb5?.severities).toEqual([
      { label: 'medium', scheme: 'suse-severity', value: 'Moderate', by: 'suse' },
      { label: 'low', scheme: 'CVSS_V3', value: 'CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:L/A:N', by: 'nvd' },
    ]);
  });

  it('have versions that rpm reads', async () => {
    for (const ecosystem of ['SUSE Linux Enterprise Server:15', 'SUSE Linux Enterprise Server:15.1']) {
      const { advisories } = await advisoriesIn(suse, ecosystem, gzipSync(readFileSync(excerpt)));
      const events = advisories.flatMap(({ affected }) =>
        affected.flatMap(({ ranges }) => ranges.flatMap((range) => range.events)),
      );
      const versions = events.flatMap((event) => ('fixed' in event ? [event.fixed] : []));
      expect(versions.length).toBeGreaterThan(0);
      expect(versions.filter((version) => rpm.parse(version).kind !== 'version')).toEqual([]);
    }
  });
});

const evr = (operation: string, version: string): string =>
  `<evr datatype="evr_string" operation="${operation}">${version}</evr>`;

/** Tests on one package, each with the words of its criterion. */
const CLAIMS = {
  fixed: ['bash-5-2 is installed', evr('less than', '0:5-2')],
  later: ['bash-5-3 is installed', evr('less than', '0:5-3')],
  open: ['bash is affected', evr('greater than', '0:0-0')],
  never: ['bash is not affected', '<version operation="equals">0</version>'],
  already: ['bash was already fixed', evr('greater than', '0:5-2-0')],
  arm: [
    'bash-5-2 is installed',
    `<arch operation="pattern match">(aarch64|ppc64le|s390x)</arch>${evr('less than', '0:5-2')}`,
  ],
  noarch: ['bash-5-2 is installed', `<arch operation="pattern match">(noarch)</arch>${evr('less than', '0:5-2')}`],
} as const;

type Said = readonly [product: string, claim: keyof typeof CLAIMS];

/** What a definition says of bash on a server, from what it says of bash on products. */
async function on(said: readonly Said[]): Promise<readonly string[]> {
  const groups = said.map(([product, claim]) => {
    const [comment] = CLAIMS[claim];
    return `<criteria operator="AND"><criterion test_ref="none" comment="SUSE Linux Enterprise ${product} is installed"/>
      <criteria operator="OR"><criterion test_ref="tst:${claim}" comment="${comment}"/></criteria></criteria>`;
  });
  const tests = Object.entries(CLAIMS).map(([id, [, state]]) => testOf(id, 'bash', state));
  const definition = definitionOf(
    '<title>CVE-2024-0001</title>',
    `<criteria operator="OR">${groups.join('')}</criteria>`,
    'vulnerability',
  );
  const ecosystem = 'SUSE Linux Enterprise Server:15.6';
  return linesOf((await advisoriesIn(suse, ecosystem, ovalOf(definition, tests.join('')))).advisories, ecosystem).map(
    (line) => line.replace('CVE-2024-0001 bash ', ''),
  );
}

const SERVER = 'Server 15 SP6';
const LTSS = 'Server 15 SP6-LTSS';
const MODULE = 'Module for Basesystem 15 SP6';

describe('what products say together', () => {
  it.each<[string, readonly Said[], readonly string[]]>([
    ['a fix', [[SERVER, 'fixed']], ['fixed introduced 0 fixed 0:5-2']],
    ['no fix', [[SERVER, 'open']], ['not-fixed']],
    ['not affected', [[SERVER, 'never']], ['not-affected']],
    ['a fix in a module', [[MODULE, 'fixed']], ['fixed introduced 0 fixed 0:5-2']],
    [
      'already fixed when it came out: what is older may be affected',
      [[SERVER, 'already']],
      ['undetermined introduced 0 fixed 0:5-2 (was fixed in 0:5-2 or before)'],
    ],
    [
      'a fix goes before the mere word that it is affected',
      [
        [SERVER, 'open'],
        [MODULE, 'fixed'],
      ],
      ['fixed introduced 0 fixed 0:5-2'],
    ],
    [
      'a fix goes before not affected',
      [
        [SERVER, 'never'],
        [MODULE, 'fixed'],
      ],
      ['fixed introduced 0 fixed 0:5-2'],
    ],
    [
      'two fixes count both',
      [
        [SERVER, 'fixed'],
        [MODULE, 'later'],
      ],
      ['fixed introduced 0 fixed 0:5-2 introduced 0 fixed 0:5-3'],
    ],
    [
      'general support outranks LTSS',
      [
        [LTSS, 'later'],
        [SERVER, 'fixed'],
      ],
      ['fixed introduced 0 fixed 0:5-2'],
    ],
    [
      'not affected outranks LTSS',
      [
        [LTSS, 'later'],
        [SERVER, 'never'],
      ],
      ['not-affected'],
    ],
    ['a fix of LTSS where nothing else is said', [[LTSS, 'later']], ['fixed introduced 0 fixed 0:5-3 with LTSS']],
    [
      'a fix of LTSS where there is no other',
      [
        [SERVER, 'open'],
        [LTSS, 'later'],
      ],
      ['fixed introduced 0 fixed 0:5-3 with LTSS'],
    ],
    [
      'not affected in LTSS is no answer for the rest',
      [
        [SERVER, 'open'],
        [LTSS, 'never'],
      ],
      ['not-fixed'],
    ],
    [
      'a fix for some architectures leaves the others affected',
      [
        [SERVER, 'open'],
        [MODULE, 'arm'],
      ],
      ['not-fixed for x86_64', 'fixed introduced 0 fixed 0:5-2 for aarch64,ppc64le,s390x'],
    ],
    ['builds for no architecture may be for each one day', [[SERVER, 'noarch']], ['fixed introduced 0 fixed 0:5-2']],
    ['another service pack says nothing', [['Server 15 SP5', 'fixed']], []],
  ])('%s', async (_, said, expected) => {
    expect(await on(said)).toEqual(expected);
  });
});

describe('definitions', () => {
  it.each([
    [
      'of flaws that were rejected',
      '<title>CVE-2024-0001</title><description>** REJECT ** Not a flaw.</description>',
      { withdrawn: 1 },
    ],
    ['of no flaw', '<title>SUSE-SU-2024:1</title>', { malformed: 1 }],
    ['without criteria', '<title>CVE-2024-0001</title>', { 'no-package': 1 }],
  ])('%s are counted', async (_, metadata, skipped) => {
    const document = ovalOf(definitionOf(metadata, '', 'vulnerability'));
    expect((await advisoriesIn(suse, 'openSUSE:Leap 15.6', document)).report).toMatchObject({ kept: 0, skipped });
  });
});

describe('documents', () => {
  const home = 'https://ftp.suse.com/pub/projects/security/oval/';
  it.each([
    ['SUSE Linux Enterprise Server:15.6', 'suse.linux.enterprise.15-sp6-affected.xml.gz', 4],
    ['SUSE Linux Enterprise Desktop:15.8', 'suse.linux.enterprise.15-sp8-affected.xml.gz', 4],
    ['SUSE Linux Enterprise Server:15', 'suse.linux.enterprise.15-affected.xml.gz', 4],
    ['SUSE Linux Enterprise Server:12.3', 'suse.linux.enterprise.12-affected.xml.gz', 16],
    ['SUSE Linux Enterprise Server:16.0', 'suse.linux.enterprise.16.0-affected.xml.gz', 4],
    ['SUSE Linux Enterprise Micro:5.5', 'suse.linux.enterprise.micro.5.5-affected.xml.gz', 1],
    ['SUSE Linux Micro:6.1', 'suse.linux.micro.6.1-affected.xml.gz', 1],
    ['openSUSE:Leap 15.6', 'opensuse.leap.15.6-affected.xml.gz', 1],
    ['openSUSE:Leap 16.1', 'opensuse.leap.16.1-affected.xml.gz', 1],
    ['openSUSE:Leap 42.3', 'opensuse.leap.42.3.xml.gz', 1],
    ['openSUSE:Leap Micro 5.5', 'opensuse.leap.micro.5.5.xml.gz', 1],
    ['openSUSE:Tumbleweed', 'opensuse.tumbleweed.xml.gz', 1],
  ])('of %s is %s', (ecosystem, name, products) => {
    const feeds = suse.feeds([ecosystem]);
    expect(feeds.map(({ url }) => url)).toEqual([home + name]);
    expect(feeds[0]?.ecosystems).toContain(ecosystem);
    expect(feeds[0]?.ecosystems).toHaveLength(products);
  });

  it.each([
    'SUSE Linux Enterprise Server:11.4',
    'SUSE:Linux Enterprise Server 15',
    'openSUSE:Leap',
    'openSUSE:Leap 15',
  ])('of %s there are none', (ecosystem) => {
    expect(suse.feeds([ecosystem])).toEqual([]);
  });

  it('of a product are those of its releases', () => {
    expect(suse.feeds(['openSUSE'])).toHaveLength(16);
    expect(suse.feeds(['SUSE Linux Enterprise Server'])).toHaveLength(12);
    expect(suse.feeds(undefined)).toHaveLength(37);
    expect(suse.feeds(undefined).every(({ optional }) => optional)).toBe(true);
    // What is asked for by its name has to be there.
    const both = suse.feeds(['openSUSE', 'openSUSE:Leap 15.6', 'openSUSE']);
    expect(both.filter(({ optional }) => optional !== true).flatMap((feed) => feed.ecosystems)).toEqual([
      'openSUSE:Leap 15.6',
    ]);
  });

  it('list unfixed flaws of SUSE, not of openSUSE', () => {
    expect(suse.lists('SUSE Linux Enterprise Server:15.6')).toBe('disclosures');
    expect(suse.lists('openSUSE:Leap 15.6')).toBe('fixes');
  });
});
