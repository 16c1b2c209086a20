import { type Match, ofOwnFlavour, ofOwnRelease } from '../match/match.ts';

/** What was decided of one flaw in one package. */
export interface Decision {
  readonly verdict: 'affected' | 'unknown';
  /** Matches of the deciding source that say so. */
  readonly speaking: readonly [Match, ...Match[]];
  /** Matches of other sources that say the same. */
  readonly agreeing: readonly Match[];
  /** All others, of the deciding source too. */
  readonly dissenting: readonly Match[];
}

/** The first source in precedence that speaks of the flaw decides; `not-affected` is no finding. */
export function decide(all: readonly Match[], precedence: readonly string[]): Decision | undefined {
  const sorted = byPrecedence(ofOwnFlavour(all), precedence);
  const source = sorted[0]?.entry.source.name;
  const deciding = ofOwnRelease(sorted.filter(({ entry }) => entry.source.name === source));
  const verdict = deciding.some((match) => match.verdict === 'affected') ? 'affected' : 'unknown';
  const speaking = deciding.filter((match) => match.verdict === verdict);
  if (!hasOne(speaking)) return undefined;
  if (speaking.length === sorted.length) return { verdict, speaking, agreeing: none, dissenting: none };
  const agreeing: Match[] = [];
  const dissenting: Match[] = [];
  let heard = 0;
  for (const match of sorted) {
    // Those that speak lie in the same order.
    if (match === speaking[heard]) {
      heard++;
      continue;
    }
    // The starter set was copied from the sources: its assent proves nothing.
    if (match.entry.source.name === 'starter') continue;
    const agrees = match.verdict === verdict && match.entry.source.name !== source;
    (agrees ? agreeing : dissenting).push(match);
  }
  return { verdict, speaking, agreeing, dissenting };
}

const none: readonly Match[] = [];

function hasOne(matches: readonly Match[]): matches is readonly [Match, ...Match[]] {
  return matches.length > 0;
}

/** The matches of the source that decides first, then those of the next. */
function byPrecedence(opinions: readonly Match[], precedence: readonly string[]): readonly Match[] {
  const rank = ({ entry }: Match): number => {
    const at = precedence.indexOf(entry.source.name);
    return at < 0 ? precedence.length : at;
  };
  let last = 0;
  // Most lie in this order.
  const isSorted = opinions.every((match) => {
    const before = last;
    last = rank(match);
    return before <= last;
  });
  return isSorted ? opinions : opinions.toSorted((a, b) => rank(a) - rank(b));
}

/**
 * Why the code that has the flaw is not there. Who names the packages that have it knows more of it than who names only
 * the module, whatever the precedence; and none of those may be there.
 */
export function unusedFor(opinions: readonly Match[]): string | undefined {
  const naming = opinions.filter(({ entry }) => entry.qualifiers?.imports !== undefined);
  if (naming.length === 0) return undefined;
  const there = naming.some(({ verdict }) => verdict !== 'not-affected');
  return there ? undefined : naming.find(({ unused }) => unused !== undefined)?.unused;
}
