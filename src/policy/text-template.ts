import { type FactValue, type Group, readerOf } from './fields.ts';
import type { Subject } from './policy.ts';

/**
 * template = *( text | "{{" field "}}" )        field = group "." name, with spaces around it as liked
 */
const field = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** A text with facts in it; a fact that is not known is said to be so. Call `templateErrors` first. */
export function compileTemplate(template: string): (subject: Subject) => string {
  const parts = template.split(field);
  const readers = parts.map((part, at) => (at % 2 === 0 ? undefined : readerOf(part)));
  if (parts.length === 1) return () => template;
  return (subject) => {
    let text = '';
    for (const [at, part] of parts.entries()) text += at % 2 === 0 ? part : shown(readers[at]?.(subject));
    return text;
  };
}

/** Fields of a template that a rule over these groups of facts does not have, and their places in it. */
export function templateErrors(
  template: string,
  groups: readonly Group[],
): readonly { readonly name: string; readonly offset: number }[] {
  return [...template.matchAll(field)]
    .filter(([, name = '']) => readerOf(name) === undefined || !groups.some((group) => name.startsWith(`${group}.`)))
    .map((match) => ({ name: match[1] ?? '', offset: match.index }));
}

function shown(value: FactValue): string {
  if (value === undefined) return 'unknown';
  if (typeof value === 'number') return String(Number(value.toFixed(3)));
  if (typeof value !== 'object') return String(value);
  return Array.isArray(value) ? value.join(', ') : JSON.stringify(value);
}
