/*
 * `pylock.toml`, `pylock.<name>.toml` (PEP 751): [[packages]] with `name`, `version`, `marker`, `dependencies`, and one of
 * `vcs`, `directory`, `archive`, or `sdist` and `wheels`. Markers may ask for `extras` and `dependency_groups`.
 */
import { asArray, asObject, asText, DocumentError, entriesOf, readToml, textsOf } from '../document.ts';
import type { LockedDependency, LockedPackage } from './lock.ts';
import { linuxEnvironment, markerHolds } from './marker.ts';
import { normalizeName } from './names.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Reads a lock file. Throws `DocumentError`. */
export function readPylock(bytes: Uint8Array): readonly LockedPackage[] {
  const document = readToml(bytes);
  const list = asArray(document['packages']);
  if (asText(document['lock-version']) === undefined || list === undefined)
    throw new DocumentError(
      'corrupt',
      'A lock file has not the form that it should have',
      'no lock-version or packages',
    );
  const groups = new Set(textsOf(document['default-groups']));
  return list.map((entry) => lockedOf(asObject(entry) ?? {}, groups));
}

function lockedOf(fields: Fields, defaultGroups: ReadonlySet<string>): LockedPackage {
  const [vcs, folder, archive] = ['vcs', 'directory', 'archive'].map((key) => asObject(fields[key]));
  const version = asText(fields['version']);
  const elsewhere = vcs ?? folder ?? archive;
  const marker = asText(fields['marker']);
  return {
    name: normalizeName(asText(fields['name']) ?? ''),
    // Only what comes from a folder or a repository may leave its version out.
    version: version ?? (elsewhere === undefined ? '' : undefined),
    scope: scopeOf(marker, defaultGroups),
    hashes: [fields['sdist'], archive, ...(asArray(fields['wheels']) ?? [])].flatMap(hashOf),
    origin: vcs === undefined ? placeOf(folder ?? archive) : repositoryOf(vcs),
    dependencies: (asArray(fields['dependencies']) ?? []).flatMap((entry): LockedDependency[] => {
      const name = asText(asObject(entry)?.['name']);
      return name === undefined ? [] : [{ name: normalizeName(name), version: asText(asObject(entry)?.['version']) }];
    }),
  };
}

/** What is installed without asking for groups and extras is needed. */
function scopeOf(marker: string | undefined, defaultGroups: ReadonlySet<string>): LockedPackage['scope'] {
  if (marker === undefined) return undefined;
  const linux = linuxEnvironment();
  const nothing: ReadonlySet<string> = new Set();
  const holds = markerHolds(marker, (variable) =>
    variable === 'dependency_groups' ? defaultGroups : variable === 'extras' ? nothing : linux(variable),
  );
  if (holds !== false) return undefined;
  return marker.includes('dependency_groups') && !/\bextras\b/.test(marker) ? 'dev' : 'optional';
}

function hashOf(archive: unknown): readonly string[] {
  const hashes = entriesOf(asObject(archive)?.['hashes']);
  const [algorithm, digest] = hashes.find(([name]) => name === 'sha256') ?? hashes[0] ?? [];
  return typeof digest === 'string' ? [`${algorithm}:${digest}`] : [];
}

function placeOf(place: Fields | undefined): string | undefined {
  return asText(place?.['url']) ?? asText(place?.['path']);
}

function repositoryOf(vcs: Fields): string | undefined {
  const place = placeOf(vcs);
  const commit = asText(vcs['commit-id']);
  return place && `${asText(vcs['type']) ?? 'git'}+${place}${commit === undefined ? '' : `@${commit}`}`;
}
