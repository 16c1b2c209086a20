import type { GoImport, Qualifiers } from '../../advisory.ts';
import { asObject, asText } from '../document.ts';

/** More of them than any record has; a record with more is not limited to any, so that nothing is missed. */
const MOST = 10_000;

/**
 * The packages of a Go module, and the symbols in them, that a flaw is in (Go vulnerability database,
 * `ecosystem_specific.imports`); a package without symbols has it in all of them. Undefined when the record names none, or
 * one in a way that is not understood: then the flaw may be anywhere in the module.
 */
export function importsIn(fields: Readonly<Record<string, unknown>>): Pick<Qualifiers, 'imports'> | undefined {
  const list = asObject(fields['ecosystem_specific'])?.['imports'];
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST) return undefined;
  const imports: GoImport[] = [];
  for (const item of list) {
    const one = asObject(item);
    const [path, symbols] = [asText(one?.['path']), textsIn(one?.['symbols'])];
    if (path === undefined || symbols === undefined) return undefined;
    imports.push({ path, symbols });
  }
  return { imports };
}

function textsIn(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.length > MOST) return undefined;
  const texts = value.filter((text) => typeof text === 'string' && text !== '');
  return texts.length === value.length ? texts : undefined;
}
