import type { Package } from '../inventory/inventory.ts';

/**
 * Joins packages of the same identifier that several catalogers found: the one that can be judged stands, with the
 * places of all, and it is installed if one of them saw it so.
 */
export function onePerId(packages: readonly Package[]): readonly Package[] {
  const found = new Map<string, Package>();
  for (const one of packages) {
    const known = found.get(one.id);
    found.set(one.id, known === undefined ? one : joined(known, one));
  }
  return found.size === packages.length ? packages : [...found.values()];
}

function joined(a: Package, b: Package): Package {
  const [first, second] = rank(a) <= rank(b) ? [a, b] : [b, a];
  const { presence, usage, ...rest } = first;
  const locked = presence === 'locked' && second.presence === 'locked';
  // What is needed or installed by one is not only for development.
  const apart = (a.presence === undefined) !== (b.presence === undefined) || usage?.scope !== second.usage?.scope;
  const { scope: _, ...used } = usage ?? {};
  const told = apart ? used : usage;
  return {
    ...rest,
    metadata: withUse(first.metadata, second.metadata),
    ...(locked ? { presence: 'locked' } : {}),
    ...(told === undefined || Object.keys(told).length === 0 ? {} : { usage: told }),
    locations: [...first.locations, ...second.locations],
    licenses: first.licenses.length > 0 ? first.licenses : second.licenses,
  };
}

/** What is used of it in all places; nobody knows where one of them does not tell. */
function withUse(first: Package['metadata'], second: Package['metadata']): Package['metadata'] {
  if (first.kind !== 'language' || first.packages === undefined) return first;
  const { packages, ...metadata } = first;
  const others = second.kind === 'language' ? second.packages : undefined;
  return others === undefined ? metadata : { ...metadata, packages: [...new Set([...packages, ...others])].toSorted() };
}

/** One that advisories speak of goes first, then one that is there. */
function rank({ ecosystem, presence }: Package): number {
  return (ecosystem === undefined ? 2 : 0) + (presence === 'locked' ? 1 : 0);
}
