import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { Finding, Report } from '../finding/finding.ts';
import { builtinNames } from '../policy/builtin/builtin.ts';
import { decide } from '../policy/decide.ts';
import { factsOf } from '../policy/facts-of.ts';
import { identitiesIn, identitiesOf } from '../policy/identity.ts';
import { type LoadOptions, loadPolicy, parsePolicy, readPolicyText } from '../policy/load.ts';
import { flawRules, ignoreKindOf, type Migration, migrate } from '../policy/migrate/migrate.ts';
import { type Circumstances, type Facts, type Policy, PolicyError } from '../policy/policy.ts';
import { parseName } from '../registry/name.ts';
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

/** A policy, and what else is to be told of it. */
export interface LoadedPolicy {
  readonly policy: Policy;
  /** What of ignore files was not taken over as it stands: `FILE:LINE: left out: …`. */
  readonly notes: readonly string[];
}

/** Loads what to judge by. Throws `PolicyError`. */
export async function loadPolicies({ policies, ignoreFiles = [], now }: JudgeOptions): Promise<LoadedPolicy> {
  const options = { now, schemes: versionSchemes };
  const places = policies.map(placeOf);
  const policy = await loadAll(places, options);
  if (ignoreFiles.length === 0) return { policy, notes: [] };
  const today = new Date(now).toISOString().slice(0, 10);
  const rules = flawRules(policy);
  const texts = new Map<string, string>();
  const notes: string[] = [];
  for (const file of ignoreFiles) {
    const kind = ignoreKindOf(file) ?? 'trivyignore';
    const migration = await migrate(await ignoreText(file), kind, { today, file, rules });
    texts.set(resolve(file), policyOf(migration));
    notes.push(...migration.problems.map((problem) => noteOf(file, problem)));
  }
  const read = async (path: string): Promise<string> => texts.get(path) ?? (await readPolicyText(path));
  const files = ignoreFiles.map((file) => (isAbsolute(file) ? file : `./${file}`));
  return { policy: await loadAll([...places, ...files], { ...options, read }), notes };
}

/** What of an ignore file was not taken over as it stands, and where. */
export function noteOf(file: string, { line, effect, message, detail }: Migration['problems'][number]): string {
  const what = detail === undefined ? message : `${message}: ${detail}`;
  return `${file}:${line}: ${effect === 'left-out' ? 'left out' : 'changed'}: ${what}`;
}

/** Several are one file that extends all, so that they are merged as the language says. JSON is YAML. */
async function loadAll(places: readonly string[], options: LoadOptions): Promise<Policy> {
  const [only] = places;
  if (only !== undefined && places.length === 1) return await loadPolicy(only, options);
  const name = places.filter((place) => !ignoreKindOf(place)).join(', ');
  const text = JSON.stringify({ seaworthy: 'policy/1', name, extends: places });
  return await parsePolicy(text, { ...options, name: 'command line' });
}

/** Exceptions as a policy in which each stands on its line of the ignore file: decisions say where that is. */
function policyOf({ exceptions, lines }: Migration): string {
  const entries = exceptions.map((exception, i) => ({ line: lines[i] ?? 1, text: JSON.stringify(exception) }));
  let text = '{"seaworthy":"policy/1","exceptions":[';
  let at = 1;
  for (const { line, text: one } of entries.toSorted((a, b) => a.line - b.line)) {
    text += `${'\n'.repeat(Math.max(0, line - at))}${one},`;
    at = Math.max(at, line);
  }
  return `${text.replace(/,$/, '')}]}`;
}

async function ignoreText(file: string): Promise<string> {
  try {
    return await readPolicyText(file);
  } catch (cause) {
    const detail = `${file} (${(cause as NodeJS.ErrnoException).code ?? 'not UTF-8'})`;
    const message = 'the ignore file can’t be read';
    throw new PolicyError([{ code: 'unreadable', message, detail, file, line: 1, column: 1 }], cause);
  }
}

/** A bare word that is no file is the name of a built-in policy, perhaps misspelt. */
function placeOf(text: string): string {
  if (builtinNames.includes(text) || isAbsolute(text) || /^\.{1,2}\//.test(text)) return text;
  return /[/.]/.test(text) || existsSync(text) ? `./${text}` : text;
}

/** The report with what a policy says of it. */
export function judged(report: Report, policy: Policy, options: JudgeOptions): Report {
  const release = ofSame(report, options.release);
  const dated = release === undefined ? report : withFirstSeen(report, release);
  return { ...dated, decision: decide(policy, policyFacts(dated, options), options.now) };
}

/** What a policy sees of a report. */
export function policyFacts(report: Report, { release, base }: Pick<JudgeOptions, 'release' | 'base'>): Facts {
  return factsOf(report, circumstancesOf(report, { release: ofSame(report, release), base }));
}

/** A report of an image of another repository says nothing of this one: what is new since then is not known. */
function ofSame(report: Report, release: Report | undefined): Report | undefined {
  const [name, other] = [repositoryOf(report), release && repositoryOf(release)];
  return name !== undefined && other !== undefined && name !== other ? undefined : release;
}

function repositoryOf({ subject, provenance }: Report): string | undefined {
  if (provenance.image?.foundAt === undefined) return undefined;
  try {
    const { registry, repository } = parseName(subject.reference.replace(/^[a-z-]+:\/\//, ''));
    return `${registry}/${repository}`;
  } catch {
    // An identifier of an engine is no name.
    return undefined;
  }
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

/**
 * A finding that the earlier report has was seen then, or when that one says. One that it lacks is seen today for the first
 * time; but where that report does not say that it looked at everything, it may only have been missed, and nobody knows.
 */
function withFirstSeen(report: Report, release: Report): Report {
  const known = new Map<string, string>();
  for (const finding of release.findings)
    for (const name of identitiesOf(finding)) known.set(name, finding.firstSeen ?? release.provenance.createdAt);
  const lacked = saysAll(release) ? report.provenance.createdAt : undefined;
  const dated = (finding: Finding): Finding => {
    const days = identitiesOf(finding).flatMap((name) => known.get(name) ?? []);
    const { firstSeen: _, ...rest } = finding;
    const firstSeen = days.toSorted()[0] ?? lacked;
    return firstSeen === undefined ? rest : { ...rest, firstSeen };
  };
  return { ...report, findings: report.findings.map(dated) };
}

/** It is read from a file that a user gives, which may hold less than its type says. */
function saysAll({ coverage }: Partial<Report>): boolean {
  return coverage?.complete === true;
}
