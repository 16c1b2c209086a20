import { describe, expect, it } from 'vitest';
import { gem } from '../version/gem.ts';
import { go } from '../version/go.ts';
import { maven } from '../version/maven.ts';
import { nuget } from '../version/nuget.ts';
import { packagist } from '../version/packagist.ts';
import { pep440 } from '../version/pep440.ts';
import { semver } from '../version/semver.ts';
import type { VersionScheme } from '../version/version.ts';
import { entriesOf, judgeAll } from './osv-records.contract.ts';

type Events = readonly Readonly<Record<string, string>>[];

interface Written {
  readonly ecosystem?: string;
  readonly name?: string;
  readonly more?: object;
}

/** One of `affected[]`. */
function entry(events: readonly Events[], { ecosystem = 'npm', name = 'tool', more = {} }: Written = {}): object {
  const ranges = events.map((one) => ({ type: 'ECOSYSTEM', events: one }));
  return { package: { ecosystem, name }, ranges, ...more };
}

/** What is said of a version: the verdict, then the fix or what is to be expected of one. */
function said(
  version: string,
  affected: readonly object[],
  {
    ecosystem = 'npm',
    scheme = semver,
    name = 'tool',
  }: { ecosystem?: string; scheme?: VersionScheme; name?: string } = {},
): string {
  const entries = entriesOf({ id: 'GHSA-1', affected }, ecosystem, name);
  const judged = judgeAll([version], entries, ecosystem, scheme).get(version);
  const { verdict = 'none', fix } = judged ?? {};
  return verdict === 'affected' ? `${verdict}, ${fix?.version ?? fix?.state}` : verdict;
}

describe('the fix is the lowest fixed version above the installed one that is not affected itself', () => {
  const branches = [{ introduced: '0' }, { fixed: '1.2.5' }, { introduced: '2.0.0' }, { fixed: '2.0.3' }];
  const perBranch = [
    entry([[{ introduced: '0' }, { fixed: '1.2.5' }]]),
    entry([[{ introduced: '2.0.0' }, { fixed: '2.0.3' }]]),
  ];
  const overlapping = [
    entry([[{ introduced: '0' }, { fixed: '1.5.0' }]]),
    entry([[{ introduced: '1.4.0' }, { fixed: '2.0.0' }]]),
  ];
  const abandoned = [
    entry([[{ introduced: '2.0.0' }, { fixed: '2.0.3' }]]),
    entry([[{ introduced: '3.0.0' }]]),
    entry([[{ introduced: '1.0.0' }, { last_affected: '1.9.9' }]]),
  ];
  const listed = [
    entry([[{ introduced: '0' }, { fixed: '1.2.5' }, { introduced: '2.0.0' }, { fixed: '2.0.3' }]], {
      more: { versions: ['1.1.0', '1.2.5'] },
    }),
  ];
  it.each<[string, string, readonly object[], string]>([
    ['of the branch', '1.1.0', [entry([branches])], 'affected, 1.2.5'],
    ['of the other branch', '2.0.1', [entry([branches])], 'affected, 2.0.3'],
    ['between the branches', '1.2.5', [entry([branches])], 'not-affected'],
    [
      'of the branch, with a range for each',
      '1.1.0',
      [entry([branches.slice(2), branches.slice(0, 2)])],
      'affected, 1.2.5',
    ],
    ['of the branch, with an entry for each', '1.1.0', perBranch, 'affected, 1.2.5'],
    ['of the branch, with the entries the other way round', '1.1.0', perBranch.toReversed(), 'affected, 1.2.5'],
    ['not one that another entry affects', '1.0.0', overlapping, 'affected, 2.0.0'],
    ['not one that the list affects', '1.1.0', listed, 'affected, 2.0.3'],
    ['none, where only another branch was fixed', '3.1.0', abandoned, 'affected, not-fixed'],
    ['not said, after a last affected version', '1.5.0', abandoned.slice(1), 'affected, unknown'],
    ['of a later branch, where the own one has none', '1.5.0', abandoned, 'affected, 2.0.3'],
    [
      'a pre-release, where the record says so',
      '1.0.0',
      [entry([[{ introduced: '0' }, { fixed: '2.0.0-rc.1' }]])],
      'affected, 2.0.0-rc.1',
    ],
  ])('%s', (_, version, affected, expected) => {
    expect(said(version, affected)).toBe(expected);
  });
});

describe('a range that GitHub ends beside the events', () => {
  const ended = (bound: string, introduced = '0', more: object = {}): readonly object[] => [
    entry([[{ introduced }]], { more: { database_specific: { last_known_affected_version_range: bound }, ...more } }),
  ];
  it.each<[string, string, readonly object[], string]>([
    ['GHSA-5f7q-jpqc-wp7h, inside', '15.5.1-canary.3', ended('< 15.5.1', '15.5.1-canary.0'), 'affected, unknown'],
    ['GHSA-5f7q-jpqc-wp7h, past it', '16.2.2', ended('< 15.5.1', '15.5.1-canary.0'), 'not-affected'],
    ['GHSA-5pgg-2g8v-p4x9, inside', '0.18.5', ended('< 0.20.2'), 'affected, unknown'],
    ['GHSA-5pgg-2g8v-p4x9, a release outside the registry', '0.20.2', ended('< 0.20.2'), 'not-affected'],
    ['including the bound', '29.0', ended('<= 29.0'), 'affected, unknown'],
    ['past the bound that it includes', '29.1', ended('<= 29.0'), 'not-affected'],
    [
      'versions that OSV counted out from the open range',
      '1.70',
      ended('< 1.70', '0', { versions: ['1.69', '1.70'] }),
      'not-affected',
    ],
    ['inside, and counted', '1.69', ended('< 1.70', '0', { versions: ['1.69', '1.70'] }), 'affected, unknown'],
    ['a bound below the start ends nothing', '5.1.0', ended('< 4.1.1', '4.6.0'), 'affected, unknown'],
    ['a bound that is not understood ends nothing', '9.0.0', ended('about 3'), 'affected, not-fixed'],
    ['a bound that is no version: nothing is known', '9.0.0', ended('< three'), 'unknown'],
    [
      'the events end it themselves',
      '3.0.5',
      [
        entry([[{ introduced: '3.0.0' }, { fixed: '3.1.0' }]], {
          more: { database_specific: { last_known_affected_version_range: '<= 3.0.1' } },
        }),
      ],
      'affected, 3.1.0',
    ],
    [
      'the entry of another branch has its own end',
      '2.5.0',
      [...ended('< 1.2.0'), entry([[{ introduced: '2.0.0' }, { fixed: '2.6.0' }]])],
      'affected, 2.6.0',
    ],
  ])('%s: %s', (_, version, affected, expected) => {
    expect(said(version, affected)).toBe(expected);
  });
});

describe('what stands beside ranges and versions hides nothing', () => {
  const open: Events = [{ introduced: '0' }];
  it.each<[string, object]>([
    ['symbols of Go', { ecosystem_specific: { imports: [{ path: 'x/y', symbols: ['F'], goarch: ['arm'] }] } }],
    ['functions of Rust', { ecosystem_specific: { affects: { arch: ['arm'], os: [], functions: ['f'] } } }],
    ['events of another spelling', { database_specific: { extracted_events: [{ fixed: '0.1' }] } }],
    ['a bound that is no text', { database_specific: { last_known_affected_version_range: ['< 1'] } }],
  ])('%s', (_, more) => {
    expect(said('1.0.0', [entry([open], { more })])).toBe('affected, not-fixed');
  });
  it('events of the CVE beside a range', () => {
    const range = { type: 'ECOSYSTEM', events: open, database_specific: { extracted_events: [{ fixed: '0.1' }] } };
    expect(said('1.0.0', [{ ...entry([]), ranges: [range] }])).toBe('affected, not-fixed');
  });
  it('commits beside versions', () => {
    const ranges = [{ type: 'GIT', repo: 'https://x.test', events: [{ introduced: '0' }, { fixed: 'abc' }] }];
    const affected = [{ ...entry([]), ranges, versions: ['1.0.0', '1.1.0'] }];
    expect(['1.1.0', 'v1.1.0', '1.2.0'].map((version) => said(version, affected))).toEqual([
      'affected, unknown',
      'affected, unknown',
      'not-affected',
    ]);
  });
});

describe('a version that cannot be read', () => {
  it.each<[string, readonly object[], string]>([
    ['before a fix is unknown', [entry([[{ introduced: '0' }, { fixed: '2.0.0' }]])], 'unknown'],
    ['of listed ones is unknown', [{ ...entry([]), versions: ['1.0.0'] }], 'unknown'],
    ['is affected where it is listed', [{ ...entry([]), versions: ['main'] }], 'affected, unknown'],
    ['is affected where all are', [entry([[{ introduced: '0' }]])], 'affected, not-fixed'],
    ['is unknown where all from one on are', [entry([[{ introduced: '1.0.0' }]])], 'unknown'],
    [
      'is affected where one of two entries affects all',
      [entry([[{ introduced: '1.0.0' }]]), entry([[{ introduced: '0' }]])],
      'affected, not-fixed',
    ],
  ])('%s', (_, affected, expected) => {
    expect(said('main', affected)).toBe(expected);
  });
});

it.each(['0', '0.0.0', '0.0', '0.0.0-0'])('introduced in %s, a pre-release of nothing is affected', (introduced) => {
  expect(said('0.0.0-development', [entry([[{ introduced }, { fixed: '1.2.0' }]])])).toBe('affected, 1.2.0');
});

describe('malware', () => {
  const record = (affected: object): unknown => ({ id: 'MAL-2026-1', affected: [affected] });
  const judged = (affected: object, version: string): string | undefined =>
    judgeAll([version], entriesOf(record(affected), 'npm', 'tool'), 'npm', semver).get(version)?.verdict;
  it.each<[string, object, string, string]>([
    ['every version', entry([[{ introduced: '0' }]]), '99.0.0', 'affected'],
    ['every version, even none', entry([[{ introduced: '0' }]]), 'github:evil/tool', 'affected'],
    ['a listed version', { ...entry([]), versions: ['1.0.1'] }, '1.0.1', 'affected'],
    ['another version', { ...entry([]), versions: ['1.0.1'] }, '1.0.2', 'not-affected'],
  ])('%s', (_, affected, version, expected) => {
    expect(judged(affected, version)).toBe(expected);
  });
});

describe('builds of a Python version', () => {
  const python = { ecosystem: 'PyPI', scheme: pep440 };
  const last = [entry([[{ introduced: '0' }, { last_affected: '2.6.0' }]], { ecosystem: 'PyPI' })];
  const listed = [{ ...entry([], { ecosystem: 'PyPI' }), versions: ['2.5.0', '2.6'] }];
  const fixed = [entry([[{ introduced: '0' }, { fixed: '2.6.0' }]], { ecosystem: 'PyPI' })];
  const patched = [entry([[{ introduced: '0' }, { fixed: '2.6.0+sec.2' }]], { ecosystem: 'PyPI' })];
  it.each<[string, string, readonly object[], string]>([
    ['of the last affected one', '2.6.0+cu124', last, 'affected, unknown'],
    ['of one after it', '2.6.1+cu124', last, 'not-affected'],
    ['of a listed one', '2.6.0+cpu', listed, 'affected, unknown'],
    ['of one that is not listed', '2.4.0+cpu', listed, 'not-affected'],
    ['of the fixed one', '2.6.0+cu124', fixed, 'not-affected'],
    ['of one before it', '2.5.1+cu124', fixed, 'affected, 2.6.0'],
    ['that the record tells apart, the fixed one', '2.6.0+sec.2', patched, 'not-affected'],
    ['that the record tells apart, one before', '2.6.0+sec.1', patched, 'affected, 2.6.0+sec.2'],
    [
      'of the last affected one, which does not hide a later fix',
      '2.6.0+cu124',
      [...last, entry([[{ introduced: '0' }, { fixed: '2.7.0' }]], { ecosystem: 'PyPI' })],
      'affected, 2.7.0',
    ],
  ])('%s', (_, version, affected, expected) => {
    expect(said(version, affected, python)).toBe(expected);
  });
});

describe('names and repositories', () => {
  const before2: readonly Events[] = [[{ introduced: '0' }, { fixed: '2.0.0' }]];
  it.each<[string, string, string, VersionScheme, string, string]>([
    ['PyPI', 'PyPI', 'Flask_SQLAlchemy', pep440, 'flask-sqlalchemy', 'affected, 2.0.0'],
    ['NuGet', 'NuGet', 'Newtonsoft.Json', nuget, 'newtonsoft.json', 'affected, 2.0.0'],
    ['Packagist', 'Packagist', 'Symfony/Http-Kernel', packagist, 'symfony/http-kernel', 'affected, 2.0.0'],
    ['npm', 'npm', 'JSONStream', semver, 'jsonstream', 'not-affected'],
    ['Drupal', 'Packagist:https://packages.drupal.org/8', 'drupal/token', packagist, 'drupal/token', 'affected, 2.0.0'],
    ['Google', 'Maven:https://maven.google.com', 'androidx.a:b', maven, 'androidx.a:b', 'affected, 2.0.0'],
    ['a gem server', 'RubyGems:https://gems.x.test', 'tool', gem, 'tool', 'affected, 2.0.0'],
    ['Go', 'Go', 'stdlib', go, 'stdlib', 'affected, 2.0.0'],
    ['no repository', 'npm:8', 'tool', semver, 'tool', 'not-affected'],
  ])('of %s', (_, ecosystem, name, scheme, asked, expected) => {
    const affected = [entry(before2, { ecosystem, name })];
    const where = { ecosystem: ecosystem.split(':')[0] ?? '', scheme, name: asked };
    expect(said('1.0.0', affected, where)).toBe(expected);
  });
});
