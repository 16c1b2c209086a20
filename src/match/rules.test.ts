import { describe, expect, it } from 'vitest';
import type { AffectedRange } from '../advisory/advisory.ts';
import type { StoredEntry } from '../database/database.ts';
import { dpkg } from '../version/dpkg.ts';
import { maven } from '../version/maven.ts';
import { pep440 } from '../version/pep440.ts';
import type { RangeEvent } from '../version/range.ts';
import { semver } from '../version/semver.ts';
import type { VersionScheme } from '../version/version.ts';
import { judge } from './judge.ts';

type Events = readonly RangeEvent[];

const range = (events: Events, type: AffectedRange['type'] = 'ecosystem'): AffectedRange => ({ type, events });
const commits = range([{ introduced: '0' }, { fixed: 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334' }], 'git');

function entry(ranges: readonly AffectedRange[], versions?: readonly string[]): StoredEntry {
  return {
    id: 'X-1',
    aliases: [],
    covers: [],
    appliesTo: 'binary',
    status: 'affected',
    ranges,
    ...(versions === undefined ? {} : { versions }),
    fixState: 'fixed',
    feed: 1,
    source: { name: 'osv', url: 'https://x.test/', digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' },
  };
}

type Row = readonly [rule: string, scheme: VersionScheme, version: string, record: StoredEntry, said: string];

function told([, scheme, version, record]: Row): string {
  const { verdict, fix } = judge(scheme.parse(version), record, scheme);
  return verdict === 'not-affected' ? verdict : `${verdict} ${fix.version ?? 'none'}`;
}

const unsorted = [{ fixed: '2.0.0' }, { introduced: '1.0.0' }, { fixed: '4.0.0' }, { introduced: '3.0.0' }] as const;
const branches = entry([range(unsorted, 'semver')]);
const last = entry([range([{ introduced: '1.0.0' }, { lastAffected: '1.4.0' }])]);
const mixed = entry([commits, range([{ introduced: '1.0.0' }, { fixed: '1.5.0' }])]);
const limited = entry([range([{ introduced: '1.0.0' }, { limit: '2.0.0' }])]);
const listed = entry([range([{ introduced: '5.0.0' }, { fixed: '6.0.0' }])], ['1.2.3']);

describe('ranges of OSV records', () => {
  it.each<Row>([
    ['what is introduced is affected', semver, '1.0.0', branches, 'affected 2.0.0'],
    ['what is fixed is not', semver, '2.0.0', branches, 'not-affected'],
    ['nor what comes before the first', semver, '0.9.9', branches, 'not-affected'],
    ['events are sorted first', semver, '3.5.0', branches, 'affected 4.0.0'],
    ['between two ranges', semver, '2.9.9', branches, 'not-affected'],
    ['a pre-release of the fix comes before it', semver, '2.0.0-rc.1', branches, 'affected 2.0.0'],
    ['a pre-release of what is introduced comes before that', semver, '1.0.0-rc.1', branches, 'not-affected'],
    ['the last that is affected is', semver, '1.4.0', last, 'affected none'],
    ['the next is not', semver, '1.4.1', last, 'not-affected'],
    ['commits before it do not end the search', semver, '1.2.0', mixed, 'affected 1.5.0'],
    ['nor make it affected', semver, '1.5.0', mixed, 'not-affected'],
    ['commits alone say nothing of versions', semver, '1.2.0', entry([commits]), 'unknown none'],
    ['a limit ends a range', semver, '2.0.0', limited, 'not-affected'],
    ['below the limit', semver, '1.9.9', limited, 'affected none'],
    ['0 is before all', semver, '0.0.0-alpha', entry([range([{ introduced: '0' }])]), 'affected none'],
    ['what is listed is affected, whatever the ranges say', semver, '1.2.3', listed, 'affected 6.0.0'],
    ['what is not listed is judged by the ranges', semver, '1.2.4', listed, 'not-affected'],
    ['no range and no list is every version', semver, '1.2.3', entry([]), 'affected none'],
    ['a list alone is all that is affected', semver, '1.2.4', entry([], ['1.2.3']), 'not-affected'],
    ['a range in which nothing is introduced is not clear', semver, '1.0.0', entry([range([])]), 'unknown none'],
    [
      'a bound that is no version is not clear',
      semver,
      '1.0.0',
      entry([range([{ introduced: 'x y' }])]),
      'unknown none',
    ],
  ])('%s', (...row) => {
    expect(told(row)).toBe(row[4]);
  });
});

const log4j = entry([range([{ introduced: '2.13.0' }, { fixed: '2.17' }])]);
const driver = entry([range([{ introduced: '0' }, { fixed: '10.2.4' }])]);
const wheel = entry([range([{ introduced: '0' }, { fixed: '1.26.0' }])]);
const local = entry([range([{ introduced: '0' }, { fixed: '1.26.0+vendor.2' }])]);
const epoch = entry([range([{ introduced: '0' }, { fixed: '1:1.2-3' }])]);

describe('orders of versions', () => {
  it.each<Row>([
    ['Maven: 2.17.0 is 2.17', maven, '2.17.0', log4j, 'not-affected'],
    ['Maven: a candidate comes before the release', maven, '2.17.0-rc1', log4j, 'affected 2.17'],
    ['Maven: a build for a Java version is one of the release', maven, '10.2.4.jre11', driver, 'not-affected'],
    ['Maven: of the release before', maven, '10.2.3.jre17', driver, 'affected 10.2.4'],
    ['PEP 440: a local build is one of its version', pep440, '1.25.9+cpu', wheel, 'affected 1.26.0'],
    ['PEP 440: of the fixed one', pep440, '1.26.0+cpu', wheel, 'not-affected'],
    ['PEP 440: a post release comes after', pep440, '1.26.0.post1', wheel, 'not-affected'],
    ['PEP 440: a candidate comes before', pep440, '1.26.0rc1', wheel, 'affected 1.26.0'],
    [
      'PEP 440: a record that names local builds tells them apart',
      pep440,
      '1.26.0+vendor.1',
      local,
      'affected 1.26.0+vendor.2',
    ],
    ['dpkg: the epoch goes before all', dpkg, '9.9-9', epoch, 'affected 1:1.2-3'],
    ['dpkg: a tilde comes before the end', dpkg, '1:1.2-3~bpo1', epoch, 'affected 1:1.2-3'],
    ['dpkg: a rebuild of the binary package comes after', dpkg, '1:1.2-3+b1', epoch, 'not-affected'],
    ['a version that cannot be read is unknown, never safe', semver, 'latest', log4j, 'unknown none'],
  ])('%s', (...row) => {
    expect(told(row)).toBe(row[4]);
  });
});
