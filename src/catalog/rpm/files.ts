import type { OwnedFile } from '../../inventory/inventory.ts';
import { joinedTextsOf, numbersOf, type RpmHeader } from './header.ts';
import { tags } from './tags.ts';

/** Algorithms of `FILEDIGESTALGO` (RFC 4880, clause 9.4) with the length of their digests in hexadecimal. */
const algorithms: Readonly<Record<number, { readonly name: string; readonly length: number } | undefined>> = {
  1: { name: 'md5', length: 32 },
  2: { name: 'sha1', length: 40 },
  8: { name: 'sha256', length: 64 },
  10: { name: 'sha512', length: 128 },
};
const md5 = 1;
const fileType = { mask: 0o170_000, folder: 0o040_000 };
/** `FILESTATES`: left out at installation (documentation, languages), or another architecture's file was preferred. */
const absentStates: ReadonlySet<number> = new Set([2, 4]);
/** Longest path of Linux (PATH_MAX), characters. */
const maxPath = 4096;

/** Memory that file lists of one catalogue may still take, characters of paths with 64 for each file. */
export interface FileBudget {
  left: number;
}

/** What all real images stay far below: a million files. */
export function fileBudget(): FileBudget {
  return { left: 128 << 20 };
}

/**
 * The files of a package that were installed, without folders, in the order of the header; undefined when the list is
 * damaged or over the budget (then the header has a fault).
 */
export function ownedFiles(header: RpmHeader, budget: FileBudget): OwnedFile[] | undefined {
  if (!header.entries.has(tags.baseNames) && !header.entries.has(tags.oldFileNames)) {
    return [];
  }
  const paths = header.entries.has(tags.baseNames) ? joinedPaths(header, budget) : oldPaths(header, budget);
  if (paths === undefined) {
    header.faults.push('list of files');
    return undefined;
  }
  const modes = sameCount(header, numbersOf(header, tags.fileModes), paths.length);
  const states = sameCount(header, numbersOf(header, tags.fileStates), paths.length);
  const digests = digestsOf(header, paths.length);
  const files: OwnedFile[] = [];
  for (const [index, path] of paths.entries()) {
    const isFolder = ((modes?.[index] ?? 0) & fileType.mask) === fileType.folder;
    if (!isFolder && !absentStates.has(states?.[index] ?? 0)) {
      const digest = digests?.(index);
      files.push(digest ? { path, digest } : { path });
    }
  }
  return files;
}

/** Paths kept as folder, base name and the index of the folder (rpm 4.0 and later). */
function joinedPaths(header: RpmHeader, budget: FileBudget): string[] | undefined {
  const bases = joinedTextsOf(header, tags.baseNames)?.split('\0');
  const folders = joinedTextsOf(header, tags.dirNames)?.split('\0');
  const indexes = numbersOf(header, tags.dirIndexes);
  if (bases === undefined || folders === undefined || indexes?.length !== bases.length) {
    return undefined;
  }
  const paths: string[] = [];
  for (const [index, base] of bases.entries()) {
    const folder = folders[indexes[index] ?? folders.length];
    if (folder === undefined || !folder.startsWith('/') || !spend(budget, folder.length + base.length)) {
      return undefined;
    }
    paths.push(folder + base);
  }
  return paths;
}

function oldPaths(header: RpmHeader, budget: FileBudget): string[] | undefined {
  const paths = joinedTextsOf(header, tags.oldFileNames)?.split('\0');
  return paths?.every((path) => path.startsWith('/') && spend(budget, path.length)) ? paths : undefined;
}

function spend(budget: FileBudget, length: number): boolean {
  budget.left -= length + 64;
  return length <= maxPath && budget.left > 0;
}

function sameCount<T extends ArrayLike<unknown>>(header: RpmHeader, list: T | undefined, count: number): T | undefined {
  if (list !== undefined && list.length !== count) {
    header.faults.push(`${list.length} attributes of ${count} files`);
    return undefined;
  }
  return list;
}

function digestsOf(header: RpmHeader, count: number): ((index: number) => string | undefined) | undefined {
  const joined = joinedTextsOf(header, tags.fileDigests);
  const digests = sameCount(header, joined?.split('\0'), count);
  const algorithm = algorithms[numbersOf(header, tags.fileDigestAlgorithm)?.[0] ?? md5];
  if (joined === undefined || digests === undefined || algorithm === undefined) {
    return undefined;
  }
  const { name, length } = algorithm;
  if (!/^[\da-f\0]*$/.test(joined) || digests.some((digest) => digest !== '' && digest.length !== length)) {
    header.faults.push(`digests that are not ${name}`);
    return undefined;
  }
  return (index) => (digests[index] ? `${name}:${digests[index]}` : undefined);
}
