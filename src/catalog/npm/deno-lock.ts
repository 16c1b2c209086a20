import { asArray, asObject, asText, DocumentError, entriesOf, readJson, textsOf } from '../document.ts';
import { type Lock, type LockEntry, type LockInput, splitAt } from './lock.ts';
import { type Edge } from './resolution.ts';

/**
 * deno.lock (deno_lockfile, README), by `version`:
 *
 *     2     := {"npm": {"specifiers": {name "@" range: key}, "packages": {key: package}}}
 *     3     := {"packages": {"specifiers": {specifier: kind ":" key}, "npm": {key: package}, "jsr": {key: package}}, "workspace"}
 *     4, 5  := {"specifiers": {specifier: version}, "npm": {key: package}, "jsr": {key: package}, "workspace"}
 *
 *     specifier    = kind ":" name [ "@" range ];  kind = "npm" / "jsr"
 *     key          = name "@" version [ "_" peers ]
 *     package      = {"integrity", "dependencies", "optionalDependencies"}
 *     dependencies = {name: key} | [ specifier | name [ "@" version ] | alias "@npm:" name [ "@" version ] ]
 *     workspace    = {"dependencies": [specifier], "packageJson": {"dependencies": [specifier]}, "members": {path: workspace}}
 *
 * Packages of JSR have the names under which npm gets them: `@jsr/scope__name`. What is loaded by an address is no package.
 */
type Json = Readonly<Record<string, unknown>>;

interface Content {
  readonly npm: Json;
  readonly jsr: Json;
  /** Keys with their kind before them, by specifier. */
  readonly specifiers: ReadonlyMap<string, string>;
  /** By kind and name: the only key, or that of some version. */
  readonly byName: ReadonlyMap<string, string>;
}

const maximumMembers = 10_000;
const parts = ['specifiers', 'packages', 'npm', 'jsr', 'remote', 'redirects', 'workspace'] as const;

/** Reads a lock file of Deno. Throws `DocumentError`. */
export function readDenoLock({ file, gatherer }: LockInput): Lock {
  const object = asObject(readJson(file.bytes));
  const written = asText(object?.['version']) ?? '';
  const version = /^\d{1,3}$/.test(written) ? Number(written) : 0;
  if (object === undefined || !(version >= 1) || !isLock(object))
    throw new DocumentError('corrupt', 'A file is not the lock file that it should be', 'no version or no known part');
  if (version > 5)
    gatherer.problem('unsupported', 'A lock file is of a version that is not known', file, `version ${version}`);
  const content = contentOf(object, version);
  const entries = new Map<string, LockEntry>();
  for (const [key, value] of Object.entries(content.npm)) entries.set(`npm:${key}`, entryOf(key, value, content));
  for (const [key, value] of Object.entries(content.jsr)) {
    const { name = '', ...entry } = entryOf(key, value, content);
    entries.set(`jsr:${key}`, { ...entry, name: npmName(name), resolved: `jsr:${key}`.slice(0, 256) });
  }
  const wanted = workspaceSpecifiers(asObject(object['workspace']));
  const asked = wanted.length > 0 ? wanted : [...content.specifiers.keys()];
  return { entries, asked: asked.flatMap((specifier) => edgeTo(specifier, undefined, content)) };
}

/** One that locks nothing has a version alone. */
function isLock(object: Json): boolean {
  return Object.keys(object).length === 1 || parts.some((part) => asObject(object[part]) !== undefined);
}

function contentOf(object: Json, version: number): Content {
  const outer = asObject(object[version === 2 ? 'npm' : 'packages']);
  const holder = version <= 3 ? (outer ?? {}) : object;
  const npm = asObject(holder[version === 2 ? 'packages' : 'npm']) ?? {};
  const jsr = version === 2 ? {} : (asObject(holder['jsr']) ?? {});
  const keys = [...Object.keys(npm).map((key) => `npm:${key}`), ...Object.keys(jsr).map((key) => `jsr:${key}`)];
  const specifiers = entriesOf(holder['specifiers']).flatMap(([key, value]): [string, string][] => {
    const text = asText(value);
    if (text === undefined) return [];
    if (version <= 3) return [version === 2 ? [`npm:${key}`, `npm:${text}`] : [key, text]];
    return [[key, `${withoutVersion(key)}@${text}`]];
  });
  return { npm, jsr, specifiers: new Map(specifiers), byName: new Map(keys.map((key) => [withoutVersion(key), key])) };
}

/** `npm:@a/b` of `npm:@a/b@^1.0.0`. */
function withoutVersion(specifier: string): string {
  const at = specifier.indexOf('@', specifier.indexOf(':') + 2);
  return at < 0 ? specifier : specifier.slice(0, at);
}

function entryOf(key: string, value: unknown, content: Content): LockEntry {
  const about = asObject(value) ?? {};
  const [name, written] = splitAt(key) ?? [];
  // A version has no underscore: it begins the peers.
  const version = written?.split('_', 1)[0];
  const dependencies = [
    ...namesOf(about['dependencies']).flatMap((text) => edgeTo(text, undefined, content)),
    ...namesOf(about['optionalDependencies']).flatMap((text) => edgeTo(text, 'optional', content)),
  ];
  return { name, version, integrity: asText(about['integrity']), dependencies };
}

/** What a package asks for: keys by name, or a list. */
function namesOf(value: unknown): readonly string[] {
  return asArray(value) === undefined ? entriesOf(value).flatMap(([, key]) => asText(key) ?? []) : textsOf(value);
}

function edgeTo(written: string, scope: Edge['scope'], { npm, jsr, specifiers, byName }: Content): Edge[] {
  const alias = written.indexOf('@npm:', 1);
  const text = alias > 0 ? written.slice(alias + 1) : written;
  const specifier = /^(?:npm|jsr):/.test(text) ? text : `npm:${text}`;
  const known = specifiers.get(specifier) ?? specifier;
  const key = known.slice(4);
  const there = Object.hasOwn(known.startsWith('jsr:') ? jsr : npm, key);
  // A version that stands nowhere is not guessed at.
  const to = there ? known : withoutVersion(known) === known ? byName.get(known) : undefined;
  return to === undefined ? [] : [{ to, scope }];
}

/** What the workspace and its members ask for. */
function workspaceSpecifiers(workspace: Json | undefined): readonly string[] {
  const members = entriesOf(workspace?.['members']).slice(0, maximumMembers);
  return [workspace, ...members.map(([, member]) => asObject(member))].flatMap((one) => [
    ...textsOf(one?.['dependencies']),
    ...textsOf(asObject(one?.['packageJson'])?.['dependencies']),
  ]);
}

/** `@jsr/std__assert` of `@std/assert`. */
function npmName(name: string): string {
  return `@jsr/${name.replace(/^@/, '').replace('/', '__')}`;
}
