import { createRequire } from 'node:module';
import type * as fastXmlParser from 'fast-xml-parser';
import type * as jsYaml from 'js-yaml';
import type * as jsoncParser from 'jsonc-parser';
import type * as smolToml from 'smol-toml';
import type { ProblemCode } from '../inventory/inventory.ts';

/** A file of a package manager that can't be used as a whole. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  readonly code: ProblemCode;
  readonly detail: string | undefined;
  constructor(code: ProblemCode, message: string, detail?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
  }
}

/** Bytes of a document beyond which nothing is parsed; real ones stay far below. */
const maximumBytes = { json: 128 << 20, text: 64 << 20, yaml: 24 << 20, toml: 24 << 20, xml: 16 << 20 } as const;
/** Objects within objects. */
const maximumDepth = 200;

/** Loaded only where such a document is read: most images have few of them, and each costs as much as a small scan. */
const load = createRequire(import.meta.url);
const libraries = {
  comments: () => load('jsonc-parser') as typeof jsoncParser,
  toml: () => load('smol-toml') as typeof smolToml,
  xml: () => load('fast-xml-parser') as typeof fastXmlParser,
  yaml: () => load('js-yaml') as typeof jsYaml,
} as const;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a file in UTF-8, a byte order mark left out. Throws `DocumentError`. */
export function readText(bytes: Uint8Array, limit: number = maximumBytes.text): string {
  if (bytes.length > limit)
    throw new DocumentError('too-large', 'A file is too large to be read', `${bytes.length} bytes`);
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new DocumentError('corrupt', 'A file is not in UTF-8', undefined, cause);
  }
}

/** JSON (RFC 8259); of equal keys the last counts, as for the package managers. Throws `DocumentError`. */
export function readJson(bytes: Uint8Array): unknown {
  const text = readText(bytes, maximumBytes.json);
  return parsed('JSON', text, (source) => JSON.parse(source) as unknown);
}

/** JSON with comments and trailing commas. Throws `DocumentError`. */
export function readJsonWithComments(bytes: Uint8Array): unknown {
  return parsed('JSON', readText(bytes, maximumBytes.json), (source) => {
    checkNesting(source);
    const { parse, printParseErrorCode } = libraries.comments();
    const errors: jsoncParser.ParseError[] = [];
    const value: unknown = parse(source, errors, { allowTrailingComma: true });
    const [first] = errors;
    if (first) throw new SyntaxError(`${printParseErrorCode(first.error)} at ${first.offset}`);
    return value;
  });
}

/** YAML 1.2, core schema, one document; of equal keys the last counts. Throws `DocumentError`. */
export function readYaml(bytes: Uint8Array): unknown {
  return parsed('YAML', readText(bytes, maximumBytes.yaml), (source) => {
    const { load: parse, CORE_SCHEMA } = libraries.yaml();
    return parse(source, { schema: CORE_SCHEMA, json: true, maxAliases: 1000 });
  });
}

/** TOML 1.0. Throws `DocumentError`. */
export function readToml(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  return parsed('TOML', readText(bytes, maximumBytes.toml), (source) =>
    libraries.toml().parse(source, { maxDepth: maximumDepth }),
  );
}

/** Encodings that XML may declare for itself (XML 1.0, 4.3.3); what is in none of them is UTF-8. */
const declared = /^<\?xml[^>]{0,200}?\sencoding\s*=\s*["'](iso-8859-1|iso-8859-15|latin1|windows-1252|us-ascii)["']/i;

/** The text of an XML document in the encoding of its byte order mark or declaration, else UTF-8. */
function xmlText(bytes: Uint8Array): string {
  const { length } = bytes;
  const mark = length < 2 ? 0 : ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  const start = Buffer.from(bytes.subarray(0, 256)).toString('latin1');
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : declared.exec(start)?.[1];
  if (encoding === undefined || length > maximumBytes.xml) return readText(bytes, maximumBytes.xml);
  return new TextDecoder(encoding).decode(bytes);
}

/**
 * XML 1.0 as objects: an element is an object of its children by name, or its text; children are always arrays;
 * attributes are keys with `@`, the text beside children is `#text`. Entities of a document type are not replaced. Throws
 * `DocumentError`.
 */
export function readXml(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  return parsed('XML', xmlText(bytes), (source) => {
    xml ??= newXmlParser();
    const value: unknown = xml.parse(source, true);
    return asObject(value) ?? {};
  });
}

let xml: fastXmlParser.XMLParser | undefined;

function newXmlParser(): fastXmlParser.XMLParser {
  return new (libraries.xml().XMLParser)({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: { enabled: true, maxEntityCount: 0, maxTotalExpansions: 100_000, maxExpandedLength: 10_000_000 },
    isArray: (_name, _path, _leaf, isAttribute) => !isAttribute,
  });
}

function parsed<T>(format: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : '';
    throw new DocumentError(
      'corrupt',
      `A file is not the ${format} that it should be`,
      message.split('\n', 1)[0],
      cause,
    );
  }
}

/** Refuses brackets nested beyond any document's before a recursive parser sees them. */
function checkNesting(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) {
      if (++depth > maximumDepth * 10) throw new RangeError('nested too deep');
    } else if ((code === 0x5d || code === 0x7d) && depth > 0) depth--;
  }
}

/** The value as an object, not an array; `undefined` when it is none. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

/** The value as an array; `undefined` when it is none. */
export function asArray(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** The value as a text that is not empty; `undefined` when it is none. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The entries of an object; none when it is none. Safe for `__proto__` and the like as keys. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  const object = asObject(value);
  return object === undefined ? [] : Object.entries(object);
}

/** The texts of an array; none when it is none. */
export function textsOf(value: unknown): readonly string[] {
  return (asArray(value) ?? []).flatMap((item) => asText(item) ?? []);
}
