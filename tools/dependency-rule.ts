import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { findCycles } from './cycles.ts';
import { readImports } from './imports.ts';
import layers from './layers.json' with { type: 'json' };

/** Which folder may import which, from the lowest up; a star ends a path and stands for whatever follows. */
export interface Layers {
  readonly allowed: readonly { readonly folder: string; readonly imports: readonly string[] }[];
  /** Files, beside each folder's noun file, that every folder above may import. */
  readonly open: readonly string[];
  /** The few modules that reach deeper than that, and how deep. */
  readonly deep: readonly { readonly from: string; readonly to: readonly string[] }[];
}

/** A tree of sources: the text of each module and the names of the other files, relative to its root. */
export interface SourceTree {
  readonly modules: ReadonlyMap<string, string>;
  readonly data: ReadonlySet<string>;
  /** The same modules as somebody else listed them: proof that none was missed. */
  readonly listed: readonly string[];
}

/** What the rule found: one line per violation, and how much was looked at. */
export interface Verdict {
  readonly violations: readonly string[];
  readonly modules: number;
  readonly imports: number;
}

const isTest = (path: string): boolean => /\.(test|contract)\.ts$|(^|\/)testdata\//.test(path);
const folderOf = (path: string): string => path.slice(0, Math.max(0, path.indexOf('/')));
const matches = (pattern: string, path: string): boolean =>
  pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;

/** Checks a tree: no import goes up or deep, none is in a cycle, every one is resolved and every module was seen. */
export function checkDependencies(tree: SourceTree, rule: Layers): Verdict {
  const violations = [...tableFaults(tree, rule), ...unseen(tree)];
  const graph = new Map<string, string[]>();
  let count = 0;
  for (const [path, text] of tree.modules) {
    const { imports, faults } = readImports(path, text);
    const edges: string[] = [];
    violations.push(...faults);
    count += imports.length;
    for (const { specifier, line } of imports) {
      if (!/^[./]/.test(specifier)) continue;
      const target = posix.join(posix.dirname(path), specifier);
      const fault = importFault(tree, rule, path, target);
      if (fault !== undefined) violations.push(`${path}:${line}: ${fault}`);
      if (tree.modules.has(target)) edges.push(target);
    }
    graph.set(path, edges);
  }
  for (const cycle of findCycles(graph)) {
    violations.push(`cycle of ${cycle.length}: ${cycle.toSorted().join(', ')}`);
  }
  return { violations, modules: graph.size, imports: count };
}

function importFault(tree: SourceTree, rule: Layers, path: string, target: string): string | undefined {
  // A test may look at files outside src; whether those exist is for the test to say.
  if (isTest(path) && target.startsWith('..')) return undefined;
  if (!tree.modules.has(target) && !tree.data.has(target)) return `imports ${target}, which does not exist`;
  if (isTest(path)) return undefined;
  if (isTest(target)) return `imports ${target}, which is a test's`;
  const from = folderOf(path);
  const to = folderOf(target);
  if (from === to) return undefined;
  if (!rule.allowed.find(({ folder }) => folder === from)?.imports.includes(to)) {
    return `imports ${target}, but ${from}/ may not import ${to}/`;
  }
  const reaches = rule.deep.filter((one) => one.from === path).flatMap((one) => one.to);
  const open = [`${to}/${to}.ts`, ...rule.open, ...reaches].some((pattern) => matches(pattern, target));
  return open ? undefined : `imports ${target}, but outsiders import only ${to}/${to}.ts`;
}

function tableFaults(tree: SourceTree, rule: Layers): string[] {
  const faults: string[] = [];
  const below = new Set<string>();
  for (const { folder, imports } of rule.allowed) {
    for (const to of imports)
      if (!below.has(to)) faults.push(`layers: ${folder}/ may import ${to}/, which is not below`);
    below.add(folder);
  }
  const folders = new Set([...tree.modules.keys()].map(folderOf));
  for (const folder of folders) if (!below.has(folder)) faults.push(`layers: ${folder}/ has no line`);
  for (const folder of below) if (!folders.has(folder)) faults.push(`layers: ${folder}/ has no modules`);
  return faults;
}

function unseen(tree: SourceTree): string[] {
  const listed = new Set(tree.listed);
  const faults = [...tree.modules.keys()].filter((path) => !listed.has(path)).map((path) => `${path}: not listed`);
  for (const path of listed) if (!tree.modules.has(path)) faults.push(`${path}: listed, but not seen`);
  if (listed.size === 0) faults.push('no modules were listed');
  return faults;
}

/** Reads the project's own tree: the modules by walking the folders, the listing from git. */
export function readSources(root: string): SourceTree {
  const source = join(root, 'src');
  const modules = new Map<string, string>();
  const data = new Set<string>();
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(source.length + 1).replaceAll(sep, '/');
    if (path.endsWith('.ts')) modules.set(path, readFileSync(file, 'utf8'));
    else data.add(path);
  }
  return { modules, data, listed: listModules(root) };
}

function listModules(root: string): string[] {
  // A checkout that somebody else owns is still only read; a source archive has no .git, so there `find` lists.
  const git = ['-c', 'safe.directory=*', 'ls-files', '-z', '--exclude-standard'];
  const known = list('git', [...git, '--cached', '--others', '--', 'src'], root);
  const gone = new Set(list('git', [...git, '--deleted', '--', 'src'], root));
  const paths = known ?? list('find', ['src', '-type', 'f', '-print0'], root) ?? [];
  return paths.filter((path) => path.endsWith('.ts') && !gone.has(path)).map((path) => path.slice('src/'.length));
}

function list(command: string, args: readonly string[], cwd: string): string[] | undefined {
  const { status, stdout } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 64 << 20 });
  return status === 0 ? [...new Set(stdout.split('\0').filter((path) => path !== ''))] : undefined;
}

/** Checks the project's own tree by the project's own table. */
export function checkOwnDependencies(root: string): Verdict {
  return checkDependencies(readSources(root), layers);
}
