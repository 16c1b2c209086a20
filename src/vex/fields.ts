import { type Purl, parsePurl } from '../purl/purl.ts';
import type { VexComponent, VexStatement } from './statement.ts';

/** A JSON object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** `value` as an object whose members may be looked at; empty where it is none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** `value` as a text that is not empty, or undefined. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** `value` as a list; empty where it is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The texts of a list. */
export function textsOf(value: unknown): readonly string[] {
  return listOf(value).flatMap((item) => textOf(item) ?? []);
}

/** The package URLs among texts, which may be other identifiers too. */
function purlsAmong(texts: readonly (string | undefined)[]): readonly Purl[] {
  return texts.flatMap((text) => {
    const purl = text === undefined ? undefined : parsePurl(text);
    return purl ?? [];
  });
}

/** A component of which these identifiers and digests are known. */
export function component(identifiers: readonly (string | undefined)[], digests: readonly string[]): VexComponent {
  const names = identifiers.filter((name) => name !== undefined);
  return { name: names[0] ?? digests[0] ?? '', purls: purlsAmong(names), digests };
}

const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['sha-256', 'sha256'],
  ['sha256', 'sha256'],
  ['sha-512', 'sha512'],
  ['sha512', 'sha512'],
]);

/** `sha256:…` of an algorithm and a value in any spelling; undefined for weaker algorithms. */
export function digestOf(algorithm: string | undefined, value: string | undefined): string | undefined {
  const name = ALGORITHMS.get(algorithm?.toLowerCase() ?? '');
  if (name === undefined || value === undefined || !/^[0-9a-f]{64,128}$/i.test(value)) return undefined;
  return `${name}:${value.toLowerCase()}`;
}

/** What a statement may say besides: only what is there. */
export function given({
  justification,
  text,
  timestamp,
}: {
  readonly [K in 'justification' | 'text' | 'timestamp']: string | undefined;
}): Pick<VexStatement, 'justification' | 'text' | 'timestamp'> {
  return {
    ...(justification === undefined ? {} : { justification }),
    ...(text === undefined ? {} : { text }),
    ...(timestamp === undefined ? {} : { timestamp }),
  };
}
