import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Fact, ParseReport } from '../../advisory.ts';
import { describeSource } from '../source.contract.ts';
import { kev } from './kev.ts';

const catalog = readFileSync(new URL('testdata/catalog.json', import.meta.url));
const file = new URL(
  '../../../../../shared/feeds/www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
  import.meta.url,
);
const absent = !existsSync(file);
const why = absent ? ' (SKIPPED: the feed snapshots ../shared/feeds are not here)' : '';

interface Entry {
  readonly cveID: string;
  readonly vendorProject: string;
  readonly product: string;
  readonly vulnerabilityName: string;
  readonly dateAdded: string;
  readonly dueDate: string;
  readonly requiredAction: string;
  readonly knownRansomwareCampaignUse: string;
}

function entriesIn(bytes: Uint8Array): Entry[] {
  const { vulnerabilities } = JSON.parse(Buffer.from(bytes).toString()) as { vulnerabilities: Entry[] };
  return vulnerabilities;
}

function around(entries: readonly unknown[]): Buffer {
  return Buffer.from(JSON.stringify({ title: 'CISA', count: entries.length, vulnerabilities: entries }));
}

describeSource(kev, {
  foreign: 'npm',
  document: catalog,
  expected: {
    report: { read: 4, kept: 4, skipped: {}, malformed: [] },
    ids: [],
    facts: [
      'exploited CVE-2025-48384',
      'exploited CVE-2023-44487',
      'exploited CVE-2014-0160',
      'exploited CVE-2021-44228',
    ],
  },
  empty: around([]),
  record: entriesIn(catalog)[0],
  around: (record) => around([record]),
  many: (count) => {
    const rest = '"dateAdded":"2021-12-10","dueDate":"2021-12-24"';
    const entries = Array.from({ length: count }, (_, index) => `{"cveID":"CVE-2020-${10_000 + index}",${rest}}`);
    return Buffer.from(`{"vulnerabilities":[${entries.join(',')}]}`);
  },
});

async function read(bytes: Uint8Array): Promise<{ report: ParseReport; facts: Fact[] }> {
  const facts: Fact[] = [];
  const [feed] = kev.feeds(undefined);
  if (feed === undefined) throw new Error('no feed');
  const report = await kev.parse(
    feed,
    bytes,
    () => {},
    (fact) => facts.push(fact),
  );
  return { report, facts };
}

describe('the catalogue', () => {
  it('is read entry by entry', async () => {
    expect((await read(catalog)).facts.at(-1)).toEqual({
      kind: 'exploited',
      key: 'CVE-2021-44228',
      name: 'Apache Log4j2 Remote Code Execution Vulnerability',
      product: 'Apache Log4j2',
      added: '2021-12-10',
      due: '2021-12-24',
      action: entriesIn(catalog).at(-1)?.requiredAction,
      ransomware: true,
    });
    expect((await read(catalog)).facts.map((fact) => fact.kind === 'exploited' && fact.ransomware)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });
  it.each([
    ['cveID', 'GHSA-x'],
    ['cveID', undefined],
    ['dateAdded', '10 December'],
    ['dateAdded', '2021-13-45'],
    ['dueDate', undefined],
    ['dueDate', 20_211_224],
  ])('counts an entry whose %s is %j as malformed', async (name, value) => {
    const { report } = await read(around([{ ...entriesIn(catalog)[0], [name]: value }]));
    expect(report).toMatchObject({ read: 1, kept: 0, skipped: { malformed: 1 } });
  });
  it.each(['{}', '{"vulnerabilities": {}}', '{"vulnerabilities": null}'])('is not %s', async (text) => {
    await expect((async () => await read(Buffer.from(text)))()).rejects.toMatchObject({ code: 'not-the-format' });
  });
  it('keeps no text without end', async () => {
    const { facts } = await read(around([{ ...entriesIn(catalog)[0], requiredAction: 'x'.repeat(1e6) }]));
    expect(JSON.stringify(facts).length).toBeLessThan(2000);
  });
});

describe.skipIf(absent)(`the whole catalogue${why}`, () => {
  it('of 2025-08-25 has 1,404 entries, 293 of them known from ransomware', async () => {
    const bytes = readFileSync(file);
    const { report, facts } = await read(bytes);
    expect(report).toEqual({ read: 1404, kept: 1404, skipped: {}, malformed: [] });
    const expected = entriesIn(bytes).map((entry) => ({
      kind: 'exploited',
      key: entry.cveID,
      name: entry.vulnerabilityName,
      product: `${entry.vendorProject} ${entry.product}`,
      added: entry.dateAdded,
      due: entry.dueDate,
      action: entry.requiredAction,
      ransomware: entry.knownRansomwareCampaignUse === 'Known',
    }));
    expect(facts).toEqual(expected);
    expect(facts.filter((fact) => fact.kind === 'exploited' && fact.ransomware).length).toBe(293);
  });
});
