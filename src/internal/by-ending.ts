/** What may want files by their names. */
interface Taker {
  readonly endings?: readonly string[];
}

/** Who may want a file whose name ends so (`endingOf`), in their order: one look-up instead of a question to each. */
export function byEnding<T extends Taker>(takers: readonly T[]): (ending: string) => readonly T[] {
  const of = (ending: string): readonly T[] =>
    takers.filter(({ endings }) => endings === undefined || endings.includes(ending));
  const known = new Map([...new Set(takers.flatMap(({ endings = [] }) => endings))].map((one) => [one, of(one)]));
  const others = takers.filter(({ endings }) => endings === undefined);
  return (ending) => known.get(ending) ?? others;
}

/** What follows the last dot of a file's name, or the name where it has none; in lower case. */
export function endingOf(path: string): string {
  const slash = path.lastIndexOf('/');
  const dot = path.lastIndexOf('.');
  return path.slice(Math.max(slash, dot) + 1).toLowerCase();
}
