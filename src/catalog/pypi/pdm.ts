/*
 * `pdm.lock`: [[package]] with `name`, `version`, `groups`, `marker`, `files` and `dependencies` (requirements). A package
 * asked for with extras stands once more, with `extras`. The group `default` is needed to run.
 */
import { asArray, asObject, asText, DocumentError, readToml, textsOf } from '../document.ts';
import { type LockedDependency, type LockedPackage, withScopes } from './lock.ts';
import { normalizeName } from './names.ts';
import { dependencyOf, type Project } from './project.ts';
import { readRequirement } from './requirement.ts';
import { startsOf } from './starts.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Reads a lock file, with the project beside it. Throws `DocumentError`. */
export function readPdmLock(bytes: Uint8Array, project: Project | undefined): readonly LockedPackage[] {
  const document = readToml(bytes);
  const list = asArray(document['package']);
  const metadata = asObject(document['metadata']);
  if (metadata === undefined || (list === undefined && document['package'] !== undefined))
    throw new DocumentError('corrupt', 'A lock file has not the form that it should have', 'no package or no metadata');
  const entries = (list ?? []).map((entry) => asObject(entry) ?? {});
  const optional = project?.optionalGroups ?? new Set<string>();
  const packages = entries.map((fields) => lockedOf(fields, optional));
  const told = entries.some((fields) => fields['groups'] !== undefined);
  return told || project === undefined ? packages : withScopes(packages, startsOf(project));
}

function lockedOf(fields: Fields, optional: ReadonlySet<string>): LockedPackage {
  const groups = textsOf(fields['groups']).map(normalizeName);
  const git = asText(fields['git']);
  const name = normalizeName(asText(fields['name']) ?? '');
  return {
    name,
    version: asText(fields['version']) ?? (git === undefined ? '' : undefined),
    scope: scopeOf(groups, optional),
    marker: asText(fields['marker']),
    hashes: (asArray(fields['files']) ?? []).flatMap((file) => asText(asObject(file)?.['hash']) ?? []),
    origin:
      git === undefined
        ? (asText(fields['url']) ?? asText(fields['path']))
        : `git+${git}@${asText(fields['revision']) ?? ''}`,
    dependencies: textsOf(fields['dependencies']).flatMap((text): LockedDependency[] => {
      const requirement = readRequirement(text);
      // The entry with extras needs the one without.
      return requirement === undefined || requirement.name === name ? [] : [dependencyOf(requirement)];
    }),
  };
}

/** Groups that the project does not call extras are for development. */
function scopeOf(groups: readonly string[], optional: ReadonlySet<string>): LockedPackage['scope'] {
  if (groups.length === 0 || groups.includes('default')) return undefined;
  return groups.some((group) => optional.has(group)) ? 'optional' : 'dev';
}
