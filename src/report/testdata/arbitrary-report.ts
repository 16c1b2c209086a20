import * as fc from 'fast-check';
import type { Reference, Severity, SourceRef } from '../../advisory/advisory.ts';
import type { ExceptionUse, IdleException, Reason } from '../../finding/decision.ts';
import type {
  ArchiveUse,
  Coverage,
  CoverageSource,
  EcosystemCoverage,
  Evidence,
  Finding,
  Fix,
  PackageRef,
  Report,
  ImageUse,
  Lifecycle,
  ReportProvenance,
  SuppressedFinding,
  VexCitation,
  VexUse,
  Vulnerability,
} from '../../finding/finding.ts';
import {
  distro,
  few,
  flag,
  layer,
  natural,
  onePackage,
  problem,
  record,
  relationship,
  run,
  source,
  subject,
  text,
  time,
} from './arbitrary-inventory.ts';

const sourceRef = record<SourceRef>({ name: text, url: text, digest: text, fetchedAt: time, publishedAt: time }, [
  'name',
  'url',
  'digest',
  'fetchedAt',
]);
const severity = record<Severity>(
  {
    label: fc.constantFrom('critical', 'high', 'medium', 'low', 'negligible', 'unknown'),
    scheme: text,
    value: text,
    by: text,
  },
  ['label', 'scheme', 'value', 'by'],
);
const reference = record<Reference>(
  { type: fc.constantFrom('advisory', 'fix', 'report', 'article', 'web'), url: text },
  ['type', 'url'],
);
const packageRef = record<PackageRef>(
  { id: text, name: text, version: text, type: text, purl: text, source, path: text, places: natural, presence: fc.constant('locked'), introduced: layer },
  ['id', 'name', 'version', 'type', 'purl'],
);
const evidence = record<Evidence>(
  {
    matcher: text,
    searchedBy: record<Evidence['searchedBy']>({ ecosystem: text, name: text, version: text }, ['ecosystem', 'name', 'version']),
    found: record<Evidence['found']>(
      { advisory: text, source: sourceRef, status: fc.constantFrom('affected', 'not-affected', 'undetermined') },
      ['advisory', 'source', 'status'],
    ),
    range: text,
    comparison: text,
    verdict: fc.constantFrom('affected', 'not-affected', 'unknown'),
  },
  ['matcher', 'searchedBy', 'found', 'range', 'comparison', 'verdict'],
);
const trust = fc.constantFrom('pinned', 'keyring', 'image', 'unverified');
const fix = record<Fix>(
  {
    state: fc.constantFrom('fixed', 'not-fixed', 'will-not-fix', 'deferred', 'end-of-life', 'unknown'),
    version: text,
    appliesTo: fc.constantFrom('source', 'binary'),
    note: text,
    available: record<NonNullable<Fix['available']>>({ version: text, suite: text, trust, closes: flag }, [
      'version',
      'suite',
      'trust',
      'closes',
    ]),
  },
  ['state'],
);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const vulnerability = record<Vulnerability>(
  {
    id: text,
    aliases: few(text),
    summary: text,
    severity,
    ratings: few(severity),
    weaknesses: few(text),
    references: few(reference),
    published: time,
    disputed: fc.constant(true),
    exploited: record<NonNullable<Vulnerability['exploited']>>({ added: text, due: text, ransomware: flag }, [
      'added',
      'due',
      'ransomware',
    ]),
    history: few(fc.record({ date: text, score: share })),
    decision: fc.record({
      exploitation: fc.constantFrom('none', 'poc', 'active'),
      automatable: flag,
      technicalImpact: fc.constantFrom('partial', 'total'),
      at: text,
    }),
    prediction: record<NonNullable<Vulnerability['prediction']>>({ score: share, percentile: share, date: text }, [
      'score',
      'percentile',
      'date',
    ]),
  },
  ['id', 'aliases', 'severity', 'ratings', 'weaknesses', 'references'],
);
const vexCitation = record<VexCitation>(
  {
    status: fc.constantFrom('not_affected', 'affected', 'fixed', 'under_investigation'),
    justification: text,
    text,
    timestamp: time,
    author: text,
    document: text,
    digest: text,
    statement: natural,
    signature: fc.constant('unverified'),
    otherwise: few(
      record<NonNullable<VexCitation['otherwise']>[number]>(
        {
          status: fc.constantFrom('not_affected', 'affected', 'fixed', 'under_investigation'),
          document: text,
          statement: natural,
          timestamp: time,
        },
        ['status', 'document', 'statement'],
      ),
    ),
  },
  ['status', 'document', 'digest', 'statement', 'signature'],
);
const amounts = { score: natural, most: natural, hazard: natural, mostHazard: natural };
const findingRisk = fc.record({ ...amounts, ssvc: text, assumed: few(text) });
const imageRisk = fc.record({
  ...amounts,
  exploited: share,
  flaws: natural,
  assumed: natural,
  fixFirst: few(
    fc.record({
      name: text,
      type: text,
      version: text,
      packages: few(text),
      flaws: few(text),
      removes: natural,
      left: natural,
    }),
  ),
});
const outcome = fc.constantFrom('deny', 'warn', 'allow');
const exceptionUse = record<ExceptionUse>(
  { reason: text, owner: text, expires: text, ticket: text, place: fc.record({ file: text, line: natural, column: natural }) },
  ['reason', 'owner', 'expires', 'place'],
);
const reason = record<Reason>(
  {
    rule: text,
    file: text,
    outcome,
    ruleOutcome: outcome,
    subject: fc.record({ kind: fc.constantFrom('finding', 'image'), name: text }),
    message: text,
    remedy: text,
    unknown: few(text),
    grace: fc.record({ daysLeft: natural, until: text }),
    exception: exceptionUse,
    expired: exceptionUse,
    exemptedBy: fc.record({ rule: text, reason: text }),
  },
  ['rule', 'file', 'outcome', 'ruleOutcome', 'subject', 'message', 'remedy', 'unknown'],
);
const decision = fc.record({
  outcome,
  policy: text,
  decidedAt: time,
  reasons: few(reason),
  counts: fc.record({ deny: natural, warn: natural, excused: natural, inGrace: natural }),
  idleExceptions: few(
    fc
      .tuple(exceptionUse, fc.constantFrom('expired' as const, 'unmatched' as const), natural)
      .map(([use, because, matches]): IdleException => ({ ...use, because, matches })),
  ),
});

const lifecycle = record<Lifecycle>(
  {
    product: text,
    cycle: text,
    endOfLife: fc.oneof(text, flag),
    endOfExtended: fc.oneof(text, flag),
    source: fc.record({ name: text, asOf: text }),
  },
  ['product', 'cycle', 'endOfLife', 'source'],
);

const finding: fc.Arbitrary<Finding> = fc
  .record({
    kind: fc.constant('vulnerability' as const),
    id: text,
    package: packageRef,
    vulnerability,
    fix,
    evidence: few(evidence),
    unknownReason: fc.option(text, { nil: undefined }),
    vex: fc.option(vexCitation, { nil: undefined }),
    risk: fc.option(findingRisk, { nil: undefined }),
    firstSeen: fc.option(text, { nil: undefined }),
  })
  .map(({ unknownReason, vex, risk, firstSeen, ...rest }) => {
    const whole = { ...rest, ...(vex === undefined ? {} : { vex }), ...(risk === undefined ? {} : { risk }), ...(firstSeen === undefined ? {} : { firstSeen }) };
    return unknownReason === undefined
      ? { ...whole, verdict: 'affected' as const }
      : { ...whole, verdict: 'unknown' as const, unknownReason };
  });
const suppressed = record<SuppressedFinding>({ finding, vex: vexCitation }, ['finding', 'vex']);
const archiveUse = record<ArchiveUse>(
  {
    suites: few(
      record<ArchiveUse['suites'][number]>(
        { name: text, uri: text, date: time, validUntil: time, trust, signedBy: few(text) },
        ['name', 'uri', 'date', 'trust', 'signedBy'],
      ),
    ),
    asked: natural,
    upgradable: natural,
    closed: natural,
    problems: few(
      record<ArchiveUse['problems'][number]>({ code: text, message: text, subject: text, detail: text, next: text }, [
        'code',
        'message',
        'next',
      ]),
    ),
  },
  ['suites', 'asked', 'upgradable', 'closed', 'problems'],
);
const vexUse = record<VexUse>(
  {
    passedOver: few(
      record<VexUse['passedOver'][number]>(
        {
          place: text,
          because: fc.constantFrom('none-there', 'not-vex', 'not-json', 'bad-entry', 'named-image', 'not-refreshed'),
        },
        ['place', 'because'],
      ),
    ),
    documents: few(
      record<VexUse['documents'][number]>(
        {
          id: text,
          format: fc.constantFrom('openvex', 'cyclonedx', 'csaf'),
          place: text,
          digest: text,
          statements: natural,
          unread: few(text),
        },
        ['id', 'format', 'place', 'digest', 'statements', 'unread'],
      ),
    ),
    unmatched: few(
      record<VexUse['unmatched'][number]>(
        {
          document: text,
          statement: natural,
          flaw: text,
          product: text,
          because: fc.constantFrom(
            'unidentified',
            'other-product',
            'named-image',
            'other-namespace',
            'other-version',
            'other-build',
            'no-finding',
          ),
        },
        ['document', 'statement', 'flaw', 'product', 'because'],
      ),
    ),
  },
  ['documents', 'passedOver', 'unmatched'],
);

const coverageSource = record<CoverageSource>(
  {
    name: text,
    url: text,
    digest: text,
    fetchedAt: time,
    publishedAt: time,
    lists: fc.constantFrom('disclosures', 'fixes', 'starter'),
    advisories: natural,
  },
  ['name', 'url', 'digest', 'fetchedAt', 'lists', 'advisories'],
);
const unassessed = record<EcosystemCoverage['unassessed'][number]>(
  {
    reason: fc.constantFrom(
      'distro-unknown',
      'no-advisories',
      'starter-only',
      'version-unparsable',
      'identity-guessed',
      'third-party',
    ),
    packages: natural,
    detail: text,
  },
  ['reason', 'packages'],
);
const ecosystem = record<EcosystemCoverage>(
  { ecosystem: text, packages: natural, assessed: natural, unassessed: few(unassessed), sources: few(coverageSource) },
  ['ecosystem', 'packages', 'assessed', 'unassessed', 'sources'],
);
const coverage = record<Coverage>({ complete: flag, ecosystems: few(ecosystem), notes: few(text) }, [
  'complete',
  'ecosystems',
  'notes',
]);

const imageUse = record<ImageUse>(
  {
    foundAt: fc.record({ place: fc.constantFrom('registry', 'containerd', 'docker', 'podman'), address: text }),
    layers: fc.record({ known: natural, shared: natural, bytes: natural }),
    lazy: few(fc.record({ format: fc.constantFrom('estargz', 'zstd-chunked', 'soci'), fetched: natural, of: natural })),
  },
  [],
);

const reportProvenance = record<ReportProvenance>(
  {
    tool: record<ReportProvenance['tool']>({ name: fc.constant('seaworthy'), version: text }, ['name', 'version']),
    createdAt: time,
    database: record<NonNullable<ReportProvenance['database']>>(
      { digest: text, builtAt: time, starter: flag, exploited: text, predictions: text },
      ['digest', 'builtAt', 'starter'],
    ),
    inventoryCached: flag,
    image: imageUse,
  },
  ['tool', 'createdAt', 'inventoryCached'],
);

/** Any report that the types allow, with hostile text wherever there is text. */
export const arbitraryReport: fc.Arbitrary<Report> = record<Report>(
  {
    schemaVersion: fc.constant('1'),
    subject,
    distro,
    packages: few(onePackage),
    relationships: few(relationship),
    findings: fc.array(finding, { maxLength: 5 }),
    suppressed: few(suppressed),
    vex: vexUse,
    archive: archiveUse,
    lifecycle,
    risk: imageRisk,
    decision,
    coverage,
    runs: few(run),
    problems: few(problem),
    provenance: reportProvenance,
  },
  ['schemaVersion', 'subject', 'packages', 'relationships', 'findings', 'suppressed', 'coverage', 'runs', 'problems', 'provenance'],
);
