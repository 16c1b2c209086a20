import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { zipFile } from '../../../internal/testdata/zip-file.ts';
import { type Advisory, AdvisoryError, type ParseReport } from '../../advisory.ts';
import { describeSource } from '../source.contract.ts';
import { osv } from './osv.ts';

function zipOf(records: readonly unknown[], stored = false): Uint8Array {
  return zipFile(
    records.map((record, index) => ({ name: `${index}.json`, bytes: Buffer.from(JSON.stringify(record)), stored })),
  );
}

function testdata(name: string): readonly unknown[] {
  return JSON.parse(readFileSync(new URL(`testdata/${name}.json`, import.meta.url), 'utf8'));
}

async function parse(
  ecosystem: string,
  records: readonly unknown[],
): Promise<{ report: ParseReport; advisories: Advisory[] }> {
  const [feed] = osv.feeds([ecosystem]);
  if (feed === undefined) throw new Error(`no feed for ${ecosystem}`);
  const advisories: Advisory[] = [];
  const report = await osv.parse(
    feed,
    zipOf(records),
    (advisory) => advisories.push(advisory),
    () => {},
  );
  return { report, advisories };
}

describeSource(osv, {
  ecosystem: 'AlmaLinux:9',
  foreign: 'AmigaOS:3.1',
  document: zipOf(testdata('almalinux')),
  expected: {
    report: { read: 8, kept: 7, skipped: { 'not-security': 1 }, malformed: [] },
    ids: [
      'ALSA-2021:4517',
      'ALBA-2019:3693',
      'ALSA-2023:6077',
      'ALSA-2022:5468',
      'ALSA-2019:0975',
      'ALSA-2023:5989',
      'ALSA-2021:0711',
    ],
  },
  empty: zipOf([]),
  record: testdata('almalinux')[0],
  around: (record) => zipOf([record, testdata('almalinux')[1]]),
  many: (count) => {
    const event = '"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.0-1.el9"}]}]';
    const files = Array.from({ length: 100 }, (_, record) => {
      const affected = Array.from(
        { length: count / 100 },
        (_, index) => `{"package":{"ecosystem":"AlmaLinux:9","name":"p${index}"},${event}}`,
      );
      const bytes = Buffer.from(`{"id":"ALSA-2024:${record}","affected":[${affected.join(',')}]}`);
      return { name: '', bytes, stored: true };
    });
    return zipFile(files);
  },
});

describe('feeds', () => {
  it('has one archive per ecosystem, whatever its releases', () => {
    expect(osv.feeds(['Rocky Linux:9', 'Rocky Linux:8', 'npm', 'Ubuntu:Pro:14.04:LTS', 'AmigaOS'])).toEqual([
      {
        url: 'https://osv-vulnerabilities.storage.googleapis.com/Rocky%20Linux/all.zip',
        ecosystems: ['Rocky Linux'],
      },
      { url: 'https://osv-vulnerabilities.storage.googleapis.com/npm/all.zip', ecosystems: ['npm'] },
      { url: 'https://osv-vulnerabilities.storage.googleapis.com/Ubuntu/all.zip', ecosystems: ['Ubuntu'] },
    ]);
  });

  it.each([
    ['AlmaLinux:9', 'fixes'],
    ['Rocky Linux:9', 'fixes'],
    ['Ubuntu:22.04:LTS', 'disclosures'],
    ['npm', 'disclosures'],
    ['AmigaOS', 'fixes'],
  ])('says of %s that it lists %s', (ecosystem, lists) => {
    expect(osv.lists(ecosystem)).toBe(lists);
  });
});

describe('archives', () => {
  it('counts records that are no JSON or no record, and names them', async () => {
    const [feed] = osv.feeds(['npm']);
    const files = ['{"id":', '[]', '{}', '{"id":"A"}', '{"id":"B","affected":[{"package":{}}]}'];
    const archive = zipFile(files.map((text, index) => ({ name: `npm/${index}.json`, bytes: Buffer.from(text) })));
    const report =
      feed &&
      (await osv.parse(
        feed,
        archive,
        () => {},
        () => {},
      ));
    expect(report).toEqual({
      read: 5,
      kept: 0,
      skipped: { malformed: 5 },
      malformed: ['npm/0.json', 'npm/1.json', 'npm/2.json', 'npm/3.json', 'npm/4.json'],
    });
  });

  it('is refused whole when one entry is damaged, with the entry named', async () => {
    const [feed] = osv.feeds(['npm']);
    const file = { name: 'a.json', bytes: Buffer.from('{}') };
    const read = async (): Promise<unknown> =>
      feed &&
      (await osv.parse(
        feed,
        zipFile([file, { ...file, crc: 0 }]),
        () => {},
        () => {},
      ));
    await expect(read()).rejects.toThrow(AdvisoryError);
    await expect(read()).rejects.toThrow(expect.objectContaining({ code: 'not-the-format', detail: 'entry 1' }));
  });

  it('skips withdrawn records', async () => {
    expect((await parse('PyPI', testdata('pypi'))).report).toEqual({
      read: 2,
      kept: 1,
      skipped: { withdrawn: 1 },
      malformed: [],
    });
  });

  it('skips records of repositories only', async () => {
    const ranges = [{ type: 'GIT', repo: 'https://example.org/x', events: [{ introduced: '0' }] }];
    expect((await parse('Go', [{ id: 'OSV-2020-1', affected: [{ ranges }] }])).report).toMatchObject({
      kept: 0,
      skipped: { 'no-package': 1 },
    });
  });

  it('keeps malware', async () => {
    expect((await parse('npm', testdata('npm'))).advisories[0]).toMatchObject({
      id: 'MAL-2023-1035',
      aliases: ['GHSA-8348-2q94-ffjx'],
      affected: [{ package: 'flot-axis', status: 'affected', fixState: 'not-fixed' }],
    });
  });
});
