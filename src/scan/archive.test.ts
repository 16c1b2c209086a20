import { describe, expect, it } from 'vitest';
import type { Candidate, Fix } from '../archive/archive.ts';
import type { Finding } from '../finding/finding.ts';
import type { Package } from '../inventory/inventory.ts';
import { type ArchiveAnswer, answerOf, withArchive, withAvailable } from './archive.ts';
import { ofRelease } from './archive-release.ts';
import type { Advisories } from './assess.ts';

const candidate = {
  name: 'perl-base',
  version: '5.36.0-7+deb12u4',
  suite: { name: 'bookworm-security', trust: 'pinned' },
} as unknown as Candidate;

function fixOf(more: Partial<Fix>): Fix {
  return {
    package: {
      name: 'perl-base',
      version: '5.36.0-7+deb12u3',
      source: { name: 'perl', version: '5.36.0-7+deb12u3' },
      architecture: 'amd64',
    },
    candidate,
    newer: true,
    closes: [{ id: 'CVE-2026-1', version: '5.36.0-7+deb12u4', text: 'fix' }],
    mentions: [],
    ...more,
  };
}

const use = { suites: [], asked: 1, upgradable: 1, closed: 1, problems: [] };
const answer = (fix: Fix): ArchiveAnswer => ({ fixes: new Map([['perl', fix]]), entries: new Map(), use });
const finding = (id: string, aliases: string[] = []): Finding =>
  ({ package: { id: 'perl' }, vulnerability: { id, aliases }, fix: { state: 'fixed' } }) as unknown as Finding;

describe('what can be installed now', () => {
  it.each<[string, Finding, Partial<Fix>, object | undefined]>([
    [
      'closes the flaw',
      finding('CVE-2026-1'),
      {},
      { version: '5.36.0-7+deb12u4', suite: 'bookworm-security', trust: 'pinned', closes: true },
    ],
    ['closes it under another name', finding('DSA-1', ['CVE-2026-1']), {}, { closes: true }],
    ['does not say that it closes it', finding('CVE-2026-2'), {}, { closes: false }],
    ['is no newer', finding('CVE-2026-1'), { newer: false }, undefined],
  ])('%s', (_, found, more, expected) => {
    const [told] = withAvailable([found], answer(fixOf(more)));
    expect([told?.fix.available]).toMatchObject([expected]);
  });
  it('is not told where no archive was asked', () => {
    expect(withAvailable([finding('CVE-2026-1')], undefined)[0]?.fix).toEqual({ state: 'fixed' });
  });
});

describe('a candidate of another release of the distribution', () => {
  const debian = {
    id: 'debian',
    name: 'Debian',
    versionId: '12',
    codename: 'bookworm',
    like: [],
    source: '/etc/os-release',
  };
  const { versionId: _, ...unnumbered } = debian;
  const from = (codename: string | undefined, trust = 'pinned'): Fix =>
    fixOf({ candidate: { ...candidate, suite: { ...candidate.suite, codename, trust } } as Candidate });
  it.each<[string, Fix, Parameters<typeof ofRelease>[1], boolean]>([
    ['its own', from('bookworm'), debian, true],
    ["its own, security's", from('bookworm-security'), debian, true],
    ['a later one', from('trixie'), debian, false],
    ['one whose name begins alike', from('bookwormish'), debian, false],
    ["somebody else's archive", from('trixie', 'keyring'), debian, true],
    ['a suite that does not say', from(undefined), debian, true],
    ['an image of testing, which bears several names', from('sid'), unnumbered, true],
    ['an image without os-release', from('trixie'), undefined, true],
  ])('%s', (_, fix, distro, taken) => {
    const own = ofRelease(fix, distro);
    expect([own.newer, own.closes.length, own.candidate !== undefined]).toEqual([taken, taken ? 1 : 0, taken]);
  });
});

describe('binary packages of one source', () => {
  const changelog = { digest: '0' } as Fix['changelog'];
  const dated = { ...candidate, url: 'https://a.test/x.deb', suite: { ...candidate.suite, date: '2026-11-22' } };
  const closing = (...ids: string[]): Fix =>
    fixOf({
      ...(changelog && { changelog }),
      candidate: dated,
      closes: ids.map((id) => ({ id, version: '2', text: 'fix' })),
    });
  const { candidate: _none, ...gone } = fixOf({ newer: false, closes: [] });
  it.each<[string, Fix[], string[]]>([
    ['the first is not in the archive', [gone, closing('CVE-2026-1')], ['CVE-2026-1']],
    [
      'the first is newer than the next',
      [closing('CVE-2026-2'), closing('CVE-2026-1', 'CVE-2026-2')],
      ['CVE-2026-2', 'CVE-2026-1'],
    ],
  ])('add up: %s', (_, fixes, expected) => {
    const packages = fixes.map((_fix, at) => ({ id: `p${at}`, ecosystem: 'Debian:12' }) as Package);
    const { entries } = answerOf(packages, fixes, { suites: [] }, []);
    expect(entries.get('Debian:12\nperl')?.map(({ id }) => id)).toEqual(expected);
  });
});

describe('what changelogs close', () => {
  const known = { id: 'CVE-2025-9' };
  const advisories = {
    lookup: () => [known],
    details: (id: string, feed: number) => (feed === 1 ? { id } : undefined),
  } as unknown as Advisories;
  const closed = { id: 'CVE-2026-1', feed: -2 };
  const asked = withArchive(advisories, {
    fixes: new Map(),
    entries: new Map([['Debian:12\nperl', [closed as never]]]),
    use,
  });
  it.each<[string, 'source' | 'binary', string[]]>([
    ['perl', 'source', ['CVE-2025-9', 'CVE-2026-1']],
    ['perl', 'binary', ['CVE-2025-9']],
    ['bash', 'source', ['CVE-2025-9']],
  ])('stands beside what advisories say of %s as %s', (name, appliesTo, expected) => {
    expect(asked.lookup('Debian:12', name, appliesTo).map(({ id }) => id)).toEqual(expected);
  });
  it('has no details, and leaves those of advisories', () => {
    expect([asked.details('CVE-2026-1', -2), asked.details('CVE-2025-9', 1)]).toEqual([
      undefined,
      { id: 'CVE-2025-9' },
    ]);
  });
});
