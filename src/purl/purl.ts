/** The parts of a package URL, unencoded. */
export interface PurlParts {
  /** `deb`, `apk`, `rpm`, … lower case. */
  readonly type: string;
  /** Vendor, scope or group; segments separated by `/`. */
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly version?: string | undefined;
  /** Empty and undefined values are left out. */
  readonly qualifiers?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * purl: "pkg:" type "/" [namespace "/"] name ["@" version] ["?" key "=" value *("&" key "=" value)]
 *
 * Everything but letters, digits, `.`, `-`, `_`, `~` and `:` is percent-encoded as UTF-8; `/` stays where it separates
 * (namespace, and qualifier values that are paths or URLs). Keys are sorted. Types fold case as their definitions say.
 */
const foldsNamespaceAndName: ReadonlySet<string> = new Set(['alpm', 'apk', 'bitbucket', 'composer', 'deb', 'github']);
const foldsNamespace: ReadonlySet<string> = new Set([...foldsNamespaceAndName, 'qpkg', 'rpm']);

/** The canonical package URL of a package (purl specification, ECMA-427, clause 5). */
export function packagePurl(parts: PurlParts): string {
  const { type } = parts;
  const namespace = foldsNamespace.has(type) ? parts.namespace?.toLowerCase() : parts.namespace;
  const name = foldsNamespaceAndName.has(type) ? parts.name.toLowerCase() : parts.name;
  let purl = `pkg:${type}/`;
  if (namespace) {
    purl += `${encode(namespace, true)}/`;
  }
  purl += encode(name, false);
  if (parts.version) {
    purl += `@${encode(parts.version, false)}`;
  }
  return purl + encodeQualifiers(parts.qualifiers);
}

/**
 * Makes `Package.id`s for one inventory: a purl stands for itself the first time, later ones alike get `#2`, `#3`, …
 */
export function purlNumbering(): (purl: string) => string {
  const seen = new Map<string, number>();
  return (purl) => {
    const count = (seen.get(purl) ?? 0) + 1;
    seen.set(purl, count);
    return count === 1 ? purl : `${purl}#${count}`;
  };
}

function encodeQualifiers(qualifiers: PurlParts['qualifiers']): string {
  if (qualifiers === undefined) {
    return '';
  }
  let text = '';
  for (const key of Object.keys(qualifiers).toSorted()) {
    const value = qualifiers[key];
    if (value) {
      text += `${text === '' ? '?' : '&'}${key}=${encode(value, true)}`;
    }
  }
  return text;
}

const plain = /^[\w.~:-]*$/;
const plainPath = /^[\w.~:/-]*$/;

function encode(text: string, slashes: boolean): string {
  if ((slashes ? plainPath : plain).test(text)) {
    return text;
  }
  const encoded = encodeURIComponent(text.toWellFormed())
    .replaceAll('%3A', ':')
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return slashes ? encoded.replaceAll('%2F', '/') : encoded;
}

/** A package URL taken apart. */
export interface Purl {
  readonly type: string;
  readonly namespace?: string;
  readonly name: string;
  readonly version?: string;
  readonly qualifiers: Readonly<Record<string, string>>;
}

/**
 * The parts of a package URL (ECMA-427, clause 5.6), letters folded as its type does; undefined for what is none. The
 * subpath is left aside.
 */
export function parsePurl(text: string): Purl | undefined {
  const [, rest = ''] = /^pkg:\/{0,2}([^#]*)(?:#.*)?$/is.exec(text) ?? [];
  const question = rest.indexOf('?');
  const path = question < 0 ? rest : rest.slice(0, question);
  const slash = path.indexOf('/');
  const type = path.slice(0, Math.max(slash, 0)).toLowerCase();
  // The version is behind the last `@` that no `/` follows: scopes of npm may be written unencoded.
  const at = path.lastIndexOf('@') > path.lastIndexOf('/') ? path.lastIndexOf('@') : path.length;
  const named = decodedSegments(path.slice(slash + 1, at));
  const [version, qualifiers] = [
    decoded(path.slice(at + 1)),
    question < 0 ? {} : readQualifiers(rest.slice(question + 1)),
  ];
  const name = named?.at(-1);
  if (!/^[a-z][a-z0-9.+-]*$/.test(type) || !name || version === undefined || qualifiers === undefined) return undefined;
  const namespace = named?.slice(0, -1).join('/') ?? '';
  return {
    type,
    ...(namespace === '' ? {} : { namespace: foldsNamespace.has(type) ? namespace.toLowerCase() : namespace }),
    name: foldsNamespaceAndName.has(type) ? name.toLowerCase() : name,
    ...(version === '' ? {} : { version }),
    qualifiers,
  };
}

function decodedSegments(path: string): string[] | undefined {
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decoded);
  return segments.includes(undefined) ? undefined : segments.filter((segment) => segment !== undefined);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function readQualifiers(text: string): Record<string, string> | undefined {
  const pairs: [string, string][] = [];
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=');
    const value = decoded(pair.slice(equals + 1));
    if (value === undefined) return undefined;
    if (equals > 0 && value !== '') pairs.push([pair.slice(0, equals).toLowerCase(), value]);
  }
  return Object.fromEntries(pairs);
}
