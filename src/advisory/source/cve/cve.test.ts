import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { zipFile } from '../../../internal/testdata/zip-file.ts';
import type { Fact, FlawFact, ParseReport } from '../../advisory.ts';
import { describeSource } from '../source.contract.ts';
import { vulnrichment } from '../vulnrichment/vulnrichment.ts';
import { cve } from './cve.ts';

const IDS = ['CVE-1999-0006', 'CVE-2018-20225', 'CVE-2023-5129', 'CVE-2024-24000'];
const CISA = '134c704f-9b21-4f2e-91b3-4a467353bcc0';

const record = (id: string): Buffer => readFileSync(new URL(`testdata/${id}.json`, import.meta.url));
const pathOf = (id: string): string => `cvelistV5-main/cves/${id.slice(4, 8)}/${id.slice(9, -3)}xxx/${id}.json`;

/** As the repository's archive, with its other files. */
function archive(files: readonly (readonly [name: string, bytes: Uint8Array])[]): Buffer {
  return zipFile(
    files.map(([name, bytes]) => ({ name, bytes, stored: true })),
    files.length > 65_535,
  );
}

const genuine = archive([
  ['cvelistV5-main/README.md', Buffer.from('# CVE List V5')],
  ['cvelistV5-main/cves/delta.json', Buffer.from('{"new":[]}')],
  ...IDS.map((id) => [pathOf(id), record(id)] as const),
]);

const around = (value: unknown): Buffer =>
  archive([['cvelistV5-main/cves/2024/0xxx/CVE-2024-0001.json', Buffer.from(JSON.stringify(value))]]);

function many(count: number, containers: string): Buffer {
  return archive(
    Array.from({ length: count }, (_, index) => [
      `CVE-2020-${10_000 + index}.json`,
      Buffer.from(`{"cveMetadata":{"cveId":"CVE-2020-${10_000 + index}"},"containers":${containers}}`),
    ]),
  );
}

describeSource(cve, {
  foreign: 'npm',
  document: genuine,
  expected: {
    report: { read: 4, kept: 4, skipped: {}, malformed: [] },
    ids: [],
    facts: IDS.map((id) => `flaw ${id}`),
  },
  empty: archive([]),
  record: JSON.parse(record('CVE-1999-0006').toString()),
  around,
  many: (count) => many(count, '{"cna":{}}'),
});

describeSource(vulnrichment, {
  foreign: 'npm',
  document: genuine,
  expected: {
    report: { read: 4, kept: 2, skipped: { 'not-assessed': 2 }, malformed: [] },
    ids: [],
    facts: ['flaw CVE-1999-0006', 'flaw CVE-2024-24000'],
  },
  empty: archive([]),
  record: JSON.parse(record('CVE-2024-24000').toString()),
  around,
  many: (count) =>
    many(
      count,
      `{"adp":[{"providerMetadata":{"orgId":"${CISA}"},"problemTypes":[{"descriptions":[{"cweId":"CWE-79"}]}]}]}`,
    ),
});

async function read(source: typeof cve, bytes: Uint8Array): Promise<{ report: ParseReport; flaws: FlawFact[] }> {
  const facts: Fact[] = [];
  const [feed] = source.feeds(undefined);
  if (feed === undefined) throw new Error('no feed');
  const report = await source.parse(
    feed,
    bytes,
    () => {},
    (fact) => facts.push(fact),
  );
  return { report, flaws: facts.filter((fact) => fact.kind === 'flaw') };
}

const MEMORY = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

describe('the CVE list', () => {
  it('is read record by record, with what CISA adds', async () => {
    const { flaws } = await read(cve, genuine);
    expect(flaws).toEqual([
      {
        kind: 'flaw',
        key: 'CVE-1999-0006',
        summary:
          "Buffer overflow in POP servers based on BSD/Qualcomm's qpopper allows remote attackers to gain root access " +
          'using a long PASS command.',
        severities: [{ label: 'critical', scheme: 'CVSS_V3', value: MEMORY, by: 'cisa-adp' }],
        weaknesses: ['CWE-121'],
        published: '1999-09-29T04:00:00.000Z',
        modified: '2024-08-01T18:53:34.621Z',
        references: [{ type: 'web', url: 'http://www.securityfocus.com/bid/133' }],
        decision: { exploitation: 'none', automatable: true, technicalImpact: 'total', at: '2024-08-01T18:51:01.909Z' },
      },
      {
        kind: 'flaw',
        key: 'CVE-2018-20225',
        summary: expect.stringMatching(/^An issue was discovered in pip \(all versions\).*…$/) as string,
        severities: [],
        weaknesses: [],
        state: 'disputed',
        published: '2020-05-08T17:29:12.000Z',
        modified: '2024-08-05T11:58:18.416Z',
        references: [
          'https://pip.pypa.io/en/stable/news/',
          'https://cowlicks.website/posts/arbitrary-code-execution-from-pips-extra-index-url.html',
          'https://lists.apache.org/thread.html/rb1adce798445facd032870d644eb39c4baaf9c4a7dd5477d12bb6ab2%40%3Cgithub.arrow.apache.org%3E',
          'https://bugzilla.redhat.com/show_bug.cgi?id=1835736',
        ].map((url) => ({ type: 'web', url })),
      },
      {
        kind: 'flaw',
        key: 'CVE-2023-5129',
        summary: 'This CVE ID has been rejected or withdrawn by its CVE Numbering Authority.',
        severities: [],
        weaknesses: [],
        state: 'rejected',
        published: '2023-09-25T20:42:25.119Z',
        modified: '2023-09-27T20:37:35.338Z',
        references: [],
      },
      {
        kind: 'flaw',
        key: 'CVE-2024-24000',
        summary: expect.stringMatching(/^jshERP v3\.3 is vulnerable to Arbitrary File Upload\./) as string,
        severities: [],
        weaknesses: [],
        published: '2024-02-06T00:00:00.000Z',
        modified: '2024-02-06T16:04:12.335Z',
        references: [
          { type: 'web', url: 'https://github.com/jishenghua/jshERP' },
          {
            type: 'web',
            url: 'https://github.com/cxcxcxcxcxcxcxc/cxcxcxcxcxcxcxc/blob/main/cxcxcxcxcxc/about-2024/24000.txt',
          },
        ],
        decision: {
          exploitation: 'none',
          automatable: false,
          technicalImpact: 'partial',
          at: '2024-02-07T16:41:41.132Z',
        },
      },
    ]);
  });
  it('has the scores of who numbers a flaw and of others, each by whom', async () => {
    const provider = (shortName: string, orgId = '0'): object => ({ providerMetadata: { orgId, shortName } });
    const four = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';
    const { flaws } = await read(
      cve,
      around({
        cveMetadata: { cveId: 'CVE-2024-0001', state: 'PUBLISHED' },
        containers: {
          cna: {
            ...provider('GitHub_M'),
            title: 'A title',
            descriptions: [{ lang: 'en-US', value: 'A description' }],
            metrics: [
              { format: 'CVSS', cvssV4_0: { vectorString: four }, cvssV3_1: { vectorString: MEMORY } },
              { cvssV2_0: { vectorString: 'AV:N/AC:L/Au:N/C:P/I:P/A:P' } },
              { cvssV3_0: { vectorString: 'CVSS:3.0/odd', baseSeverity: 'LOW' } },
              { other: { type: 'unknown', content: { text: 'High' } } },
            ],
            problemTypes: [
              { descriptions: [{ cweId: 'CWE-79' }, { cweId: 'NVD-CWE-Other' }, { description: 'CWE-80' }] },
            ],
            references: [
              { url: 'https://example.org/patch', tags: ['patch'] },
              { url: 'https://example.org/a', tags: ['x_transferred', 'vendor-advisory'] },
            ],
          },
          adp: [{ ...provider('CISA-ADP', CISA), metrics: [{ cvssV3_1: { vectorString: MEMORY } }] }],
        },
      }),
    );
    expect(flaws[0]).toMatchObject({
      summary: 'A title',
      weaknesses: ['CWE-79'],
      references: [{ type: 'fix' }, { type: 'advisory' }],
    });
    expect(flaws[0]?.severities.map(({ label, scheme, by }) => [label, scheme, by])).toEqual([
      ['critical', 'CVSS_V4', 'cna:github_m'],
      ['critical', 'CVSS_V3', 'cna:github_m'],
      ['high', 'CVSS_V2', 'cna:github_m'],
      ['low', 'CVSS_V3', 'cna:github_m'],
      ['critical', 'CVSS_V3', 'cisa-adp'],
    ]);
  });
  it.each([
    {},
    { cveMetadata: { cveId: 'X' }, containers: { cna: {} } },
    { cveMetadata: { cveId: 'CVE-2024-0001' } },
    1,
  ])('counts %j as malformed', async (value) => {
    expect((await read(cve, around(value))).report).toEqual({
      read: 1,
      kept: 0,
      skipped: { malformed: 1 },
      malformed: ['cvelistV5-main/cves/2024/0xxx/CVE-2024-0001.json'],
    });
  });
  it('counts what is no JSON', async () => {
    const { report } = await read(
      cve,
      archive([
        ['CVE-2024-0001.json', Buffer.from('{')],
        [pathOf('CVE-1999-0006'), record('CVE-1999-0006')],
      ]),
    );
    expect(report).toMatchObject({ read: 2, kept: 1, skipped: { malformed: 1 } });
  });
  it('is not an archive of something else', async () => {
    const other = archive([['seaworthy-main/README.md', Buffer.from('# Something else')]]);
    await expect(read(cve, other)).rejects.toMatchObject({ code: 'not-the-format' });
  });
});

describe('Vulnrichment', () => {
  it('is what CISA alone says', async () => {
    const { flaws } = await read(vulnrichment, genuine);
    expect(flaws).toEqual([
      {
        kind: 'flaw',
        key: 'CVE-1999-0006',
        severities: [{ label: 'critical', scheme: 'CVSS_V3', value: MEMORY, by: 'cisa-adp' }],
        weaknesses: ['CWE-121'],
        references: [],
        decision: { exploitation: 'none', automatable: true, technicalImpact: 'total', at: '2024-08-01T18:51:01.909Z' },
      },
      {
        kind: 'flaw',
        key: 'CVE-2024-24000',
        severities: [],
        weaknesses: [],
        references: [],
        decision: {
          exploitation: 'none',
          automatable: false,
          technicalImpact: 'partial',
          at: '2024-02-07T16:41:41.132Z',
        },
      },
    ]);
  });
  const options = (exploitation: unknown, automatable: unknown, impact: unknown): object[] => [
    { Exploitation: exploitation },
    { Automatable: automatable },
    { 'Technical Impact': impact },
  ];
  it.each<[object[], unknown, object | undefined]>([
    [
      options('active', 'yes', 'total'),
      '2024-04-17T04:00:13.5Z',
      { exploitation: 'active', automatable: true, technicalImpact: 'total' },
    ],
    [
      options('PoC', 'No', 'Partial'),
      '2024-04-17T04:00:13Z',
      { exploitation: 'poc', automatable: false, technicalImpact: 'partial' },
    ],
    [options('none', 'no', 'partial').toReversed(), '2024-04-17T04:00:13Z', { exploitation: 'none' }],
    [options('public', 'no', 'partial'), '2024-04-17T04:00:13Z', undefined],
    [options('none', 'maybe', 'partial'), '2024-04-17T04:00:13Z', undefined],
    [options('none', true, 'partial'), '2024-04-17T04:00:13Z', undefined],
    [options('none', 'no', 'medium'), '2024-04-17T04:00:13Z', undefined],
    [options('none', 'no', 'partial').slice(1), '2024-04-17T04:00:13Z', undefined],
    [options('none', 'no', 'partial'), undefined, undefined],
    [[], '2024-04-17T04:00:13Z', undefined],
  ])('decides by %j at %s', async (list, timestamp, decision) => {
    const metrics = [{ other: { type: 'ssvc', content: { options: list, timestamp } } }];
    const { report, flaws } = await read(
      vulnrichment,
      around({
        cveMetadata: { cveId: 'CVE-2024-0001' },
        containers: { cna: {}, adp: [{ providerMetadata: { orgId: CISA }, metrics }] },
      }),
    );
    expect(report.skipped).toEqual(decision === undefined ? { 'not-assessed': 1 } : {});
    expect(flaws.map((flaw) => flaw.decision)).toMatchObject(decision === undefined ? [] : [decision]);
  });
  it('believes nobody who only calls himself CISA, and takes the latest decision', async () => {
    const ssvc = (word: string, timestamp: string): object => ({
      other: { type: 'ssvc', content: { options: options(word, 'no', 'partial'), timestamp } },
    });
    const { flaws } = await read(
      vulnrichment,
      around({
        cveMetadata: { cveId: 'CVE-2024-0001' },
        containers: {
          cna: {},
          adp: [
            {
              providerMetadata: { orgId: '1', shortName: 'CISA-ADP' },
              metrics: [ssvc('active', '2026-01-01T00:00:00Z')],
            },
            {
              providerMetadata: { orgId: CISA },
              metrics: [ssvc('poc', '2025-01-01T00:00:00Z'), ssvc('none', '2024-01-01T00:00:00Z')],
            },
          ],
        },
      }),
    );
    expect(flaws[0]?.decision?.exploitation).toBe('poc');
  });
});
