import type { Grace, KnownSeverity } from './condition.ts';
import type { Outcome, RuleSource } from './policy.ts';

/** A field by which a lower rule is looser than the higher one, and why. */
export interface Loosening {
  readonly field: keyof RuleSource;
  readonly detail: string;
}

const severities: readonly KnownSeverity[] = ['negligible', 'low', 'medium', 'high', 'critical'];

/** In what a change to a rule may let through what the rule would not; nothing where the rule is `overridable`. */
export function looser(higher: RuleSource, lower: RuleSource): readonly Loosening[] {
  if (higher.overridable === true) return [];
  const changed = { ...higher, ...lower };
  const found: Loosening[] = [];
  const tell = (field: keyof RuleSource, detail: string): void => {
    found.push({ field, detail: `${higher.id}: ${detail}` });
  };
  if (lower.off === true) tell('off', 'it is not overridable');
  if (lower.overridable === true) tell('overridable', 'the higher file does not say so');
  if (lower.on !== undefined && lower.on !== (higher.on ?? 'vulnerability')) tell('on', 'it judges something else');
  if (lower.when !== undefined && canonical(lower.when) !== canonical(higher.when)) tell('when', 'another condition');
  if (rankOf(thenOf(changed)) < rankOf(thenOf(higher))) tell('then', `${thenOf(higher)} in the higher file`);
  if (rankOf(unknownOf(changed)) < rankOf(unknownOf(higher))) {
    tell(
      lower.ifUnknown === undefined ? 'then' : 'ifUnknown',
      `${unknownOf(higher)} in the higher file where a fact is unknown`,
    );
  }
  if (lower.grace !== undefined && thenOf(higher) === 'deny' && longerGrace(higher.grace, lower.grace)) {
    tell('grace', 'a longer time of grace');
  }
  const exempts = new Set(higher.exempts);
  if (lower.exempts?.some((id) => !exempts.has(id)) === true) tell('exempts', 'it exempts from more rules');
  return found;
}

/** What a rule comes to where its condition holds. */
export function thenOf({ then }: RuleSource): NonNullable<RuleSource['then']> {
  return then ?? 'deny';
}

/** What a rule comes to where a fact that decides is unknown. */
export function unknownOf(source: RuleSource): NonNullable<RuleSource['then']> {
  return source.ifUnknown ?? thenOf(source);
}

/** How bad an outcome is: `allow` 0, `warn` 1, `deny` 2. */
export function rankOf(outcome: Outcome): number {
  return ['allow', 'warn', 'deny'].indexOf(outcome);
}

/** The same text for conditions that are the same but for the order of keys and of choices. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).toSorted().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, held]) => `${JSON.stringify(key)}:${canonical(held)}`).join()}}`;
}

function longerGrace(higher: Grace | undefined, lower: Grace): boolean {
  if (higher === undefined) return true;
  if (higher.days !== undefined && lower.days === undefined) return true;
  if (higher.until !== undefined && (lower.until === undefined || lower.until > higher.until)) return true;
  if (higher.days === undefined) return false;
  if ((higher.from ?? 'discovered') !== (lower.from ?? 'discovered')) return true;
  return severities.some((severity) => daysFor(lower, severity) > daysFor(higher, severity));
}

/** Days of grace for a severity; of one that is unknown, those of the worst. */
export function daysFor({ days }: Grace, severity: KnownSeverity | undefined): number {
  if (typeof days === 'number') return days;
  if (days === undefined) return Number.POSITIVE_INFINITY;
  if (severity !== undefined) return days[severity] ?? 0;
  return Math.min(...severities.map((one) => days[one] ?? 0));
}
