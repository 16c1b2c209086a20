import { parseSync } from 'oxc-parser';

/** One import, re-export, dynamic import or imported type that a module names. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** What was read of one module: what it imports, and the faults that would hide an import. */
export interface Imports {
  readonly imports: readonly Import[];
  readonly faults: readonly string[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [member: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

// The member that names the module; a type-only import is read like any other.
const namedIn = new Map<string, string>([
  ['ImportDeclaration', 'source'],
  ['ExportNamedDeclaration', 'source'],
  ['ExportAllDeclaration', 'source'],
  ['ImportExpression', 'source'],
  ['TSImportType', 'source'],
  ['TSExternalModuleReference', 'expression'],
]);

/** Collects every import of a TypeScript module, types included; an import of a computed name is a fault. */
export function readImports(path: string, text: string): Imports {
  const { program, errors } = parseSync(path, text);
  const faults = errors.map((error) => `${path}: does not parse: ${error.message}`);
  const imports: Import[] = [];
  for (const node of everyNode(program)) {
    const member = namedIn.get(node.type);
    if (member === undefined) continue;
    const named = node[member];
    if (named === null) continue;
    const line = lineOf(text, node.start);
    const specifier = literal(named);
    if (specifier === undefined) faults.push(`${path}:${line}: imports a computed name, which no check can follow`);
    else imports.push({ specifier, line });
  }
  return { imports: imports.toSorted((a, b) => a.line - b.line), faults };
}

function* everyNode(root: unknown): Generator<Node> {
  const waiting = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (isNode(value)) yield value;
    for (const child of Object.values(value)) if (typeof child === 'object') waiting.push(child);
  }
}

function literal(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === 'Literal' && typeof value['value'] === 'string') return value['value'];
  if (value.type !== 'TemplateLiteral' || !Array.isArray(value['quasis']) || value['quasis'].length !== 1) {
    return undefined;
  }
  const only = value['quasis'][0] as { readonly value: { readonly cooked: string | null } };
  return only.value.cooked ?? undefined;
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
