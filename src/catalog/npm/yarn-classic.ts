import { isVersion, type Lock, type LockEntry, type LockInput, onlyOf, splitAt } from './lock.ts';
import { type Edge } from './resolution.ts';
import type { Block, Fields } from './yarn-text.ts';

/**
 * yarn.lock of Yarn 1: a block for each package, its keys the `name@range` that led to it. What is for development only
 * is not in it; the `package.json` of the project and its workspaces say that.
 */
export function readYarnClassic(blocks: readonly Block[], input: LockInput): Lock {
  const byKey = new Map<string, string>();
  const byName = new Map<string, Set<string>>();
  for (const { keys } of blocks)
    for (const key of keys) {
      const id = keys[0] ?? key;
      byKey.set(key, id);
      const name = splitAt(key)?.[0] ?? key;
      byName.set(name, (byName.get(name) ?? new Set()).add(id));
    }
  const find = (name: string, range: string): string | undefined => {
    const exact = byKey.get(`${name}@${range}`);
    if (exact !== undefined) return exact;
    // `resolutions` put another range in the place of this one.
    return onlyOf(byName.get(name));
  };
  const entries = new Map<string, LockEntry>();
  for (const { keys, fields } of blocks) {
    const key = keys[0] ?? '';
    const dependencies = [
      ...edgesOf(fields.get('dependencies'), undefined, find),
      ...edgesOf(fields.get('optionalDependencies'), 'optional', find),
    ];
    const integrity = textOf(fields, 'integrity');
    const resolved = textOf(fields, 'resolved');
    entries.set(key, { name: nameOf(key), ...versionOf(fields), integrity, resolved, dependencies });
  }
  return { entries, asked: askedBy(input, find) };
}

/** The name of a key `name@range`; of an alias `alias@npm:name@range` the real one. */
function nameOf(key: string): string | undefined {
  const [name, range] = splitAt(key) ?? [undefined, ''];
  return range.startsWith('npm:') ? (splitAt(range.slice(4))?.[0] ?? range.slice(4)) : name;
}

function versionOf(fields: Fields): Pick<LockEntry, 'version' | 'reference'> {
  const version = textOf(fields, 'version');
  return version === undefined || isVersion(version) || !version.includes(':') ? { version } : { reference: version };
}

function edgesOf(
  fields: string | Fields | undefined,
  scope: Edge['scope'],
  find: (name: string, range: string) => string | undefined,
): Edge[] {
  if (fields === undefined || typeof fields === 'string') return [];
  return Array.from(fields).flatMap(([name, range]): Edge[] => {
    const to = typeof range === 'string' ? find(name, range) : undefined;
    return to === undefined ? [] : [{ to, scope }];
  });
}

/** What the project and its workspaces ask for; `undefined` without a `package.json` of the project. */
function askedBy(
  { folder, modules }: LockInput,
  find: (name: string, range: string) => string | undefined,
): Edge[] | undefined {
  if (!modules.has(folder)) return undefined;
  const within = folder === '' ? '' : `${folder}/`;
  return [...modules.values()]
    .filter((module) => module.role.kind === 'root' && (module.folder === folder || module.folder.startsWith(within)))
    .flatMap(({ manifest }) =>
      manifest.wanted.flatMap(({ name, range, scope }): Edge[] => {
        const to = find(name, range);
        return to === undefined ? [] : [{ to, scope }];
      }),
    );
}

/** A field that is a text. */
export function textOf(fields: Fields, name: string): string | undefined {
  const value = fields.get(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
