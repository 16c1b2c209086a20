/*
 * `poetry.lock`: [[package]] with `name`, `version`, `optional`, `markers`, `files` and a table of `dependencies`.
 * Which packages are for development stands in `category` (lock version 1), in `groups` (2.1), or nowhere (2.0): then the
 * project beside it tells.
 */
import { asArray, asObject, asText, DocumentError, entriesOf, readToml, textsOf } from '../document.ts';
import { type LockedDependency, type LockedPackage, withScopes } from './lock.ts';
import { isName, normalizeName } from './names.ts';
import type { Project } from './project.ts';
import { startsOf } from './starts.ts';

/** Reads a lock file, with the project beside it. Throws `DocumentError`. */
export function readPoetryLock(bytes: Uint8Array, project: Project | undefined): readonly LockedPackage[] {
  const document = readToml(bytes);
  const list = asArray(document['package']);
  const metadata = asObject(document['metadata']);
  if (list === undefined || metadata === undefined)
    throw new DocumentError('corrupt', 'A lock file has not the form that it should have', 'no package or no metadata');
  const files = new Map(entriesOf(metadata['files']));
  const entries = list.map((entry) => asObject(entry) ?? {});
  const packages = entries.map((entry) => lockedOf(entry, files));
  const told = entries.some((entry) => entry['category'] !== undefined || entry['groups'] !== undefined);
  return told || project === undefined ? packages : withScopes(packages, startsOf(project));
}

type Fields = Readonly<Record<string, unknown>>;

function lockedOf(fields: Fields, files: ReadonlyMap<string, unknown>): LockedPackage {
  const written = asText(fields['name']) ?? '';
  const listed = asArray(fields['files']) ?? asArray(files.get(written)) ?? [];
  const source = asObject(fields['source']);
  return {
    name: normalizeName(written),
    version: asText(fields['version']) ?? '',
    scope: scopeOf(fields),
    marker: asText(fields['markers']),
    hashes: listed.flatMap((file) => asText(asObject(file)?.['hash']) ?? []),
    origin: originOf(source),
    dependencies: dependenciesOf(fields),
  };
}

function scopeOf(fields: Fields): LockedPackage['scope'] {
  const groups = textsOf(fields['groups']);
  const needed = groups.length > 0 ? groups.includes('main') : (asText(fields['category']) ?? 'main') === 'main';
  return !needed ? 'dev' : fields['optional'] === true ? 'optional' : undefined;
}

/** Another index is an origin only by its name for the user; a repository, an address or a folder is one. */
function originOf(source: Fields | undefined): string | undefined {
  const url = asText(source?.['url']);
  const kind = asText(source?.['type']);
  if (url === undefined || kind === undefined) return undefined;
  if (kind !== 'git') return url;
  return `git+${url}@${asText(source?.['resolved_reference']) ?? asText(source?.['reference']) ?? ''}`;
}

/** Ranges, tables with `markers`, `extras` and `optional`, or lists of those. */
function dependenciesOf(fields: Fields): readonly LockedDependency[] {
  return entriesOf(fields['dependencies']).flatMap(([written, value]) => {
    if (!isName(written)) return [];
    const name = normalizeName(written);
    const ways = asArray(value) ?? [value];
    return ways.slice(0, 20).map((way): LockedDependency => {
      const table = asObject(way);
      const marker = asText(table?.['markers']);
      return {
        name,
        marker,
        ...(table?.['optional'] === true ? { extra: extraOf(marker) } : {}),
        extras: textsOf(table?.['extras']).map(normalizeName),
      };
    });
  });
}

function extraOf(marker: string | undefined): string {
  return normalizeName(/extra\s*==\s*["']([^"']+)["']/.exec(marker ?? '')?.[1] ?? '?');
}
