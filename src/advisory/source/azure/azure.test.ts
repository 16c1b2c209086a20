import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { advisoriesIn, definitionOf, linesOf, manyOf, ovalOf, ovalSample, testOf } from '../oval/documents.contract.ts';
import { describeSource } from '../source.contract.ts';
import { azure } from './azure.ts';

const file = (name: string): URL => new URL(`testdata/${name}`, import.meta.url);

const metadataOf = (at: number, patchable = 'true'): string =>
  `<reference ref_id="CVE-2024-${10_000 + at}"/><patchable>${patchable}</patchable>`;

describeSource(
  azure,
  ovalSample(file('azurelinux-3.0.xml'), {
    ecosystem: 'Azure Linux:3',
    foreign: 'Red Hat:8',
    expected: {
      report: { read: 5, kept: 5, skipped: {}, malformed: [] },
      ids: ['CVE-2024-47191', 'CVE-2024-42861', 'CVE-2023-45853', 'CVE-2023-1393', 'CVE-2023-1393'],
    },
    many: (count) =>
      manyOf(count / 1000, 1000, (at, criteria) => definitionOf(metadataOf(at), criteria, 'vulnerability')),
  }),
);

const NEVER = '(This CVE either no longer is or was never applicable)';

describe('genuine definitions', () => {
  it.each([
    [
      'azurelinux-3.0.xml',
      'Azure Linux:3',
      [
        'CVE-2024-47191 oath-toolkit fixed introduced 0 fixed 2.6.7-3.azl3',
        'CVE-2024-42861 linuxptp fixed introduced 0 fixed 3.1.1-1.azl3',
        `CVE-2023-45853 cloud-hypervisor not-affected ${NEVER}`,
        'CVE-2023-1393 xorg-x11-server fixed introduced 0 fixed 1.20.10-6.azl3',
        'CVE-2023-1393 xorg-x11-server fixed introduced 0 fixed 1.20.10-4.azl3',
      ],
    ],
    [
      'cbl-mariner-1.0.xml',
      'Azure Linux:1',
      [
        'CVE-2018-25032 tcl fixed introduced 0 fixed 8.6.13-1.cm1',
        `CVE-2018-25032 python2 not-affected ${NEVER}`,
        'CVE-2022-3857 syslinux not-fixed (no fix as of 6.04-9.cm1)',
        `CVE-2022-41725 gcc not-affected ${NEVER}`,
        'CVE-2022-44638 pixman fixed introduced 0 fixed 0.36.0-3.cm1',
        'CVE-2022-44638 pixman not-fixed (no fix as of 0.40.0-3.cm1)',
        'CVE-2020-8563 kubernetes-1.18.17 not-fixed (no fix as of 1.18.17-9.cm1)',
        'CVE-2020-8563 kubernetes-1.18.17 not-fixed (no fix as of 1.18.17-6.cm1)',
      ],
    ],
  ])('of %s', async (name, ecosystem, expected) => {
    const { advisories } = await advisoriesIn(azure, ecosystem, readFileSync(file(name)));
    expect(linesOf(advisories, ecosystem)).toEqual(expected);
    expect(new Set(advisories.flatMap(({ affected }) => affected.map(({ appliesTo }) => appliesTo)))).toEqual(
      new Set(['source']),
    );
  });

  it('have severity, date and reference', async () => {
    const { advisories } = await advisoriesIn(azure, 'Azure Linux:3', readFileSync(file('azurelinux-3.0.xml')));
    expect(advisories[0]).toMatchObject({
      aliases: ['AZL-50124'],
      published: '2024-07-23T22:05:39Z',
      severities: [],
      affected: [{ severity: { label: 'high', scheme: 'azure-severity', value: 'High', by: 'azure' } }],
      references: [{ type: 'web', url: 'https://nvd.nist.gov/vuln/detail/CVE-2024-47191' }],
    });
    expect(advisories[1]).not.toHaveProperty('published');
    expect(advisories[2]?.affected[0]?.severity?.label).toBe('critical');
  });
});

describe('criteria', () => {
  const evr = (operation: string, version: string): string => `<evr operation="${operation}">${version}</evr>`;
  const tests =
    testOf('below', 'bind', evr('less than', '0:9.1-2.azl3')) +
    testOf('above', 'bind', evr('greater than', '0:0.0.0')) +
    testOf('until', 'bind', evr('less than or equal', '0:9.1-1.azl3'));
  it.each([
    [
      'with two ends',
      '<criterion test_ref="tst:below"/><criterion test_ref="tst:above"/>',
      'true',
      'bind fixed introduced 0 fixed 9.1-2.azl3',
    ],
    [
      'with a last version that was fixed',
      '<criterion test_ref="tst:until"/>',
      'true',
      'bind not-fixed introduced 0 lastAffected 9.1-1.azl3',
    ],
    [
      'with a last version and no fix: the next has none either',
      '<criterion test_ref="tst:until"/>',
      'false',
      'bind not-fixed (no fix as of 9.1-1.azl3)',
    ],
    [
      'of nothing that is known',
      '<criterion test_ref="tst:x" comment="bind is affected"/>',
      'true',
      'bind undetermined (a test is missing)',
    ],
  ])('%s', async (_, criteria, patchable, expected) => {
    const definition = definitionOf(metadataOf(0, patchable), `<criteria>${criteria}</criteria>`, 'vulnerability');
    const { advisories } = await advisoriesIn(azure, 'Azure Linux:3', ovalOf(definition, tests));
    expect(linesOf(advisories, 'Azure Linux:3')).toEqual([`CVE-2024-10000 ${expected}`]);
  });
});

it('has one document for each release', () => {
  const home = 'https://raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main/';
  expect(azure.feeds(['Azure Linux:2', 'Azure Linux:4'])).toEqual([
    { url: `${home}cbl-mariner-2.0-oval.xml`, ecosystems: ['Azure Linux:2'] },
    { url: `${home}azurelinux-4.0-oval.xml`, ecosystems: ['Azure Linux:4'] },
  ]);
  expect(azure.feeds(undefined).map(({ url }) => url.slice(home.length))).toEqual([
    'cbl-mariner-1.0-oval.xml',
    'cbl-mariner-2.0-oval.xml',
    'azurelinux-3.0-oval.xml',
  ]);
  expect(azure.lists('Azure Linux:3')).toBe('disclosures');
});
