import { asObject, asText, DocumentError, entriesOf, readText, readYaml } from '../document.ts';
import { shownOrigin } from '../origin.ts';
import { isVersion, type Lock, type LockEntry, type LockInput, splitAt } from './lock.ts';
import { type Edge } from './resolution.ts';

/**
 * pnpm-lock.yaml (pnpm/spec, "lockfile"), keys of `packages` by `lockfileVersion`:
 *
 *     5  := [registry] "/" name "/" version [ "_" peers ]
 *     6  := [registry] "/" name "@" version { "(" peer ")" }
 *     9  := name "@" version; what depends on peers is in `snapshots`, keys with { "(" peer ")" }
 *
 * Packages that are of no registry have other keys (`file:…`, `host/owner/repository/commit`) and `name` and `version`
 * as fields. From pnpm 11 a document of the same kind may stand before the project's (`---` between), whose importers ask for
 * pnpm itself (`packageManagerDependencies`) and what configures it (`configDependencies`): they are installed as well.
 */
type Json = Readonly<Record<string, unknown>>;

const kinds = [
  ['dependencies', undefined],
  ['optionalDependencies', 'optional'],
  ['devDependencies', 'dev'],
  ['configDependencies', undefined],
  ['packageManagerDependencies', 'dev'],
] as const;
/** pnpm writes two at most. */
const maximumDocuments = 8;

/** Reads a lock file of pnpm, all documents of it. Throws `DocumentError`. */
export function readPnpmLock(input: LockInput, hidden: boolean): Lock {
  const { file, gatherer } = input;
  if (file.bytes.at(-1) !== 0x0a) gatherer.problem('corrupt', 'A lock file ends in the midst of a line', file);
  const locks = documentsOf(file.bytes).map((bytes) => readDocument(bytes, input, hidden));
  return {
    entries: new Map(locks.flatMap(({ entries }) => [...entries])),
    asked: locks.flatMap(({ asked = [] }) => asked),
  };
}

function readDocument(bytes: Uint8Array, { file, gatherer }: LockInput, hidden: boolean): Lock {
  const object = asObject(readYaml(bytes));
  const written = object?.['lockfileVersion'];
  const major = typeof written === 'number' ? Math.trunc(written) : Number.parseInt(asText(written) ?? '', 10);
  if (object === undefined || Number.isNaN(major))
    throw new DocumentError('corrupt', 'A file is not the lock file that it should be', 'no lockfileVersion');
  if (major > 9)
    gatherer.problem('unsupported', 'A lock file is of a version that is not known', file, `version ${major}`);
  const packages = asObject(object['packages']) ?? {};
  const snapshots = major >= 9 ? (asObject(object['snapshots']) ?? {}) : packages;
  const entries = new Map<string, LockEntry>();
  for (const [key, value] of Object.entries(snapshots)) {
    const about = major >= 9 ? ownObject(packages, withoutPeers(key)) : asObject(value);
    const dependencies = edgesOf(asObject(value) ?? {}, snapshots);
    entries.set(key, { ...entryOf(key, major, about ?? {}), dependencies });
  }
  if (major >= 9) addUnused(packages, entries, major);
  const missing = new Set<string>();
  const asked = importersOf(object).flatMap((importer) => edgesOf(importer, snapshots, missing));
  if (missing.size > 0 && !hidden) {
    const detail = [...missing].slice(0, 3).join(', ');
    gatherer.problem('corrupt', 'A lock file asks for packages that it does not describe', file, detail);
  }
  return { entries, asked };
}

function ownObject(object: Json, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? asObject(object[key]) : undefined;
}

function documentsOf(bytes: Uint8Array): readonly Uint8Array[] {
  const documents = readText(bytes).split('\n---\n');
  if (documents.length === 1) return [bytes];
  if (documents.length > maximumDocuments)
    throw new DocumentError('too-large', 'A lock file has too many documents', `${documents.length}`);
  return documents.map((text) => Buffer.from(text));
}

/** Packages without a snapshot: a file that was cut or written by another program. */
function addUnused(packages: Json, entries: Map<string, LockEntry>, major: number): void {
  const used = new Set(Array.from(entries.keys(), withoutPeers));
  for (const [key, value] of Object.entries(packages))
    if (!used.has(key)) entries.set(key, { ...entryOf(key, major, asObject(value) ?? {}), dependencies: [] });
}

function importersOf(object: Json): readonly Json[] {
  const importers = entriesOf(object['importers']).flatMap(([, value]): readonly Json[] => {
    const importer = asObject(value);
    return importer === undefined ? [] : [importer];
  });
  return importers.length === 0 ? [object] : importers;
}

function edgesOf(object: Json, snapshots: Json, missing?: Set<string>): Edge[] {
  return kinds.flatMap(([kind, scope]) =>
    entriesOf(object[kind]).flatMap(([name, value]): Edge[] => {
      const version = asText(value) ?? asText(asObject(value)?.['version']);
      if (version === undefined || version.startsWith('link:')) return [];
      const keys = [`${name}@${version}`, `/${name}@${version}`, `/${name}/${version}`, version];
      const to = keys.find((key) => Object.hasOwn(snapshots, key));
      if (to === undefined) missing?.add(shownOrigin(`${name} ${version}`));
      return to === undefined ? [] : [{ to, scope }];
    }),
  );
}

function entryOf(key: string, major: number, about: Json): Omit<LockEntry, 'dependencies'> {
  const [name, written] = nameAndVersion(withoutPeers(key), major) ?? [];
  const version = asText(about['version']) ?? (written !== undefined && isVersion(written) ? written : undefined);
  const resolution = asObject(about['resolution']) ?? {};
  return {
    // A path of a repository is not a name.
    name: asText(about['name']) ?? (major >= 9 || version !== undefined ? name : undefined),
    version,
    reference: version === undefined ? (written ?? key) : undefined,
    integrity: asText(resolution['integrity']),
    resolved: resolvedOf(resolution),
  };
}

function resolvedOf(resolution: Json): string | undefined {
  const [repository, commit, folder] = [resolution['repo'], resolution['commit'], resolution['directory']].map(asText);
  if (repository !== undefined) return commit === undefined ? repository : `${repository}#${commit}`;
  return asText(resolution['tarball']) ?? (folder === undefined ? undefined : `file:${folder}`);
}

/** A key without the peers in brackets behind it. */
function withoutPeers(key: string): string {
  const at = key.indexOf('(');
  return at < 0 ? key : key.slice(0, at);
}

function nameAndVersion(key: string, major: number): readonly [string, string] | undefined {
  if (major >= 9) return splitAt(key);
  if (key.startsWith('file:') || key.startsWith('link:')) return undefined;
  const path = key.slice(key.indexOf('/') + 1);
  if (major >= 6) return splitAt(path);
  const end = path.startsWith('@') ? path.indexOf('/', path.indexOf('/') + 1) : path.indexOf('/');
  // A version has no underscore: it begins the peers.
  return end < 0 ? undefined : [path.slice(0, end), path.slice(end + 1).split('_', 1)[0] ?? ''];
}
