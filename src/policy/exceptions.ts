import { endOfDay } from './days.ts';
import { packageOf } from './fields.ts';
import { anyGlob } from './glob.ts';
import { pathOf } from './keys.ts';
import type { CompiledException, Exception, ExceptionUse, Policy, Subject } from './policy.ts';
import { type VersionSchemes, versionRange } from './version-range.ts';

type Matcher = (subject: Subject) => boolean;

/** Exceptions as functions, those that name a flaw by its names. */
export function compileExceptions(exceptions: readonly Exception[], schemes: VersionSchemes): Policy['excuses'] {
  const byFlaw = new Map<string, CompiledException[]>();
  const others: CompiledException[] = [];
  for (const exception of exceptions) {
    const one = compileException(exception, schemes);
    const flaws = [exception.vulnerability ?? []].flat();
    if (flaws.length === 0) others.push(one);
    for (const flaw of new Set(flaws.map((name) => name.toUpperCase()))) {
      byFlaw.set(flaw, [...(byFlaw.get(flaw) ?? []), one]);
    }
  }
  return { byFlaw, others };
}

/** The exceptions that excuse a subject from a rule, expired ones too. */
export function exceptionsFor({ excuses }: Policy, subject: Subject, rule: string): readonly CompiledException[] {
  const { finding } = subject;
  const named =
    finding === undefined || excuses.byFlaw.size === 0
      ? []
      : [finding.id, ...finding.aliases].flatMap((name) => excuses.byFlaw.get(name.toUpperCase()) ?? []);
  if (named.length === 0 && excuses.others.length === 0) return [];
  return [...new Set([...named, ...excuses.others])].filter(({ matches }) => matches(subject, rule));
}

/** What a decision tells of an exception. */
export function exceptionUse({ reason, owner, expires, ticket, place }: Exception): ExceptionUse {
  return { reason, owner, expires, ...(ticket === undefined ? {} : { ticket }), place };
}

function compileException(exception: Exception, schemes: VersionSchemes): CompiledException {
  const matchers = [...packageMatchers(exception, schemes), ...imageMatchers(exception)];
  if (exception.path !== undefined) {
    const matches = anyGlob([exception.path], { path: true });
    matchers.push((subject) => known(pathOf(subject), matches));
  }
  const rules = exception.rules === undefined ? undefined : new Set(exception.rules);
  return {
    exception,
    end: endOfDay(exception.expires) ?? 0,
    matches: (subject, rule) => rules?.has(rule) !== false && matchers.every((matches) => matches(subject)),
  };
}

function packageMatchers({ package: wanted }: Exception, schemes: VersionSchemes): readonly Matcher[] {
  if (wanted === undefined) return [];
  const { name, purl, version } =
    typeof wanted === 'object' ? wanted : wanted.startsWith('pkg:') ? { purl: wanted } : { name: wanted };
  const matchers: Matcher[] = [];
  if (name !== undefined) {
    const matches = anyGlob([name]);
    matchers.push((subject) => known(packageOf(subject)?.name, matches));
  }
  if (purl !== undefined) matchers.push(purlMatcher(purl));
  const range = version === undefined ? undefined : versionRange(version);
  if (range !== undefined) {
    matchers.push((subject) => range(packageOf(subject)?.version, packageOf(subject)?.type, schemes) === true);
  }
  return matchers;
}

/** A purl without qualifiers is meant with any, and one without a version is meant in all. */
function purlMatcher(purl: string): Matcher {
  const matches = anyGlob(/@[^/]*$/.test(purl) ? [purl] : [purl, `${purl}@*`]);
  return (subject) => known(packageOf(subject)?.purl, (text) => matches(text) || matches(withoutQualifiers(text)));
}

function withoutQualifiers(purl: string): string {
  return purl.split(/[?#]/, 1)[0] ?? purl;
}

function imageMatchers({ image, images }: Exception): readonly Matcher[] {
  const { name, digest } = typeof image === 'object' ? image : { name: image, digest: undefined };
  const globs = [...(name === undefined ? [] : [[name]]), ...(images === undefined ? [] : [images])].map((all) =>
    anyGlob(all),
  );
  const named = globs.map(
    (matches): Matcher =>
      ({ facts }) =>
        known(facts.image.name, matches),
  );
  return digest === undefined ? named : [...named, ({ facts }): boolean => facts.image.digest === digest];
}

function known(text: string | undefined, matches: (text: string) => boolean): boolean {
  return text !== undefined && matches(text);
}
