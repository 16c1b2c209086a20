import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AdvisorySource } from '../advisory/advisory.ts';
import { azure } from '../advisory/source/azure/azure.ts';
import { oracle } from '../advisory/source/oracle/oracle.ts';
import { advisoriesIn, definitionOf, ovalOf, testOf } from '../advisory/source/oval/documents.contract.ts';
import { photon } from '../advisory/source/photon/photon.ts';
import { suse } from '../advisory/source/suse/suse.ts';
import type { StoredEntry } from '../database/database.ts';
import type { Package } from '../inventory/inventory.ts';
import { rpm } from '../version/rpm.ts';
import { matchPackages } from './match.ts';

interface Installed {
  readonly name: string;
  readonly version: string;
  readonly source?: string;
  readonly architecture?: string;
  readonly label?: string;
}

const provenance = { name: 'x', url: 'https://x.test/', digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' };

function packageOf({ name, version, source, architecture = 'x86_64', label }: Installed, ecosystem: string): Package {
  const release = version.slice(version.indexOf('-') + 1);
  return {
    id: name,
    name,
    version,
    ecosystem,
    type: 'rpm',
    kind: 'binary',
    purl: `pkg:rpm/${name}`,
    architecture,
    locations: [],
    licenses: [],
    foundBy: 'rpm',
    ...(source === undefined ? {} : { source: { name: source, version } }),
    metadata: { kind: 'rpm', release, ...(label === undefined ? {} : { modularityLabel: label }) },
  };
}

/** What the document of a source says of one installed package: verdicts and fixes, each once. */
async function said(
  source: AdvisorySource,
  ecosystem: string,
  document: Uint8Array,
  installed: Installed,
  services: readonly string[] = [],
): Promise<readonly string[]> {
  const { advisories } = await advisoriesIn(source, ecosystem, document);
  const lookup = (of: string, name: string, to: string): readonly StoredEntry[] =>
    advisories.flatMap(({ id, aliases, covers, affected }) =>
      affected
        .filter((one) => one.ecosystem === of && one.package === name && one.appliesTo === to)
        .map((one) => ({ ...one, id, aliases, covers, feed: 1, source: provenance })),
    );
  const { packages } = matchPackages([packageOf(installed, ecosystem)], { lookup }, new Map([['rpm', rpm]]), {
    services,
  });
  const matches = packages.flatMap((one) => one.matches).filter(({ verdict }) => verdict !== 'not-affected');
  return [...new Set(matches.map(({ verdict, fix }) => `${verdict} ${fix.version ?? fix.state}`))];
}

const file = (path: string): Buffer => readFileSync(new URL(`../advisory/source/${path}`, import.meta.url));

describe('Oracle Linux compares builds of the same flavour', () => {
  const ksplice = file('oracle/testdata/elsa-3.xml');
  it.each<[string, Installed, readonly string[]]>([
    [
      'Ksplice with Ksplice',
      { name: 'openssl', version: '2:1.1.1g-11.ksplice1.el8' },
      ['affected 2:1.1.1g-15.ksplice1.el8_3'],
    ],
    ['the fixed one', { name: 'openssl', version: '2:1.1.1g-15.ksplice1.el8_3' }, []],
    ['a plain build, older by number, is not fixed by it', { name: 'openssl', version: '1:1.1.1g-11.el8' }, []],
    ['a build for FIPS', { name: 'openssl', version: '1:1.1.1g-11.el8_fips' }, []],
    ['what only another architecture has', { name: 'openssl-static', version: '2:1.1.1g-11.ksplice1.el8' }, []],
    [
      'what only that architecture has',
      { name: 'openssl-static', version: '2:1.1.1g-11.ksplice1.el8', architecture: 'aarch64' },
      ['affected 2:1.1.1g-15.ksplice1.el8_3'],
    ],
    [
      'a 32-bit package on a 64-bit machine',
      { name: 'openssl-libs', version: '2:1.1.1g-11.ksplice1.el8', architecture: 'i686' },
      ['affected 2:1.1.1g-15.ksplice1.el8_3'],
    ],
  ])('%s', async (_, installed, expected) => {
    expect(await said(oracle, 'Oracle Linux:8', ksplice, installed)).toEqual(expected);
  });

  const respun = file('oracle/testdata/elsa-2.xml');
  it.each<[string, string, string, readonly string[]]>([
    ['8.24.0-57.0.1.el7_9.3', 'x86_64', 'Oracle Linux:7', []],
    ['8.24.0-57.0.1.el7_9.3', 'aarch64', 'Oracle Linux:7', ['affected 0:8.24.0-57.0.4.el7_9.3']],
    ['8.24.0-57.0.1.el7_9.2', 'x86_64', 'Oracle Linux:7', ['affected 0:8.24.0-57.0.1.el7_9.3']],
  ])('rsyslog %s of %s', async (version, architecture, ecosystem, expected) => {
    expect(await said(oracle, ecosystem, respun, { name: 'rsyslog', version, architecture })).toEqual(expected);
  });

  const criteria = [
    '<criterion comment="Oracle Linux 8 is installed"/>',
    '<criterion comment="Module ruby:3.3 is enabled"/>',
    '<criterion comment="ruby is earlier than 0:3.3.1-2.module+el8.10.0+90+1"/>',
  ];
  const module = ovalOf(definitionOf('<title>ELSA-2024-1: x</title>', `<criteria>${criteria.join('')}</criteria>`));
  it.each<[string, string | undefined, string, readonly string[]]>([
    [
      'of the module',
      'ruby:3.3:8100020240521:489197e6',
      '3.3.0-1.module+el8.10.0+80+1',
      ['affected 0:3.3.1-2.module+el8.10.0+90+1'],
    ],
    ['of another stream', 'ruby:2.5:8100020240521:489197e6', '2.5.9-1.module+el8.10.0+80+1', []],
    ['of no module', undefined, '2.5.9-1.el8', []],
    [
      'of a module that is not told',
      undefined,
      '2.5.9-1.module+el8.10.0+80+1',
      ['unknown 0:3.3.1-2.module+el8.10.0+90+1'],
    ],
  ])('ruby %s', async (_, label, version, expected) => {
    const installed = { name: 'ruby', version, ...(label === undefined ? {} : { label }) };
    expect(await said(oracle, 'Oracle Linux:8', module, installed)).toEqual(expected);
  });
});

describe('SUSE by product', () => {
  const excerpt = file('suse/testdata/server-15.xml');
  it.each<[string, string, Installed, readonly string[]]>([
    [
      'LTSS where nothing else is said',
      '15',
      { name: 'kernel-default', version: '4.12.14-150.69.1' },
      ['affected not-fixed'],
    ],
    ['the build of LTSS', '15', { name: 'kernel-default', version: '4.12.14-150.72.1' }, []],
    [
      'a service pack has its own',
      '15.1',
      { name: 'kernel-default', version: '4.12.14-150.72.1' },
      ['affected not-fixed'],
    ],
    ['not affected', '15', { name: 'python3-cryptography', version: '2.1.4-1' }, []],
    ['what can not be read', '15', { name: 'krb5', version: '1.16.3-1' }, ['unknown unknown']],
  ])('%s', async (_, release, installed, expected) => {
    expect(await said(suse, `SUSE Linux Enterprise Server:${release}`, excerpt, installed)).toEqual(expected);
  });

  it('a fix of LTSS is one for who has LTSS', async () => {
    const installed = { name: 'kernel-default', version: '4.12.14-150.69.1' };
    const ecosystem = 'SUSE Linux Enterprise Server:15';
    expect(await said(suse, ecosystem, excerpt, installed, ['LTSS'])).toEqual(['affected 0:4.12.14-150.72.1']);
  });
});

describe('Azure Linux by source packages', () => {
  const mariner = file('azure/testdata/cbl-mariner-1.0.xml');
  it.each<[string, Installed, readonly string[]]>([
    ['fixed', { name: 'tcl-devel', source: 'tcl', version: '8.6.13-1.cm1' }, []],
    ['not yet', { name: 'tcl-devel', source: 'tcl', version: '8.6.12-1.cm1' }, ['affected 8.6.13-1.cm1']],
    ['without a fix', { name: 'syslinux', source: 'syslinux', version: '6.04-9.cm1' }, ['affected not-fixed']],
    [
      'without a fix, newer than the document',
      { name: 'syslinux', source: 'syslinux', version: '6.04-10.cm1' },
      ['affected not-fixed'],
    ],
    ['never', { name: 'python2', source: 'python2', version: '2.7.18-1.cm1' }, []],
  ])('%s', async (_, installed, expected) => {
    expect(await said(azure, 'Azure Linux:1', mariner, installed)).toEqual(expected);
  });

  // As of ca-certificates in CBL-Mariner: the database has epoch 1, the document has 0 for all.
  const metadata = '<reference ref_id="CVE-2024-0001"/><patchable>true</patchable>';
  const criteria = '<criteria><criterion test_ref="tst:1" comment=""/></criteria>';
  const document = ovalOf(
    definitionOf(metadata, criteria, 'vulnerability'),
    testOf('1', 'ca-certificates', '<evr operation="less than">0:2.0.0-2.cm2</evr>'),
  );
  it.each([
    ['1:2.0.0-1.cm2', ['affected 2.0.0-2.cm2']],
    ['1:2.0.0-2.cm2', []],
    ['2.0.0-1.cm2', ['affected 2.0.0-2.cm2']],
  ])('whose epoch is not known: %s', async (version, expected) => {
    const installed = { name: 'ca-certificates-base', source: 'ca-certificates', version };
    expect(await said(azure, 'Azure Linux:2', document, installed)).toEqual(expected);
  });
});

it('a binary package has the epoch that its records have', async () => {
  const comments = ['Oracle Linux 8 is installed', 'bash is earlier than 5-2.el8'];
  const criteria = comments.map((comment) => `<criterion comment="${comment}"/>`).join('');
  const document = ovalOf(definitionOf('<title>ELSA-2024-1: x</title>', `<criteria>${criteria}</criteria>`));
  expect(await said(oracle, 'Oracle Linux:8', document, { name: 'bash', version: '1:5-1.el8' })).toEqual([]);
});

describe('Photon OS by what each document names', () => {
  const notices = file('photon/testdata/phsa-photon3.xml');
  it('binary packages in notices', async () => {
    const installed = { name: 'sqlite-libs', source: 'sqlite', version: '3.27.2-4.ph3' };
    expect(await said(photon, 'Photon OS:3.0', notices, installed)).toEqual([
      'affected 0:3.27.2-5.ph3',
      'affected 0:3.31.1-1.ph3',
    ]);
  });

  const list = { ...photon, feeds: () => photon.feeds(['Photon OS:3.0']).slice(1) };
  it.each<[string, Installed, readonly string[]]>([
    [
      'the source',
      { name: 'apache-tomcat-webapps', source: 'apache-tomcat', version: '8.5.40-1.ph3' },
      ['affected 8.5.40-2.ph3'],
    ],
    ['the package itself', { name: 'ansible', version: '2.7.6-1.ph3' }, ['affected 2.7.6-2.ph3']],
    ['fixed', { name: 'ansible', version: '2.7.6-2.ph3' }, []],
  ])('%s in the list', async (_, installed, expected) => {
    expect(await said(list, 'Photon OS:3.0', file('photon/testdata/cve_data_photon3.0.json'), installed)).toEqual(
      expected,
    );
  });
});
