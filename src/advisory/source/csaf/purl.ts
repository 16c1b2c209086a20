/*
 * Package URLs as CSAF documents have them (purl-spec), of which the subpath is left out:
 *
 *   purl = "pkg:" type [ "/" namespace ] "/" name [ "@" version ] [ "?" key "=" value *( "&" key "=" value ) ]
 */

/** A package URL taken apart; everything is decoded. */
export interface Purl {
  readonly type: string;
  readonly namespace: string;
  readonly name: string;
  /** Empty when it has none. */
  readonly version: string;
  readonly qualifiers: ReadonlyMap<string, string>;
}

/** Reads a package URL; undefined for what is none. */
export function parsePurl(text: string): Purl | undefined {
  if (!text.startsWith('pkg:')) return undefined;
  const hash = text.indexOf('#');
  const [path, query] = splitOnce(hash < 0 ? text.slice(4) : text.slice(4, hash), '?');
  const at = path.lastIndexOf('@');
  const parts = (at < 0 ? path : path.slice(0, at)).split('/').filter((part) => part !== '');
  const [type, name] = [parts[0], parts.at(-1)];
  if (type === undefined || name === undefined || parts.length < 2) return undefined;
  const qualifiers = new Map<string, string>();
  if (query !== '') {
    for (const pair of query.split('&')) {
      const [key, value] = splitOnce(pair, '=');
      if (key !== '' && value !== '') qualifiers.set(key.toLowerCase(), decoded(value));
    }
  }
  return {
    type: type.toLowerCase(),
    namespace: parts.slice(1, -1).map(decoded).join('/'),
    name: decoded(name),
    version: at < 0 ? '' : decoded(path.slice(at + 1)),
    qualifiers,
  };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
