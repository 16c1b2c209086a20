import { isWithinPackage } from '../within-package.ts';

/** What a file of Python's package managers is, as its path tells. */
export type PythonFile =
  | 'metadata'
  | 'direct-url'
  | 'requested'
  | 'requires'
  | 'egg-link'
  | 'vendor-list'
  | 'vendored-module'
  | 'requirements'
  | 'constraints'
  | 'pipfile'
  | 'pipfile-lock'
  | 'poetry-lock'
  | 'uv-lock'
  | 'pdm-lock'
  | 'pylock'
  | 'pyproject';

/** Folders inside a package that hold copies of others. */
const vendorFolders: ReadonlySet<string> = new Set(['_vendor', 'vendor', 'patched']);

/** Nothing is imported from the test data of an installed package (`pkg_resources/tests/data/x.egg/EGG-INFO`). */
const isTestData = (parent: string): boolean =>
  parent.includes('/tests/') && /-packages\/(?:.*\/)?tests\//.test(parent);
const inDistInfo = (kind: PythonFile) => (parent: string) =>
  parent.endsWith('.dist-info') && !isTestData(parent) ? kind : undefined;
const inEggInfo = (kind: PythonFile) => (parent: string) =>
  (parent.endsWith('.egg-info') || parent.endsWith('.egg/EGG-INFO')) && !isTestData(parent) ? kind : undefined;
const inVendorFolder = (kind: PythonFile) => (parent: string) =>
  parent.includes('-packages/') && vendorFolders.has(lastOf(parent)) ? kind : undefined;
const anywhere = (kind: PythonFile) => (parent: string) => (isWithinPackage(parent) ? undefined : kind);

/** By the last component of the path: what it is, by the path before it. */
const byName: ReadonlyMap<string, (parent: string) => PythonFile | undefined> = new Map([
  ['METADATA', inDistInfo('metadata')],
  ['direct_url.json', inDistInfo('direct-url')],
  ['REQUESTED', inDistInfo('requested')],
  ['PKG-INFO', inEggInfo('metadata')],
  ['requires.txt', inEggInfo('requires')],
  ['vendor.txt', inVendorFolder('vendor-list')],
  ['vendored.txt', inVendorFolder('vendor-list')],
  ['patched.txt', inVendorFolder('vendor-list')],
  ['Pipfile', anywhere('pipfile')],
  ['Pipfile.lock', anywhere('pipfile-lock')],
  ['poetry.lock', anywhere('poetry-lock')],
  ['uv.lock', anywhere('uv-lock')],
  ['pdm.lock', anywhere('pdm-lock')],
  ['pylock.toml', anywhere('pylock')],
  ['pyproject.toml', anywhere('pyproject')],
]);

/** What the file at a path (no leading slash) is; `undefined` when it is nothing of Python's package managers. */
export function kindOf(path: string): PythonFile | undefined {
  const slash = path.lastIndexOf('/');
  const name = slash < 0 ? path : path.slice(slash + 1);
  const known = byName.get(name);
  if (known !== undefined) return known(folderOf(path));
  if (name.endsWith('.py')) return moduleKind(path);
  if (name.endsWith('.egg-info')) return name === '.egg-info' || isTestData(path) ? undefined : 'metadata';
  if (name.endsWith('.egg-link')) return 'egg-link';
  if (name.endsWith('.txt')) return listKind(name, path, slash);
  return name.startsWith('pylock.') && /^pylock\.[^.]+\.toml$/.test(name) ? 'pylock' : undefined;
}

/** `pip/_vendor/six.py` and `pip/_vendor/idna/__init__.py`, but nothing deeper. */
function moduleKind(path: string): PythonFile | undefined {
  if (!path.includes('/_vendor/') && !path.includes('/vendor/') && !path.includes('/patched/')) return undefined;
  const folder = path.endsWith('/__init__.py') ? folderOf(folderOf(path)) : folderOf(path);
  return vendorFolders.has(lastOf(folder)) && path.includes('-packages/') ? 'vendored-module' : undefined;
}

/** `requirements-dev.txt`, `dev_requirements.txt`, `requirements/dev.txt`, `constraints.txt`. */
function listKind(name: string, path: string, slash: number): PythonFile | undefined {
  const lower = name.toLowerCase();
  if (isWithinPackage(path.slice(0, Math.max(slash, 0)))) return undefined;
  if (lower.includes('requirements')) return 'requirements';
  if (lower.includes('constraints')) return 'constraints';
  return slash >= 12 && /(?:^|\/)requirements$/.test(path.slice(slash - 13 < 0 ? 0 : slash - 13, slash))
    ? 'requirements'
    : undefined;
}

/** The path before the last slash; empty at the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/** What is behind the last slash. */
export function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A path as another file beside `folder` writes it, relative or absolute; `undefined` when it leads out of the image. */
export function resolvePath(folder: string, relative: string): string | undefined {
  const parts = relative.startsWith('/') ? [] : folder.split('/').filter((part) => part !== '');
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

/** The folder of packages that a path is in, and the folders below it: `a/site-packages`, `['pip', '_vendor']`. */
export function packagesFolderOf(
  path: string,
): { readonly site: string; readonly inside: readonly string[] } | undefined {
  const match = /^(?:.*?\/)?(?:site|dist)-packages(?=\/|$)/.exec(path);
  if (match === null) return undefined;
  const [site] = match;
  return {
    site,
    inside: path
      .slice(site.length + 1)
      .split('/')
      .filter((part) => part !== ''),
  };
}

/** The version of Python whose folder of packages it is: `3.11` of `usr/lib/python3.11/site-packages`. */
export function pythonOf(site: string): string | undefined {
  return /(?:^|\/)python(\d\.\d+)\/(?:site|dist)-packages$/.exec(site)?.[1];
}
