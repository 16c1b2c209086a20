/*
 * A fact's JSON, without its kind and key, is a list; 0 for what is absent, absent ones at the end left off:
 *
 * flaw        [1 when there is a text, severities, weaknesses, state, published, modified, decision]
 * text        [summary, references], of a flaw
 * prediction  [score, percentile, date, model]
 * exploited   [name, product, added, due, action, ransomware as 0 / 1]
 * repository  [product, …]
 * lifecycle   [cycle, codename, released, endOfLife, endOfSupport, endOfExtended, latest, latestReleased, lts]
 * state       1 rejected, 2 disputed
 * decision    [exploitation, automatable, technical impact, at], the first three by their index
 */
import type { ExploitedFact, Fact, FlawFact, LifecycleFact, PredictionFact } from '../advisory/advisory.ts';
import { decodeSeverity, type EncodedSeverity, encodeSeverity } from './codec.ts';
import { decodeReference, encodeReference } from './details.ts';

const STATES = [undefined, 'rejected', 'disputed'] as const;
const EXPLOITATIONS = ['none', 'poc', 'active'] as const;
const IMPACTS = ['partial', 'total'] as const;
const LIFECYCLE = [
  'codename',
  'released',
  'endOfLife',
  'endOfSupport',
  'endOfExtended',
  'latest',
  'latestReleased',
  'lts',
] as const;

/** The JSON of a fact; for a flaw without the text. */
export function encodeFact(fact: Fact): string {
  return jsonOf(fieldsOf(fact));
}

/** The JSON of a flaw's text: it is most of what is said of a flaw, and seldom asked for. */
export function encodeText(fact: Fact): string | undefined {
  if (fact.kind !== 'flaw' || !hasText(fact)) return undefined;
  const { summary, references } = fact;
  return jsonOf([summary ?? 0, references.length === 0 ? 0 : references.map(encodeReference)]);
}

function hasText({ summary, references }: FlawFact): boolean {
  return summary !== undefined || references.length > 0;
}

function jsonOf(fields: unknown[]): string {
  while (fields.at(-1) === 0) fields.pop();
  return JSON.stringify(fields);
}

function fieldsOf(fact: Fact): unknown[] {
  if (fact.kind === 'flaw') return flawFields(fact);
  if (fact.kind === 'prediction') return [fact.score, fact.percentile, fact.date, fact.model];
  if (fact.kind === 'repository') return [...fact.products];
  if (fact.kind === 'lifecycle') return [fact.cycle, ...LIFECYCLE.map((name) => fact[name] ?? 0)];
  return [fact.name, fact.product, fact.added, fact.due, fact.action, Number(fact.ransomware)];
}

function flawFields(fact: FlawFact): unknown[] {
  const { severities, weaknesses, state, published, modified, decision } = fact;
  return [
    Number(hasText(fact)),
    severities.length === 0 ? 0 : severities.map(encodeSeverity),
    weaknesses.length === 0 ? 0 : weaknesses,
    STATES.indexOf(state),
    published ?? 0,
    modified ?? 0,
    decision === undefined
      ? 0
      : [
          EXPLOITATIONS.indexOf(decision.exploitation),
          Number(decision.automatable),
          IMPACTS.indexOf(decision.technicalImpact),
          decision.at,
        ],
  ];
}

/**
 * The fact of such a JSON. The text of a flaw is got, by what `textOf` gives, only when it is looked at: of thousands of
 * flaws hardly any is.
 */
export function decodeFact<K extends Fact['kind']>(
  kind: K,
  key: string,
  json: string,
  textOf: () => string | undefined,
): Extract<Fact, { kind: K }> {
  return decoded(kind, key, json, textOf) as Extract<Fact, { kind: K }>;
}

/** Whether the JSON is of a flaw with a text. */
export function saysText(json: string): boolean {
  return json.startsWith('[1');
}

function decoded(kind: Fact['kind'], key: string, json: string, textOf: () => string | undefined): Fact {
  const fields: unknown = JSON.parse(json);
  if (kind === 'flaw') return decodeFlaw(key, fields as FlawFields, textOf);
  if (kind === 'prediction') return decodePrediction(key, fields as PredictionFields);
  if (kind === 'repository') return { kind, key, products: fields as string[] };
  if (kind === 'lifecycle') return decodeLifecycle(key, fields as LifecycleFields);
  return decodeExploited(key, fields as ExploitedFields);
}

type FlawFields = [
  text?: number,
  severities?: EncodedSeverity[] | 0,
  weaknesses?: string[] | 0,
  state?: number,
  published?: string | 0,
  modified?: string | 0,
  decision?: [exploitation: number, automatable: number, impact: number, at: string] | 0,
];

type TextFields = [summary?: string | 0, references?: string[] | 0];

function decodeFlaw(key: string, fields: FlawFields, textOf: () => string | undefined): FlawFact {
  const [text, severities, weaknesses, state = 0, published, modified, decision] = fields;
  const flaw: { -readonly [K in keyof FlawFact]: FlawFact[K] } = {
    kind: 'flaw',
    key,
    severities: severities ? severities.map(decodeSeverity) : [],
    weaknesses: weaknesses || [],
    references: [],
  };
  const named = STATES[state];
  if (named !== undefined) flaw.state = named;
  if (published) flaw.published = published;
  if (modified) flaw.modified = modified;
  if (decision) {
    flaw.decision = {
      exploitation: EXPLOITATIONS[decision[0]] ?? 'none',
      automatable: decision[1] === 1,
      technicalImpact: IMPACTS[decision[2]] ?? 'partial',
      at: decision[3],
    };
  }
  return text === 1 ? withText(flaw, textOf) : flaw;
}

function withText(flaw: FlawFact, textOf: () => string | undefined): FlawFact {
  let read: TextFields | undefined;
  const fields = (): TextFields => (read ??= JSON.parse(textOf() ?? '[]') as TextFields);
  Object.defineProperty(flaw, 'summary', { enumerable: true, get: () => fields()[0] || undefined });
  Object.defineProperty(flaw, 'references', { enumerable: true, get: () => (fields()[1] || []).map(decodeReference) });
  return flaw;
}

type PredictionFields = [score: number, percentile: number, date: string, model: string];

function decodePrediction(key: string, [score, percentile, date, model]: PredictionFields): PredictionFact {
  return { kind: 'prediction', key, score: score || 0, percentile: percentile || 0, date, model };
}

type ExploitedFields = [name: string, product: string, added: string, due: string, action: string, ransomware?: 1];

function decodeExploited(key: string, fields: ExploitedFields): ExploitedFact {
  const [name, product, added, due, action, ransomware] = fields;
  return { kind: 'exploited', key, name, product, added, due, action, ransomware: ransomware === 1 };
}

type LifecycleFields = [cycle: string, ...rest: (string | boolean | 0)[]];

function decodeLifecycle(key: string, [cycle, ...rest]: LifecycleFields): LifecycleFact {
  const said = LIFECYCLE.flatMap((name, index) => {
    const value = rest[index] ?? 0;
    return value === 0 ? [] : [[name, value]];
  });
  return { kind: 'lifecycle', key, cycle, ...(Object.fromEntries(said) as Partial<LifecycleFact>) };
}
