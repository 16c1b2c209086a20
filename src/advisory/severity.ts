import { type CvssLabel, cvssOf } from '../cvss/cvss.ts';
import type { Severity, SeverityLabel } from './advisory.ts';
import raters from './raters.json' with { type: 'json' };

/** One severity to show, and the others by how much weight they have. */
export interface ChosenSeverity {
  readonly chosen: Severity;
  readonly others: readonly Severity[];
}

/** Who rates flaws, by name as in `Severity.by`. */
type Rater = keyof typeof raters | 'unlisted' | 'numbering';

/**
 * Whose word counts most. A distribution knows what its builds make of a flaw; the database of an ecosystem has looked at
 * the package; the NVD, CISA and those who number flaws (`cna:…`) rate the flaw wherever it may be. Whoever is on no list
 * is taken for a database, since only those speak of single packages.
 */
export const PRECEDENCE: readonly (readonly Rater[])[] = [
  ['distributions'],
  ['databases', 'unlisted'],
  ['nvd'],
  ['cisa'],
  ['numbering'],
];

const RATERS: ReadonlyMap<string, Rater> = new Map(
  (Object.keys(raters) as (keyof typeof raters)[]).flatMap((kind) =>
    raters[kind].map((name): [string, Rater] => [name, kind]),
  ),
);

const NONE: Severity = { label: 'unknown', scheme: 'none', value: '', by: '' };

/**
 * Chooses which of several severities is shown: the first known label by `precedence`, then in the order given. Of one
 * rater its own word comes before its CVSS scores, since it was chosen knowing them; then the newest version of CVSS, in
 * which whoever rates in several corrects the older. A label that only a CVSS vector tells is computed. `unknown` is
 * chosen only where nobody says anything else.
 */
export function severityFrom(
  said: readonly Severity[],
  precedence: readonly (readonly Rater[])[] = PRECEDENCE,
): ChosenSeverity {
  const [only] = said;
  if (only === undefined) return { chosen: NONE, others: [] };
  if (said.length === 1) return { chosen: labelled(only), others: [] };
  const rank = (severity: Severity): number => {
    const place = precedence.findIndex((group) => group.includes(raterOf(severity.by)));
    return place < 0 ? precedence.length : place;
  };
  const ranked = withoutDoubles(said.map(labelled)).map((severity) => ({ severity, rank: rank(severity) }));
  const kinds = new Map<Severity, number>();
  const kindOf = (severity: Severity): number => {
    const kind = kinds.get(severity) ?? kindOfValue(severity);
    kinds.set(severity, kind);
    return kind;
  };
  const firstOf = firstPlaces(ranked.map(({ severity }) => severity));
  const sorted = ranked
    .toSorted(
      (a, b) =>
        Number(a.severity.label === 'unknown') - Number(b.severity.label === 'unknown') ||
        a.rank - b.rank ||
        (firstOf.get(a.severity.by) ?? 0) - (firstOf.get(b.severity.by) ?? 0) ||
        kindOf(a.severity) - kindOf(b.severity),
    )
    .map(({ severity }) => severity);
  const [chosen = NONE, ...others] = sorted;
  return { chosen, others };
}

/** The severity with the label that its CVSS vector comes to, where it has none of its own. */
export function labelled(severity: Severity): Severity {
  if (severity.label !== 'unknown') return severity;
  const cvss = cvssOf(severity.value);
  return cvss === undefined ? severity : { ...severity, label: labelOf(cvss.label) };
}

/** A rating by CVSS; its scheme after the vector's version, its label that of the score. Undefined for no vector. */
export function cvssSeverity(vector: string, by: string): Severity | undefined {
  const cvss = cvssOf(vector);
  if (cvss === undefined) return undefined;
  return { label: labelOf(cvss.label), scheme: `CVSS_V${cvss.version[0]}`, value: vector, by };
}

function labelOf(label: CvssLabel): SeverityLabel {
  return label === 'none' ? 'negligible' : label;
}

function raterOf(by: string): Rater {
  return by.startsWith('cna:') ? 'numbering' : (RATERS.get(by) ?? 'unlisted');
}

/** 0 for a word, then CVSS from the newest version to the oldest. */
function kindOfValue({ value }: Severity): number {
  const version = cvssOf(value)?.version;
  return version === undefined ? 0 : ['4.0', '3.1', '3.0', '2.0'].indexOf(version) + 1;
}

/** Where each rater is first in the list, so that what one says stays together. */
function firstPlaces(said: readonly Severity[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [index, { by }] of said.entries()) if (!places.has(by)) places.set(by, index);
  return places;
}

function withoutDoubles(said: readonly Severity[]): Severity[] {
  return [...new Map(said.map((one) => [JSON.stringify([one.label, one.scheme, one.value, one.by]), one])).values()];
}
