import { readText } from '../document.ts';

/**
 * `DESCRIPTION` of an R package, a Debian control file of one record (Writing R Extensions, 1.1.1):
 *
 *   file         = *(field / LF)
 *   field        = name ":" text LF *continuation
 *   continuation = (SP / TAB) text LF
 *
 * `Built` is what R adds when it installs a package: `R 4.2.2; platform; date; unix`.
 */
export type Description = ReadonlyMap<string, string>;

const wanted: ReadonlySet<string> = new Set(
  (
    'Package Version Built Priority License URL biocViews Repository Depends Imports LinkingTo Suggests ' +
    'RemoteType RemoteUsername RemoteRepo RemoteSha'
  ).split(' '),
);

/** The fields that are read, by name, continuations put together with blanks; the first of equal ones counts. */
export function readDescription(bytes: Uint8Array): Description {
  const fields = new Map<string, string>();
  let name: string | undefined;
  let parts: string[] = [];
  const close = (): void => {
    if (name !== undefined && !fields.has(name)) fields.set(name, parts.join(' ').trim());
  };
  for (const line of textOf(bytes).split('\n')) {
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (name !== undefined) parts.push(line.trim());
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    close();
    const said = line.slice(0, colon);
    name = wanted.has(said) ? said : undefined;
    parts = name === undefined ? [] : [line.slice(colon + 1).trim()];
  }
  close();
  return fields;
}

/** Names and versions are ASCII whatever `Encoding` says of the rest. */
function textOf(bytes: Uint8Array): string {
  try {
    return readText(bytes, 4 << 20);
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4 << 20)).toString('latin1');
  }
}

/** The names of a dependency field, `R (>= 3.5), methods, Rcpp (>= 1.0)`, R itself left out. */
export function namesIn(field: string | undefined): string[] {
  return (field ?? '').split(',').flatMap((item) => {
    const name = /^\s*([A-Za-z][\w.]*)/.exec(item)?.[1];
    return name === undefined || name === 'R' ? [] : [name];
  });
}

/** Whether name and version are ones that R takes (Writing R Extensions, 1.1.1). */
export function isUsable(name: string, version: string): boolean {
  return /^[A-Za-z][A-Za-z0-9.]*$/.test(name) && /^\d+(?:[.-]\d+)*$/.test(version);
}
