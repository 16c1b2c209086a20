import { posix } from 'node:path';
import { asArray, asObject, DocumentError, readJson, readText } from '../document.ts';
import { type Lock, type LockEntry, type LockInput, splitAt } from './lock.ts';
import { type Edge } from './resolution.ts';
import { keyOf, locatorOf, withoutVirtual } from './yarn-berry.ts';

/** What other files tell of a project with Plug'n'Play. */
export interface PnpKnowledge {
  /** Versions by locator, from `yarn.lock`. */
  readonly versions: ReadonlyMap<string, string>;
  /** Paths of the archives that are there. */
  readonly archives: ReadonlySet<string>;
}

/**
 * The state of Yarn's Plug'n'Play (Yarn documentation, "PnP specification"): `.pnp.data.json`, or the same JSON in a
 * literal of `.pnp.cjs`. `packageRegistryData` is [ [ name, [ [ reference, { packageLocation, packageDependencies } ] ] ] ].
 */
export function readPnp(input: LockInput, inProgram: boolean, { versions, archives }: PnpKnowledge): Lock | undefined {
  const state = inProgram ? stateOfProgram(readText(input.file.bytes)) : readJson(input.file.bytes);
  if (state === undefined) return undefined;
  const registry = asArray(asObject(state)?.['packageRegistryData']);
  if (registry === undefined)
    throw new DocumentError(
      'corrupt',
      'A file is not the state of packages that it should be',
      'no packageRegistryData',
    );
  const entries = new Map<string, LockEntry>();
  const asked: Edge[] = [];
  for (const item of registry) {
    const [name, references] = asArray(item) ?? [];
    for (const pair of asArray(references) ?? []) {
      const [reference, about] = asArray(pair) ?? [];
      const dependencies = edgesOf(asArray(asObject(about)?.['packageDependencies']) ?? []);
      if (typeof name !== 'string' || typeof reference !== 'string') continue;
      if (reference.startsWith('workspace:')) asked.push(...scoped(dependencies, reference.slice(10), input));
      else {
        const installed = archives.has(archiveOf(asObject(about)?.['packageLocation'], input.folder));
        addEntry({ name, reference, dependencies, installed }, versions, entries);
      }
    }
  }
  return { entries, asked };
}

interface Found {
  readonly name: string;
  readonly reference: string;
  readonly dependencies: readonly Edge[];
  readonly installed: boolean;
}

function addEntry(found: Found, versions: ReadonlyMap<string, string>, entries: Map<string, LockEntry>): void {
  const { name, dependencies } = found;
  const reference = withoutVirtual(found.reference);
  if (/^(?:link|portal):/.test(reference)) return;
  const key = keyOf(`${name}@${reference}`);
  const before = entries.get(key);
  const known = before?.dependencies ?? [];
  const version = locatorOf(key)?.version ?? versions.get(key);
  const others = dependencies.filter(({ to }) => to !== key && !known.some((edge) => edge.to === to));
  entries.set(key, {
    name,
    version,
    reference: version ? undefined : reference,
    installed: found.installed || before?.installed,
    dependencies: [...known, ...others],
  });
}

/** Path of the archive that a place in it begins with; copies for peers are in folders that are not there. */
function archiveOf(location: unknown, folder: string): string {
  const within = typeof location === 'string' ? /^(.*?\.zip)\//.exec(location)?.[1] : undefined;
  if (within === undefined) return '';
  const real = within.replace(/\/(?:__virtual__|\$\$virtual)\/[^/]+\/0\//, '/');
  return posix.join('/', folder, real).slice(1);
}

function edgesOf(list: readonly unknown[]): Edge[] {
  return list.flatMap((item): Edge[] => {
    const [name, target] = asArray(item) ?? [];
    const [real, reference] = asArray(target) ?? [name, target];
    if (typeof real !== 'string' || typeof reference !== 'string') return [];
    return [{ to: keyOf(`${real}@${reference}`) }];
  });
}

/** Dependencies of a workspace: which are for development, only its `package.json` says. */
function scoped(edges: readonly Edge[], path: string, { folder, modules }: LockInput): Edge[] {
  const at = [folder, path === '.' ? '' : path].filter((part) => part !== '').join('/');
  const scopes = new Map(modules.get(at)?.manifest.wanted.map(({ name, scope }) => [name, scope]));
  return edges.map(({ to }) => ({ to, scope: scopes.get(splitAt(to)?.[0] ?? '') }));
}

/** The JSON within the program; `undefined` when the program reads it from `.pnp.data.json`. */
function stateOfProgram(text: string): unknown {
  const literal = /(?:RAW_RUNTIME_STATE\s*=\s*|JSON\.parse\()'/.exec(text);
  if (literal !== null) return parsed(unescaped(text, literal.index + literal[0].length));
  const object = /hydrateRuntimeState\((?=\{)/.exec(text);
  if (object !== null) {
    const start = object.index + object[0].length;
    const end = text.indexOf('\n  }, {', start);
    return parsed(text.slice(start, end < 0 ? undefined : end + 4));
  }
  if (text.includes('.pnp.data.json')) return undefined;
  throw new DocumentError('corrupt', 'A file is not the state of packages that it should be', 'no state');
}

/** The value of a literal in single quotes from its first character on (ECMA-262, clause 12.9.4). */
function unescaped(text: string, start: number): string {
  let end = start;
  while (end < text.length && text[end] !== "'") end += text[end] === '\\' ? 2 : 1;
  const body = text.slice(start, end);
  return body.replace(/\\([^])/g, (_all, char: string) => (char === '\n' ? '' : char));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.slice(0, 60) : '';
    throw new DocumentError('corrupt', 'A file is not the JSON that it should be', detail, cause);
  }
}
