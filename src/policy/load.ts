import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { builtinPolicies } from './builtin/builtin.ts';
import type { CelCompiler } from './cel.ts';
import { hasCel } from './check-condition.ts';
import { collectExceptions } from './check-exceptions.ts';
import { checkRules } from './check-rules.ts';
import { compileRule } from './compile-policy.ts';
import { compileExceptions } from './exceptions.ts';
import { mergeRules } from './merge.ts';
import type { Place, Policy, PolicyCase, PolicyProblem } from './policy.ts';
import { problemAt, throwAny } from './problems.ts';
import type { PolicyFile, ReadDocument } from './read-document.ts';
import { suggestion } from './schema-walk.ts';
import type { VersionSchemes } from './version-range.ts';

/** What a policy is loaded with. */
export interface LoadOptions {
  /** Now, in milliseconds: exceptions are held against it. */
  readonly now: number;
  /** Texts of built-in policies by name; default those of the program. */
  readonly builtins?: ReadonlyMap<string, string>;
  /** Orders of versions by package type; without one, what a rule asks of versions is unknown. */
  readonly schemes?: VersionSchemes;
  /** Reads a file; default from the file system. Throws where it can't. */
  readonly read?: (path: string) => Promise<string>;
}

/** What every policy stands on: what was not assessed whole is denied, unless a policy says otherwise. */
const foundation = `seaworthy: policy/1
rules:
  - id: coverage-incomplete
    description: What was not looked at is not known to be good.
    on: coverage
    when: { coverage: incomplete }
    then: deny
    overridable: true
`;

const deepest = 16;
const mostFiles = 64;
const mostBytes = 1024 * 1024;

interface Loading {
  readonly options: LoadOptions;
  readonly readDocument: (name: string, text: string) => ReadDocument;
  /** Highest first. */
  readonly files: PolicyFile[];
  readonly problems: PolicyProblem[];
  readonly done: Set<string>;
}

/**
 * Loads a policy, a built-in one by name or a file by path, and what it extends. Throws `PolicyError` with all that is wrong
 * with it; libraries are loaded only here.
 */
export async function loadPolicy(start: string, options: LoadOptions): Promise<Policy> {
  const nowhere: Place = { file: start, line: 1, column: 1 };
  const loading = await beginLoading(options);
  const path = isPath(start) ? resolve(start) : start;
  await addFile(loading, path, isPath(start) ? start : `built-in ${start}`, nowhere, []);
  return await finish(loading);
}

/** Loads a policy from its text; paths that it extends are relative to `folder`. Throws `PolicyError`. */
export async function parsePolicy(
  text: string,
  options: LoadOptions & { readonly name?: string; readonly folder?: string },
): Promise<Policy> {
  const loading = await beginLoading(options);
  const name = options.name ?? 'policy.yaml';
  await addText(loading, text, name, resolve(options.folder ?? '.', name), []);
  return await finish(loading);
}

async function beginLoading(options: LoadOptions): Promise<Loading> {
  const { readDocument } = await import('./read-document.ts');
  const builtins = options.builtins ?? (await builtinPolicies());
  const loading: Loading = {
    options: { ...options, builtins },
    readDocument,
    files: [],
    problems: [],
    done: new Set(),
  };
  await addText(loading, foundation, 'built-in foundation', 'foundation', []);
  return loading;
}

async function addFile(
  loading: Loading,
  key: string,
  name: string,
  from: Place,
  above: readonly string[],
): Promise<void> {
  if (above.includes(key)) {
    loading.problems.push(problemAt('cycle', from, name));
    return;
  }
  if (loading.done.has(key)) return;
  if (above.length > deepest || loading.files.length > mostFiles) {
    loading.problems.push(problemAt('too-deep', from, `more than ${deepest} levels, or ${mostFiles} files`));
    return;
  }
  const text = isPath(key) ? await textOf(loading, key, from) : builtinOf(loading, key, from);
  if (text !== undefined) await addText(loading, text, name, key, above);
}

async function addText(
  loading: Loading,
  text: string,
  name: string,
  key: string,
  above: readonly string[],
): Promise<void> {
  const { file, problems } = loading.readDocument(name, text);
  loading.problems.push(...problems);
  loading.done.add(key);
  if (file === undefined || problems.length > 0) return;
  for (const [at, wanted] of (file.document.extends ?? []).entries()) {
    const target = isPath(wanted) && isPath(key) ? resolve(dirname(key), wanted) : wanted;
    const shown = isAbsolute(wanted) ? wanted : isPath(wanted) ? join(dirname(name), wanted) : `built-in ${wanted}`;
    await addFile(loading, target, shown, file.place(['extends', at]), [...above, key]);
  }
  loading.files.push(file);
}

function isPath(text: string): boolean {
  return /^\.{0,2}[/\\]|^[A-Za-z]:[/\\]|\.ya?ml$/.test(text);
}

function builtinOf({ options, problems }: Loading, name: string, from: Place): string | undefined {
  const builtins = options.builtins ?? new Map<string, string>();
  const text = builtins.get(name);
  if (text === undefined) {
    const names = [...builtins.keys()].toSorted();
    const there = names.length === 0 ? 'none' : names.join(', ');
    const detail = `${JSON.stringify(name)} is no built-in policy${suggestion(name, names)}: there are ${there}; a file is ./${name}`;
    problems.push(problemAt('not-found', from, detail));
  }
  return text;
}

async function textOf({ options, problems }: Loading, path: string, from: Place): Promise<string | undefined> {
  try {
    return await (options.read ?? readPolicyText)(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    problems.push(
      problemAt(
        code === 'ENOENT' ? 'not-found' : 'unreadable',
        from,
        `${path}${code === undefined ? '' : ` (${code})`}`,
      ),
    );
    return undefined;
  }
}

/** Text of a plain file, since a pipe would never end, of at most 1 MiB. Throws where it can't be read. */
export async function readPolicyText(path: string): Promise<string> {
  const about = await stat(path);
  if (!about.isFile()) throw Object.assign(new Error('not a file'), { code: 'not a file' });
  if (about.size > mostBytes) throw Object.assign(new Error('too large'), { code: `more than ${mostBytes} bytes` });
  return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
}

async function finish({ options, files, problems }: Loading): Promise<Policy> {
  throwAny(problems);
  const merged = mergeRules(files);
  const checked = checkRules(merged.rules, await compilerFor(merged.rules));
  const ids = [...new Set(merged.rules.map(({ source }) => source.id))];
  const collected = collectExceptions(files, ids, options.now);
  throwAny([...merged.problems, ...checked.problems, ...collected.problems]);
  const compiled = merged.rules.map((rule) => compileRule(rule, checked.cel, options.schemes ?? new Map()));
  const own = files.at(-1);
  const tests: readonly PolicyCase[] = own?.document.tests ?? [];
  return {
    name: own?.document.name ?? own?.name ?? '',
    ...(own?.document.description === undefined ? {} : { description: own.document.description }),
    files: files.map(({ name }) => name),
    rules: compiled.map(({ rule }) => rule),
    exceptions: collected.exceptions,
    tests,
    warnings: collected.warnings,
    compiled,
    excuses: compileExceptions(collected.exceptions, options.schemes ?? new Map()),
  };
}

async function compilerFor(rules: ReturnType<typeof mergeRules>['rules']): Promise<CelCompiler | undefined> {
  if (!rules.some(({ source }) => hasCel(source.when))) return undefined;
  const { celCompiler } = await import('./cel.ts');
  return await celCompiler();
}
