import type { StoredEntry } from '../database/database.ts';
import type { Judgement } from './judge.ts';

/** As much of a match as decides on its fix. */
interface Served extends Judgement {
  readonly entry: StoredEntry;
  readonly searched: { readonly version: string };
}

/**
 * The match as it is where some fixes are those of a paid service. A version that only subscribers get is no fix where the
 * image has not subscribed, and is named; who installed that version has the fix, subscribed or not. A build past it that is
 * none of the service's is one of the release, which has no fix: a later one may have been made without it.
 */
export function asServed<M extends Served>(match: M, services: readonly string[]): M {
  const { entry, fix, verdict, searched } = match;
  const service = entry.qualifiers?.service;
  if (service === undefined) return match;
  const fixed = markedFix(entry);
  if (verdict === 'not-affected' && fixed !== undefined && entry.status === 'affected' && !isMarked(searched.version)) {
    const unknownReason = `The fix is in ${fixed} of ${service}; this later build is none of that service's`;
    return {
      ...match,
      verdict: 'unknown',
      unknownReason,
      fix: { state: 'unknown', note: `fixed in ${fixed} of ${service}` },
    };
  }
  if (fix.version === undefined) return match;
  if (services.includes(service)) return { ...match, fix: { ...fix, note: `from ${service}` } };
  return {
    ...match,
    fix: { state: 'not-fixed', note: `fixed in ${fix.version}, which only subscribers of ${service} get` },
  };
}

/** The fixed version where it shows that it is one of the service's: the oldest do not. */
function markedFix({ ranges }: StoredEntry): string | undefined {
  const fixed = ranges.flatMap(({ events }) => events.flatMap((event) => ('fixed' in event ? event.fixed : [])));
  return fixed.length > 0 && fixed.every(isMarked) ? fixed.at(-1) : undefined;
}

/** Canonical's builds of Expanded Security Maintenance: `…+esm2`, `…~esm1`. */
function isMarked(version: string): boolean {
  return /[+~.]esm\d/.test(version);
}
