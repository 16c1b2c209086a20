/*
 * `pyproject.toml` (PEP 621, PEP 735, and the tables of Poetry and PDM), as far as it tells how a lock file beside it is
 * used.
 */
import { asArray, asObject, asText, entriesOf, readToml, textsOf } from '../document.ts';
import type { LockedDependency } from './lock.ts';
import { isName, normalizeName } from './names.ts';
import { readRequirement } from './requirement.ts';

/** What a project asks for itself. */
export interface Project {
  /** Normalised. */
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly needed: readonly LockedDependency[];
  readonly optional: readonly LockedDependency[];
  readonly dev: readonly LockedDependency[];
  /** Names of groups and extras that bring optional dependencies, normalised. */
  readonly optionalGroups: ReadonlySet<string>;
}

/** Reads a project file. Throws `DocumentError`. */
export function readProject(bytes: Uint8Array): Project {
  const document = readToml(bytes);
  const project = asObject(document['project']);
  const tool = asObject(document['tool']);
  const poetry = asObject(tool?.['poetry']);
  const pdm = asObject(tool?.['pdm']);
  const extras = entriesOf(project?.['optional-dependencies']);
  const name = asText(project?.['name']) ?? asText(poetry?.['name']);
  const own = poetryTable(poetry?.['dependencies']);
  return {
    name: name !== undefined && isName(name) ? normalizeName(name) : undefined,
    version: asText(project?.['version']) ?? asText(poetry?.['version']),
    needed: [...requirements(project?.['dependencies']), ...own.needed],
    optional: [...extras.flatMap(([, list]) => requirements(list)), ...own.optional],
    dev: [
      ...entriesOf(document['dependency-groups']).flatMap(([, list]) => requirements(list)),
      ...entriesOf(pdm?.['dev-dependencies']).flatMap(([, list]) => requirements(list)),
      ...poetryTable(poetry?.['dev-dependencies']).needed,
      ...entriesOf(poetry?.['group']).flatMap(([, group]) => poetryTable(asObject(group)?.['dependencies']).needed),
    ],
    optionalGroups: new Set(extras.map(([extra]) => normalizeName(extra))),
  };
}

function requirements(list: unknown): LockedDependency[] {
  return textsOf(list).flatMap((text) => {
    const requirement = readRequirement(text.replace(/^-e\s+/, ''));
    return requirement === undefined ? [] : [dependencyOf(requirement)];
  });
}

/** A requirement as a dependency; the version stays open, for the lock chooses it. */
export function dependencyOf({
  name,
  marker,
  extras,
}: NonNullable<ReturnType<typeof readRequirement>>): LockedDependency {
  return { name, marker, extras };
}

/** A table of Poetry's: names with a range, a table, or a list of tables. */
function poetryTable(table: unknown): { needed: LockedDependency[]; optional: LockedDependency[] } {
  const needed: LockedDependency[] = [];
  const optional: LockedDependency[] = [];
  for (const [name, value] of entriesOf(table)) {
    if (name === 'python' || !isName(name)) continue;
    const first = asObject(asArray(value)?.[0] ?? value);
    const extras = textsOf(first?.['extras']).map(normalizeName);
    (first?.['optional'] === true ? optional : needed).push({ name: normalizeName(name), extras });
  }
  return { needed, optional };
}
