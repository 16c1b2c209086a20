import type { Match } from '../match/match.ts';

/**
 * What is said of each flaw that some record finds in a package. Names that records give for one another are one flaw; a
 * notice about several flaws is an opinion on each, and so is a record that stands for several CVEs.
 */
export function byFlaw(matches: readonly Match[]): Map<string, Match[]> {
  const names = nameFlaws(matches.map(({ entry }) => entry));
  const flaws = new Map<string, Match[]>();
  for (const { verdict, unused, entry } of matches) {
    if (verdict !== 'not-affected' || unused !== undefined)
      for (const name of namesOf(entry, names)) if (!flaws.has(name)) flaws.set(name, []);
  }
  for (const match of matches) for (const name of namesOf(match.entry, names)) flaws.get(name)?.push(match);
  return flaws;
}

/** Records by the flaw that they speak of, under one name each. */
export function byName<T extends Entry>(entries: readonly T[]): Map<string, T[]> {
  const names = nameFlaws(entries);
  const flaws = new Map<string, T[]>();
  for (const entry of entries) {
    for (const name of namesOf(entry, names)) {
      const known = flaws.get(name);
      if (known) known.push(entry);
      else flaws.set(name, [entry]);
    }
  }
  return flaws;
}

/** The flaws of one record under the names that all records have for them. */
function namesOf(entry: Entry, names: (name: string) => string): Iterable<string> {
  const own = flawsOf(entry);
  const only = own[0];
  return own.length === 1 && only !== undefined ? [names(only)] : new Set(own.map(names));
}

/** Every name of the flaws that a record speaks of. */
export function namesIn({ id, aliases, covers }: Entry): readonly string[] {
  return [id, ...aliases, ...covers];
}

/** The names of one flaw in a record: of a record that stands for several CVEs its own alone, since the others may be of any. */
export function namesOfFlaw(flaw: string, entry: Entry): readonly string[] {
  const { id, aliases, covers } = entry;
  if (aliases.length === 0) return id === flaw || !isCve(id) ? [id] : [];
  const several = covers.length === 0 && flawsOf(entry).length > 1;
  return [id, ...(several ? [] : aliases)].filter((name) => name === flaw || !isCve(name));
}

type Entry = Pick<Match['entry'], 'id' | 'aliases' | 'covers'>;

/** The flaws of one record: what it covers, else its CVEs, else itself. */
function flawsOf({ id, aliases, covers }: Entry): readonly string[] {
  if (covers.length > 0) return covers;
  if (aliases.length === 0) return [id];
  const cves = [id, ...aliases].filter((name) => name.startsWith('CVE-'));
  return cves.length > 0 ? cves : [id];
}

/** One name for all that are joined by records: the CVE, else GitHub's, else the first. */
function nameFlaws(entries: readonly Entry[]): (name: string) => string {
  const parents = new Map<string, string>();
  const root = (name: string): string => {
    let at = name;
    for (let next = parents.get(at); next !== undefined; next = parents.get(at)) at = next;
    return at;
  };
  for (const { id, aliases, covers } of entries) {
    if (aliases.length === 0) continue;
    // Names of a record on several flaws are of none in particular.
    if (covers.length > 0 || aliases.filter(isCve).length + Number(isCve(id)) > 1) continue;
    for (const alias of aliases) join(root(id), root(alias), parents);
  }
  return root;
}

function join(a: string, b: string, parents: Map<string, string>): void {
  if (a === b) return;
  // Two CVEs are two flaws, whatever names they share.
  if (isCve(a) && isCve(b)) return;
  const [first, second] = rank(a) < rank(b) || (rank(a) === rank(b) && a < b) ? [a, b] : [b, a];
  parents.set(second, first);
}

function isCve(name: string): boolean {
  return name.startsWith('CVE-');
}

function rank(name: string): number {
  return isCve(name) ? 0 : name.startsWith('MAL-') ? 1 : name.startsWith('GHSA-') ? 2 : 3;
}
