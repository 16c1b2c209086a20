import { asObject, asText, entriesOf, readToml } from '../document.ts';

/** How a dependency is needed; `undefined`: to run. */
export type Need = 'dev' | 'optional' | undefined;

/** A `Cargo.toml` (Cargo, The Manifest Format). */
export interface Manifest {
  /** Absent for a workspace without a package of its own. */
  readonly name?: string;
  /** By the name of the crate. */
  readonly needs: ReadonlyMap<string, Need>;
}

const tables: readonly (readonly [string, Need])[] = [
  ['dependencies', undefined],
  ['build-dependencies', 'dev'],
  ['build_dependencies', 'dev'],
  ['dev-dependencies', 'dev'],
  ['dev_dependencies', 'dev'],
];

/** Reads a manifest; of a crate that is needed in several ways the strongest counts. Throws `DocumentError`. */
export function readManifest(bytes: Uint8Array): Manifest {
  const document = readToml(bytes);
  const needs = new Map<string, Need>();
  const places = [document, ...entriesOf(document['target']).map(([, target]) => asObject(target) ?? {})];
  for (const place of places) {
    for (const [table, need] of tables) {
      for (const [key, value] of entriesOf(place[table])) {
        const optional = need === undefined && asObject(value)?.['optional'] === true;
        const name = asText(asObject(value)?.['package']) ?? key;
        const stated = optional ? 'optional' : need;
        needs.set(name, needs.has(name) ? stronger(needs.get(name), stated) : stated);
      }
    }
  }
  const name = asText(asObject(document['package'] ?? document['project'])?.['name']);
  return { ...(name === undefined ? {} : { name }), needs };
}

/** The names by which a workspace's manifest lets its members rename crates, with the crates' own. */
export function readRenames(bytes: Uint8Array): ReadonlyMap<string, string> {
  const shared = entriesOf(asObject(readToml(bytes)['workspace'])?.['dependencies']);
  return new Map(shared.map(([key, value]) => [key, asText(asObject(value)?.['package']) ?? key]));
}

/** The stronger of two needs. */
export function stronger(a: Need, b: Need): Need {
  if (a === undefined || b === undefined) return undefined;
  return a === 'optional' || b === 'optional' ? 'optional' : 'dev';
}
