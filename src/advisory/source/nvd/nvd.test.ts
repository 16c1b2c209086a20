import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Advisory, Affected, Fact, FlawFact, ParseReport } from '../../advisory.ts';
import { describeSource } from '../source.contract.ts';
import { nvd, nvdAsOf } from './nvd.ts';

const page = readFileSync(new URL('testdata/page.json', import.meta.url));
const sample = new URL('../../../../../shared/feeds/samples/nvd/cves-2.0-page.json', import.meta.url);
const absent = !existsSync(sample);
const why = absent ? ' (SKIPPED: the feed snapshots ../shared/feeds are not here)' : '';

interface Cve {
  readonly id: string;
  readonly [member: string]: unknown;
}

function recordsIn(bytes: Uint8Array): Cve[] {
  const { vulnerabilities } = JSON.parse(Buffer.from(bytes).toString()) as { vulnerabilities: { cve: Cve }[] };
  return vulnerabilities.map(({ cve }) => cve);
}

const around = (...cves: unknown[]): Buffer =>
  Buffer.from(JSON.stringify({ format: 'NVD_CVE', version: '2.0', vulnerabilities: cves.map((cve) => ({ cve })) }));

describeSource(nvd, {
  ecosystem: 'CPE',
  foreign: 'Debian:12',
  document: gzipSync(page),
  expected: {
    report: { read: 12, kept: 12, skipped: {}, malformed: [] },
    ids: ['CVE-2023-27314', 'CVE-2023-45391', 'CVE-2023-3706', 'CVE-2022-22377', 'CVE-2023-22068'],
    facts: [
      'flaw CVE-2023-27314',
      'flaw CVE-2023-45391',
      'flaw CVE-2023-3706',
      'flaw CVE-2022-22377',
      'flaw CVE-2023-22068',
      'flaw CVE-2023-30781',
      'flaw CVE-2023-5129',
    ],
  },
  empty: around(),
  record: recordsIn(page).find(({ id }) => id === 'CVE-2022-22377'),
  around,
  many: (count) => {
    const node = '{"operator":"OR","cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:a:v:p:*:*:*:*:*:*:*:*"}]}';
    const cves = Array.from(
      { length: count / 2 },
      (_, index) => `{"cve":{"id":"CVE-2020-${10_000 + index}","configurations":[{"nodes":[${node}]}]}}`,
    );
    return gzipSync(`{"vulnerabilities":[${cves.join(',')}]}`, { level: 1 });
  },
});

interface Read {
  readonly report: ParseReport;
  readonly advisories: readonly Advisory[];
  readonly flaws: readonly FlawFact[];
}

async function read(bytes: Uint8Array): Promise<Read> {
  const advisories: Advisory[] = [];
  const facts: Fact[] = [];
  const [feed] = nvd.feeds(undefined);
  if (feed === undefined) throw new Error('no feed');
  const report = await nvd.parse(
    feed,
    bytes,
    (advisory) => advisories.push(advisory),
    (fact) => facts.push(fact),
  );
  return { report, advisories, flaws: facts.filter((fact) => fact.kind === 'flaw') };
}

async function flawOf(record: object): Promise<FlawFact | undefined> {
  return (await read(around({ id: 'CVE-2024-0001', ...record }))).flaws[0];
}

describe('feeds', () => {
  it.each([
    ['2026-11-24T00:00:00Z', 25, 2026],
    ['2027-01-01T00:00:00Z', 26, 2027],
    ['1970-01-01T00:00:00Z', 1, 2002],
  ])('as of %s are %i years until %i', (now, count, last) => {
    const feeds = nvdAsOf(() => new Date(now)).feeds(undefined);
    expect(feeds.length).toBe(count + 1);
    expect(feeds[0]).toEqual({
      url: 'https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-2002.json.gz',
      ecosystems: ['CPE'],
      facts: ['flaw'],
    });
    expect(feeds.at(-2)?.url).toBe(`https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-${last}.json.gz`);
    const { url, revises = '' } = feeds.at(-1) ?? {};
    expect(url).toBe('https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-modified.json.gz');
    expect(feeds.filter((feed) => !feed.url.startsWith(revises))).toEqual([]);
  });
});

describe('a rating', () => {
  it('is what the record says', async () => {
    const { flaws } = await read(page);
    expect(flaws[0]).toEqual({
      kind: 'flaw',
      key: 'CVE-2023-27314',
      summary:
        'ONTAP 9 versions prior to 9.8P19, 9.9.1P16, 9.10.1P12, 9.11.1P8, 9.12.1P2 and 9.13.1 are susceptible to a ' +
        'vulnerability which could allow a remote unauthenticated attacker to cause a crash of the HTTP service.',
      severities: [
        { label: 'high', scheme: 'CVSS_V3', value: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H', by: 'nvd' },
        {
          label: 'high',
          scheme: 'CVSS_V3',
          value: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
          by: 'cna:security-alert@netapp.com',
        },
      ],
      weaknesses: ['CWE-400'],
      published: '2023-10-12T19:15:11.747Z',
      modified: '2023-10-18T18:00:24.900Z',
      references: [{ type: 'advisory', url: 'https://security.netapp.com/advisory/ntap-20231009-0001/' }],
    });
    expect(flaws.map(({ state }) => state)).toEqual([...Array.from({ length: 6 }), 'rejected']);
  });
  it('has the scores of every version, each by whom', async () => {
    const metric = (source: string, vectorString: string): object => ({
      source,
      type: 'Primary',
      cvssData: { vectorString },
    });
    const four = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';
    const flaw = await flawOf({
      metrics: {
        cvssMetricV2: [metric('nvd@nist.gov', 'AV:N/AC:L/Au:N/C:P/I:P/A:P')],
        cvssMetricV30: [metric('nvd@nist.gov', 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N')],
        cvssMetricV31: [
          metric('134c704f-9b21-4f2e-91b3-4a467353bcc0', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'),
          { source: 'nvd@nist.gov', cvssData: { vectorString: 'CVSS:3.1/AV:?', baseSeverity: 'LOW' } },
          { source: 'nvd@nist.gov' },
        ],
        cvssMetricV40: [metric('security-advisories@github.com', four)],
        ssvcV203: [{}],
      },
    });
    expect(flaw?.severities.map(({ label, scheme, by }) => [label, scheme, by])).toEqual([
      ['critical', 'CVSS_V4', 'cna:security-advisories@github.com'],
      ['critical', 'CVSS_V3', 'cisa-adp'],
      ['low', 'CVSS_V3', 'nvd'],
      ['medium', 'CVSS_V3', 'nvd'],
      ['high', 'CVSS_V2', 'nvd'],
    ]);
  });
  it.each<[object, FlawFact['state']]>([
    [{ vulnStatus: 'Rejected' }, 'rejected'],
    [{ vulnStatus: 'Rejected', cveTags: [{ sourceIdentifier: 'cve@mitre.org', tags: ['disputed'] }] }, 'rejected'],
    [{ vulnStatus: 'Modified', cveTags: [{ sourceIdentifier: 'cve@mitre.org', tags: ['disputed'] }] }, 'disputed'],
    [{ vulnStatus: 'Modified', cveTags: [{ tags: ['unsupported-when-assigned'] }] }, undefined],
    [{ vulnStatus: 'Deferred', cveTags: [] }, undefined],
    [{ vulnStatus: 'Undergoing Analysis', cveTags: 'disputed' }, undefined],
  ])('of %j is %s', async (record, state) => {
    expect((await flawOf(record))?.state).toBe(state);
  });
  it('has at most twenty references, each once, those of a known kind first', async () => {
    const url = (index: number): string => `https://example.org/${index}`;
    const references = [
      { url: 'javascript:alert(1)' },
      { url: 'ftp://example.org/x', tags: ['Patch'] },
      ...Array.from({ length: 30 }, (_, index) => ({ url: url(index), source: 'a' })),
      ...Array.from({ length: 30 }, (_, index) => ({
        url: url(index),
        source: 'b',
        tags: index === 7 ? ['Patch'] : [],
      })),
      { url: url(99), tags: ['Exploit', 'Vendor Advisory'] },
    ];
    const found = (await flawOf({ references }))?.references ?? [];
    expect(found.length).toBe(20);
    expect(found.slice(0, 3)).toEqual([
      { type: 'fix', url: url(7) },
      { type: 'advisory', url: url(99) },
      { type: 'web', url: url(0) },
    ]);
  });
  it.each([{ id: 'GHSA-1' }, { id: 1 }, { id: '' }, 1, null, []])('of %j is malformed', async (record) => {
    expect((await read(around(record))).report.skipped).toEqual({ malformed: 1 });
  });
});

const REDIS = { vulnerable: true, criteria: 'cpe:2.3:a:redis:redis:*:*:*:*:*:*:*:*' };
const node = (cpeMatch: object[], operator = 'OR'): object => ({ operator, negate: false, cpeMatch });

describe('configurations', () => {
  it.each([
    [1],
    ['text'],
    [[1]],
    [[{ nodes: 1 }]],
    [[{ nodes: [1] }]],
    [[{ nodes: [{ operator: 'OR' }] }]],
    [[{ nodes: [node([{ criteria: 'cpe:2.3:x:v:p:1' }])] }]],
    [[{ nodes: [node([{ vulnerable: true }])] }]],
    [[{ operator: 'AND', nodes: Array.from({ length: 101 }, () => node([REDIS])) }]],
    [
      [
        {
          nodes: [
            node(
              Array.from({ length: 101 }, () => REDIS),
              'AND',
            ),
          ],
        },
      ],
    ],
  ])('of %j is malformed, and said so', async (configurations) => {
    const { report, advisories, flaws } = await read(around({ id: 'CVE-2024-0001', configurations }));
    expect(report).toEqual({
      read: 2,
      kept: 1,
      skipped: { malformed: 1 },
      malformed: ['CVE-2024-0001, configurations'],
    });
    expect([advisories.length, flaws.length]).toEqual([0, 1]);
  });
  it('that is malformed does not hide the others', async () => {
    const { report, advisories } = await read(
      around({ id: 'CVE-2024-0001', configurations: [1, { nodes: [node([REDIS])] }] }),
    );
    expect(report).toMatchObject({ read: 3, kept: 2, skipped: { malformed: 1 } });
    expect(advisories[0]?.affected.length).toBe(1);
  });
  it('of a rejected record is not kept', async () => {
    const record = { id: 'CVE-2024-0001', vulnStatus: 'Rejected', configurations: [{ nodes: [node([REDIS])] }] };
    expect((await read(around(record))).advisories).toEqual([]);
  });
});

/** Read off the page by eye and by jq. */
const IBM = [
  'only with apple:macos or microsoft:windows',
  '< 11.5',
  'ibm:security_verify_privilege_on-premises',
] as const;
const WORDPRESS = 'only for wordpress';
const PAGE: Readonly<Record<string, readonly (string | undefined)[]>> = {
  'CVE-2023-27314': [
    undefined,
    '>= 9.0, < 9.8; = 9.8; = 9.8-p7; = 9.9.1; = 9.9.1-p3; = 9.10.0; = 9.10.1; = 9.12.0; = 9.13.0',
    'netapp:clustered_data_ontap',
  ],
  'CVE-2023-45109': [WORDPRESS, '<= 1.1.5', 'myback.link:whitepage'],
  'CVE-2023-45391': [undefined, '= 9.0.7', 'grandingteco:utime_master'],
  'CVE-2023-3706': [WORDPRESS, '< 1.0.0', 'automattic:activitypub'],
  'CVE-2023-3707': [WORDPRESS, '< 1.0.0', 'automattic:activitypub'],
  'CVE-2023-3746': [WORDPRESS, '< 1.0.0', 'automattic:activitypub'],
  'CVE-2022-22377': IBM,
  'CVE-2022-22384': IBM,
  'CVE-2021-20581': IBM,
  'CVE-2021-29913': IBM,
  'CVE-2021-38859': IBM,
  'CVE-2022-22375': IBM,
  'CVE-2022-22380': IBM,
  'CVE-2022-22385': IBM,
  'CVE-2022-43889': IBM,
  'CVE-2022-43893': IBM,
  'CVE-2022-43891': IBM,
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6, 7].map((last) => [
      `CVE-2023-4590${last}`,
      [undefined, '= 4.1.3', 'dreamer_cms_project:dreamer_cms'],
    ]),
  ),
  'CVE-2023-22068': [undefined, '>= 8.0, <= 8.0.34; = 8.1.0', 'oracle:mysql'],
};

function rangesInWords({ ranges }: Affected): string {
  return ranges
    .map(({ events }) => {
      const [first, last] = events.map((event) => Object.entries(event)[0]);
      if (first?.[1] === last?.[1]) return `= ${first?.[1]}`;
      const start = first?.[1] === '0' ? '' : `>= ${first?.[1]}, `;
      return `${start}${last?.[0] === 'fixed' ? '<' : '<='} ${last?.[1]}`;
    })
    .join('; ');
}

describe.skipIf(absent)(`the whole page${why}`, () => {
  it('has 38 ratings, and 25 records that name applications', async () => {
    const bytes = readFileSync(sample);
    const { report, advisories, flaws } = await read(bytes);
    expect(report).toEqual({ read: 63, kept: 63, skipped: {}, malformed: [] });
    expect(flaws.map(({ key }) => key)).toEqual(recordsIn(bytes).map(({ id }) => id));
    const found = advisories.map(({ id, affected }) => [
      id,
      affected.map((entry) => [entry.note, rangesInWords(entry), entry.package]),
    ]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(Object.entries(PAGE).map(([id, row]) => [id, [row]])));
    for (const { affected } of advisories) {
      for (const { status, note } of affected) expect(status).toBe(note === undefined ? 'affected' : 'undetermined');
    }
  });
  it('rates as the page says, by the NVD and by 24 others', async () => {
    const bytes = readFileSync(sample);
    const { flaws } = await read(bytes);
    const labels = flaws.flatMap(({ key, severities }) => severities.map(({ by, label }) => `${key} ${by} ${label}`));
    const stated = recordsIn(bytes).flatMap(({ id, metrics }) =>
      Object.values(metrics as Record<string, { source: string; cvssData: { baseSeverity: string } }[]>)
        .flat()
        .map(({ source, cvssData }) => {
          const by = source === 'nvd@nist.gov' ? 'nvd' : `cna:${source}`;
          return `${id} ${by} ${cvssData.baseSeverity.toLowerCase()}`;
        }),
    );
    expect(labels).toEqual(stated);
    expect(labels.length).toBe(48);
    expect(labels.filter((label) => label.includes(' nvd ')).length).toBe(24);
    expect(new Set(flaws.flatMap(({ weaknesses }) => weaknesses)).has('NVD-CWE-noinfo')).toBe(false);
  });
});
