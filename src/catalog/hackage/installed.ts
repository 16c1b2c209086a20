import { readText } from '../document.ts';

/**
 * Record of an installed library in a package database of GHC (Cabal, "InstalledPackageInfo"):
 *
 *   file         = *(field / LF)
 *   field        = name ":" value LF *continuation      ; names in lower case
 *   continuation = 1*SP text LF
 */
const wanted: ReadonlySet<string> = new Set([
  'name',
  'version',
  'id',
  'license',
  'homepage',
  'depends',
  'package-name',
  'lib-name',
]);

/** The wanted fields, continuations put together with blanks. Throws `DocumentError`. */
export function readInstalled(bytes: Uint8Array): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let open: string | undefined;
  for (const line of readText(bytes, 16 << 20).split('\n')) {
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (open !== undefined) fields.set(open, `${fields.get(open) ?? ''} ${line.trim()}`.trim());
      continue;
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? '' : line.slice(0, colon).trim().toLowerCase();
    open = wanted.has(name) && !fields.has(name) ? name : undefined;
    if (open !== undefined) fields.set(open, line.slice(colon + 1).trim());
  }
  return fields;
}
