import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../internal/limit.ts';
import { ImageError } from '../image.ts';
import type { LayerContent, LayerFile, LayerLink, LayerProblem } from '../layer/collector.ts';
import type { Selects } from '../layer/layer.ts';
import { PathIndex } from '../layer/path-index.ts';

/**
 * Reads the wanted files of a folder as if it were one layer. Links are kept, never followed, so that nothing outside
 * of the folder is read; other file systems mounted in it (`/proc`, `/sys`) are left out. Throws `ImageError`.
 */
export function readRootfs(root: string, selects: Selects, onEntry?: (count: number) => void): LayerContent {
  const files: LayerFile[] = [];
  const symlinks: LayerLink[] = [];
  const problems: LayerProblem[] = [];
  const index = new PathIndex();
  const device = deviceOf(root);
  const folders = [''];
  let entries = 0;
  let bytes = 0;

  function visit(entry: Dirent, path: string): void {
    if (++entries > limits.entriesPerLayer)
      throw new ImageError('limit-exceeded', 'The folder has more entries than any real image', root);
    index.add(path, entry.isDirectory());
    if (entry.isDirectory()) folders.push(path);
    else if (entry.isSymbolicLink()) symlinks.push({ path, target: readlinkSync(join(root, path)) });
    else if (entry.isFile() && selects(path)) take(path);
  }

  function take(path: string): void {
    const content = readWanted(join(root, path), limits.selectedBytes - bytes);
    if (Buffer.isBuffer(content)) {
      bytes += content.length;
      files.push({ path, bytes: content });
    } else problems.push({ ...content, path });
  }

  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const listed = listFolder(join(root, folder), device);
    if (typeof listed === 'string') {
      if (folder === '') throw new ImageError('unreadable', 'The folder cannot be read', `${root} (${listed})`);
      if (problems.length < 100) problems.push({ code: 'unreadable', path: folder, detail: listed });
      continue;
    }
    for (const entry of listed) visit(entry, folder === '' ? entry.name : `${folder}/${entry.name}`);
    onEntry?.(entries);
  }
  const content = { index: 0, diffId: '', files, symlinks, problems, entries, paths: index.data() };
  return { ...content, hardlinks: [], whiteouts: [], opaques: [] };
}

function deviceOf(root: string): number {
  return lstatSync(root, { throwIfNoEntry: false })?.dev ?? 0;
}

/** The entries of a folder, none where it is another file system; the error's code where it can't be read. */
function listFolder(path: string, device: number): Dirent[] | string {
  try {
    return lstatSync(path).dev === device ? readdirSync(path, { withFileTypes: true }) : [];
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown error';
  }
}

function readWanted(path: string, budget: number): Buffer | Omit<LayerProblem, 'path'> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { size } = fstatSync(descriptor);
    if (size > Math.min(limits.fileBytes, budget)) return { code: 'too-large', detail: `${size} bytes` };
    return readFileSync(descriptor);
  } catch (error) {
    return { code: 'unreadable', detail: (error as NodeJS.ErrnoException).code ?? 'unknown error' };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
