import type { ImageFile } from '../catalog.ts';
import { DocumentError } from '../document.ts';
import { addLock, type LockedPackage } from './lock.ts';
import type { PythonPackages } from './packages.ts';
import { folderOf, kindOf, type PythonFile } from './paths.ts';
import { readPdmLock } from './pdm.ts';
import { readPipfile, readPipfileLock } from './pipfile.ts';
import { readPoetryLock } from './poetry.ts';
import { type Project, readProject } from './project.ts';
import { readPylock } from './pylock.ts';
import { rootOf, withDirect } from './starts.ts';
import { readUvLock } from './uv.ts';

/** What stands beside a lock file, read when it is asked for. */
interface Beside {
  readonly project: () => Project | undefined;
  /** Names that the `Pipfile` asks for. */
  readonly asked: () => ReadonlySet<string> | undefined;
}

type LockReader = (bytes: Uint8Array, beside: Beside) => readonly LockedPackage[];

const readers: ReadonlyMap<PythonFile, LockReader> = new Map<PythonFile, LockReader>([
  ['uv-lock', (bytes) => readUvLock(bytes)],
  ['pipfile-lock', (bytes, { asked }) => readPipfileLock(bytes, asked() ?? new Set())],
  ['poetry-lock', (bytes, { project }) => ofProject(project(), (found) => readPoetryLock(bytes, found))],
  ['pdm-lock', (bytes, { project }) => ofProject(project(), (found) => readPdmLock(bytes, found))],
  ['pylock', (bytes, { project }) => ofProject(project(), () => readPylock(bytes))],
]);

/** Adds what the lock files list, with what the project file beside each says of it. */
export function addLocks(into: PythonPackages, files: readonly ImageFile[]): void {
  const byPath = new Map(files.map((file) => [file.path, file]));
  for (const file of files) {
    const kind = kindOf(file.path);
    const reader = kind && readers.get(kind);
    if (reader === undefined) continue;
    const folder = folderOf(file.path);
    const sibling = (name: string): ImageFile | undefined => byPath.get(folder === '' ? name : `${folder}/${name}`);
    into.read(file, () => {
      const packages = reader(file.bytes, {
        project: () => companion(into, sibling('pyproject.toml'), readProject),
        asked: () => companion(into, sibling('Pipfile'), readPipfile),
      });
      addLock(into, file, packages);
    });
  }
}

/** A project file that can't be read costs what it would tell, but no package. */
function companion<T>(
  into: PythonPackages,
  file: ImageFile | undefined,
  read: (bytes: Uint8Array) => T,
): T | undefined {
  if (file === undefined) return undefined;
  try {
    return read(file.bytes);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    into.problem(error.code, error.message, file, error.detail, false);
    return undefined;
  }
}

/** With the project itself, and with what it asks for marked. */
function ofProject(
  project: Project | undefined,
  read: (project: Project | undefined) => readonly LockedPackage[],
): readonly LockedPackage[] {
  const packages = read(project);
  return project === undefined ? packages : [...withDirect(packages, project), ...rootOf(project)];
}
