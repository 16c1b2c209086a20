import fc, { type Arbitrary } from 'fast-check';
import type { Condition, SubjectKind } from '../condition.ts';
import type { Facts, FindingFacts, ImageFacts, PackageFacts } from '../facts.ts';
import type { ExceptionSource, RuleSource } from '../policy.ts';

/** When the decisions of property tests are made. */
export const NOW: number = Date.parse('2026-11-24T12:00:00Z');

const severity = fc.constantFrom('negligible', 'low', 'medium', 'high', 'critical');
const day = fc.integer({ min: -400, max: 20 }).map((days) => new Date(NOW + days * 86_400_000).toISOString());
const share = fc.double({ min: 0, max: 1, noNaN: true });
const ids: readonly string[] = ['CVE-2024-0001', 'CVE-2024-0002', 'GHSA-aaaa-bbbb-cccc'];
const names: readonly string[] = ['openssl', 'libxml2', 'xz-utils'];

const packageFacts: Arbitrary<PackageFacts> = fc.record(
  {
    id: fc.constantFrom('pkg:a', 'pkg:b', 'pkg:c'),
    name: fc.constantFrom(...names),
    version: fc.constantFrom('1.0', '2.0', 'not a version!'),
    type: fc.constantFrom('deb', 'npm'),
    purl: fc.constantFrom('pkg:deb/debian/openssl@1.0', 'pkg:npm/libxml2@2.0'),
    source: fc.constantFrom(...names),
    path: fc.constantFrom('/usr/lib/a', '/app/b.jar'),
    locked: fc.boolean(),
    licences: fc.constantFrom(['MIT'], ['MIT OR GPL-2.0-only'], ['GPL-2.0-only AND MIT'], ['see file'], ['Apache-2.0', 'MIT']),
  },
  { requiredKeys: ['id', 'name'] },
) as Arbitrary<PackageFacts>;

const findingFields = {
  title: fc.constantFrom('a', 'overflow in a parser'),
  severity,
  fix: fc.constantFrom('available', 'none', 'will-not-fix'),
  installable: fc.boolean(),
  fixVersion: fc.constantFrom('1.1', '2.1'),
  fixed: day,
  kev: fc.boolean(),
  ransomware: fc.boolean(),
  epss: share,
  epssPercentile: share,
  cvss: fc.double({ min: 0, max: 10, noNaN: true }),
  risk: fc.double({ min: 0, max: 50, noNaN: true }),
  riskMost: fc.double({ min: 50, max: 100, noNaN: true }),
  hazard: share,
  ssvc: fc.constantFrom('track', 'track*', 'attend', 'act'),
  exploitation: fc.constantFrom('none', 'poc', 'active'),
  automatable: fc.boolean(),
  technicalImpact: fc.constantFrom('partial', 'total'),
  weaknesses: fc.constantFrom(['CWE-79'], ['CWE-787', 'CWE-125']),
  published: day,
  firstSeen: day,
  newSinceRelease: fc.boolean(),
  newSinceBase: fc.boolean(),
  path: fc.constantFrom('/usr/lib/a', '/app/b.jar'),
  package: packageFacts,
};

const anyFinding = fc.record(
  {
    kind: fc.constantFrom('vulnerability', 'vulnerability', 'secret'),
    id: fc.constantFrom(...ids),
    aliases: fc.constantFrom([], ['CVE-2024-0009', 'GHSA-1']),
    verdict: fc.constantFrom('affected', 'unknown'),
    disputed: fc.boolean(),
    ...findingFields,
  },
  { requiredKeys: ['kind', 'id', 'aliases', 'verdict', 'disputed'] },
) as Arbitrary<FindingFacts>;

/** What is installable is a fix that is available: reports say nothing else (`facts-of.ts`). */
const findingFacts = anyFinding.map(({ installable, ...facts }): FindingFacts =>
  installable === undefined || (facts.fix !== undefined && facts.fix !== 'available') ? facts : { ...facts, installable },
);

const imageFacts = fc.record(
  {
    reference: fc.constant('ghcr.io/acme/app:1'),
    name: fc.constantFrom('ghcr.io/acme/app', 'docker.io/library/debian'),
    registry: fc.constantFrom('ghcr.io', 'docker.io'),
    tag: fc.constantFrom('1', 'latest'),
    pinned: fc.boolean(),
    digest: fc.constant(`sha256:${'a'.repeat(64)}`),
    platform: fc.constant('linux/amd64'),
    created: day,
    user: fc.constantFrom('', 'root', '0:0', 'app', '1000'),
    labels: fc.constantFrom<Record<string, string>[]>({}, { team: 'a' }, { team: 'b', tier: 'front' }),
    base: fc.constantFrom({ name: 'docker.io/library/debian:12' }, { name: 'scratch' }),
    distribution: fc.constantFrom({ id: 'debian', version: '12' }, { id: 'alpine' }),
    endOfLife: fc.oneof(fc.boolean(), day),
    signed: fc.boolean(),
    exposed: fc.boolean(),
    scanned: day,
    databaseBuilt: day,
  },
  { requiredKeys: [] },
) as Arbitrary<ImageFacts>;

/** Facts of which any may be unknown. */
export const factsArbitrary: Arbitrary<Facts> = fc.record({
  image: imageFacts,
  findings: fc.array(findingFacts, { maxLength: 5 }),
  packages: fc.array(packageFacts, { maxLength: 3 }),
  coverage: fc.record({ complete: fc.constantFrom(true, true, true, false), packages: fc.nat(9), unassessed: fc.nat(3) }),
  problems: fc.array(
    fc.record({ code: fc.constantFrom('corrupt', 'crash'), message: fc.constant('m'), path: fc.constant('/a'), lossy: fc.boolean() }),
    { maxLength: 2 },
  ),
}) as Arbitrary<Facts>;

const bounds = (max: number): Arbitrary<object> =>
  fc.oneof(
    fc.record({ atLeast: fc.double({ min: 0, max, noNaN: true }) }),
    fc.record({ over: fc.integer({ min: -5, max: Math.ceil(max) }) }),
    fc.record({ atMost: fc.double({ min: 0, max, noNaN: true }), over: fc.constant(-1) }),
    fc.record({ under: fc.double({ min: 0, max, noNaN: true }) }),
  );

const imageKeys: readonly Arbitrary<Condition>[] = Object.entries({
  image: fc.constantFrom('ghcr.io/acme/*', ['docker.io/**']),
  registry: fc.constant('ghcr.io'),
  tag: fc.constant('latest'),
  pinned: fc.boolean(),
  platform: fc.constant('linux/*'),
  user: fc.constantFrom('root', 'nonroot', 'app'),
  label: fc.constantFrom({ team: 'a' }, { team: true }, { tier: false }),
  base: fc.constant('docker.io/**'),
  distribution: fc.constantFrom('debian', 'debian:12', 'alp*'),
  age: bounds(400),
  scanAge: bounds(400),
  databaseAge: bounds(400),
  endOfLife: fc.oneof(fc.boolean(), bounds(400)),
  signed: fc.boolean(),
  exposed: fc.boolean(),
  coverage: fc.constantFrom('complete', 'incomplete'),
  unassessed: bounds(3),
}).map(oneKey);

const packageKeys: readonly Arbitrary<Condition>[] = Object.entries({
  package: fc.constantFrom('open*', ['xz-utils', 'libxml2']),
  type: fc.constantFrom('deb', 'npm'),
  purl: fc.constant('pkg:deb/**'),
  version: fc.constantFrom('< 2', '>= 1, < 1.5 || = 2.0'),
  licence: fc.constantFrom('GPL-*', ['MIT']),
  licenceWithin: fc.constantFrom(['MIT', 'Apache-2.0']),
  locked: fc.boolean(),
  path: fc.constantFrom('/usr/**', '/app/*.jar'),
}).map(oneKey);

const findingKeys: readonly Arbitrary<Condition>[] = Object.entries({
  kind: fc.constantFrom('vulnerability', 'sec*'),
  id: fc.constantFrom('cve-2024-*', 'GHSA-*'),
  severity: fc.oneof(severity, fc.record({ atLeast: severity }), fc.constant(['high', 'critical'])),
  fix: fc.constantFrom('available', 'installable', 'none', 'will-not-fix', ['installable', 'none']),
  kev: fc.boolean(),
  ransomware: fc.boolean(),
  epss: bounds(1),
  epssPercentile: bounds(1),
  cvss: bounds(10),
  risk: bounds(100),
  hazard: bounds(1),
  ssvc: fc.constantFrom('act', ['track', 'track*']),
  exploitation: fc.constantFrom('active', ['none', 'poc']),
  automatable: fc.boolean(),
  technicalImpact: fc.constantFrom('partial', 'total'),
  verdict: fc.constantFrom('affected', 'unknown'),
  disputed: fc.boolean(),
  cwe: fc.constantFrom('CWE-79', ['CWE-787']),
  published: bounds(400),
  firstSeen: bounds(400),
  fixed: bounds(400),
  newSince: fc.constantFrom('release', 'base'),
}).map(oneKey);

function oneKey([key, value]: [string, Arbitrary<unknown>]): Arbitrary<Condition> {
  return value.map((held): Condition => ({ [key]: held }));
}

/** CEL expressions over findings that come to true or false. */
export const celArbitrary: Arbitrary<string> = fc.letrec<{ bool: string; number: string; text: string; list: string }>((tie) => ({
  number: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('finding.epss', 'finding.cvss', '0.5', '7.0', 'double(finding.severityRank)'),
    fc.tuple(tie('number'), fc.constantFrom('+', '-', '*', '/'), tie('number')).map(([a, op, b]) => `(${a} ${op} ${b})`),
  ),
  text: fc.constantFrom('finding.id', 'finding.severity', 'finding.title', 'pkg.name', '"high"', '"openssl"', 'image.labels["team"]', 'finding.aliases[0]'),
  list: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('finding.aliases', 'finding.weaknesses', '["high", "openssl"]', 'pkg.licences', 'image.labels'),
    fc.tuple(tie('list'), tie('bool')).map(([a, b]) => `${a}.filter(x, ${b} || x.startsWith("C"))`),
  ),
  bool: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('finding.kev', 'finding.disputed', 'image.root', 'true', 'false'),
    fc.tuple(tie('number'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('number')).map(([a, op, b]) => `${a} ${op} ${b}`),
    fc.tuple(fc.constantFrom('finding.severityRank', 'finding.publishedDays', '3'), fc.constantFrom('/', '%', '*', '-'), fc.constantFrom('2', '0', 'finding.severityRank')).map(([a, op, b]) => `${a} ${op} ${b} > 0`),
    fc.tuple(tie('text'), fc.constantFrom('==', '!=', '<'), tie('text')).map(([a, op, b]) => `${a} ${op} ${b}`),
    fc.tuple(tie('text'), fc.constantFrom('startsWith', 'endsWith', 'contains'), tie('text')).map(([a, f, b]) => `${a}.${f}(${b})`),
    fc.tuple(tie('text'), tie('list')).map(([a, b]) => `${a} in ${b}`),
    fc.tuple(tie('list'), fc.constantFrom('all', 'exists', 'exists_one'), tie('bool')).map(([a, f, b]) => `${a}.${f}(x, x == "high" || ${b})`),
    fc.tuple(tie('list'), fc.constantFrom('0', '1', '2')).map(([a, n]) => `size(${a}) > ${n}`),
    fc.tuple(tie('bool'), fc.constantFrom('&&', '||'), tie('bool')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie('bool').map((a) => `!(${a})`),
    fc.tuple(tie('bool'), tie('bool'), tie('bool')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
  ),
})).bool;

const conditionOf = (leaves: readonly Arbitrary<Condition>[], depth = 2): Arbitrary<Condition> => {
  const leaf = fc.oneof(...leaves);
  if (depth === 0) return leaf;
  const inner = conditionOf(leaves, depth - 1);
  return fc.oneof(
    { weight: 4, arbitrary: fc.tuple(leaf, leaf).map(([a, b]) => ({ ...a, ...b })) },
    { weight: 2, arbitrary: fc.record({ not: inner }) },
    { weight: 1, arbitrary: fc.record({ any: fc.array(inner, { minLength: 1, maxLength: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ all: fc.array(inner, { minLength: 1, maxLength: 3 }) }) },
  );
};

/** What rules judge, and a condition that may be asked of it. */
const asked: Arbitrary<{ readonly on: SubjectKind; readonly when: Condition }> = fc.oneof(
  fc.record({
    on: fc.constantFrom<SubjectKind[]>('finding', 'vulnerability', 'vulnerability', 'secret'),
    when: conditionOf([...findingKeys, ...findingKeys, ...packageKeys, ...imageKeys, ...Array.from({ length: 8 }, () => celArbitrary.map((cel) => ({ cel })))]),
  }),
  fc.record({ on: fc.constantFrom<SubjectKind[]>('package', 'licence'), when: conditionOf([...packageKeys, ...imageKeys]) }),
  fc.record({ on: fc.constantFrom<SubjectKind[]>('image', 'coverage'), when: conditionOf(imageKeys) }),
);

const grace = fc.oneof(
  fc.record({ days: fc.nat(60), from: fc.constantFrom('discovered', 'fixed', 'published') }),
  fc.record({ days: fc.record({ critical: fc.nat(30), high: fc.nat(90), medium: fc.nat(200) }), from: fc.constantFrom('discovered', 'fixed') }),
  fc.record({ until: fc.constantFrom('2026-11-24', '2026-11-23', '2027-01-01') }),
);

/** Rules without exemptions. */
export const rulesArbitrary: Arbitrary<readonly RuleSource[]> = fc
  .array(fc.tuple(asked, fc.constantFrom('deny', 'deny', 'warn'), fc.option(grace, { nil: undefined })), { minLength: 1, maxLength: 6 })
  .map((drafts) =>
    drafts.map(([{ on, when }, outcome, time], at): RuleSource => {
      const isFinding = ['finding', 'vulnerability', 'secret'].includes(on);
      const useful = outcome === 'deny' && time !== undefined && (isFinding || !('days' in time));
      return { id: `rule-${at}`, on, when, ...outcomeOf(outcome), ...(useful ? { grace: time as RuleSource['grace'] } : {}) } as RuleSource;
    }),
  );

/** Rules that exempt from the first of the others. */
export const exemptingArbitrary: Arbitrary<Condition> = conditionOf([...findingKeys, ...packageKeys]);

/** Exceptions that hold or have expired. */
export const exceptionsArbitrary: Arbitrary<readonly ExceptionSource[]> = fc.array(
  fc.record(
    {
      vulnerability: fc.constantFrom<(string | string[])[]>(...ids, ['GHSA-1', 'CVE-2024-0002']),
      package: fc.constantFrom('openssl', 'pkg:deb/debian/openssl', { name: 'xz-*', version: '< 2' }),
      path: fc.constantFrom('/usr/**', '/app/b.jar'),
      image: fc.constantFrom('ghcr.io/acme/*', { digest: `sha256:${'a'.repeat(64)}` }),
      reason: fc.constant('r'),
      owner: fc.constant('o'),
      expires: fc.constantFrom('2026-11-23', '2026-11-24', '2027-02-01'),
    },
    { requiredKeys: ['vulnerability', 'reason', 'owner', 'expires'] },
  ),
  { maxLength: 3 },
);

function outcomeOf(outcome: string): object {
  return JSON.parse(`{"then":"${outcome}"}`) as object;
}
