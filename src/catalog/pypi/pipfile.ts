/*
 * `Pipfile.lock` (pipenv): { "_meta": { … }, category: { name: { "version": "==1.0", "hashes": [ … ], "markers": … } } };
 * the category `default` is needed to run, `develop` to develop, others when asked for.
 */
import { asObject, asText, DocumentError, entriesOf, readJson, readToml, textsOf } from '../document.ts';
import type { LockedPackage } from './lock.ts';
import { normalizeName } from './names.ts';
import { readSpecifiers } from './requirement.ts';

/** Reads a lock file, with the names that the Pipfile beside it asks for. Throws `DocumentError`. */
export function readPipfileLock(bytes: Uint8Array, asked: ReadonlySet<string>): readonly LockedPackage[] {
  const document = asObject(readJson(bytes));
  if (document === undefined || asObject(document['_meta']) === undefined)
    throw new DocumentError('corrupt', 'A lock file has not the form that it should have', 'no _meta');
  return Object.entries(document).flatMap(([category, list]) =>
    category === '_meta' ? [] : entriesOf(list).map(([name, entry]) => lockedOf(name, entry, category, asked)),
  );
}

function lockedOf(written: string, entry: unknown, category: string, asked: ReadonlySet<string>): LockedPackage {
  const fields = asObject(entry);
  const name = normalizeName(written);
  const version = readSpecifiers(asText(fields?.['version']) ?? '') || undefined;
  const repository = asText(fields?.['git']);
  const ref = asText(fields?.['ref']);
  return {
    name,
    version,
    scope: category === 'default' ? undefined : category === 'develop' ? 'dev' : 'optional',
    direct: asked.has(name),
    marker: asText(fields?.['markers']),
    hashes: textsOf(fields?.['hashes']),
    origin: repository && `git+${repository}${ref === undefined ? '' : `@${ref}`}`,
    dependencies: [],
  };
}

/** Names, normalised, that a `Pipfile` asks for. Throws `DocumentError`. */
export function readPipfile(bytes: Uint8Array): ReadonlySet<string> {
  const tables = Object.entries(readToml(bytes)).filter(([table]) => !notPackages.has(table));
  return new Set(tables.flatMap(([, packages]) => entriesOf(packages).map(([name]) => normalizeName(name))));
}

const notPackages: ReadonlySet<string> = new Set(['source', 'requires', 'scripts', 'pipenv']);
