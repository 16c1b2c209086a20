/*
 * `uv.lock`: [[package]] with `name`, `version`, `source` ({ registry / git / url / path / directory / editable / virtual }),
 * `dependencies`, [package.optional-dependencies] by extra and [package.dev-dependencies] by group. The members of the
 * workspace are packages too. A dependency names a version where the lock has several.
 */
import { asArray, asObject, asText, DocumentError, entriesOf, readToml, textsOf } from '../document.ts';
import { type LockedDependency, type LockedPackage, type Start, withScopes } from './lock.ts';
import { normalizeName } from './names.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Reads a lock file. Throws `DocumentError`. */
export function readUvLock(bytes: Uint8Array): readonly LockedPackage[] {
  const document = readToml(bytes);
  const entries = (asArray(document['package']) ?? []).map((entry) => asObject(entry) ?? {});
  if (typeof document['version'] !== 'number' || (entries.length === 0 && document['package'] !== undefined))
    throw new DocumentError('corrupt', 'A lock file has not the form that it should have', 'no version or no package');
  const members = new Set(textsOf(asObject(document['manifest'])?.['members']).map(normalizeName));
  const isMember = (fields: Fields): boolean =>
    members.size > 0 ? members.has(normalizeName(asText(fields['name']) ?? '')) : isProject(asObject(fields['source']));
  const starts = entries.filter(isMember).flatMap(startsOfMember);
  const asked = new Set(starts.map(({ dependency }) => dependency.name));
  const packages = entries.map((fields): LockedPackage => {
    const locked = lockedOf(fields);
    return isMember(fields) ? { ...locked, root: true } : { ...locked, direct: asked.has(locked.name) };
  });
  return withScopes(packages, starts).map((locked) => (locked.root ? { ...locked, scope: undefined } : locked));
}

/** A workspace of one project names no members. */
function isProject(source: Fields | undefined): boolean {
  return asText(source?.['editable']) === '.' || asText(source?.['virtual']) === '.';
}

function startsOfMember(fields: Fields): readonly Start[] {
  return [
    ...startsAt(fields['dependencies'], undefined),
    ...entriesOf(fields['optional-dependencies']).flatMap(([, value]) => startsAt(value, 'optional')),
    ...entriesOf(fields['dev-dependencies']).flatMap(([, value]) => startsAt(value, 'dev')),
  ];
}

function startsAt(list: unknown, scope: Start['scope']): Start[] {
  return dependenciesOf(list).map((dependency) => ({ dependency, scope }));
}

function lockedOf(fields: Fields): LockedPackage {
  const source = asObject(fields['source']);
  const archives = [fields['sdist'], ...(asArray(fields['wheels']) ?? [])];
  const git = asText(source?.['git']);
  return {
    name: normalizeName(asText(fields['name']) ?? ''),
    // A project whose version is dynamic has none here.
    version: asText(fields['version']),
    hashes: archives.flatMap((archive) => asText(asObject(archive)?.['hash']) ?? []),
    origin: git === undefined ? placeOf(source) : `git+${git}`,
    dependencies: [
      ...dependenciesOf(fields['dependencies']),
      ...entriesOf(fields['optional-dependencies']).flatMap(([extra, value]) =>
        dependenciesOf(value).map((dependency) => ({ ...dependency, extra: normalizeName(extra) })),
      ),
      ...entriesOf(fields['dev-dependencies']).flatMap(([, value]) =>
        // No extra of that name can be asked for.
        dependenciesOf(value).map((dependency) => ({ ...dependency, extra: ' ' })),
      ),
    ],
  };
}

function placeOf(source: Fields | undefined): string | undefined {
  return asText(source?.['url']) ?? asText(source?.['path']) ?? asText(source?.['directory']);
}

function dependenciesOf(list: unknown): readonly LockedDependency[] {
  return (asArray(list) ?? []).flatMap((entry) => {
    const fields = asObject(entry);
    const name = asText(fields?.['name']);
    if (name === undefined) return [];
    return [
      {
        name: normalizeName(name),
        version: asText(fields?.['version']),
        marker: asText(fields?.['marker']),
        extras: textsOf(fields?.['extra']).map(normalizeName),
      },
    ];
  });
}
