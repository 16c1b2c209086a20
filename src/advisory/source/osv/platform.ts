import { asObject, asText } from '../document.ts';

/**
 * The operating systems that an entry is limited to, in words: by `goos` of every package that it names (Go), or by
 * `affects.os` (RustSec). Undefined when it is limited to none.
 */
export function systemsNote(fields: Readonly<Record<string, unknown>>): string | undefined {
  const specific = asObject(fields['ecosystem_specific']);
  const { imports } = specific ?? {};
  const lists = Array.isArray(imports)
    ? imports.map((one) => asObject(one)?.['goos'])
    : [asObject(specific?.['affects'])?.['os']];
  const systems = new Set<string>();
  for (const list of lists) {
    if (!Array.isArray(list) || list.length === 0) return undefined;
    for (const name of list) systems.add(asText(name)?.slice(0, 40) ?? '');
  }
  return systems.size === 0 || systems.size > 20 ? undefined : `only on ${[...systems].join(', ')}`;
}
