import type { Stanza } from '../stanza.ts';

/** The fields of `status` that are read, in the order of `Stanza.values`. */
export const statusFields: readonly string[] = ['package', 'version', 'status', 'architecture', 'depends', 'provides'];
/** Those of `info/*.control`. */
export const controlFields: readonly string[] = ['package', 'license', 'sourcename', 'source'];

/** A package as opkg records it. */
export interface OpkgRecord {
  readonly name: string;
  readonly version: string;
  readonly architecture: string | undefined;
  /** The user asked for it. */
  readonly direct: boolean;
  /** Names, alternatives separated by `|`. */
  readonly depends: readonly string[];
  readonly provides: readonly string[];
}

/**
 * `Status` is `want flags state` (opkg, "pkg_state"): states in which files of the package are in place, and those in which
 * none is. The flag `user` says that it was asked for by name.
 */
const present: ReadonlySet<string> = new Set([
  'installed',
  'unpacked',
  'half-configured',
  'half-installed',
  'post-inst-failed',
  'removal-failed',
]);
const absent: ReadonlySet<string> = new Set(['not-installed', 'config-files']);

const packageName = /^[A-Za-z0-9][\w+.-]*$/;

/** Reads a stanza of `status`: a package that is there, or none; with what is wrong in it. */
export function readStatus(stanza: Stanza): { readonly record?: OpkgRecord; readonly faults: readonly string[] } {
  const [name = '', version = '', status = '', architecture, depends, provides] = stanza.values;
  const faults = Array.from(stanza.faults, ({ line, text }) => `line ${line}: ${text}`);
  const [, flags = '', state = ''] = status.split(' ');
  if (absent.has(state)) return { faults };
  const lacks = (field: string): number =>
    faults.push(`line ${stanza.line}: ${name || 'stanza'} without usable ${field}`);
  if (!packageName.test(name)) lacks('Package');
  if (version === '' || /[\s\p{Cc}]/u.test(version)) lacks('Version');
  const usable = faults.length === stanza.faults.length;
  if (!present.has(state)) lacks('Status');
  if (!usable) return { faults };
  if (!architecture || !/^[\w-]+$/.test(architecture)) lacks('Architecture');
  const record: OpkgRecord = {
    name,
    version,
    architecture: architecture || undefined,
    direct: flags.split(',').includes('user'),
    depends: listOf(depends),
    provides: listOf(provides),
  };
  return { record, faults };
}

/** `libc, libssl (>= 3), a | b`, versions left out. */
function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .replaceAll(/\([^()]*\)|\s+/g, '')
    .split(',')
    .filter((name) => name !== '');
}

/** The name of the source in a `control`: said, or that of the recipe or the folder in the feed (`feeds/base/curl`). */
export function sourceName(said: string | undefined, source: string | undefined): string | undefined {
  if (said && packageName.test(said)) return said;
  if (!source || source.includes('://') || source.includes(' ')) return undefined;
  const name = source.slice(source.lastIndexOf('/') + 1).replace(/(?:_[^_]*)?\.bb$/, '');
  return packageName.test(name) ? name : undefined;
}

/**
 * The files of a package by its `list`: `path [TAB mode [TAB target]]`, one a line; the mode, octal with the file's type,
 * tells folders, which older versions do not list.
 */
export function readFileList(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [path = '', mode = ''] = line.split('\t', 2);
    if (path === '' || path.endsWith('/') || /^0?4\d{4}$/.test(mode)) return [];
    return [path.startsWith('/') ? path : `/${path.replace(/^\.\//, '')}`];
  });
}
