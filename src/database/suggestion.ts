import otherNames from './other-names.json' with { type: 'json' };

/** How many letters may be wrong in a name that is meant. */
const mostWrong = 2;

const others: ReadonlyMap<string, string> = new Map(Object.entries(otherNames));

/**
 * What was probably meant by a word that is no name, in the spelling of that name: several with commas between, a name
 * that another tool has for it, or one that is a slip away. Undefined where nothing is near.
 */
export function suggestion(word: string, ids: readonly string[], ecosystems: ReadonlySet<string>): string | undefined {
  const known = new Set([...ids, ...ecosystems, ...Array.from(ecosystems, familyOf)]);
  const parts = word.split(',').map((part) => part.trim());
  if (parts.length > 1) return parts.every((part) => known.has(part)) ? parts.join(' ') : undefined;
  const [family = '', ...release] = word.split(':');
  const named = others.get(family.toLowerCase());
  if (named !== undefined && known.has(named)) return [named, ...release].join(':');
  const near = nearest(family, known);
  return near === undefined ? undefined : [near, ...release].join(':');
}

function familyOf(ecosystem: string): string {
  return ecosystem.split(':')[0] ?? ecosystem;
}

/** Short names are near to too many others. */
function nearest(word: string, known: ReadonlySet<string>): string | undefined {
  if (word.length < 4 || word.length > 40) return undefined;
  let found: string | undefined;
  let least = mostWrong + 1;
  for (const name of known) {
    const wrong = name.includes(':') ? least : distance(word.toLowerCase(), name.toLowerCase());
    if (wrong < least) [found, least] = [name, wrong];
  }
  return found;
}

/** Letters to insert, leave out, replace or swap with the next (optimal string alignment). */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, at) => at)];
  const cost = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let at = 1; at <= one.length; at++) {
    const row = [at];
    rows.push(row);
    for (let to = 1; to <= other.length; to++) {
      const same = one[at - 1] === other[to - 1] ? 0 : 1;
      const swapped = at > 1 && to > 1 && one[at - 1] === other[to - 2] && one[at - 2] === other[to - 1];
      row.push(
        Math.min(
          cost(at - 1, to) + 1,
          cost(at, to - 1) + 1,
          cost(at - 1, to - 1) + same,
          swapped ? cost(at - 2, to - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return cost(one.length, other.length);
}
