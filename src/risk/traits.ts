import { type Metrics, parseVector } from '../cvss/cvss.ts';
import type { KnownFlaw, Sourced } from './circumstances.ts';
import table from './exploitation.json' with { type: 'json' };
import { remembered } from './remembered.ts';

/** What CVSS vectors tell of SSVC's decision points. */
export interface Traits {
  /** Who gave the vector of `automatable` and `technicalImpact`. */
  readonly by: string;
  /** Absent where the vector leaves it open. */
  readonly automatable?: Derived<boolean>;
  readonly technicalImpact: Derived<'partial' | 'total'>;
  /** The highest exploit maturity of any vector. */
  readonly maturity?: Sourced<'poc' | 'active'>;
}

interface Derived<T> {
  readonly value: T;
  /** The metrics that say so. */
  readonly how: string;
}

/** What one vector tells, apart from who gave it. */
interface Reading {
  readonly automatable?: Derived<boolean>;
  readonly technicalImpact: Derived<'partial' | 'total'>;
  readonly maturity?: { readonly value: 'poc' | 'active'; readonly how: string };
}

const MATURITIES: Readonly<Record<string, Readonly<Record<string, string>>>> = table.metrics;

/** From the first rating with a vector; undefined where none has one. */
export function traitsOf({ severity, ratings }: KnownFlaw): Traits | undefined {
  let first: (Reading & { readonly by: string }) | undefined;
  let maturity: Sourced<'poc' | 'active'> | undefined;
  for (const { value, by } of ratings.length === 0 ? [severity] : ratings) {
    const reading = readingOf(value);
    if (reading === undefined) continue;
    first ??= { ...reading, by };
    if (reading.maturity !== undefined && maturity?.value !== 'active') maturity = { ...reading.maturity, by };
  }
  if (first === undefined) return undefined;
  const { by, automatable, technicalImpact } = first;
  return { by, technicalImpact, ...(automatable && { automatable }), ...(maturity && { maturity }) };
}

const readingOf = remembered((vector): Reading | undefined => {
  const parsed = vector.includes('/') ? parseVector(vector) : undefined;
  return parsed === undefined ? undefined : read(parsed.version, parsed.metrics);
});

function read(version: string, metrics: Metrics): Reading {
  const automatable = automatableBy(metrics);
  const maturity = MATURITIES[version.startsWith('3') ? '3' : version]?.[metrics.get('E') ?? ''];
  return {
    technicalImpact: technicalImpactBy(metrics),
    ...(automatable && { automatable }),
    ...(maturity !== undefined && {
      maturity: { value: maturity as 'poc' | 'active', how: `E:${metrics.get('E') ?? ''}` },
    }),
  };
}

/**
 * CVSS 4.0's supplemental metric where it is given. What is not on the network can't be searched for, which SSVC names as a
 * reason for no; what asks for no luck, rights or user can be automated. In between it stays open.
 */
function automatableBy(metrics: Metrics): Derived<boolean> | undefined {
  const supplemental = metrics.get('AU');
  if (supplemental === 'Y' || supplemental === 'N') return { value: supplemental === 'Y', how: `AU:${supplemental}` };
  const vector = metrics.get('AV') ?? '';
  if (vector !== 'N') return { value: false, how: `AV:${vector}` };
  const isEasy =
    metrics.get('AC') === 'L' &&
    (metrics.get('AT') ?? 'N') === 'N' &&
    (metrics.get('PR') ?? metrics.get('Au')) === 'N' &&
    (metrics.get('UI') ?? 'N') === 'N';
  return isEasy ? { value: true, how: 'AV:N AC:L, no rights, no user' } : undefined;
}

/** CERT/CC's mapping for CVSS 4.0 (SSVC, `cvssv4_to_technical_impact` 1.0.0), for all versions alike. */
function technicalImpactBy(metrics: Metrics): Derived<'partial' | 'total'> {
  const rights = metrics.has('PR') ? 'PR' : 'Au';
  const names = metrics.has('VC') ? ['VC', 'VI'] : ['C', 'I'];
  const losses = names.map((name) => LOSSES[metrics.get(name) ?? ''] ?? 0);
  const [greater, lesser] = [Math.max(...losses), Math.min(...losses)];
  const isTotal = lesser === 2 || (metrics.get(rights) === 'N' && greater === 2 && lesser === 1);
  const how = [rights, ...names].map((name) => `${name}:${metrics.get(name) ?? ''}`).join(' ');
  return { value: isTotal ? 'total' : 'partial', how };
}

const LOSSES: Readonly<Record<string, number>> = { N: 0, L: 1, P: 1, H: 2, C: 2 };
