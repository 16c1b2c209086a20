import { asArray, asObject, asText, entriesOf, textsOf } from '../document.ts';

/** A dependency as it is asked for. */
export interface Wanted {
  readonly name: string;
  readonly range: string;
  readonly scope?: 'dev' | 'optional' | undefined;
}

/** What is used of a `package.json` (npm documentation, "package.json"). */
export interface Manifest {
  readonly name: string | undefined;
  readonly version: string | undefined;
  /** Whether it may not be published: no registry has it. */
  readonly private: boolean;
  readonly licenses: readonly string[];
  readonly homepage: string | undefined;
  /** npm up to 6 writes them when it installs. */
  readonly resolved: string | undefined;
  readonly integrity: string | undefined;
  /** Those of development last; a name asked for twice stands once. */
  readonly wanted: readonly Wanted[];
  /** Names of dependencies that lie inside the package. */
  readonly bundled: readonly string[];
}

/** More than any real package has. */
const maximumDependencies = 5000;

/** Reads the object of a `package.json`; what is not of the right kind is left out. */
export function manifestOf(value: unknown): Manifest | undefined {
  const object = asObject(value);
  if (object === undefined) return undefined;
  const wanted = wantedOf(object);
  const bundle = object['bundleDependencies'] ?? object['bundledDependencies'];
  return {
    name: asText(object['name']),
    version: versionOf(object['version']),
    private: object['private'] === true || object['private'] === 'true',
    licenses: licensesOf(object),
    homepage: asText(object['homepage']),
    resolved: asText(object['_resolved']),
    integrity: asText(object['_integrity']),
    wanted,
    bundled: bundle === true ? wanted.map(({ name }) => name) : textsOf(bundle).slice(0, maximumDependencies),
  };
}

/** A version without what npm takes off before it compares: blanks, `v` and `=` in front. */
function versionOf(value: unknown): string | undefined {
  const text = asText(value);
  return text === undefined ? undefined : asText(text.trim().replace(/^[v=]\s*(?=\d)/, ''));
}

/**
 * The dependencies of a `package.json` or of an entry that is written like one. A name that is also among the optional
 * ones is optional.
 */
export function wantedOf(object: Readonly<Record<string, unknown>>): readonly Wanted[] {
  const found = new Map<string, Wanted>();
  const take = (key: string, scope: (name: string) => Wanted['scope'], over: boolean): void => {
    for (const [name, range] of entriesOf(object[key])) {
      if (found.size >= maximumDependencies) return;
      if (typeof range === 'string' && (over || !found.has(name))) found.set(name, { name, range, scope: scope(name) });
    }
  };
  const peers = asObject(object['peerDependenciesMeta']);
  take('dependencies', () => undefined, true);
  take('optionalDependencies', () => 'optional', true);
  take('peerDependencies', (name) => (isOptional(peers, name) ? 'optional' : undefined), false);
  take('devDependencies', () => 'dev', false);
  return [...found.values()];
}

/** Whether a `…Meta` object says `optional` of a name. */
function isOptional(meta: Readonly<Record<string, unknown>> | undefined, name: string): boolean {
  if (meta === undefined || !Object.hasOwn(meta, name)) return false;
  const optional = asObject(meta[name])?.['optional'];
  return optional === true || optional === 'true';
}

/** `license` as an expression or, as it was once written, an object; `licenses` as a list of either. */
export function licensesOf(object: Readonly<Record<string, unknown>>): readonly string[] {
  const all = [object['license'], ...(asArray(object['licenses']) ?? [object['licenses']])];
  return all.flatMap((item) => {
    const name = asText(item) ?? asText(asObject(item)?.['type']) ?? asText(asObject(item)?.['name']);
    return name ?? (Array.isArray(item) ? textsOf(item) : []);
  });
}
