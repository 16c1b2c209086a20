/*
 * Random records of several sources on one package, judged by `assess` and by a literal reading of the rule: of the sources
 * that speak of a flaw of this very build, the first decides; it is affected when any of its records says so.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StoredEntry } from '../database/database.ts';
import type { Package } from '../inventory/inventory.ts';
import { type Advisories, assess } from './assess.ts';

const sources = ['own', 'lists', 'osv', 'nobody-knows', 'starter'];
const precedence = ['own', 'lists', 'osv', 'starter'];

interface Case {
  readonly version: number;
  readonly sourceVersion: number;
  /** Epoch of the package; its source is named without. */
  readonly epoch: number;
  readonly architecture: string;
  readonly module: string;
  readonly flavour: 'plain' | 'fips' | 'ksplice';
}

interface Row {
  readonly source: string;
  /** Which flaws: several make a notice, or a record of several CVEs. */
  readonly flaws: readonly number[];
  readonly naming: 'cve' | 'ghsa' | 'ghsa-alone' | 'notice' | 'several';
  readonly status: StoredEntry['status'];
  readonly from: number;
  readonly to: number | undefined;
  readonly epoch: number | undefined;
  readonly appliesTo: 'source' | 'binary';
  readonly architectures: readonly string[] | undefined;
  readonly module: string | undefined;
  readonly flavour: Case['flavour'] | undefined;
  readonly product: string | undefined;
}

const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, value);

const cases: fc.Arbitrary<Case> = fc.record({
  version: fc.integer({ min: 1, max: 6 }),
  sourceVersion: fc.integer({ min: 1, max: 6 }),
  epoch: fc.integer({ min: 0, max: 2 }),
  architecture: fc.constantFrom('x86_64', 'aarch64', 'i686', 'noarch'),
  module: fc.constantFrom('', '', 'php:8.1', 'php:8.10'),
  flavour: fc.constantFrom('plain', 'plain', 'fips', 'ksplice'),
});

const drawn: fc.Arbitrary<Row> = fc.record({
  source: fc.constantFrom(...sources),
  flaws: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
  naming: fc.constantFrom('cve', 'ghsa', 'ghsa-alone', 'notice', 'several'),
  status: fc.constantFrom('affected', 'affected', 'affected', 'not-affected', 'undetermined'),
  from: fc.constantFrom(0, 0, 0, 2, 3),
  to: some(fc.integer({ min: 1, max: 7 })),
  epoch: fc.constantFrom(undefined, 0, 1, 2),
  appliesTo: fc.constantFrom('source', 'binary'),
  architectures: some(fc.constantFrom(['x86_64'], ['x86_64', 'i686'], ['noarch'], ['aarch64', 'x86_64'])),
  module: some(fc.constantFrom('', 'php:8.1', 'php')),
  flavour: some(fc.constantFrom('plain', 'fips', 'ksplice')),
  product: some(
    fc.constantFrom(
      'cpe:/o:redhat:enterprise_linux:9',
      'cpe:/a:redhat:rhel_eus:9.2',
      'cpe:/o:redhat:enterprise_linux:8',
    ),
  ),
});

/** What ends before it begins is another set. */
const rows = drawn.map((row): Row => (row.to !== undefined && row.to <= row.from ? { ...row, to: undefined } : row));

/** `2:3-1.fips` */
function release({ flavour, module }: Pick<Case, 'flavour' | 'module'>): string {
  const word = flavour === 'fips' ? '_fips' : flavour === 'ksplice' ? '.ksplice1' : '';
  return `1.${module === '' ? '' : 'module+'}el9${word}`;
}

function packageOf(one: Case): Package {
  const version = `${one.epoch === 0 ? '' : `${one.epoch}:`}${one.version}-${release(one)}`;
  return {
    id: `pkg:rpm/redhat/p@${version}`,
    name: 'p',
    version,
    ecosystem: 'Red Hat:9',
    type: 'rpm',
    kind: 'binary',
    architecture: one.architecture,
    source: { name: 's', version: `${one.epoch === 0 ? '' : `${one.epoch}:`}${one.sourceVersion}-${release(one)}` },
    purl: `pkg:rpm/redhat/p@${version}`,
    locations: [{ path: '/rpmdb', layer: { index: 0, diffId: '' } }],
    licenses: [],
    foundBy: 'rpm',
    metadata: {
      kind: 'rpm',
      release: release(one),
      repository: 'rhel-9-for-x86_64-baseos-rpms',
      ...(one.module === '' ? {} : { modularityLabel: `${one.module}:123:abc` }),
    },
  };
}

function entryOf(row: Row, at: number): StoredEntry {
  const cves = row.flaws.map((flaw) => `CVE-2026-000${flaw}`);
  const [first = 1] = row.flaws;
  const names = {
    cve: { id: `CVE-2026-000${first}`, aliases: [], covers: [] },
    ghsa: { id: `GHSA-${first}`, aliases: [`CVE-2026-000${first}`], covers: [] },
    'ghsa-alone': { id: `GHSA-${first}`, aliases: [], covers: [] },
    notice: { id: `NOTICE-${at % 2}`, aliases: [`USN-${at % 2}`], covers: cves },
    several: { id: `GO-${at}`, aliases: [...cves, ...row.flaws.map((flaw) => `GHSA-${flaw}`)], covers: [] },
  }[row.naming];
  const versionOf = (n: number): string => (row.epoch === undefined ? `${n}-0` : `${row.epoch}:${n}-0`);
  const events = [
    { introduced: row.from === 0 ? '0' : versionOf(row.from) },
    ...(row.to === undefined ? [] : [{ fixed: versionOf(row.to) }]),
  ];
  const qualifiers = {
    ...(row.architectures === undefined ? {} : { architectures: row.architectures }),
    ...(row.module === undefined ? {} : { module: row.module }),
    ...(row.flavour === undefined ? {} : { flavour: row.flavour }),
    ...(row.product === undefined ? {} : { products: [row.product] }),
  };
  return {
    ...names,
    appliesTo: row.appliesTo,
    status: row.status,
    ranges: [{ type: 'ecosystem', events }],
    fixState: row.to === undefined ? 'not-fixed' : 'fixed',
    ...(Object.keys(qualifiers).length === 0 ? {} : { qualifiers }),
    feed: 1,
    source: { name: row.source, url: 'https://x.test/', digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' },
  };
}

/** Flaws that a record names. `GHSA-1` alone is known to be CVE-1 only where another record says so. */
function flawsOf(row: Row, all: readonly Row[]): readonly string[] {
  const [first = 1] = row.flaws;
  if (row.naming === 'notice' || row.naming === 'several') return row.flaws.map((flaw) => `CVE-2026-000${flaw}`);
  if (row.naming !== 'ghsa-alone') return [`CVE-2026-000${first}`];
  const told = all.some(
    (one) =>
      (one.naming === 'ghsa' && one.flaws[0] === first) ||
      (one.naming === 'several' && one.flaws.length === 1 && one.flaws[0] === first),
  );
  return [told ? `CVE-2026-000${first}` : `GHSA-${first}`];
}

function speaksOfBuild(row: Row, one: Case): boolean {
  const isArchitecture =
    row.architectures === undefined ||
    one.architecture === 'noarch' ||
    row.architectures.includes('noarch') ||
    row.architectures.includes(one.architecture);
  const isModule =
    row.module === undefined || row.module === one.module || (row.module === 'php' && one.module.startsWith('php:'));
  return (
    isArchitecture &&
    isModule &&
    (row.flavour === undefined || row.flavour === one.flavour || isOnPlainBuilds(row, one)) &&
    (row.product === undefined || row.product === 'cpe:/o:redhat:enterprise_linux:9')
  );
}

/** Whether it is on plain builds, one of the other flavours is asked about, and the plain build of it has no fix. */
function isOnPlainBuilds(row: Row, one: Case): boolean {
  if (row.flavour !== 'plain' || one.flavour === 'plain' || row.status === 'not-affected') return false;
  const place = (row.appliesTo === 'source' ? one.sourceVersion : one.version) + 0.5;
  return (row.from === 0 || place >= row.from) && (row.to === undefined || place < row.to);
}

function says(row: Row, one: Case): 'affected' | 'unknown' | 'not-affected' {
  if (isOnPlainBuilds(row, one)) return 'unknown';
  if (row.status === 'not-affected') return 'not-affected';
  const version = row.appliesTo === 'source' ? one.sourceVersion : one.version;
  const within = (epoch: number): boolean => {
    // Every build has a release that is above the "0" of a bound.
    const place = epoch * 1000 + version + 0.5;
    const bound = (n: number): number => (row.epoch ?? 0) * 1000 + n;
    return (row.from === 0 || place >= bound(row.from)) && (row.to === undefined || place < bound(row.to));
  };
  // A source has the epoch of its package or, where the record knows none so high, that of the record.
  const told = row.from === 0 && row.to === undefined ? 0 : (row.epoch ?? 0);
  const isWithin = within(one.epoch) || (row.appliesTo === 'source' && one.epoch > told && within(told));
  return !isWithin ? 'not-affected' : row.status === 'undetermined' ? 'unknown' : 'affected';
}

function literally(all: readonly Row[], one: Case): readonly string[] {
  const said = all.filter((row) => speaksOfBuild(row, one));
  const flaws = new Set(said.flatMap((row) => flawsOf(row, said)));
  const found: string[] = [];
  for (const flaw of flaws) {
    const any = said.filter((row) => flawsOf(row, said).includes(flaw));
    const own = any.filter((row) => !isOnPlainBuilds(row, one));
    const about = own.length > 0 ? own : any;
    const source = [...precedence, 'nobody-knows'].find((name) => about.some((row) => row.source === name));
    const verdicts = new Set(about.filter((row) => row.source === source).map((row) => says(row, one)));
    if (verdicts.has('affected')) found.push(`${flaw} affected`);
    else if (verdicts.has('unknown')) found.push(`${flaw} unknown`);
  }
  return found.toSorted();
}

it('what is assessed is what the first source that speaks of a flaw says', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(cases, fc.array(rows, { minLength: 1, maxLength: 7 }), (one, all) => {
      const entries = all.map(entryOf);
      const advisories: Advisories = {
        lookup: (_, name, appliesTo) =>
          entries.filter((entry) => entry.appliesTo === appliesTo && name === (appliesTo === 'source' ? 's' : 'p')),
        details: () => undefined,
        ecosystem: (ecosystem) => ({ ecosystem, sources: [], missing: [] }),
        facts: () => [],
        close: () => undefined,
      };
      const { findings } = assess([packageOf(one)], advisories, { precedence, release: '9.4' });
      const told = findings.map(({ vulnerability: { id }, verdict }) => `${id} ${verdict}`).toSorted();
      expect(told).toEqual(literally(all, one));
      expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length);
      for (const { verdict } of findings) seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
      if (findings.length === 0) seen.set('none', (seen.get('none') ?? 0) + 1);
    }),
    { numRuns: Number(process.env['ASSESS_RUNS'] ?? 20_000), seed: 20261124 },
  );
  expect(Math.min(...['affected', 'unknown', 'none'].map((word) => seen.get(word) ?? 0))).toBeGreaterThan(1000);
}, 900_000);
