import type { Affected, GoImport } from '../../advisory.ts';
import { fixStateOf } from './fix-state.ts';

/**
 * Entries of one record on the same package as one, with the ranges and versions of all: GitHub writes an entry per branch.
 * So the fix of one branch is seen to be affected by another. Entries that say more than versions apart stay apart.
 */
export function united(entries: readonly Affected[]): readonly Affected[] {
  if (entries.length < 2) return entries;
  const groups = Map.groupBy(entries, (entry) => (isPlain(entry) ? keyOf(entry) : entry));
  return groups.size === entries.length ? entries : [...groups.values()].map(unite);
}

/** Whether its versions are all that is to be told of it, beside the Go packages and the systems that have the flaw. */
function isPlain({ status, qualifiers = {}, fixState, ranges }: Affected): boolean {
  const { imports: _packages, systems: _systems, ...more } = qualifiers;
  return status === 'affected' && Object.keys(more).length === 0 && fixState === fixStateOf(ranges);
}

function keyOf({ ecosystem, package: name, severity, note, qualifiers }: Affected): string {
  return JSON.stringify([ecosystem, name, severity, note, qualifiers?.systems]);
}

function unite(group: readonly Affected[]): Affected {
  const [first, ...more] = group as readonly [Affected, ...Affected[]];
  if (more.length === 0) return first;
  const ranges = group.flatMap((entry) => entry.ranges);
  const versions = [...new Set(group.flatMap((entry) => entry.versions ?? []))];
  const { qualifiers: _own, ...entry } = first;
  return {
    ...entry,
    ranges,
    fixState: fixStateOf(ranges),
    ...(versions.length === 0 ? {} : { versions }),
    ...qualifiersOf(group),
  };
}

/** The systems, which are the same in all, and the Go packages of all. */
function qualifiersOf(group: readonly Affected[]): Pick<Affected, 'qualifiers'> {
  const [imports, systems] = [importsOf(group), group[0]?.qualifiers?.systems];
  if (imports === undefined && systems === undefined) return {};
  return { qualifiers: { ...(imports && { imports }), ...(systems && { systems }) } };
}

/** Where one entry names no package, its flaw may be anywhere. */
function importsOf(group: readonly Affected[]): readonly GoImport[] | undefined {
  const symbols = new Map<string, Set<string>>();
  const whole = new Set<string>();
  for (const { qualifiers } of group) {
    if (qualifiers?.imports === undefined) return undefined;
    for (const one of qualifiers.imports) {
      if (one.symbols.length === 0) whole.add(one.path);
      symbols.set(one.path, new Set([...(symbols.get(one.path) ?? []), ...one.symbols]));
    }
  }
  return Array.from(symbols, ([path, names]) => ({ path, symbols: whole.has(path) ? [] : [...names] }));
}
