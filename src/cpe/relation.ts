import { ANY, NA, partsOf } from './value.ts';

/** How what one name means relates to what another means (NISTIR 7696, table 6-1); `undefined` where it has no answer. */
export type CpeRelation = 'equal' | 'superset' | 'subset' | 'disjoint' | 'undefined';

/** Relation of one attribute of the source to that of the target (NISTIR 7696, table 6-2). */
export function relationOfValues(source: string, target: string): CpeRelation {
  if (hasWildcards(target)) return 'undefined';
  if (source === target) return 'equal';
  if (source === ANY) return 'superset';
  if (target === ANY) return 'subset';
  if (source === NA || target === NA) return 'disjoint';
  return covers(source, target) ? 'superset' : 'disjoint';
}

/** Relation of names from those of their attributes (NISTIR 7696, table 6-4). */
export function relationOfNames(relations: readonly CpeRelation[]): CpeRelation {
  if (relations.includes('disjoint')) return 'disjoint';
  const kinds = new Set(relations);
  if (kinds.has('undefined') || (kinds.has('subset') && kinds.has('superset'))) return 'undefined';
  return kinds.has('subset') ? 'subset' : kinds.has('superset') ? 'superset' : 'equal';
}

function hasWildcards(value: string): boolean {
  if (value === ANY) return false;
  const { before, after } = partsOf(value);
  return before > 0 || after > 0;
}

/** `*` stands for any number of characters, `?` for one or none (NISTIR 7696, 6.3). */
function covers(source: string, target: string): boolean {
  const { before, text, after } = partsOf(source);
  const whole = partsOf(target).text;
  for (let at = whole.indexOf(text); at >= 0 && at <= before; at = whole.indexOf(text, at + 1)) {
    if (whole.length - at - text.length <= after) return true;
    if (at === whole.length) return false;
  }
  return false;
}
