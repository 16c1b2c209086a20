/** A path of an entry, as it lies below the root of the image: no leading or trailing slash, no `.`, no `..`. */
export interface NormalPath {
  readonly path: string;
  /** The name climbed above the root; it stays below, as containerd has it. */
  readonly escaped: boolean;
}

/** Normalises the name of an entry. The root itself is `''`. */
export function normalizePath(name: string): NormalPath {
  if (isNormal(name)) return { path: name, escaped: false };
  const parts: string[] = [];
  let escaped = false;
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) escaped = true;
  }
  return { path: parts.join('/'), escaped };
}

/** Most names need nothing: one look over the characters spares the splitting. */
function isNormal(name: string): boolean {
  let start = true;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code === 0x2f) {
      if (start) return false;
      start = true;
    } else {
      if (start && code === 0x2e) return false;
      start = false;
    }
  }
  return !start;
}

/** The folder of a path, `''` for what lies at the root. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
