// file      = *(directive LF)                                          (Go modules reference, "go.mod files", "Workspaces")
// directive = verb arguments / verb "(" LF *(arguments LF) ")"
// require   = path version            replace = path [version] "=>" (path version / folder)
// module    = path     go = version     use = folder
// Words are bare, or quoted with " or `; "//" begins a comment; "// indirect" behind a require says that no package of
// the main module imports it.

/** A requirement of a module. */
export interface Requirement {
  readonly path: string;
  readonly version: string;
  readonly indirect: boolean;
}

/** A module that stands in for another one. */
export interface Replacement {
  readonly path: string;
  /** Only this version is replaced; any when absent. */
  readonly version?: string;
  readonly with: { readonly path: string; readonly version?: string };
}

/** A `go.mod` or `go.work`. */
export interface ModFile {
  readonly module?: string;
  /** The version of the language, `1.17`. */
  readonly go?: string;
  readonly requires: readonly Requirement[];
  readonly replaces: readonly Replacement[];
  readonly uses: readonly string[];
  readonly faults: readonly string[];
}

/** Directives that say nothing of what is built in. */
const otherVerbs: ReadonlySet<string> = new Set('toolchain godebug exclude retract tool ignore'.split(' '));
const moduleVersion = /^v\d+\.\d+\.\d+(?:-[\dA-Za-z.-]+)?(?:\+[\dA-Za-z.-]+)?$/;
const modulePath = /^[\w.~/+-]{1,500}$/;

interface Reading {
  module?: string;
  go?: string;
  readonly requires: Requirement[];
  readonly replaces: Replacement[];
  readonly uses: string[];
  readonly faults: string[];
}

/** Reads a `go.mod` or a `go.work`; lines that are no directive are faults. */
export function readModFile(text: string): ModFile {
  const file: Reading = { requires: [], replaces: [], uses: [], faults: [] };
  let block: string | undefined;
  const fault = (line: string): void => void file.faults.push(line.trim().slice(0, 100));
  for (const line of text.replace(/\/\*.*?\*\//gs, ' ').split(/\r?\n/)) {
    const { words, comment } = wordsOf(line);
    const [first] = words;
    if (first === undefined) continue;
    if (block !== undefined && first === ')') block = undefined;
    else if (block === undefined && words[1] === '(' && words.length === 2) block = first;
    else if (!readDirective(block ?? first, block === undefined ? words.slice(1) : words, comment, file)) fault(line);
  }
  if (block !== undefined) fault(`no end of ${block}`);
  if (text !== '' && !text.endsWith('\n')) fault('end within a line');
  return file;
}

function wordsOf(line: string): { readonly words: readonly string[]; readonly comment: string } {
  const words: string[] = [];
  const pattern = /\s*(?:\/\/(.*)|"((?:[^"\\]|\\.)*)"|`([^`]*)`|([^\s"`]+))/gy;
  for (let match = pattern.exec(line); match !== null; match = pattern.exec(line)) {
    if (match[1] !== undefined) return { words, comment: match[1].trim() };
    words.push(match[2] ?? match[3] ?? match[4] ?? '');
  }
  return { words, comment: '' };
}

function readDirective(verb: string, words: readonly string[], comment: string, file: Reading): boolean {
  const [first = '', second = ''] = words;
  switch (verb) {
    case 'module':
      file.module = first;
      return words.length === 1 && modulePath.test(first);
    case 'go':
      file.go = first;
      return words.length === 1 && /^\d+\.\d+(?:\.\d+)?(?:rc\d+|beta\d+)?$/.test(first);
    case 'use':
      file.uses.push(first);
      return words.length === 1;
    case 'require':
      if (words.length !== 2 || !modulePath.test(first) || !moduleVersion.test(second)) return false;
      file.requires.push({ path: first, version: second, indirect: /^indirect(?:;|$)/.test(comment) });
      return true;
    case 'replace':
      return readReplace(words, file);
    default:
      return otherVerbs.has(verb);
  }
}

function readReplace(words: readonly string[], file: Reading): boolean {
  const arrow = words.indexOf('=>');
  const [path, version] = words.slice(0, arrow);
  const [target, targetVersion] = words.slice(arrow + 1);
  if (arrow < 1 || arrow > 2 || words.length > arrow + 3 || path === undefined || target === undefined) return false;
  const stand = targetVersion === undefined ? { path: target } : { path: target, version: targetVersion };
  if (targetVersion !== undefined && !(moduleVersion.test(targetVersion) && modulePath.test(target))) return false;
  file.replaces.push(version === undefined ? { path, with: stand } : { path, version, with: stand });
  return true;
}
