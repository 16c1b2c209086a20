import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { Finding, Report } from '../finding/finding.ts';
import { builtinNames } from '../policy/builtin/builtin.ts';
import { decide } from '../policy/decide.ts';
import { factsOf } from '../policy/facts-of.ts';
import { identitiesIn, identitiesOf } from '../policy/identity.ts';
import { parsePolicy } from '../policy/load.ts';
import { ignoreKindOf, migrate } from '../policy/migrate/migrate.ts';
import type { Circumstances, Facts, Policy } from '../policy/policy.ts';
import { riskOfImage } from '../risk/risk.ts';
import { versionSchemes } from './formats.ts';
import { riskCircumstances } from './risk.ts';

/** By what to judge. */
export interface JudgeOptions {
  /** Names of built-in policies and paths of files; later ones are lower. */
  readonly policies: readonly string[];
  /** Ignore files of Trivy and Grype, whose entries are taken as exceptions. */
  readonly ignoreFiles?: readonly string[];
  /** The last release's report: what it has is not new, and known since then. */
  readonly release?: Report;
  /** The base image's report. */
  readonly base?: Report;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Loads what to judge by. Throws `PolicyError`. */
export async function loadPolicies({ policies, ignoreFiles = [], now }: JudgeOptions): Promise<Policy> {
  const exceptions: unknown[] = [];
  for (const path of ignoreFiles) {
    const kind = ignoreKindOf(path) ?? 'trivyignore';
    const today = new Date(now).toISOString().slice(0, 10);
    exceptions.push(...(await migrate(readFileSync(path, 'utf8'), kind, { today, file: path })).exceptions);
  }
  // One file that extends all, so that they are merged as the language says. JSON is YAML.
  const text = JSON.stringify({
    seaworthy: 'policy/1',
    name: policies.join(', '),
    extends: policies.map(placeOf),
    exceptions,
  });
  return await parsePolicy(text, { now, schemes: versionSchemes, name: 'command line' });
}

function placeOf(text: string): string {
  return builtinNames.includes(text) || isAbsolute(text) ? text : resolve(text);
}

/** The report with what a policy says of it. */
export function judged(report: Report, policy: Policy, options: JudgeOptions): Report {
  const dated = options.release === undefined ? report : withFirstSeen(report, options.release);
  return { ...dated, decision: decide(policy, policyFacts(dated, options), options.now) };
}

/** What a policy sees of a report. */
export function policyFacts(report: Report, { release, base }: Pick<JudgeOptions, 'release' | 'base'>): Facts {
  return factsOf(report, circumstancesOf(report, { release, base }));
}

function circumstancesOf(
  report: Report,
  { release, base }: { readonly release: Report | undefined; readonly base: Report | undefined },
): Circumstances {
  const { subject, lifecycle } = report;
  const { config } = subject;
  return {
    ...(config === undefined ? {} : { user: config.user ?? '', labels: config.labels }),
    ...(config?.created === undefined ? {} : { created: config.created }),
    ...(lifecycle === undefined ? {} : { endOfLife: lifecycle.endOfLife }),
    ...(release === undefined ? {} : { release: identitiesIn(release), firstSeen: firstSeenOf(report) }),
    ...(base === undefined ? {} : { base: identitiesIn(base) }),
    risks: riskOfImage(report, riskCircumstances(report)).risks,
  };
}

function firstSeenOf({ findings }: Report): ReadonlyMap<string, string> {
  return new Map(
    findings.flatMap((finding) =>
      finding.firstSeen === undefined
        ? []
        : identitiesOf(finding).map((name) => [name, finding.firstSeen ?? ''] as const),
    ),
  );
}

/** A finding that the earlier report has was seen then, or when that one says. */
function withFirstSeen(report: Report, release: Report): Report {
  const known = new Map<string, string>();
  for (const finding of release.findings)
    for (const name of identitiesOf(finding)) known.set(name, finding.firstSeen ?? release.provenance.createdAt);
  const seenSince = (finding: Finding): string => {
    const days = identitiesOf(finding).flatMap((name) => known.get(name) ?? []);
    return days.toSorted()[0] ?? report.provenance.createdAt;
  };
  return { ...report, findings: report.findings.map((finding) => ({ ...finding, firstSeen: seenSince(finding) })) };
}
