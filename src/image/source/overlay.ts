// The upper folder of an overlay mount holds what differs from the layers below (kernel documentation, "Overlay
// Filesystem"):
//   whiteout    a character device 0/0; or, in a folder that is marked `opaque=x`, an empty file with `whiteout`
//   opaque      a folder with `opaque=y` hides the folder below
//   redirect    a folder or file that was renamed: what is below lies under another name
//   metacopy    a file of which only owner and mode changed: its content is that of the file below
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { join } from 'node:path';
import { ImageError } from '../image.ts';
import type { LayerContent, LayerProblem, Selects } from '../layer/collector.ts';
import { parentOf } from '../layer/path.ts';
import { readFolder } from './folder.ts';
import { type AttributesByPath, type OverlayAttributes, overlayAttributes } from './overlay-attributes.ts';

/** How an overlay is mounted. */
export interface OverlayOptions {
  /** Marks are attributes `user.overlay.*` (mount option `userxattr`), not `trusted.overlay.*`. */
  readonly userAttributes?: boolean;
  /** Files named `.wh.…` are whiteouts too, as fuse-overlayfs makes them where it may not make devices. */
  readonly whiteoutFiles?: boolean;
}

/**
 * Reads the upper folder of an overlay, which may be in use, as the layer of an index. What it marks that can't be known
 * or told in the terms of a layer is a problem. Throws `ImageError`.
 */
export function readOverlay(
  path: string,
  index: number,
  selects: Selects,
  { userAttributes = false, whiteoutFiles = false }: OverlayOptions = {},
): LayerContent {
  const base = baseOf(path);
  const whiteouts: string[] = [];
  const opaques: string[] = [];
  const early: LayerProblem[] = [];
  const marks = overlayAttributes(base, foldersBelow(base), userAttributes);
  if (typeof marks === 'string') early.push({ code: 'unreadable', path: '', detail: marks });
  const known: AttributesByPath = typeof marks === 'string' ? new Map() : marks;

  function marksOf(file: string): ReturnType<AttributesByPath['get']> {
    const found = typeof marks === 'string' ? marks : overlayAttributes(base, [file], userAttributes);
    return typeof found === 'string' ? undefined : found.get(file);
  }

  function folder(at: string, problem: (found: LayerProblem) => void): void {
    if (typeof marks === 'string') return;
    const found = known.get(at);
    if (found?.opaque === 'y') opaques.push(at);
    for (const detail of oddities(found)) problem({ code: 'unreadable', path: at, detail });
  }

  /** Whether a file is no file of its own: it stands for that below, or for its absence. */
  function hollow(at: string, problem: (found: LayerProblem) => void): boolean {
    const full = join(base, at);
    const parent = known.get(parentOf(at));
    if (parent?.opaque === 'x' && isEmpty(full) && marksOf(at)?.whiteout) {
      whiteouts.push(at);
      return true;
    }
    if (selects(at) === false || !mayBeHollow(full)) return false;
    const found = marksOf(at);
    if (found === undefined && typeof marks !== 'string')
      problem({ code: 'unreadable', path: at, detail: 'whether its content is that of the file below is not known' });
    if (!found?.metacopy) return false;
    if (found.redirect === undefined) return true;
    problem({ code: 'unreadable', path: at, detail: `renamed: its content lies below at ${found.redirect}` });
    return false;
  }

  /** As in the layers of images (OCI image layer 1.1, "Whiteouts"). */
  function named(name: string, parent: string): true {
    if (name === '.wh..wh..opq') opaques.push(parent);
    else if (!name.startsWith('.wh..wh.')) whiteouts.push(parent === '' ? name.slice(4) : `${parent}/${name.slice(4)}`);
    return true;
  }

  const absorbs = (entry: Dirent, at: string, problem: (found: LayerProblem) => void): boolean => {
    if (entry.isDirectory()) folder(at, problem);
    if (whiteoutFiles && entry.name.startsWith('.wh.')) return named(entry.name, parentOf(at));
    if (entry.isFile()) return hollow(at, problem);
    if (!entry.isCharacterDevice()) return false;
    const device = deviceOf(join(base, at));
    if (device === undefined) problem({ code: 'unreadable', path: at, detail: 'vanished while the folder was read' });
    if (device !== 0) return device === undefined;
    whiteouts.push(at);
    return true;
  };
  folder('', (found) => void early.push(found));
  const content = readFolder(base, selects, { index, absorbs });
  return { ...content, whiteouts, opaques, problems: [...early, ...content.problems] };
}

/** What of a folder can't be told in the terms of a layer. */
function oddities(found: OverlayAttributes | undefined): string[] {
  if (!found) return ['appeared while the folder was read'];
  return [
    ...(found.redirect === undefined ? [] : [`renamed: what is below lies at ${found.redirect}`]),
    ...(found.foreign ? ['marked as in an overlay that is mounted otherwise'] : []),
  ];
}

function baseOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ImageError('unreadable', 'The folder cannot be read', `${path} (${code})`, cause);
  }
}

/** The folder and all below it; those that can't be listed are told of when they are read. */
function foldersBelow(base: string): string[] {
  const found = [''];
  for (let at = 0; at < found.length; at++) {
    const folder = found[at] ?? '';
    try {
      for (const entry of readdirSync(join(base, folder), { withFileTypes: true })) {
        if (entry.isDirectory()) found.push(folder === '' ? entry.name : `${folder}/${entry.name}`);
      }
    } catch {}
  }
  return found;
}

function deviceOf(path: string): number | undefined {
  try {
    return lstatSync(path).rdev;
  } catch {
    return undefined;
  }
}

function isEmpty(path: string): boolean {
  try {
    return lstatSync(path).size === 0;
  } catch {
    return false;
  }
}

/** The most that file systems take for attributes that have no room in the inode, bytes. */
const attributeBytes = 1 << 16;

/** A file of which only metadata is here has no data, and reads as zeros. */
function mayBeHollow(path: string): boolean {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (fstatSync(descriptor).blocks * 512 > attributeBytes) return false;
    const head = Buffer.alloc(512);
    const length = readSync(descriptor, head, 0, head.length, 0);
    return length > 0 && head.subarray(0, length).every((byte) => byte === 0);
  } catch {
    return false;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
