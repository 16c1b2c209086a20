import { exceptionsFor, exceptionUse } from './exceptions.ts';
import type { Facts } from './facts.ts';
import { severityRanks } from './fields.ts';
import { graceLeft } from './grace.ts';
import type {
  CompiledException,
  CompiledRule,
  Decision,
  IdleException,
  Outcome,
  Policy,
  Reason,
  Rule,
  Subject,
  Truth,
} from './policy.ts';
import { refOf, subjectsOf } from './subjects.ts';
import { rankOf } from './tighten.ts';

interface Ranked {
  readonly reason: Reason;
  readonly outcome: number;
  readonly severity: number;
  readonly place: number;
}

/** How often each exception was met, by exception. */
type Met = Map<CompiledException, number>;

/**
 * What a policy says of an image at a moment (milliseconds since 1970). Denial wins over warning, and warning over allowance;
 * a fact that is not known decides as if it were bad. The same facts always come to the same decision.
 */
export function decide(policy: Policy, facts: Facts, now: number): Decision {
  const subjects = subjectsOf(facts, now);
  const exempting = exemptingRules(policy);
  const met: Met = new Map();
  const ranked: Ranked[] = [];
  const [whole] = subjects('image');
  for (const [place, compiled] of policy.compiled.entries()) {
    const { rule } = compiled;
    if (rule.outcome === 'allow' || whole === undefined || compiled.scope(whole) === false) continue;
    for (const subject of subjects(rule.on)) {
      const truth = compiled.test(subject);
      const outcome = outcomeOf(rule, truth, subject);
      if (outcome === 'allow') continue;
      const unknown = truth === true ? [] : unknownKeys(compiled, subject);
      const reason = reasonOf(policy, compiled, subject, { outcome, unknown }, exempting, met);
      ranked.push({ reason, outcome: rankOf(reason.outcome), severity: severityRank(subject, reason), place });
    }
  }
  const reasons = ranked.toSorted(order).map(({ reason }) => reason);
  const count = (outcome: Outcome): number => reasons.filter((reason) => reason.outcome === outcome).length;
  return {
    outcome: reasons[0]?.outcome ?? 'allow',
    policy: policy.name,
    decidedAt: new Date(now).toISOString(),
    reasons,
    counts: {
      deny: count('deny'),
      warn: count('warn'),
      excused: count('allow'),
      inGrace: reasons.filter(({ grace, outcome }) => grace !== undefined && outcome === 'warn').length,
    },
    idleExceptions: idle(policy, met, now),
  };
}

/** Where expressions have used up what they may do, nothing is known to be good, whatever a rule says of the unknown. */
function outcomeOf(rule: Rule, truth: Truth, { budget }: Subject): Outcome {
  if (truth === false) return 'allow';
  return truth === true || budget.left < 0 ? rule.outcome : rule.ifUnknown;
}

function unknownKeys({ parts }: CompiledRule, subject: Subject): readonly string[] {
  return parts.filter(([, test]) => test(subject) === 'unknown').map(([key]) => key);
}

function exemptingRules(policy: Policy): ReadonlyMap<string, readonly CompiledRule[]> {
  const rules = new Map<string, CompiledRule[]>();
  for (const compiled of policy.compiled) {
    for (const id of compiled.rule.exempts ?? []) rules.set(id, [...(rules.get(id) ?? []), compiled]);
  }
  return rules;
}

function reasonOf(
  policy: Policy,
  { rule, message, remedy }: CompiledRule,
  subject: Subject,
  { outcome, unknown }: { readonly outcome: Outcome; readonly unknown: readonly string[] },
  exempting: ReadonlyMap<string, readonly CompiledRule[]>,
  met: Met,
): Reason {
  const { now } = subject;
  const matching = exceptionsFor(policy, subject, rule.id);
  for (const one of matching) met.set(one, (met.get(one) ?? 0) + 1);
  const used = matching.filter(({ end }) => end >= now).toSorted((a, b) => b.end - a.end)[0];
  const expired = matching.find(({ end }) => end < now);
  const exemption = exempting.get(rule.id)?.find((one) => exempts(one, subject));
  const excused = used !== undefined || exemption !== undefined;
  const grace = outcome === 'deny' && rule.grace !== undefined ? graceLeft(rule.grace, subject) : undefined;
  return {
    rule: rule.id,
    file: rule.origin[0]?.file ?? '',
    outcome: excused ? 'allow' : grace === undefined ? outcome : 'warn',
    ruleOutcome: outcome,
    subject: refOf(subject, rule.on),
    message: message(subject),
    remedy: remedy(subject),
    unknown,
    ...(grace === undefined ? {} : { grace }),
    ...(used === undefined ? {} : { exception: exceptionUse(used.exception) }),
    ...(expired === undefined || excused ? {} : { expired: exceptionUse(expired.exception) }),
    ...(exemption === undefined
      ? {}
      : { exemptedBy: { rule: exemption.rule.id, reason: exemption.rule.reason ?? '' } }),
  };
}

/** Only what is surely meant is exempt, and only of images that it surely speaks of. */
function exempts({ rule, scope, test }: CompiledRule, subject: Subject): boolean {
  const meant = rule.on === 'finding' || subject.finding === undefined || subject.finding.kind === rule.on;
  return meant && scope(subject) === true && test(subject) === true;
}

/** An unknown severity of a finding stands before all others: it may be the worst. */
function severityRank({ finding }: Subject, { subject }: Reason): number {
  if (finding === undefined) return Object.keys(severityRanks).length + 1;
  return severityRanks[subject.severity ?? ''] ?? Object.keys(severityRanks).length;
}

function order(a: Ranked, b: Ranked): number {
  if (a.outcome !== b.outcome) return b.outcome - a.outcome;
  if (a.severity !== b.severity) return b.severity - a.severity;
  if (a.place !== b.place) return a.place - b.place;
  const [one, other] = [a.reason.subject, b.reason.subject];
  if (one.name !== other.name) return one.name < other.name ? -1 : 1;
  return (one.package ?? '') < (other.package ?? '') ? -1 : Number((one.package ?? '') > (other.package ?? ''));
}

function idle(policy: Policy, met: Met, now: number): readonly IdleException[] {
  const all = new Set([...policy.excuses.byFlaw.values()].flat().concat(policy.excuses.others));
  return [...all]
    .map((one): IdleException | undefined => {
      const matches = met.get(one) ?? 0;
      const expired = one.end < now;
      if (!expired && matches > 0) return undefined;
      return { ...exceptionUse(one.exception), because: expired ? 'expired' : 'unmatched', matches };
    })
    .filter((one) => one !== undefined)
    .toSorted(
      (a, b) =>
        Number(a.place.file > b.place.file) - Number(a.place.file < b.place.file) || a.place.line - b.place.line,
    );
}
