import { describe, expect, it } from 'vitest';
import type { AffectedRange } from '../advisory/advisory.ts';
import type { StoredEntry } from '../database/database.ts';
import type { Package } from '../inventory/inventory.ts';
import { apk } from '../version/apk.ts';
import { dpkg } from '../version/dpkg.ts';
import { rpm } from '../version/rpm.ts';
import type { VersionScheme } from '../version/version.ts';
import { matchPackages } from './match.ts';

const schemes = new Map<string, VersionScheme>([
  ['deb', dpkg],
  ['apk', apk],
  ['rpm', rpm],
]);
const layer = { index: 0, diffId: '' };

function packageOf(type: string, version: string, more: Partial<Package> = {}): Package {
  const purl = `pkg:${type}/x/tool@${version}`;
  const metadata =
    type === 'rpm' ? ({ kind: 'rpm', release: version.split('-').at(-1) ?? '' } as const) : ({ kind: 'dpkg' } as const);
  return {
    id: purl,
    name: 'tool',
    version,
    ecosystem: 'X:1',
    type,
    kind: 'binary',
    purl,
    locations: [{ path: '/db', layer }],
    licenses: [],
    foundBy: type,
    metadata,
    ...more,
  };
}

function before(fixed: string): AffectedRange[] {
  return [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed }] }];
}

function entryOf(more: Partial<StoredEntry> = {}): StoredEntry {
  return {
    id: 'CVE-2026-1',
    aliases: [],
    covers: [],
    appliesTo: 'source',
    status: 'affected',
    ranges: before('2.0-1'),
    fixState: 'fixed',
    feed: 1,
    source: { name: 'x', url: 'https://x.test/', digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' },
    ...more,
  };
}

/** The verdict on one package by one record, and the fix. */
function verdict(found: Package, entry: StoredEntry): string {
  const names = new Set([found.name, found.source?.name]);
  const { packages } = matchPackages(
    [found],
    { lookup: (_, name, appliesTo) => (names.has(name) && appliesTo === entry.appliesTo ? [entry] : []) },
    schemes,
  );
  const match = packages[0]?.matches.find(({ verdict: said }) => said !== 'not-affected');
  return match ? `${match.verdict}${match.fix.version === undefined ? '' : ` → ${match.fix.version}`}` : 'not-affected';
}

describe('which version counts', () => {
  it.each<[string, Package, StoredEntry, string]>([
    [
      'the source version of a binNMU',
      packageOf('deb', '2.0-1+b3', { source: { name: 'tool', version: '1.9-1' } }),
      entryOf(),
      'affected → 2.0-1',
    ],
    [
      'the source version, the binary one being lower',
      packageOf('deb', '1.0', { source: { name: 'src', version: '2.0-1' } }),
      entryOf(),
      'not-affected',
    ],
    ['without a source the package is its own', packageOf('deb', '1.0-1'), entryOf(), 'affected → 2.0-1'],
    [
      'a record on binary packages does not look at the source',
      packageOf('rpm', '1.0-1', { source: { name: 'tool', version: '3.0-1' } }),
      entryOf({ appliesTo: 'binary' }),
      'affected → 2.0-1',
    ],
    ['an epoch counts', packageOf('rpm', '1:1.0-1'), entryOf({ appliesTo: 'binary' }), 'not-affected'],
    [
      'a fix with an epoch',
      packageOf('rpm', '5.0-1'),
      entryOf({ appliesTo: 'binary', ranges: before('1:1.0-1') }),
      'affected → 1:1.0-1',
    ],
    ['a tilde sorts first', packageOf('deb', '2.0-1~deb12u1'), entryOf(), 'affected → 2.0-1'],
    [
      'apk revisions count',
      packageOf('apk', '2.0-r9', { source: { name: 'tool', version: '2.0-r9' } }),
      entryOf({ ranges: before('2.0-r10') }),
      'affected → 2.0-r10',
    ],
  ])('%s', (_, found, entry, expected) => {
    expect(verdict(found, entry)).toBe(expected);
  });
});

describe('what a record says', () => {
  const found = packageOf('deb', '1.0-1');
  it.each<[string, Partial<StoredEntry>, string]>([
    ['fixed above: affected', {}, 'affected → 2.0-1'],
    ['exactly the fixed version is not affected', { ranges: before('1.0-1') }, 'not-affected'],
    ['not affected at all', { status: 'not-affected', ranges: [] }, 'not-affected'],
    ['open: every version', { ranges: [], fixState: 'not-fixed' }, 'affected'],
    ['end of life is still affected', { ranges: [], fixState: 'end-of-life' }, 'affected'],
    ['will not be fixed is still affected', { ranges: [], fixState: 'will-not-fix' }, 'affected'],
    ['fixed in a version that the release does not have', { fixState: 'not-fixed' }, 'affected'],
    ['undetermined is unknown', { status: 'undetermined', ranges: [] }, 'unknown'],
    [
      'undetermined before a version, and we are past it',
      { status: 'undetermined', ranges: before('0.5') },
      'not-affected',
    ],
    ['listed version', { ranges: before('0.5'), versions: ['1.0-1'] }, 'affected'],
    ['listed versions only, and not ours', { ranges: [], versions: ['0.9'] }, 'not-affected'],
    ['only commits is unknown', { ranges: [{ type: 'git', events: [{ introduced: 'abc' }] }] }, 'unknown'],
    [
      'commits hide no other range',
      { ranges: [{ type: 'git', events: [{ introduced: 'abc' }] }, ...before('2.0')] },
      'affected → 2.0',
    ],
    [
      'last affected is inclusive',
      {
        ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { lastAffected: '1.0-1' }] }],
        fixState: 'unknown',
      },
      'affected',
    ],
    [
      'introduced later',
      { ranges: [{ type: 'ecosystem', events: [{ introduced: '1.5' }, { fixed: '2.0' }] }] },
      'not-affected',
    ],
    [
      'a fix that another range affects again is passed over',
      { ranges: [...before('2.0'), { type: 'ecosystem', events: [{ introduced: '1.9' }, { fixed: '3.0' }] }] },
      'affected → 3.0',
    ],
    [
      'a version in the record that is none is unknown',
      { ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed: 'not a version' }] }] },
      'unknown',
    ],
    [
      'one unreadable range does not hide one that holds',
      { ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed: 'not a version' }] }, ...before('2.0')] },
      'affected → 2.0',
    ],
  ])('%s', (_, more, expected) => {
    expect(verdict(found, entryOf(more))).toBe(expected);
  });

  it('an installed version that is none is unknown, and counted as unjudged', () => {
    const broken = packageOf('deb', 'not a version!');
    expect(verdict(broken, entryOf())).toBe('unknown');
    const { unjudged } = matchPackages([broken], { lookup: () => [] }, schemes);
    expect(unjudged).toMatchObject([{ package: broken, reason: 'version-unparsable' }]);
  });
});

describe('modules and architectures', () => {
  const build = '1.0-1.module_el9.4.0+1+abcdef';
  const rpmWith = (label: string | undefined, version = build): Package =>
    packageOf('rpm', version, {
      architecture: 'x86_64',
      metadata: {
        kind: 'rpm',
        release: version.split('-').at(-1) ?? '',
        ...(label === undefined ? {} : { modularityLabel: label }),
      },
    });
  it.each<[string, Package, StoredEntry['qualifiers'] & object, string]>([
    ['the same stream', rpmWith('tool:3:90400:abc'), { module: 'tool:3' }, 'affected → 2.0-1'],
    ['another stream', rpmWith('tool:4:90400:abc'), { module: 'tool:3' }, 'not-affected'],
    ['a stream that only begins alike', rpmWith('tool:30:90400:abc'), { module: 'tool:3' }, 'not-affected'],
    ['a build of a module that does not say which', rpmWith(undefined), { module: 'tool:3' }, 'unknown → 2.0-1'],
    ['a build of no module', rpmWith(undefined, '1.0-1.el9'), { module: 'tool:3' }, 'not-affected'],
    ['a record on builds of no module, and ours is of one', rpmWith('tool:3:1:a'), { module: '' }, 'not-affected'],
    ['a record on builds of no module', rpmWith(undefined, '1.0-1.el9'), { module: '' }, 'affected → 2.0-1'],
    ['another architecture', rpmWith(undefined, '1.0-1.el9'), { architectures: ['aarch64'] }, 'not-affected'],
    ['our architecture', rpmWith(undefined, '1.0-1.el9'), { architectures: ['aarch64', 'x86_64'] }, 'affected → 2.0-1'],
  ])('%s', (_, found, qualifiers, expected) => {
    expect(verdict(found, entryOf({ appliesTo: 'binary', qualifiers }))).toBe(expected);
  });
});

it('packages without an ecosystem are not matched', () => {
  const { ecosystem: _ecosystem, ...rest } = packageOf('deb', '1.0');
  expect(matchPackages([rest], { lookup: () => [entryOf()] }, schemes).packages).toEqual([]);
});

it('names and versions with blanks are not mixed up', () => {
  const all = [packageOf('deb', 'b 1', { name: 'a' }), packageOf('deb', '1', { name: 'a b' })];
  const records = new Map([
    ['a', entryOf({ id: 'CVE-2026-1' })],
    ['a b', entryOf({ id: 'CVE-2026-2' })],
  ]);
  const lookup = (_: string, name: string, appliesTo: string): StoredEntry[] =>
    appliesTo === 'source' ? [records.get(name) ?? entryOf()] : [];
  const { packages } = matchPackages(all, { lookup }, schemes);
  expect(packages.map(({ matches }) => matches.map(({ entry, verdict: said }) => `${entry.id} ${said}`))).toEqual([
    ['CVE-2026-1 unknown'],
    ['CVE-2026-2 affected'],
  ]);
});

it('a format whose versions have no order is unjudged, not passed over', () => {
  const found = packageOf('nobody', '1.0');
  expect(matchPackages([found], { lookup: () => [entryOf()] }, schemes)).toMatchObject({
    packages: [],
    unjudged: [{ package: found, reason: 'version-unparsable' }],
  });
});
