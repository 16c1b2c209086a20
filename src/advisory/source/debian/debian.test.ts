import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Advisory, Affected } from '../../advisory.ts';
import { describeSource } from '../source.contract.ts';
import { debian } from './debian.ts';

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const excerpt = readFileSync(new URL('testdata/tracker.json', import.meta.url));

describeSource(debian, {
  ecosystem: 'Debian:12',
  foreign: 'Debianish:12',
  document: excerpt,
  expected: {
    report: { read: 6, kept: 5, skipped: { 'no-release': 1 }, malformed: [] },
    ids: ['CVE-2008-7220', 'CVE-2007-2383', 'CVE-2022-0456', 'CVE-2025-53603', 'CVE-2016-1585'],
  },
  empty: json({}),
  record: {
    description: 'A flaw.',
    debianbug: 555217,
    releases: {
      bookworm: {
        status: 'resolved',
        repositories: { bookworm: '1.0-1', 'bookworm-security': '1.0-1+deb12u1' },
        fixed_version: '1.0-1+deb12u1',
        urgency: 'low',
      },
      sid: { status: 'open', repositories: { sid: '1.1-1' }, urgency: 'medium', nodsa: 'Minor', nodsa_reason: '' },
    },
  },
  around: (record) => json({ bash: { 'CVE-2024-0001': record }, dash: record }),
  many: manyReleases,
});

function manyReleases(count: number): Uint8Array {
  const release = '{"status":"resolved","repositories":{"bookworm":"2.0-1"},"fixed_version":"1.0-1","urgency":"low"}';
  const releases = ['bullseye', 'bookworm', 'trixie', 'sid', 'forky'].map((name) => `"${name}":${release}`).join(',');
  const flaws = Array.from({ length: count / 5 }, (_, index) => `"CVE-2024-${index}":{"releases":{${releases}}}`);
  return Buffer.from(`{"linux":{${flaws.join(',')}}}`);
}

function parse(document: unknown): readonly Advisory[] {
  const [feed] = debian.feeds(undefined);
  const advisories: Advisory[] = [];
  if (feed)
    void debian.parse(
      feed,
      json(document),
      (advisory) => advisories.push(advisory),
      () => {},
    );
  return advisories;
}

function inRelease(release: unknown, codename = 'bookworm'): Affected | undefined {
  return parse({ bash: { 'CVE-2024-0001': { releases: { [codename]: release } } } })[0]?.affected[0];
}

const below = (fixed: string) => [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed }] }];

describe('one release', () => {
  const carried = { repositories: { bookworm: '5.2.15-2', 'bookworm-security': '5.2.15-2+deb12u1' } };

  it.each<[string, object, object]>([
    ['never affected', { status: 'resolved', fixed_version: '0' }, { status: 'not-affected', ranges: [] }],
    [
      'fixed in the security suite',
      { status: 'resolved', fixed_version: '5.2.15-2+deb12u1', ...carried },
      { status: 'affected', fixState: 'fixed', ranges: below('5.2.15-2+deb12u1') },
    ],
    [
      'fixed, with no word on what the release carries',
      { status: 'resolved', fixed_version: '5.2.15-3', repositories: {} },
      { status: 'affected', fixState: 'fixed', ranges: below('5.2.15-3') },
    ],
    [
      'fixed in a version that the release does not carry',
      { status: 'resolved', fixed_version: '5.2.15-2+deb12u2', ...carried },
      {
        status: 'affected',
        fixState: 'not-fixed',
        ranges: below('5.2.15-2+deb12u2'),
        note: 'fixed in 5.2.15-2+deb12u2, which the release does not carry',
      },
    ],
    [
      'the same, put off',
      { status: 'resolved', fixed_version: '9', ...carried, nodsa: 'Minor issue', nodsa_reason: 'postponed' },
      { fixState: 'deferred', note: 'fixed in 9, which the release does not carry; Minor issue' },
    ],
    ['open', { status: 'open', ...carried }, { status: 'affected', fixState: 'not-fixed', ranges: [] }],
    [
      'open without an advisory planned',
      { status: 'open', nodsa: 'Minor issue', nodsa_reason: '' },
      { fixState: 'not-fixed', note: 'Minor issue' },
    ],
    ['postponed', { status: 'open', nodsa: 'Minor issue', nodsa_reason: 'postponed' }, { fixState: 'deferred' }],
    ['ignored', { status: 'open', nodsa: 'Too intrusive', nodsa_reason: 'ignored' }, { fixState: 'will-not-fix' }],
    ['out of support', { status: 'open', urgency: 'end-of-life' }, { status: 'affected', fixState: 'end-of-life' }],
    ['undetermined', { status: 'undetermined' }, { status: 'undetermined', ranges: [] }],
    ['resolved in no version', { status: 'resolved' }, { status: 'undetermined' }],
    ['of an unheard-of status', { status: 'maybe' }, { status: 'undetermined', note: 'status maybe' }],
  ])('%s', (_, release, expected) => {
    expect(inRelease(release)).toMatchObject({
      ecosystem: 'Debian:12',
      package: 'bash',
      appliesTo: 'source',
      ...expected,
    });
  });

  it('is undetermined where the entry cannot be read', () => {
    expect(inRelease('gone')).toMatchObject({ status: 'undetermined', note: 'unreadable entry' });
  });

  it.each([
    ['unimportant', 'negligible'],
    ['low', 'low'],
    ['low**', 'low'],
    ['medium', 'medium'],
    ['high**', 'high'],
    ['not yet assigned', 'unknown'],
    ['end-of-life', 'unknown'],
    ['toString', 'unknown'],
  ])('has urgency %s as severity %s', (urgency, label) => {
    const severity = inRelease({ status: 'open', urgency })?.severity;
    expect(severity).toEqual({ label, scheme: 'debian-urgency', value: urgency, by: 'debian' });
  });

  it.each([
    ['wheezy', 'Debian:7'],
    ['bookworm', 'Debian:12'],
    ['sid', 'Debian:sid'],
    ['constructor', 'Debian:constructor'],
    ['nextone', 'Debian:nextone'],
  ])('names %s %s', (codename, ecosystem) => {
    expect(inRelease({ status: 'open' }, codename)?.ecosystem).toBe(ecosystem);
  });
});

describe('one flaw', () => {
  it('has one entry per release and refers to the tracker and the bug', () => {
    const [, , , sope] = parse(JSON.parse(excerpt.toString()));
    expect(sope?.affected.map(({ ecosystem, fixState }) => [ecosystem, fixState])).toEqual([
      ['Debian:12', 'fixed'],
      ['Debian:11', 'fixed'],
      ['Debian:sid', 'fixed'],
      ['Debian:13', 'fixed'],
    ]);
    expect(sope?.references).toEqual([
      { type: 'advisory', url: 'https://security-tracker.debian.org/tracker/CVE-2025-53603' },
      { type: 'report', url: 'https://bugs.debian.org/1108798' },
    ]);
    expect(sope?.summary).toMatch(/^In Alinto SOPE SOGo .* in the POST body\.$/);
  });

  it('keeps identifiers that are not CVEs yet, and names that JavaScript has taken', () => {
    const flaw = { releases: { sid: { status: 'open' } } };
    const document = JSON.parse(`{"__proto__":{"TEMP-0000000-1F2A3B":${JSON.stringify(flaw)}}}`);
    expect(parse(document)).toMatchObject([{ id: 'TEMP-0000000-1F2A3B', affected: [{ package: '__proto__' }] }]);
  });

  it('is for all releases of Debian one feed', () => {
    const feeds = debian.feeds(undefined);
    expect(debian.feeds(['Alpine:v3.20', 'Debian:12', 'Debian:sid'])).toEqual(feeds);
    expect(feeds).toHaveLength(1);
  });
});
