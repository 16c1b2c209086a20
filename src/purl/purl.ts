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
