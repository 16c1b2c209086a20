import { isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { PolicyErrorCode } from './policy.ts';

/** What of JSON Schema (2020-12) the schema of policies uses, and this walk knows. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: 'object' | 'array' | 'string' | 'boolean' | 'number' | 'integer';
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** Something that the schema does not allow; `offset` is its place in the text, from 0. */
export interface SchemaProblem {
  readonly code: PolicyErrorCode;
  readonly detail: string;
  readonly offset: number;
}

interface Walk {
  readonly root: Schema;
  readonly problems: SchemaProblem[];
}

/** Holds a YAML node against a schema; comes to its plain value, and everything that is wrong with it. */
export function walkSchema(
  node: Node | null,
  root: Schema,
): { readonly value: unknown; readonly problems: readonly SchemaProblem[] } {
  const walk: Walk = { root, problems: [] };
  const value = valueOf(walk, node, root, 0, '');
  return { value, problems: walk.problems };
}

function valueOf(walk: Walk, node: Node | null, given: Schema, before: number, key: string): unknown {
  const schema = chosen(walk, node, resolved(walk, given));
  const offset = offsetOf(node, before);
  if (schema === undefined) {
    tell(walk, 'wrong-type', `${named(key)}must be ${expected(walk, given)}`, offset);
    return undefined;
  }
  if (isMap(node)) return mapOf(walk, node.items as readonly Pair<Node, Node | null>[], schema, offset, key);
  if (isSeq(node)) {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items = {} } = schema;
    if (node.items.length < minItems) tell(walk, 'bad-value', `${named(key)}must not be empty`, offset);
    if (node.items.length > maxItems) tell(walk, 'bad-value', `${named(key)}has more than ${maxItems} entries`, offset);
    return (node.items as readonly (Node | null)[]).map((item) => valueOf(walk, item, items, offset, key));
  }
  const value = isScalar(node) ? node.value : undefined;
  const wrong = wrongScalar(value, schema);
  if (wrong !== undefined) tell(walk, 'bad-value', `${named(key)}${wrong}`, offset);
  return value;
}

function mapOf(
  walk: Walk,
  pairs: readonly Pair<Node, Node | null>[],
  schema: Schema,
  offset: number,
  key: string,
): Readonly<Record<string, unknown>> {
  const { properties = {}, additionalProperties = true } = schema;
  const entries: [string, unknown][] = [];
  for (const pair of pairs) {
    const at = offsetOf(pair.key, offset);
    const name = isScalar(pair.key) ? pair.key.value : undefined;
    if (typeof name !== 'string') {
      tell(walk, 'wrong-type', 'keys must be text', at);
      continue;
    }
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const inner = known ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (inner === undefined) tell(walk, 'unknown-field', unknownField(name, Object.keys(properties)), at);
    else entries.push([name, valueOf(walk, pair.value, inner, at, name)]);
  }
  const missing = (schema.required ?? []).filter((name) => !entries.some(([has]) => has === name));
  for (const name of missing) tell(walk, 'missing-field', `${named(key)}needs ${name}`, offset);
  if (pairs.length < (schema.minProperties ?? 0)) tell(walk, 'bad-value', `${named(key)}must not be empty`, offset);
  return Object.fromEntries(entries);
}

function tell(walk: Walk, code: PolicyErrorCode, detail: string, offset: number): void {
  walk.problems.push({ code, detail, offset });
}

function named(key: string): string {
  return key === '' ? '' : `${key} `;
}

function resolved(walk: Walk, schema: Schema): Schema {
  const name = schema.$ref?.replace('#/$defs/', '');
  return name === undefined ? schema : resolved(walk, walk.root.$defs?.[name] ?? {});
}

/** The schema, or that of several that is for such a node; undefined where none is. */
function chosen(walk: Walk, node: Node | null, schema: Schema): Schema | undefined {
  if (schema.anyOf !== undefined) {
    return schema.anyOf.map((one) => resolved(walk, one)).find((one) => fits(node, one));
  }
  return fits(node, schema) ? schema : undefined;
}

function fits(node: Node | null, schema: Schema): boolean {
  if (isMap(node)) return schema.type === 'object';
  if (isSeq(node)) return schema.type === 'array';
  const value: unknown = isScalar(node) ? node.value : undefined;
  if (typeof value === 'string') return schema.type === 'string' || schema.enum !== undefined;
  if (typeof value === 'boolean') return schema.type === 'boolean';
  return (
    typeof value === 'number' && (schema.type === 'number' || (schema.type === 'integer' && Number.isInteger(value)))
  );
}

function wrongScalar(value: unknown, schema: Schema): string | undefined {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return 'must be a finite number';
    if (value < (schema.minimum ?? value)) return `must be at least ${schema.minimum}`;
    return value > (schema.maximum ?? value) ? `must be at most ${schema.maximum}` : undefined;
  }
  if (typeof value !== 'string') return undefined;
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    return `must be ${listed(schema.enum)}, not ${quoted(value)}${suggestion(value, schema.enum)}`;
  }
  const length = Array.from(value).length;
  if (length < (schema.minLength ?? 0)) return 'must not be empty';
  if (length > (schema.maxLength ?? length)) return `must be at most ${schema.maxLength} characters`;
  if (schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value)) return undefined;
  return `${quoted(value)} does not have the form ${schema.pattern}`;
}

function expected(walk: Walk, schema: Schema): string {
  const known = resolved(walk, schema);
  const choices = (known.anyOf ?? [known]).map((one) => resolved(walk, one));
  return [
    ...new Set(choices.map(({ type, enum: words }) => (words ? listed(words) : (words ?? typeNames[type ?? ''])))),
  ].join(' or ');
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
  integer: 'a whole number',
};

function listed(words: readonly string[]): string {
  return words.length > 1 ? `one of ${words.join(', ')}` : (words[0] ?? '');
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** That a key is not known, which is meant perhaps, and which there are. */
function unknownField(name: string, known: readonly string[]): string {
  return `${quoted(name)} is not known here${suggestion(name, known)}; allowed: ${known.toSorted().join(', ')}`;
}

/** ` (did you mean severity?)`, for the nearest word that is near enough; else nothing. */
export function suggestion(text: string, words: readonly string[]): string {
  const near = words
    .map((word) => ({ word, distance: distance(text.slice(0, 60).toLowerCase(), word.toLowerCase()) }))
    .filter((one) => one.distance <= (one.word.length < 4 ? 1 : Math.max(2, Math.floor(one.word.length / 3))))
    .toSorted((a, b) => a.distance - b.distance)[0];
  return near === undefined ? '' : ` (did you mean ${near.word}?)`;
}

/** Levenshtein's distance. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= other.length; to += 1) {
      const cost = one[at - 1] === other[to - 1] ? 0 : 1;
      next.push(Math.min((row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1, (row[to - 1] ?? 0) + cost));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

function offsetOf(node: Node | null | undefined, before: number): number {
  return node?.range?.[0] ?? before;
}
