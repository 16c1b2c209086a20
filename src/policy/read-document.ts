import { type Document, isAlias, LineCounter, type Node, parseDocument, Scalar, visit } from 'yaml';
import schema from './policy.schema.json' with { type: 'json' };
import type { Place, PolicyDocument, PolicyErrorCode, PolicyProblem } from './policy.ts';
import { problemAt } from './problems.ts';
import { type Schema, walkSchema } from './schema-walk.ts';

/** A policy file that has the form of one. */
export interface PolicyFile {
  /** As it is shown: a path as given, or `built-in default`. */
  readonly name: string;
  readonly document: PolicyDocument;
  /** Where a value is; with `offset`, a place in its text. */
  place(path: readonly (string | number)[], offset?: number): Place;
}

/** What came of reading a file: it is usable where there are no problems. */
export interface ReadDocument {
  readonly file: PolicyFile | undefined;
  readonly problems: readonly PolicyProblem[];
}

/** Most characters of a policy file. */
const longest = 512 * 1024;
/** Most levels in a line, and brackets open at once: the parser takes long to find that it can't go on. */
const deepest = 200;
/** Most problems that are told of one file. */
const most = 50;

/** Reads the text of a policy file: YAML 1.2, one document, no anchors or tags, in the form that the schema states. */
export function readDocument(name: string, text: string): ReadDocument {
  const failed = (code: PolicyErrorCode, detail: string): ReadDocument => ({
    file: undefined,
    problems: [problemAt(code, { file: name, line: 1, column: 1 }, detail)],
  });
  if (text.length > longest) return failed('too-large', `more than ${longest} characters`);
  if (isDeep(text)) return failed('too-deep', `more than ${deepest} levels in a line, or brackets that are open`);
  try {
    return readYaml(name, text);
  } catch (error) {
    // Brackets in brackets without end exhaust the stack of the parser.
    if (error instanceof RangeError) return failed('too-deep', 'more levels than can be read');
    throw error;
  }
}

/** Brackets in texts count too, of which nobody leaves so many open. */
function isDeep(text: string): boolean {
  if (/(?:[-?] ){200}/.test(text)) return true;
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = Math.max(0, depth + (bracket === '[' || bracket === '{' ? 1 : -1));
    if (depth > deepest) return true;
  }
  return false;
}

function readYaml(name: string, text: string): ReadDocument {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file: name, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const yaml = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
    schema: 'core',
    merge: false,
  });
  const told = onePerPlace(
    [...yaml.errors, ...yaml.warnings].map(({ message, pos }) => ({ detail: message, offset: pos[0] })),
  );
  // The parser takes the end of the stack for a fault of the document.
  if (yaml.errors.some(({ message }) => message.includes('call stack'))) throw new RangeError('too deep');
  const faults = told.length > 0 ? told : forbidden(yaml);
  if (faults.length > 0) {
    return {
      file: undefined,
      problems: faults.slice(0, most).map(({ detail, offset }) => problemAt('not-yaml', placeAt(offset), detail)),
    };
  }
  const { value, problems } = walkSchema(yaml.contents, schema as Schema);
  return {
    file: {
      name,
      document: value as PolicyDocument,
      place: (path, offset) => placeOf(yaml, text, placeAt, path, offset),
    },
    problems: problems.slice(0, most).map(({ code, detail, offset }) => problemAt(code, placeAt(offset), detail)),
  };
}

interface Fault {
  readonly detail: string;
  readonly offset: number;
}

/** The parser says the same of every bracket that is open. */
function onePerPlace(faults: readonly Fault[]): readonly Fault[] {
  return [...new Map(faults.map((fault) => [fault.offset, fault])).values()];
}

function forbidden(yaml: Document.Parsed): readonly Fault[] {
  const faults: Fault[] = [];
  visit(yaml, (_key, node) => {
    if (isAlias(node) || (typeof node === 'object' && node !== null && 'anchor' in node && node.anchor !== undefined)) {
      const offset = 'range' in node ? (node.range?.[0] ?? 0) : 0;
      faults.push({ detail: 'anchors and aliases are not for policies: write it out, or extend a file', offset });
    }
    return faults.length > 10 ? visit.BREAK : undefined;
  });
  return faults;
}

/** A place in the text of a scalar can be told where it stands as it is, on one line, or in a literal block. */
function placeOf(
  yaml: Document.Parsed,
  text: string,
  placeAt: (offset: number) => Place,
  path: readonly (string | number)[],
  offset = 0,
): Place {
  const node = nodeAt(yaml, path);
  const start = node?.range?.[0] ?? 0;
  if (!(node instanceof Scalar) || typeof node.value !== 'string' || offset === 0) return placeAt(start);
  if (node.type === 'BLOCK_LITERAL') {
    const before = node.value.slice(0, offset).split('\n');
    const head = placeAt(start);
    const line = head.line + before.length;
    const indent = spaces(text.split('\n')[line - 1]) - spaces(node.value.split('\n')[before.length - 1]);
    return { file: head.file, line, column: indent + (before.at(-1)?.length ?? 0) + 1 };
  }
  const quote = node.type === 'PLAIN' ? 0 : 1;
  const asIs = text.slice(start + quote, start + quote + node.value.length) === node.value;
  return placeAt(asIs ? start + quote + offset : start);
}

function spaces(line = ''): number {
  return line.length - line.trimStart().length;
}

/** The nearest node that there is on the way. */
function nodeAt(yaml: Document.Parsed, path: readonly (string | number)[]): Node | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const found = yaml.getIn(path.slice(0, length), true);
    if (typeof found === 'object' && found !== null && 'range' in found) return found as Node;
  }
  return undefined;
}
