import { asObject, asText, entriesOf, readJson, readText, textsOf } from '../document.ts';

/** A package that a file names. */
export interface Named {
  readonly reference: string;
  readonly build: boolean;
  readonly direct: boolean;
  /** Key by which `needs` of others mean it. */
  readonly key: string;
  readonly needs: readonly string[];
}

/**
 * Reads `conan.lock`: since conan 2 (0.5) lists `requires`, `build_requires` and `python_requires` of references; before,
 * `graph_lock.nodes` by number, each with `ref`, `requires` and `build_requires`, the one without `ref` being the
 * consumer. Undefined when it is neither. Throws `DocumentError`.
 */
export function readLock(bytes: Uint8Array): Named[] | undefined {
  const lock = asObject(readJson(bytes));
  const nodes = asObject(asObject(lock?.['graph_lock'])?.['nodes']);
  if (nodes !== undefined) return ofGraph(nodes);
  if (lock === undefined || !(Array.isArray(lock['requires']) || Array.isArray(lock['build_requires'])))
    return undefined;
  const list = (name: string, build: boolean): Named[] =>
    textsOf(lock[name]).map((reference) => ({ reference, build, direct: false, key: reference, needs: [] }));
  return [...list('requires', false), ...list('build_requires', true), ...list('python_requires', true)];
}

function ofGraph(nodes: Readonly<Record<string, unknown>>): Named[] {
  const entries = entriesOf(nodes).map(([key, value]) => ({ key, node: asObject(value) ?? {} }));
  const asked = new Set<string>();
  const needed = new Set<string>();
  for (const { node } of entries) {
    for (const key of textsOf(node['requires'])) needed.add(key);
    if (asText(node['ref']) !== undefined) continue;
    for (const key of [...textsOf(node['requires']), ...textsOf(node['build_requires'])]) asked.add(key);
  }
  return entries.flatMap(({ key, node }) => {
    const reference = asText(node['ref']);
    if (reference === undefined) return [];
    const build = node['context'] === 'build' || !needed.has(key);
    return [{ reference, build, direct: asked.has(key), key, needs: textsOf(node['requires']) }];
  });
}

/**
 * Reads the sections of `conanfile.txt` and `conaninfo.txt` that name packages:
 *
 *   file    = *section
 *   section = "[" name "]" LF *(value LF)        ; "#" begins a comment
 */
export function readSections(bytes: Uint8Array): ReadonlyMap<string, readonly string[]> {
  const sections = new Map<string, string[]>();
  let open: string[] | undefined;
  for (const line of readText(bytes, 4 << 20).split('\n')) {
    const text = line.replace(/(?:^|\s)#.*$/, '').trim();
    const name = /^\[(\w+)\]$/.exec(text)?.[1];
    if (name !== undefined) {
      open = sections.get(name) ?? [];
      sections.set(name, open);
    } else if (text !== '') open?.push(text);
  }
  return sections;
}
