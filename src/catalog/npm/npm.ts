import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { readText } from '../document.ts';
import { type Gatherer, gather } from '../gather.ts';
import { readBunLock } from './bun-lock.ts';
import { addCopies, type Copy } from './copies.ts';
import { readDenoLock } from './deno-lock.ts';
import { addModules, type Module, type Modules, readModules } from './installed.ts';
import { type LockFormat, roleOf } from './layout.ts';
import { addLock, type LockInput } from './lock.ts';
import { readPackageLock } from './package-lock.ts';
import { type PnpKnowledge, readPnp } from './pnp.ts';
import { readPnpmLock } from './pnpm-lock.ts';
import { readYarnBerry } from './yarn-berry.ts';
import { yarnCache } from './yarn-cache.ts';
import { readYarnClassic } from './yarn-classic.ts';
import { readBlocks } from './yarn-text.ts';

/** Packages of Node: what npm, pnpm, Yarn and Bun install, what Debian lays for them, and what their lock files name. */
export const npm: Cataloger = {
  id: 'npm',
  needs: [],
  endings: ['json', 'lock', 'yaml', 'lockb', 'cjs', 'js'],
  selects: (path) => roleOf(path) !== undefined,
  catalog,
};

interface LockFile {
  readonly file: ImageFile;
  readonly format: LockFormat;
  readonly folder: string;
}

function catalog(input: CatalogInput): CatalogResult {
  const gatherer = gather(npm.id);
  const manifests: [ImageFile, Module['role']][] = [];
  const copies: Copy[] = [];
  const locks: LockFile[] = [];
  const archives = new Set<string>();
  for (const file of input.files) {
    if (file.extractor !== undefined) {
      if (file.extractor === yarnCache.id) archives.add(file.path);
      continue;
    }
    const role = roleOf(file.path);
    if (role?.kind === 'lock') locks.push({ file, format: role.format, folder: role.folder });
    else if (role?.kind === 'copy') copies.push({ file, ...role });
    else if (role !== undefined) manifests.push([file, role]);
  }
  const modules = readModules(manifests, gatherer);
  const purls = addModules(modules, gatherer);
  addCopies(copies, purls, gatherer);
  addLocks(locks, modules, archives, gatherer);
  return gatherer.result();
}

function addLocks(
  locks: readonly LockFile[],
  modules: Modules,
  archives: ReadonlySet<string>,
  gatherer: Gatherer,
): void {
  /** Versions by locator, by project: what Plug'n'Play does not tell of folders and commits. */
  const versions = new Map<string, ReadonlyMap<string, string>>();
  const readable = new Set(locks.filter(({ format }) => format === 'bun').map(({ folder }) => folder));
  // Lock files of Yarn before the state of Plug'n'Play.
  for (const { file, format, folder } of locks.toSorted((a, b) => rankOf(a.format) - rankOf(b.format)))
    gatherer.read(file, () => {
      const input: LockInput = { file, folder, modules, gatherer };
      if (format === 'yarn') versions.set(folder, addYarn(input));
      else if (format !== 'bun-binary')
        addOther(format, input, { versions: versions.get(folder) ?? new Map(), archives });
      else if (!readable.has(folder))
        gatherer.problem('unsupported', 'A lock file in a binary format is not read', file);
    });
}

function rankOf(format: LockFormat): number {
  return format === 'pnp' || format === 'pnp-data' ? 1 : 0;
}

function addYarn(input: LockInput): ReadonlyMap<string, string> {
  const blocks = readBlocks(readText(input.file.bytes));
  if (!blocks.some(({ keys }) => keys[0] === '__metadata')) {
    addLock(readYarnClassic(blocks, input), input);
    return new Map();
  }
  const lock = readYarnBerry(blocks, input);
  addLock(lock, input);
  return new Map(Array.from(lock.entries, ([key, { version }]) => [key, version ?? '']));
}

function addOther(format: LockFormat, input: LockInput, known: PnpKnowledge): void {
  if (format === 'npm' || format === 'npm-hidden') addLock(readPackageLock(input, format === 'npm-hidden'), input);
  else if (format === 'pnpm' || format === 'pnpm-hidden') addLock(readPnpmLock(input, format === 'pnpm-hidden'), input);
  else if (format === 'bun') addLock(readBunLock(input), input);
  else if (format === 'deno') addLock(readDenoLock(input), input);
  else {
    const lock = readPnp(input, format === 'pnp', known);
    if (lock !== undefined) addLock(lock, input);
  }
}
