import { isWithinPackage } from '../within-package.ts';

/** What a path says of the file there. */
export type Role =
  | { readonly kind: 'package'; readonly folder: string; readonly base: string; readonly strict: boolean }
  | { readonly kind: 'root'; readonly folder: string }
  | { readonly kind: 'copy'; readonly folder: string; readonly owner: string }
  | { readonly kind: 'lock'; readonly format: LockFormat; readonly folder: string };

/** A format of files that name packages. */
export type LockFormat =
  | 'npm'
  | 'npm-hidden'
  | 'yarn'
  | 'pnpm'
  | 'pnpm-hidden'
  | 'bun'
  | 'bun-binary'
  | 'deno'
  | 'pnp'
  | 'pnp-data';

const lockNames: ReadonlyMap<string, LockFormat> = new Map([
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
  ['yarn.lock', 'yarn'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun-binary'],
  ['deno.lock', 'deno'],
  ['.pnp.cjs', 'pnp'],
  ['.pnp.js', 'pnp'],
  ['.pnp.data.json', 'pnp-data'],
]);

/** What package managers leave in a project's `node_modules` of what they put there. */
const hiddenNames: ReadonlyMap<string, LockFormat> = new Map([
  ['.package-lock.json', 'npm-hidden'],
  ['lock.yaml', 'pnpm-hidden'],
]);

const manifestName = 'package.json';
/** Folders in which Debian lays modules, apart from those of one architecture (`usr/lib/x86_64-linux-gnu/nodejs`). */
const debianFolders: readonly string[] = ['usr/share/nodejs', 'usr/lib/nodejs'];

/** Why a file may be of interest by its path (no leading slash); `undefined` when it is of none. */
export function roleOf(path: string): Role | undefined {
  const slash = path.lastIndexOf('/');
  const name = slash < 0 ? path : path.slice(slash + 1);
  const folder = slash < 0 ? '' : path.slice(0, slash);
  if (name === manifestName) return manifestRole(folder);
  const format = lockNames.get(name);
  if (format !== undefined) return isWithinModule(folder) ? undefined : { kind: 'lock', format, folder };
  const hidden = hiddenNames.get(name);
  return hidden === undefined ? undefined : hiddenRole(hidden, folder);
}

function manifestRole(folder: string): Role | undefined {
  const base = modulesFolderOf(folder);
  if (base !== undefined) {
    const rest = folder.slice(base.length + 1);
    // Yarn's linker `pnpm` lays packages into `.store/<slug>/package`.
    if (!isModuleName(rest) && !/^\.store\/[^/]+\/package$/.test(rest)) return copyRole(folder, base, rest);
    return { kind: 'package', folder, base, strict: isStrict(base) };
  }
  const debian = debianFolderOf(folder);
  if (debian !== undefined)
    return isModuleName(folder.slice(debian.length + 1))
      ? { kind: 'package', folder, base: debian, strict: true }
      : undefined;
  return isWithinPackage(folder) ? undefined : { kind: 'root', folder };
}

/** Folders of a package that hold what is no part of it when it runs. */
const trialFolders: ReadonlySet<string> = new Set([
  '__fixtures__',
  '__tests__',
  'example',
  'examples',
  'fixture',
  'fixtures',
  'spec',
  'test',
  'tests',
]);

/** A manifest deep in a package may be of another one that was copied there. */
function copyRole(folder: string, base: string, rest: string): Role | undefined {
  const parts = rest.split('/');
  const length = rest.startsWith('@') ? 2 : 1;
  if (rest.startsWith('.') || parts.length <= length || parts.slice(length).some((part) => trialFolders.has(part)))
    return undefined;
  return { kind: 'copy', folder, owner: `${base}/${parts.slice(0, length).join('/')}` };
}

/** Whether a `node_modules` is one that a package manager fills, not one in the midst of a package's own files. */
function isStrict(base: string): boolean {
  const parent = base.slice(0, Math.max(0, base.lastIndexOf('/')));
  const outer = modulesFolderOf(parent);
  if (outer === undefined) return true;
  const rest = parent.slice(outer.length + 1);
  return isModuleName(rest) || rest.startsWith('.');
}

function hiddenRole(format: LockFormat, folder: string): Role | undefined {
  const tail = format === 'npm-hidden' ? 'node_modules' : 'node_modules/.pnpm';
  if (folder !== tail && !folder.endsWith(`/${tail}`)) return undefined;
  const project = folder.slice(0, Math.max(0, folder.length - tail.length - 1));
  return isWithinModule(project) ? undefined : { kind: 'lock', format, folder: project };
}

/** Debian's modules are packages too. */
function isWithinModule(folder: string): boolean {
  return isWithinPackage(folder) || debianFolderOf(folder) !== undefined;
}

/** The innermost `node_modules` above a folder. */
function modulesFolderOf(folder: string): string | undefined {
  const at = folder.lastIndexOf('/node_modules/');
  if (at >= 0) return folder.slice(0, at + 13);
  return folder.startsWith('node_modules/') ? 'node_modules' : undefined;
}

/** The folder of Debian's that a folder is in, `usr/share/nodejs`. */
export function debianFolderOf(folder: string): string | undefined {
  if (!folder.startsWith('usr/')) return undefined;
  const known = debianFolders.find((base) => folder.startsWith(`${base}/`));
  if (known !== undefined || !folder.startsWith('usr/lib/')) return known;
  const at = folder.indexOf('/nodejs/');
  return at > 8 && folder.indexOf('/', 8) === at ? folder.slice(0, at + 7) : undefined;
}

/** `name` or `@scope/name`, and not hidden. */
function isModuleName(text: string): boolean {
  const slash = text.indexOf('/');
  if (text === '' || text.startsWith('.')) return false;
  return text.startsWith('@') ? slash > 1 && text.indexOf('/', slash + 1) < 0 : slash < 0;
}
