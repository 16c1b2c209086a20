import type { StoredEntry } from '../database/database.ts';
import type { Judgement } from './judge.ts';

/**
 * The match with its fix as it is to be had: a version that only subscribers of a paid service get is no fix where the image
 * has not subscribed to it, and is named. The verdict is the same: who installed that version has the fix, subscribed or not.
 */
export function asServed<M extends Judgement & { readonly entry: StoredEntry }>(
  match: M,
  services: readonly string[],
): M {
  const { entry, fix } = match;
  const service = entry.qualifiers?.service;
  if (service === undefined || fix.version === undefined) return match;
  if (services.includes(service)) return { ...match, fix: { ...fix, note: `from ${service}` } };
  return {
    ...match,
    fix: { state: 'not-fixed', note: `fixed in ${fix.version}, which only subscribers of ${service} get` },
  };
}
