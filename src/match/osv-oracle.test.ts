import { existsSync, readFileSync } from 'node:fs';
import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageNameKey } from '../advisory/package-name.ts';
import type { Verdict } from '../finding/finding.ts';
import { zipEntries } from '../internal/zip.ts';
import { apk } from '../version/apk.ts';
import { bitnami } from '../version/bitnami.ts';
import { conan } from '../version/conan.ts';
import { cran } from '../version/cran.ts';
import { dpkg } from '../version/dpkg.ts';
import { gem } from '../version/gem.ts';
import { go } from '../version/go.ts';
import { hackage } from '../version/hackage.ts';
import { hex } from '../version/hex.ts';
import { maven } from '../version/maven.ts';
import { nuget } from '../version/nuget.ts';
import { packagist } from '../version/packagist.ts';
import { pep440 } from '../version/pep440.ts';
import { pub } from '../version/pub.ts';
import { rpm } from '../version/rpm.ts';
import { semver } from '../version/semver.ts';
import type { VersionScheme } from '../version/version.ts';
import {
  type Answer,
  boundsOf,
  isVulnerable,
  lowestFixed,
  type OsvAffected,
  type OsvEvent,
  type OsvRecord,
  remembering,
} from './osv-oracle.contract.ts';
import { entriesOf, type Judged, judgeAll } from './osv-records.contract.ts';

/** How many versions are judged per ecosystem; `OSV_ORACLE_RUNS=1000000` for the long run. */
const wanted = Number(process.env['OSV_ORACLE_RUNS'] ?? 4000);

const numbers = [
  '0.0.0',
  '0.1',
  '0.9.9',
  '1',
  '1.0',
  '1.0.0',
  '1.0.1',
  '1.1.0',
  '1.2',
  '1.2.3',
  '1.2.10',
  '1.10.0',
  '2.0.0',
];

/** What follows the numbers in versions of each ecosystem, and texts that are none. */
const languages: readonly (readonly [
  ecosystem: string,
  scheme: VersionScheme,
  tails: readonly string[],
  more: readonly string[],
])[] = [
  ['npm', semver, ['', '-alpha', '-alpha.1', '-rc.1', '+build'], ['v1.2.3', '', 'latest', '1.2.3beta']],
  ['crates.io', semver, ['', '-alpha', '-alpha.10', '-0', '+b.1'], ['', '1.x', 'yanked']],
  [
    'PyPI',
    pep440,
    ['', 'a1', 'rc1', '.dev0', '.post1', '+cu118', '+local.1'],
    ['1!0.1', 'v1.0', '2004d', 'trunk', '1.0-1', ''],
  ],
  [
    'Maven',
    maven,
    // With ".redhat-1" Maven has no order: 1.RC1 < 1 < 1.redhat-1 < 1.RC1.
    ['', '-SNAPSHOT', '.Final', '-alpha-1', '-RC1', '-jre', '-redhat-1'],
    ['', '1.0.0.RELEASE', 'x'.repeat(1025)],
  ],
  ['RubyGems', gem, ['', '.pre', '.rc1', '.beta.2', '.1.1'], ['1.0.a', '', '1.0!', '1..0']],
  ['NuGet', nuget, ['', '-beta1', '-RC.2', '.4', '+meta'], ['1.0.0.0', '1.0.0-Beta1', '', 'dev', '1.2.3.4.5']],
  ['Packagist', packagist, ['', '-alpha1', '-RC2', '-dev', '-p1'], ['v1.2.3', '1.x-dev', 'dev-main', '', 'one']],
  [
    'Go',
    go,
    ['', '-rc.1', '-0.20220906165146-f3363e06e74c', '+incompatible'],
    ['v1.2.3', 'go1.2rc1', '(devel)', '', 'go1.2.3-fips'],
  ],
  ['Hex', hex, ['', '-rc.0', '-dev', '+x'], ['', 'v1', 'main']],
  ['Pub', pub, ['', '-nullsafety.0', '-dev.1', '+1', '+2'], ['', 'any', '^1.0.0']],
  ['CRAN', cran, ['', '-1', '-10', '.9000'], ['', '1.0a', 'R']],
  ['Hackage', hackage, ['', '.1', '.0'], ['', '1.0-beta', '01.2']],
  ['ConanCenter', conan, ['', '-alpha', 'w', '+1', '-pre.1'], ['cci.20200101', '', '1.0 0']],
  ['Bitnami', bitnami, ['', '-0', '-1', '-10', '-r2'], ['', 'nightly', '1.2.x']],
];

/**
 * What is read of distributions otherwise than the schema has it, by their own rules, which are tested elsewhere: AlmaLinux and
 * Rocky Linux list several builds that all have the fix; Ubuntu counts out versions from ranges and says nothing by a fix in 0.
 */
interface Shape {
  readonly entries?: number;
  readonly ranges?: number;
  readonly versions?: boolean;
}

const epochs = ['', '1:', '', '0:'];

const distributions: readonly (readonly [
  ecosystem: string,
  scheme: VersionScheme,
  texts: readonly string[],
  shape: Shape,
])[] = [
  ['Debian:12', dpkg, texts(epochs, ['', '-1', '-1+deb12u1', '~rc1-1', '-1~bpo12+1', '+dfsg-2']), {}],
  [
    'Ubuntu:22.04:LTS',
    dpkg,
    texts(epochs, ['', '-1ubuntu1', '-1ubuntu1.10', '~rc1-0ubuntu2', '-1ubuntu0.2+esm1']),
    { versions: false },
  ],
  [
    'AlmaLinux:9',
    rpm,
    texts(epochs, ['-1.el9', '-10.el9_2', '-1.el9_2.3', '~rc1-1.el9', '^git1-1.el9']),
    { entries: 1, ranges: 1 },
  ],
  [
    'Rocky Linux:9',
    { ...rpm, id: 'rpm-source' },
    texts(epochs, ['-1.el9', '-10.el9_2', '~rc1-1.el9']),
    { entries: 1, ranges: 1 },
  ],
  ['Alpine:v3.20', apk, texts([''], ['-r0', '-r1', '-r10', '_rc1-r0', '_p1-r2', 'a-r1', '_git20240101-r0']), {}],
  ['Wolfi', apk, texts([''], ['-r0', '-r1', '-r12', '_alpha1-r0', '_p3-r0']), {}],
];

function texts(before: readonly string[], after: readonly string[]): readonly string[] {
  return [
    ...numbers.flatMap((number, at) => after.map((tail, i) => `${before[(at + i) % before.length]}${number}${tail}`)),
    '',
    'a b',
    '1 0',
  ];
}

const verdictFor: Readonly<Record<Answer, Verdict>> = {
  affected: 'affected',
  'not-affected': 'not-affected',
  unreadable: 'unknown',
};

/** One line for each version on which we and the evaluator differ, in verdict or fix. */
function differences(
  versions: readonly string[],
  affected: readonly OsvAffected[],
  judged: ReadonlyMap<string, Judged>,
  scheme: VersionScheme,
): readonly string[] {
  const readable = boundsOf(affected).every((bound) => scheme.parse(bound).kind === 'version');
  return versions.flatMap((version, index) => {
    const expected = verdictFor[isVulnerable(version, affected, scheme)];
    const ours = judged.get(version);
    if (ours?.verdict !== expected) return [`${version}: ${ours?.verdict}, evaluated ${expected}`];
    // All candidates are tried for a fix, which takes long.
    if (wanted <= 10_000 && index % 3 !== 0) return [];
    if (expected !== 'affected' || !readable || scheme.parse(version).kind === 'unparsable') return [];
    const [fix, lowest] = [ours.fix?.version, lowestFixed(version, affected, scheme)];
    if ((fix === undefined) !== (ours.fix?.state !== 'fixed')) return [`${version}: ${ours.fix?.state} in ${fix}`];
    return isVersion(fix, lowest, scheme) ? [] : [`${version}: fix ${fix}, evaluated ${lowest}`];
  });
}

function isVersion(a: string | undefined, b: string | undefined, scheme: VersionScheme): boolean {
  if (a === undefined || b === undefined) return a === b;
  const [one, other] = [scheme.parse(a), scheme.parse(b)];
  return one.kind === 'version' && other.kind === 'version' && scheme.compare(one, other) === 0;
}

const kinds = ['introduced', 'introduced', 'fixed', 'fixed', 'last_affected', 'limit'] as const;

function eventsOf(text: Arbitrary<string>): Arbitrary<readonly OsvEvent[]> {
  const event = fc
    .tuple(fc.constantFrom(...kinds), text)
    .map(([kind, version]): OsvEvent => ({ [kind]: version === '' ? (kind === 'limit' ? '*' : '0') : version }));
  const start = fc.oneof(fc.constant('0'), text).map((introduced): OsvEvent[] => [{ introduced: introduced || '0' }]);
  return fc
    .tuple(fc.oneof({ weight: 20, arbitrary: start }, fc.constant([])), fc.array(event, { maxLength: 5 }))
    .filter(([first, more]) => first.length + more.length > 0)
    .map(([first, more]) => [...more.slice(0, 2), ...first, ...more.slice(2)]);
}

/** Records with up to three entries on one package, and one on another. */
function recordsOf(
  ecosystem: string,
  version: Arbitrary<string>,
  other: Arbitrary<string>,
  { entries = 3, ranges = 3, versions = true }: Shape,
): Arbitrary<OsvRecord> {
  const text = fc.oneof({ weight: 60, arbitrary: version }, other);
  const range = fc.record({ type: fc.constantFrom('ECOSYSTEM', 'SEMVER', 'ECOSYSTEM', 'GIT'), events: eventsOf(text) });
  const listed = versions
    ? fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(text, { maxLength: 4 }))
    : fc.constant([]);
  const entry = fc.record({
    package: fc.constantFrom(...['tool', 'tool', 'tool', 'other'].map((name) => ({ ecosystem, name }))),
    ranges: fc.array(range, { maxLength: ranges }),
    versions: listed.map((list) => list.filter((one) => one !== '')),
  });
  return fc
    .array(entry, { minLength: 1, maxLength: entries })
    .filter(
      (all) =>
        versions || !all.some((one) => one.ranges.some(({ events }) => events.some(({ fixed }) => fixed === '0'))),
    )
    .map((affected) => ({ id: 'TEST-1', affected }));
}

describe('of any record and any version we say what the OSV schema evaluates', () => {
  const ofLanguages = languages.map(([ecosystem, scheme, tails, more]) => {
    const all = [...numbers.flatMap((number) => tails.map((tail) => number + tail)), ...more];
    const shape: Shape = {};
    return [ecosystem, scheme, all, shape] as const;
  });
  it.each([...ofLanguages, ...distributions])(
    '%s',
    (ecosystem, plain, all, shape) => {
      const scheme = remembering(plain);
      const readable = all.filter((text) => scheme.parse(text).kind === 'version');
      const others = all.filter((text) => scheme.parse(text).kind === 'unparsable');
      expect([readable.length, others.length]).toEqual([expect.toSatisfy((count) => count > 30), expect.any(Number)]);
      const version = fc.constantFrom(...readable);
      const other = fc.constantFrom(...others);
      let count = 0;
      const seen = new Map<string, number>();
      fc.assert(
        fc.property(
          recordsOf(ecosystem, version, other, shape),
          fc.array(fc.oneof({ weight: 15, arbitrary: version }, other), { minLength: 14, maxLength: 20 }),
          (record, drawn) => {
            const affected = (record.affected ?? []).filter((one) => one.package?.name === 'tool');
            const asked = [...new Set([...drawn, ...boundsOf(affected).slice(0, 6)])];
            const judged = judgeAll(asked, entriesOf(record, ecosystem, 'tool'), ecosystem, scheme);
            expect(differences(asked, affected, judged, scheme)).toEqual([]);
            count += affected.length === 0 ? 0 : asked.length;
            for (const { verdict } of judged.values()) seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
          },
        ),
        { numRuns: Math.ceil(wanted / (shape.entries === 1 ? 9 : 11)), seed: 20261124 },
      );
      expect(count).toBeGreaterThanOrEqual(wanted);
      // Each answer is tested, not one of them over and over.
      for (const verdict of ['affected', 'not-affected', 'unknown'])
        expect(seen.get(verdict)).toBeGreaterThan(wanted / 20);
    },
    900_000,
  );
});

const feeds = new URL('../../../shared/feeds/osv-vulnerabilities.storage.googleapis.com/', import.meta.url);
const skipped = existsSync(feeds) ? '' : ' (SKIPPED: the feed snapshots ../shared/feeds are not here)';

function* recordsIn(ecosystem: string): Generator<OsvRecord> {
  for (const { bytes } of zipEntries(readFileSync(new URL(`${ecosystem}/all.zip`, feeds))))
    yield JSON.parse(Buffer.from(bytes).toString('utf8')) as OsvRecord;
}

/** Versions beside a version: its last number one more and one less, something longer, something before, a build. */
function neighbours(version: string): readonly string[] {
  const step = (by: number): string =>
    version.replace(/\d{1,9}(?=\D*$)/, (digits) => `${Math.max(0, Number(digits) + by)}`);
  return [version, step(1), step(-1), `${version}.1`, `${version}-rc.1`, `${version}rc1`, `${version}+cu118`];
}

/** Some of the listed versions: the first, the last, and others between. */
function someOf(versions: readonly string[]): readonly string[] {
  const step = Math.ceil(versions.length / (wanted > 10_000 ? 60 : 4));
  return versions.filter((_, index) => index % step === 0 || index === versions.length - 1);
}

/** The range is open, and GitHub says beside it where it ends. */
function isEndedByGitHub({ ranges = [], database_specific: more }: OsvAffected): boolean {
  const events = ranges.filter(({ type }) => type !== 'GIT').flatMap((range) => range.events);
  return (
    more?.last_known_affected_version_range !== undefined && events.every((event) => event.introduced !== undefined)
  );
}

describe.skipIf(skipped !== '')(`of the published records we say what the OSV schema evaluates${skipped}`, () => {
  it.each([
    { ecosystem: 'npm', atLeast: 20_000, ended: 0 },
    { ecosystem: 'crates.io', atLeast: 8_000, ended: 0 },
    { ecosystem: 'PyPI', atLeast: 50_000, ended: 0 },
    { ecosystem: 'Maven', atLeast: 50_000, ended: 19 },
    { ecosystem: 'RubyGems', atLeast: 10_000, ended: 0 },
    { ecosystem: 'NuGet', atLeast: 10_000, ended: 3 },
    { ecosystem: 'Packagist', atLeast: 20_000, ended: 0 },
    { ecosystem: 'Go', atLeast: 40_000, ended: 0 },
    { ecosystem: 'Bitnami', atLeast: 100_000, ended: 0 },
  ])(
    '$ecosystem',
    ({ ecosystem, atLeast, ended }) => {
      const [, plain] = languages.find(([name]) => name === ecosystem) ?? [];
      if (plain === undefined) throw new Error(`no scheme for ${ecosystem}`);
      const scheme = remembering(plain);
      const wrong: string[] = [];
      let [count, open] = [0, 0];
      for (const record of recordsIn(ecosystem)) {
        if (record.withdrawn !== undefined) continue;
        const ours = (record.affected ?? []).filter((one) => one.package?.ecosystem.split(':')[0] === ecosystem);
        for (const [name, affected] of Map.groupBy(ours, (one) => packageNameKey(ecosystem, one.package?.name ?? ''))) {
          const near = new Set([...boundsOf(affected), ...someOf(affected.flatMap((one) => one.versions ?? []))]);
          const asked = [...new Set([...[...near].flatMap(neighbours), 'not a version!'])];
          const judged = judgeAll(asked, entriesOf(record, ecosystem, name), ecosystem, scheme);
          count += asked.length;
          open += affected.filter(isEndedByGitHub).length;
          if (affected.some(isEndedByGitHub)) continue;
          for (const line of differences(asked, affected, judged, scheme)) wrong.push(`${record.id} ${name} ${line}`);
        }
      }
      expect(wrong.slice(0, 20)).toEqual([]);
      expect(count).toBeGreaterThan(atLeast);
      expect(open).toBe(ended);
    },
    900_000,
  );
});
