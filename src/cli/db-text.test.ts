import { describe, expect, it } from 'vitest';
import {
  DatabaseError,
  type DatabaseInfo,
  type SearchResult,
  type StoredEntry,
  type UpdateResult,
} from '../database/database.ts';
import { statusText } from './db-status-text.ts';
import { affectedText, searchText } from './db-text.ts';
import { updateText } from './db-update-text.ts';

const options = { width: 80, color: false, now: '2026-11-24T09:30:00Z' };
const source = {
  name: 'debian',
  url: 'https://security-tracker.debian.org/tracker/data/json',
  digest: `sha256:${'d'.repeat(64)}`,
  fetchedAt: '2026-08-23T04:00:00Z',
  publishedAt: '2026-08-22T18:00:00Z',
};
const failure = {
  source: 'osv',
  url: 'https://osv-vulnerabilities.storage.googleapis.com/AlmaLinux/all.zip',
  ecosystems: ['AlmaLinux'],
  code: 'fetch-failed' as const,
  message: 'the server does not answer',
  detail: 'via http://me:secret@proxy',
  at: '2026-11-24T04:00:00Z',
};
const info: DatabaseInfo = {
  path: '/home/u/.cache/seaworthy/advisories.db',
  format: 1,
  digest: `sha256:${'e'.repeat(64)}`,
  builtAt: '2026-08-23T04:10:00Z',
  bytes: 72_100_000,
  feeds: [
    {
      ...source,
      id: 1,
      bytes: 60_000_000,
      checkedAt: '2026-11-20T04:00:00Z',
      ecosystems: ['Debian:11', 'Debian:12'],
      report: { read: 31_236, kept: 31_234, skipped: { malformed: 2 }, malformed: ['CVE-\u001b[2J'] },
      failure: { ...failure, source: 'debian', url: source.url },
    },
  ],
  missing: [failure],
};
const entry: StoredEntry = {
  id: 'CVE-2024-1',
  aliases: [],
  covers: [],
  appliesTo: 'source',
  status: 'affected',
  ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed: '2.0-1' }] }],
  fixState: 'fixed',
  feed: 1,
  source,
};
const found: SearchResult = {
  facts: [
    {
      kind: 'exploited',
      key: 'CVE-2024-1',
      name: 'OpenSSL Flaw\u001b[2J',
      product: 'OpenSSL',
      added: '2024-02-01',
      due: '2024-02-22',
      action: 'Apply updates.',
      ransomware: true,
      source: { ...source, name: 'kev' },
    },
    {
      kind: 'prediction',
      key: 'CVE-2024-1',
      score: 0.944_32,
      percentile: 0.999_1,
      date: '2026-08-21',
      model: 'v2026',
      source: { ...source, name: 'epss' },
    },
    {
      kind: 'flaw',
      key: 'CVE-2024-1',
      summary: 'A flaw of which more than one line is to be said, since whoever reports flaws likes to.',
      severities: [
        { label: 'high', scheme: 'CVSS_V3', value: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H', by: 'nvd' },
      ],
      weaknesses: ['CWE-79'],
      state: 'disputed',
      references: [],
      decision: { exploitation: 'poc', automatable: false, technicalImpact: 'partial', at: '2024-02-01' },
      source: { ...source, name: 'nvd' },
    },
    {
      kind: 'lifecycle',
      key: 'CVE-2024-1',
      cycle: '12',
      codename: 'bookworm',
      endOfLife: '2026-06-10',
      endOfExtended: false,
      source,
    },
  ],
  hits: [
    {
      advisory: {
        id: 'CVE-2024-1',
        aliases: ['GHSA-x'],
        covers: [],
        summary: 'A flaw\u001b[2J',
        severities: [],
        references: [{ type: 'web', url: 'https://example.org/1' }],
        packages: [],
        feed: 1,
        source,
      },
      entries: [
        {
          ...entry,
          ecosystem: 'Debian:12',
          package: 'openssl',
          severity: { label: 'high', scheme: 's', value: 'v', by: 'b' },
        },
        { ...entry, ecosystem: 'Debian:11', package: 'openssl', status: 'not-affected', note: 'Minor issue' },
      ],
    },
  ],
  truncated: true,
};
const updated: UpdateResult = {
  path: info.path,
  digest: info.digest,
  feeds: [
    { source: 'debian', url: source.url, kind: 'updated', report: { read: 2, kept: 1, skipped: {}, malformed: [] } },
    { source: 'alpine', url: 'https://secdb.alpinelinux.org/edge/main.json', kind: 'unchanged' },
    { source: 'alpine', url: 'https://secdb.alpinelinux.org/v3.3/community.json', kind: 'absent' },
    {
      source: 'osv',
      url: failure.url,
      kind: 'failed',
      ecosystems: ['AlmaLinux'],
      error: new DatabaseError('fetch-failed', failure.message),
    },
    { source: 'osv', url: 'https://feeds.example/index.json', kind: 'followed', feeds: 7 },
  ],
  unserved: [{ word: 'Plan9:4' }, { word: 'Alpine:3.20', meant: 'Alpine:v3.20' }],
  barren: [],
  discarded: new DatabaseError('corrupt', 'the advisory database is damaged'),
};

describe('transcripts', () => {
  it.each([
    ['db-status', statusText(info, options)],
    ['db-search', searchText(found, 'CVE-2024-1', options)],
    ['db-update', updateText(updated, options)],
    ['db-status-verbose', statusText(info, { ...options, verbose: true })],
    ['db-update-verbose', updateText(updated, { ...options, verbose: true })],
  ])('%s', async (name, text) => {
    await expect(text).toMatchFileSnapshot(`testdata/${name}.txt`);
    expect(text).not.toContain('secret');
    expect(text).not.toContain('\u001b');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('adds up the feeds of a publisher, and hides no old one', () => {
    const [first] = info.feeds.map(({ failure: _failure, ...rest }) => rest);
    if (first === undefined) throw new Error('the sample has no feed');
    const old = { ...first, url: 'u', publishedAt: '2025-01-01T00:00:00Z', checkedAt: '2026-11-19T00:00:00Z' };
    const text = statusText({ ...info, feeds: [first, old], missing: [] }, { ...options, width: 200 });
    expect(text.split('\n').at(-2)).toBe(
      '  debian 2 feeds, 62,468 records (left out: 4 malformed); 2025-01-01 to 2026-08-22, 3 months old, checked 2026-11-19',
    );
  });

  it('says once what failed a hundred times', () => {
    const failures = Array.from({ length: 100 }, (_, index) => ({ ...failure, url: `https://feeds.example/${index}` }));
    const error = new DatabaseError('offline', 'the server does not answer');
    const feeds = failures.map(({ url }) => ({ source: 'osv', url, kind: 'failed' as const, ecosystems: [], error }));
    const status = statusText({ ...info, feeds: [], missing: failures }, { ...options, width: 200 });
    const update = updateText({ ...updated, feeds, unserved: [] }, { ...options, width: 200 });
    const stale = info.feeds.flatMap((feed) => failures.map((one) => ({ ...feed, url: one.url, failure: one })));
    const behind = statusText({ ...info, feeds: stale, missing: [] }, { ...options, width: 200 });
    const all = statusText({ ...info, feeds: [], missing: failures }, { ...options, verbose: true });
    expect(all.match(/https:\/\/feeds/g)).toHaveLength(100);
    for (const text of [status, update, behind]) {
      expect(text.match(/https:\/\/feeds/g)).toHaveLength(3);
      expect(text).toContain('and 97 more (--verbose names them)');
      expect(text.match(/the server does not answer/g)).toHaveLength(1);
    }
  });

  it('says that nothing is there, without obeying what was asked', () => {
    const text = searchText({ hits: [], facts: [], truncated: false }, 'x\u001b[2J', options);
    expect(text).toBe('Nothing about x\\x1b[2J is in the database.\n');
  });
});

describe('affectedText', () => {
  it.each<[Partial<StoredEntry>, string]>([
    [{}, 'affected < 2.0-1'],
    [{ status: 'not-affected' }, 'not affected'],
    [{ status: 'undetermined' }, 'not known whether affected'],
    [{ ranges: [], fixState: 'will-not-fix' }, 'affected in all versions, will not be fixed'],
    [
      { ranges: [{ type: 'semver', events: [{ introduced: '0' }] }], versions: ['1'], fixState: 'not-fixed' },
      'affected in all versions, no fix yet',
    ],
    [{ ranges: [{ type: 'semver', events: [{ fixed: '3' }] }] }, 'affected < 3'],
    [{ ranges: [], versions: ['1', '2'], fixState: 'unknown' }, 'affected 2 versions listed, fix unknown'],
    [
      {
        ranges: [
          { type: 'semver', events: [{ introduced: '1' }, { fixed: '2' }, { introduced: '3' }, { lastAffected: '4' }] },
        ],
      },
      'affected >= 1 < 2, >= 3 <= 4',
    ],
  ])('%j reads %j', (part, text) => {
    expect(affectedText({ ...entry, ...part })).toBe(text);
  });
});
