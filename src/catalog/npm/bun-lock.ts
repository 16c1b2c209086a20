import { asArray, asObject, asText, DocumentError, entriesOf, readJsonWithComments } from '../document.ts';
import { isVersion, type Lock, type LockEntry, type LockInput, splitAt } from './lock.ts';
import { type Wanted, wantedOf } from './manifest.ts';
import { type Edge } from './resolution.ts';

/**
 * bun.lock: `workspaces` by folder, written like `package.json`; `packages` by the names that lead to them, `a/b` being
 * the `b` of `a`:
 *
 *     value := [ name "@" version, registry, about, integrity ] | [ name "@" reference, about, … ]
 *            | [ name "@workspace:" folder ]
 */
export function readBunLock({ file }: LockInput): Lock {
  const object = asObject(readJsonWithComments(file.bytes));
  const packages = asObject(object?.['packages']);
  if (object === undefined || typeof object['lockfileVersion'] !== 'number')
    throw new DocumentError('corrupt', 'A file is not the lock file that it should be', 'no lockfileVersion');
  const entries = new Map<string, LockEntry>();
  const find = finder(packages ?? {});
  for (const [key, value] of Object.entries(packages ?? {})) {
    const entry = entryOf(key, asArray(value) ?? [], find);
    if (entry !== undefined) entries.set(key, entry);
  }
  const asked: Edge[] = [];
  for (const [folder, value] of entriesOf(object['workspaces'])) {
    const workspace = asObject(value) ?? {};
    const from = folder === '' ? '' : (asText(workspace['name']) ?? '');
    const edges = edgesOf(from, wantedOf(workspace), find);
    asked.push(...edges);
    addWorkspace(folder, workspace, edges, entries);
  }
  return { entries, asked };
}

function addWorkspace(
  folder: string,
  workspace: Readonly<Record<string, unknown>>,
  dependencies: readonly Edge[],
  entries: Map<string, LockEntry>,
): void {
  const [name, version] = [asText(workspace['name']), asText(workspace['version'])];
  if (name !== undefined && version !== undefined)
    entries.set(`workspace:${folder}`, { name, version, root: true, dependencies });
}

type Find = (from: string, name: string) => string | undefined;

/** Finds the package that a name means to another one: the nearest around it. */
function finder(packages: Readonly<Record<string, unknown>>): Find {
  return (from, name) => {
    for (let at = from; at !== ''; at = outerOf(at)) {
      const key = `${at}/${name}`;
      if (Object.hasOwn(packages, key)) return key;
    }
    return Object.hasOwn(packages, name) ? name : undefined;
  };
}

/** A key without its last name, which may be `@scope/name`. */
function outerOf(key: string): string {
  const slash = key.lastIndexOf('/');
  const before = key.lastIndexOf('/', slash - 1);
  const scoped = slash > 0 && key[before + 1] === '@';
  return key.slice(0, Math.max(0, scoped ? before : slash));
}

function entryOf(key: string, value: readonly unknown[], find: Find): LockEntry | undefined {
  const [name, written] = splitAt(asText(value[0]) ?? '') ?? [];
  if (written !== undefined && /^(?:workspace|root|link):/.test(written)) return undefined;
  const about = value.map(asObject).find((item) => item !== undefined) ?? {};
  const version = written !== undefined && isVersion(written) ? written : undefined;
  const last = asText(value.at(-1));
  return {
    name,
    version,
    reference: version === undefined ? written : undefined,
    integrity: last !== undefined && /^sha\d+-/.test(last) ? last : undefined,
    dependencies: edgesOf(key, wantedOf(withOptionalPeers(about)), find),
    inside: about['bundled'] === true ? outerOf(key) : undefined,
  };
}

function withOptionalPeers(about: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const names = asArray(about['optionalPeers']) ?? [];
  const meta = new Map(names.flatMap((name) => (typeof name === 'string' ? [[name, { optional: true }]] : [])));
  return { ...about, peerDependenciesMeta: Object.fromEntries(meta) };
}

function edgesOf(from: string, wanted: readonly Wanted[], find: Find): Edge[] {
  return wanted.flatMap(({ name, scope }): Edge[] => {
    const to = find(from, name);
    return to === undefined ? [] : [{ to, scope }];
  });
}
