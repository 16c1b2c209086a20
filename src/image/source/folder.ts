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
  readSync,
  realpathSync,
  statfsSync,
} from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../internal/limit.ts';
import { type Extractor, ImageError } from '../image.ts';
import type { LayerContent, LayerFile, LayerLink, LayerProblem, Selects } from '../layer/collector.ts';
import { extracting } from '../layer/extracting.ts';
import { PathIndex } from '../layer/path-index.ts';
import type { ContentStream } from '../layer/tar.ts';

/** How folders differ in what their entries mean. */
export interface FolderOptions {
  /** Index of the layer; default 0. */
  readonly index?: number;
  readonly onEntry?: (count: number) => void;
  /** Told of each entry first, a path below the root; an entry that it takes stands for nothing itself. */
  readonly absorbs?: (entry: Dirent, path: string, problem: (found: LayerProblem) => void) => boolean;
}

/** More of one folder add nothing that the first do not say. */
const maximumProblems = 100;

/**
 * Reads the wanted files of a folder as a layer. Links are kept, never followed, so that nothing outside of the folder is
 * read; file systems mounted in it are read too, but for those that hold no files (`/proc`, `/sys`). What vanishes
 * meanwhile is a problem. Throws `ImageError`.
 */
export function readFolder(root: string, selects: Selects, options: FolderOptions = {}): LayerContent {
  const files: LayerFile[] = [];
  const symlinks: LayerLink[] = [];
  const problems: LayerProblem[] = [];
  const index = new PathIndex();
  const { base, device } = folderOf(root);
  const folders = [''];
  let entries = 0;
  let bytes = 0;

  function problem(found: LayerProblem): void {
    if (problems.length < maximumProblems) problems.push(found);
  }

  function visit(entry: Dirent, path: string): void {
    if (++entries > limits.entriesPerLayer) tooMany(root);
    if (options.absorbs?.(entry, path, problem)) return;
    index.add(path, entry.isDirectory());
    if (entry.isDirectory()) folders.push(path);
    else if (entry.isSymbolicLink()) keepLink(path);
    else if (entry.isFile()) {
      const choice = selects(path);
      if (choice === true) take(path);
      else if (choice !== false) extract(choice, path);
    }
  }

  function keepLink(path: string): void {
    try {
      symlinks.push({ path, target: readlinkSync(join(base, path)) });
    } catch (error) {
      problem({ code: 'unreadable', path, detail: codeOf(error) });
    }
  }

  function take(path: string): void {
    const content = readWanted(join(base, path), limits.selectedBytes - bytes);
    if (Buffer.isBuffer(content)) {
      bytes += content.length;
      files.push({ path, bytes: content });
    } else problem({ ...content, path });
  }

  function extract(extractor: Extractor, path: string): void {
    const failed = extractFrom(join(base, path), (size) =>
      extracting(extractor, path, size, {
        keep: (kept) => void files.push({ ...kept, path, extractor: extractor.id }),
        fail: (detail) => problem({ code: 'unreadable', path, detail }),
      }),
    );
    if (failed !== undefined) problem({ code: 'unreadable', path, detail: failed });
  }

  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const listed = listFolder(join(base, folder), device);
    if (typeof listed === 'string') {
      if (folder === '') throw new ImageError('unreadable', 'The folder cannot be read', `${root} (${listed})`);
      problem({ code: 'unreadable', path: folder, detail: listed });
      continue;
    }
    for (const entry of listed) visit(entry, folder === '' ? entry.name : `${folder}/${entry.name}`);
    options.onEntry?.(entries);
  }
  const content = { index: options.index ?? 0, diffId: '', files, symlinks, problems, entries, paths: index.data() };
  return { ...content, hardlinks: [], whiteouts: [], opaques: [] };
}

function tooMany(root: string): never {
  throw new ImageError('limit-exceeded', 'The folder has more entries than any real image', root);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}

/** `f_type` of file systems that are windows into the kernel (statfs(2), linux/magic.h). */
const kernelFileSystems: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x62656572, // sysfs
  0x1cd1, // devpts
  0x27e0eb, // cgroup
  0x63677270, // cgroup2
  0x64626720, // debugfs
  0x74726163, // tracefs
  0x6165676c, // pstore
  0xcafe4a11, // bpf
  0x73636673, // securityfs
  0x19800202, // mqueue
  0x958458f6, // hugetlbfs
]);

/** The entries of a folder, none where it is a window into the kernel; the error's code where it can't be read. */
function listFolder(path: string, device: number): Dirent[] | string {
  try {
    const found = lstatSync(path);
    if (!found.isDirectory()) return [];
    if (found.dev !== device && kernelFileSystems.has(statfsSync(path).type)) return [];
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    return codeOf(error);
  }
}

/** The folder itself may be reached through a link; what lies in it may not lead out. */
function folderOf(root: string): { base: string; device: number } {
  try {
    const base = realpathSync(root);
    return { base, device: lstatSync(base).dev };
  } catch (cause) {
    const code = codeOf(cause);
    throw new ImageError('unreadable', 'The folder cannot be read', `${root} (${code})`, cause);
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
    return { code: 'unreadable', detail: codeOf(error) };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Streams a file as far as it is wanted; the code of what went wrong. */
function extractFrom(path: string, begin: (size: number) => ContentStream): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { stream } = begin(fstatSync(descriptor).size);
    // The first bytes tell most files to be of no interest.
    for (let want = firstBytes; ; want = pieces.length) {
      const count = readSync(descriptor, pieces, 0, want, null);
      if (count === 0) {
        stream(undefined);
        return undefined;
      }
      if (!stream(pieces.subarray(0, count))) return undefined;
    }
  } catch (error) {
    return codeOf(error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

const firstBytes = 4096;
const pieces: Buffer = Buffer.allocUnsafeSlow(1 << 18);
