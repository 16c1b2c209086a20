import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Advisory, AdvisorySource } from '../../advisory.ts';
import { advisoriesIn, definitionOf, linesOf, manyOf, ovalOf, ovalSample } from '../oval/documents.contract.ts';
import { describeSource } from '../source.contract.ts';
import { photon } from './photon.ts';

const file = (name: string): URL => new URL(`testdata/${name}`, import.meta.url);
const read = (name: string): Buffer => readFileSync(file(name));

describeSource(
  photon,
  ovalSample(file('phsa-photon3.xml'), {
    ecosystem: 'Photon OS:3.0',
    foreign: 'Red Hat:8',
    expected: {
      report: { read: 4, kept: 4, skipped: {}, malformed: [] },
      ids: ['PHSA-2019-3.0-0036', 'PHSA-2020-3.0-0055', 'PHSA-2019-3.0-0018', 'PHSA-2020:00092'],
    },
    many: (count) =>
      manyOf(count / 1000, 1000, (at, criteria) =>
        definitionOf(`<title>PHSA-2020:${10_000 + at} x (Low)</title>`, criteria),
      ),
  }),
);

/** The second document of each release by itself. */
const list: AdvisorySource = {
  ...photon,
  id: 'photon-list',
  feeds: (ecosystems) => photon.feeds(ecosystems).filter(({ url }) => url.endsWith('.json')),
};

const entry = {
  cve_id: 'CVE-2019-3828',
  pkg: 'ansible',
  cve_score: 10,
  aff_ver: '',
  res_ver: '2.7.6-2.ph3',
  status: 'Fixed',
};

describeSource(list, {
  ecosystem: 'Photon OS:3.0',
  foreign: 'Red Hat:8',
  document: read('cve_data_photon3.0.json'),
  expected: {
    report: { read: 5, kept: 4, skipped: { 'no-cve': 1 }, malformed: [] },
    ids: ['CVE-2019-3828', 'CVE-2019-0199', 'CVE-2019-10072', 'CVE-2017-16826'],
  },
  empty: Buffer.from('[]'),
  record: entry,
  around: (record) => Buffer.from(JSON.stringify([record])),
  many: (count) =>
    Buffer.from(
      `[${Array.from({ length: count / 2 }, (_, at) => JSON.stringify({ ...entry, cve_id: `CVE-2024-${10_000 + at}` })).join()}]`,
    ),
});

describe('genuine notices', () => {
  it('name binary packages', async () => {
    const { advisories } = await advisoriesIn(photon, 'Photon OS:3.0', read('phsa-photon3.xml'));
    const sqlite = (id: string, version: string): readonly string[] =>
      ['sqlite', 'sqlite-devel', 'sqlite-libs'].map((name) => `${id} ${name} fixed introduced 0 fixed 0:${version}`);
    expect(linesOf(advisories, 'Photon OS:3.0')).toEqual([
      ...sqlite('PHSA-2019-3.0-0036', '3.27.2-5.ph3'),
      ...sqlite('PHSA-2020-3.0-0055', '3.31.1-1.ph3'),
      ...sqlite('PHSA-2019-3.0-0018', '3.27.2-3.ph3'),
      // Of no notice and without a date.
      'PHSA-2020:00092 haproxy fixed introduced 0 fixed 0:1.8.14-3.ph3',
      'PHSA-2020:00092 haproxy-doc fixed introduced 0 fixed 0:1.8.14-3.ph3',
    ]);
    const [, second, third, haproxy] = advisories;
    expect(second).toMatchObject({
      covers: ['CVE-2019-19959', 'CVE-2019-19244', 'CVE-2019-19923', 'CVE-2019-19926'],
      summary: 'sqlite Security Update.',
      published: '2020-02-06',
      modified: '2020-02-06',
      severities: [],
    });
    expect(second?.affected[0]).toMatchObject({
      appliesTo: 'binary',
      severity: { label: 'high', scheme: 'photon-severity', value: 'Important', by: 'photon' },
    });
    expect(second?.references[0]).toEqual({
      type: 'advisory',
      url: 'https://github.com/vmware/photon/wiki/Security-Update-3.0-0055',
    });
    expect(third?.affected[0]?.severity?.label).toBe('critical');
    expect(haproxy).not.toHaveProperty('published');
    expect(haproxy?.covers).toEqual(['CVE-2018-20615']);
  });

  it('of another release are not taken for those of this one', async () => {
    const { report } = await advisoriesIn(photon, 'Photon OS:5.0', read('phsa-photon3.xml'));
    expect(report).toEqual({ read: 4, kept: 0, skipped: { 'other-release': 4 }, malformed: [] });
  });

  it('are read without tests, by their comments', async () => {
    const comments = [
      'Photon OS 5 is installed',
      'libcap is earlier than 0:2.66-2.ph5',
      'libcap is signed with VMware key',
    ];
    const criteria = comments.map(
      (comment) => `<criterion comment="${comment}" test_ref="oval:com.vmware.phsa:tst:1"/>`,
    );
    const reference =
      '<reference ref_id="PHSA:00001:5.0:20" ref_url="https://github.com/vmware/photon" source="PHSA"/>';
    const metadata = `<title>PHSA-2026:00001 libcap Security Update. (Important)</title>${reference}<advisory><issued date="2023-06-07"/></advisory>`;
    const document = ovalOf(definitionOf(metadata, `<criteria operator="AND">${criteria.join('')}</criteria>`));
    const { advisories } = await advisoriesIn(photon, 'Photon OS:5.0', document);
    expect(linesOf(advisories, 'Photon OS:5.0')).toEqual([
      'PHSA-2023-5.0-0020 libcap fixed introduced 0 fixed 0:2.66-2.ph5',
    ]);
  });
});

describe('the list of flaws', () => {
  it('names source packages and others, and is asked of both', async () => {
    const { advisories } = await advisoriesIn(list, 'Photon OS:3.0', read('cve_data_photon3.0.json'));
    expect(advisories.map(({ affected }) => affected.map(({ appliesTo }) => appliesTo))).toEqual(
      Array.from({ length: 4 }, () => ['source', 'binary']),
    );
    const lines = linesOf(advisories, 'Photon OS:3.0');
    expect(lines.filter((_, at) => at % 2 === 0)).toEqual([
      'CVE-2019-3828 ansible fixed introduced 0 fixed 2.7.6-2.ph3',
      'CVE-2019-0199 apache-tomcat fixed introduced 0 fixed 8.5.40-1.ph3',
      'CVE-2019-10072 apache-tomcat fixed introduced 0 fixed 8.5.40-2.ph3',
      'CVE-2017-16826 binutils fixed introduced 0 fixed 2.31.1-3.ph3',
    ]);
    const severities = advisories.map(({ affected }) => affected[0]?.severity);
    expect(severities.map((severity) => `${severity?.label} ${severity?.value}`)).toEqual([
      'critical 10',
      'high 7.5',
      'high 7.5',
      'high 7.8',
    ]);
  });

  it.each<[string, object, Partial<Advisory['affected'][number]>]>([
    ['fixed', {}, { status: 'affected', fixState: 'fixed' }],
    ['not affected', { status: 'Not Affected', res_ver: 'NA' }, { status: 'not-affected', ranges: [] }],
    ['fixed in no version', { res_ver: 'NA' }, { status: 'undetermined', ranges: [], fixState: 'unknown' }],
    ['not fixed', { res_ver: 'NA', status: 'Open' }, { status: 'affected', ranges: [], fixState: 'not-fixed' }],
    ['of no score', { cve_score: null }, { status: 'affected', fixState: 'fixed' }],
  ])('has entries: %s', async (_, fields, expected) => {
    const { advisories } = await advisoriesIn(
      list,
      'Photon OS:4.0',
      Buffer.from(JSON.stringify([{ ...entry, ...fields }])),
    );
    expect(advisories[0]?.affected[0]).toMatchObject(expected);
  });

  it("counts Black Duck's entries", async () => {
    const document = Buffer.from(JSON.stringify([{ ...entry, cve_id: 'BDSA-2025-0719' }]));
    expect((await advisoriesIn(list, 'Photon OS:4.0', document)).report).toMatchObject({
      kept: 0,
      skipped: { 'no-cve': 1 },
    });
  });
});

it('has two documents for each release', () => {
  const home = 'https://packages.broadcom.com/photon/';
  expect(photon.feeds(['Photon OS:5.0'])).toEqual([
    { url: `${home}photon_oval_definitions/com.vmware.phsa-photon5.xml.gz`, ecosystems: ['Photon OS:5.0'] },
    { url: `${home}photon_cve_metadata/cve_data_photon5.0.json`, ecosystems: ['Photon OS:5.0'] },
  ]);
  expect(photon.feeds(undefined)).toHaveLength(10);
  expect(photon.lists('Photon OS:5.0')).toBe('fixes');
});
