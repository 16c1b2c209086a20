import { DocumentError } from '../document.ts';
import { shownOrigin } from '../origin.ts';
import { isVersion, type Lock, type LockEntry, type LockInput, splitAt } from './lock.ts';
import { type Edge } from './resolution.ts';
import { textOf } from './yarn-classic.ts';
import type { Block, Fields } from './yarn-text.ts';

/**
 * yarn.lock of Yarn 2 and later: `__metadata`, then a block for each package, its keys the descriptors `name@range` that
 * led to it, `resolution` its locator:
 *
 *     locator   := name "@" reference
 *     reference := "npm:" version params | "workspace:" path | "patch:" locator "#" … | "file:" … | "portal:" …
 *                | "link:" … | "git…" | "http…"
 *     params    := { "::" key "=" value { "&" key "=" value } }
 */
export interface Locator {
  readonly name: string;
  readonly reference: string;
  /** Absent where the locator has none. */
  readonly version?: string | undefined;
}

/** Patches of patches that are followed, in locators of a length that is still sane. */
const maximumPatches = 8;
const maximumLocator = 10_000;

/** Reads a locator; one of a patch is that of what is patched. */
export function locatorOf(text: string, depth = 0): Locator | undefined {
  const [name, written] = text.length > maximumLocator || depth > maximumPatches ? [] : (splitAt(text) ?? []);
  if (name === undefined || written === undefined) return undefined;
  const reference = withoutVirtual(written);
  if (reference.startsWith('patch:')) {
    const patched = locatorOf(decoded(reference.slice(6).split('#', 1)[0] ?? ''), depth + 1);
    const version = patched?.version ?? /[:&]version=([^&]+)/.exec(reference)?.[1];
    return { name, reference, version };
  }
  const version = reference.startsWith('npm:') ? reference.slice(4).split('::', 1)[0] : undefined;
  return { name, reference, version: version !== undefined && isVersion(version) ? version : undefined };
}

/** Packages with peers stand as copies: `virtual:<hash>#<reference>`. */
export function withoutVirtual(reference: string): string {
  return reference.startsWith('virtual:') ? reference.slice(reference.indexOf('#') + 1) : reference;
}

/** The key of a package: a patch that Yarn itself brings is the package that is patched. */
export function keyOf(locator: string): string {
  const [name, written] = splitAt(locator) ?? [];
  if (name === undefined || written === undefined) return locator;
  const reference = withoutVirtual(written);
  return /^patch:[^#]*#(?:[^#]*[!~])?builtin</.test(reference)
    ? decoded(reference.slice(6).split('#', 1)[0] ?? '')
    : `${name}@${reference}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Reads the lock file of Yarn 2 and later. */
export function readYarnBerry(blocks: readonly Block[], input: LockInput): Lock {
  const byKey = new Map<string, string>();
  for (const { keys, fields } of blocks) {
    const to = keyOf(textOf(fields, 'resolution') ?? '');
    for (const key of to === '' ? [] : keys) {
      byKey.set(key, to);
      byKey.set(key.split('::', 1)[0] ?? key, to);
    }
  }
  const entries = new Map<string, LockEntry>();
  const asked: Edge[] = [];
  let roots = 0;
  for (const { keys, fields } of blocks) {
    if (keys[0] === '__metadata') continue;
    const resolution = textOf(fields, 'resolution');
    const locator = resolution === undefined ? undefined : locatorOf(resolution);
    if (resolution === undefined || locator === undefined) {
      const detail = shownOrigin(keys[0] ?? '').slice(0, 100);
      input.gatherer.problem('corrupt', 'A package of a lock file has no resolution', input.file, detail);
      continue;
    }
    const dependencies = edgesOf(fields, byKey);
    if (locator.reference.startsWith('workspace:')) {
      roots++;
      asked.push(...scoped(dependencies, locator.reference.slice(10), input));
    } else if (textOf(fields, 'linkType') !== 'soft') {
      const key = keyOf(resolution);
      const known = entries.get(key);
      if (known === undefined || key === resolution) entries.set(key, entryOf(locator, fields, dependencies));
    }
  }
  if (blocks.length > 0 && blocks[0]?.keys[0] !== '__metadata')
    throw new DocumentError('corrupt', 'A file is not the lock file that it should be', 'no __metadata');
  return { entries, asked: roots === 0 ? undefined : asked };
}

function entryOf(locator: Locator, fields: Fields, dependencies: readonly Edge[]): LockEntry {
  const version = textOf(fields, 'version');
  const key = `${locator.name}@${locator.reference}`;
  const usual = locator.reference.startsWith('npm:') || keyOf(key) !== key;
  return {
    name: locator.name,
    // A version that was cut off does not agree with the locator.
    version: locator.version ?? version,
    integrity: textOf(fields, 'checksum'),
    resolved:
      usual || /^patch:[^#]*#~builtin</.test(locator.reference) ? undefined : locator.reference.split('::', 1)[0],
    dependencies,
  };
}

function edgesOf(fields: Fields, byKey: ReadonlyMap<string, string>): Edge[] {
  const edges = fields.get('dependencies');
  if (edges === undefined || typeof edges === 'string') return [];
  const meta = fields.get('dependenciesMeta');
  return Array.from(edges).flatMap(([name, range]): Edge[] => {
    if (typeof range !== 'string') return [];
    const to = byKey.get(`${name}@${range}`) ?? byKey.get(`${name}@npm:${range}`);
    const about = typeof meta === 'string' ? undefined : meta?.get(name);
    const optional = about !== undefined && typeof about !== 'string' && about.get('optional') === 'true';
    return to === undefined ? [] : [{ to, scope: optional ? 'optional' : undefined }];
  });
}

/** Dependencies of a workspace: which are for development, only its `package.json` says. */
function scoped(edges: readonly Edge[], path: string, { folder, modules }: LockInput): Edge[] {
  const at = [folder, path === '.' ? '' : path].filter((part) => part !== '').join('/');
  const scopes = new Map(modules.get(at)?.manifest.wanted.map(({ name, scope }) => [name, scope]));
  return edges.map((edge) => {
    const name = splitAt(edge.to)?.[0] ?? '';
    return { to: edge.to, scope: edge.scope ?? scopes.get(name) };
  });
}
