import type * as Yaml from 'yaml';
import type { Told } from './model.ts';

/** A value and the line it stands in. */
interface Placed {
  readonly value: unknown;
  readonly line: number;
}

/** A mapping with the line of each key. */
export type Fields = ReadonlyMap<string, Placed & { readonly entries: readonly Entry[] | undefined }>;

/** An item of a list. */
export interface Entry {
  readonly line: number;
  /** Undefined where the item is no mapping. */
  readonly fields: Fields | undefined;
}

/** The mapping that a YAML document is, all its scalars as text; undefined, and told, where it is none. */
export async function readMapping(text: string, told: Told): Promise<Fields | undefined> {
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  try {
    const document = yaml.parseDocument(text, { schema: 'failsafe', lineCounter: lines });
    const [error] = document.errors;
    if (error !== undefined) return refuse(told, lines.linePos(error.pos[0]).line, error.code);
    if (document.contents === null || isEmpty(yaml, document.contents)) return new Map();
    // Also refuses a document whose aliases would make it large.
    document.toJS();
    if (yaml.isMap(document.contents)) return fieldsOf({ yaml, document, lines }, document.contents);
  } catch (cause) {
    return refuse(told, 1, cause instanceof Error ? cause.name : 'error');
  }
  told.push({ line: 1, code: 'wrong-shape', effect: 'left-out', message: 'the file is no mapping' });
  return undefined;
}

interface Reading {
  readonly yaml: typeof Yaml;
  readonly document: Yaml.Document.Parsed;
  readonly lines: Yaml.LineCounter;
}

function fieldsOf(reading: Reading, map: Yaml.YAMLMap): Fields {
  const fields = new Map<string, Placed & { readonly entries: readonly Entry[] | undefined }>();
  for (const { key, value } of map.items) {
    const node = resolved(reading, value);
    const entries = reading.yaml.isSeq(node) ? node.items.map((item) => entryOf(reading, item)) : undefined;
    const plain = reading.yaml.isNode(node) ? node.toJS(reading.document) : undefined;
    fields.set(String(key), { value: plain, line: lineOf(reading, key), entries });
  }
  return fields;
}

function entryOf(reading: Reading, item: unknown): Entry {
  const node = resolved(reading, item);
  return { line: lineOf(reading, item), fields: reading.yaml.isMap(node) ? fieldsOf(reading, node) : undefined };
}

function resolved({ yaml, document }: Reading, node: unknown): unknown {
  return yaml.isAlias(node) ? node.resolve(document) : node;
}

function lineOf({ yaml, lines }: Reading, node: unknown): number {
  const start = yaml.isNode(node) ? node.range?.[0] : undefined;
  return start === undefined ? 1 : lines.linePos(start).line;
}

function isEmpty(yaml: typeof Yaml, node: unknown): boolean {
  return yaml.isScalar(node) && (node.value === '' || node.value === null);
}

function refuse(told: Told, line: number, detail: string): undefined {
  told.push({ line, code: 'not-yaml', effect: 'left-out', message: 'the file is no YAML document', detail });
}
