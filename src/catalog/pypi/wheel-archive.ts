/*
 * Wheels (PEP 427) and zipped eggs (setuptools) are ZIP archives with the files of a package as they are imported:
 *
 *   wheel = *file name "-" version ".dist-info/METADATA"
 *   egg   = *file "EGG-INFO/PKG-INFO" [ "EGG-INFO/requires.txt" ]
 *
 * Of members with the same name the last counts, as for Python.
 */
import { type ZipDirectory, ZipError, type ZipMember, zipDirectory } from '../../internal/zip.ts';
import type { ProblemCode } from '../../inventory/inventory.ts';
import { kindOf, type PythonFile } from './paths.ts';
import type { WheelArchive, WheelFacts, WheelFile, WheelProblem } from './wheel-facts.ts';

/** What a file and all wheels within it may ask of us together. */
const limits = {
  /** Wheels within wheels. */
  depth: 3,
  archives: 200,
  entries: 1_000_000,
  archiveBytes: 256 * 2 ** 20,
  textBytes: 8 * 2 ** 20,
  /** Bytes unpacked. */
  unpacked: 2 ** 30,
  /** Of a text: headers are at its start, and lists of copies are shorter. */
  textKept: 256 * 2 ** 10,
  files: 20_000,
  /** Characters of what is kept. */
  kept: 16 * 2 ** 20,
  problems: 20,
} as const;

/** Kinds of files whose text is kept, and of which only the name. */
const texts: ReadonlySet<PythonFile | undefined> = new Set<PythonFile>(['metadata', 'requires', 'vendor-list']);
const names: ReadonlySet<PythonFile | undefined> = new Set<PythonFile>(['vendored-module']);

interface Reading {
  readonly archives: WheelArchive[];
  readonly problems: WheelProblem[];
  entries: number;
  files: number;
  unpacked: number;
  kept: number;
}

/** Where the members of an archive lie for Python: what is in a wheel as in a folder of packages, an egg in one of its own. */
export function rootOf(archive: string): string {
  const name = archive.slice(archive.lastIndexOf('/') + 1);
  return name.endsWith('.egg') ? `site-packages/${name}/` : 'site-packages/';
}

/**
 * Reads a wheel or an egg, and all wheels within it, in memory, by their directories: only what tells of packages is
 * unpacked. What is wrong is among the problems; `undefined` for an egg that is none of Python's.
 */
export function readWheel(bytes: Uint8Array, path: string): WheelFacts | undefined {
  const reading: Reading = { archives: [], problems: [], entries: 0, files: 0, unpacked: 0, kept: 0 };
  const root = rootOf(path);
  try {
    const directory = directoryOf(reading, bytes, '');
    const foreign = root !== 'site-packages/' && !directory.members.some(({ name }) => name === 'EGG-INFO/PKG-INFO');
    if (foreign && directory.fault === undefined) return undefined;
    readMembers(reading, directory, '', root, 0);
  } catch (error) {
    if (root !== 'site-packages/' && error instanceof ZipError && error.code === 'not-a-zip') return undefined;
    tell(reading, '', error);
  }
  return { archives: reading.archives, problems: reading.problems };
}

function directoryOf(reading: Reading, bytes: Uint8Array, path: string): ZipDirectory {
  const directory = zipDirectory(bytes, {
    entries: limits.entries - reading.entries,
    entryBytes: limits.archiveBytes,
    totalBytes: limits.unpacked,
  });
  reading.entries += directory.members.length;
  if (directory.fault) tell(reading, path, directory.fault);
  return directory;
}

function readMembers(reading: Reading, directory: ZipDirectory, path: string, root: string, depth: number): void {
  const members = new Map<string, PythonFile | 'wheel'>();
  const last = new Map<string, ZipMember>();
  for (const member of directory.members) {
    const kind = member.name.endsWith('.whl') ? 'wheel' : kindOf(root + member.name);
    if (kind !== 'wheel' && !texts.has(kind) && !names.has(kind)) continue;
    if (kind !== undefined) members.set(member.name, kind);
    last.set(member.name, member);
  }
  const files: WheelFile[] = [];
  reading.archives.push({ path, files });
  const inner: ZipMember[] = [];
  for (const [name, member] of last) {
    const kind = members.get(name);
    if (kind === 'wheel') inner.push(member);
    else if (!keep(reading, files, directory, member, path, texts.has(kind))) break;
  }
  for (const member of inner) readInner(reading, directory, member, path, depth + 1);
}

/** `false` when there is too much. */
function keep(
  reading: Reading,
  files: WheelFile[],
  directory: ZipDirectory,
  member: ZipMember,
  path: string,
  whole: boolean,
): boolean {
  if (reading.files >= limits.files || reading.kept >= limits.kept) {
    tell(reading, path, new ZipError('too-large', 'there are too many files that tell of packages'));
    return false;
  }
  try {
    const text = whole ? unpackWithin(reading, directory, member, limits.textBytes).subarray(0, limits.textKept) : [];
    const latin1 = Buffer.from(text).toString('latin1');
    files.push({ path: member.name.slice(0, 1024), latin1 });
    reading.files++;
    reading.kept += member.name.length + latin1.length;
  } catch (error) {
    tell(reading, joined(path, member.name), error);
  }
  return true;
}

function readInner(reading: Reading, directory: ZipDirectory, member: ZipMember, outer: string, depth: number): void {
  const path = joined(outer, member.name);
  try {
    if (depth > limits.depth || reading.archives.length >= limits.archives)
      throw new ZipError('too-large', 'there are too many wheels within wheels');
    const bytes = unpackWithin(reading, directory, member, limits.archiveBytes);
    readMembers(reading, directoryOf(reading, bytes, path), path, 'site-packages/', depth);
  } catch (error) {
    tell(reading, path, error);
  }
}

function unpackWithin(reading: Reading, directory: ZipDirectory, member: ZipMember, limit: number): Uint8Array {
  if (member.size > limit) throw new ZipError('too-large', 'an entry is too large');
  if (member.method !== 0) reading.unpacked += member.size;
  if (reading.unpacked > limits.unpacked)
    throw new ZipError('too-large', 'the archives unpack to more than the size limit');
  return directory.unpack(member);
}

/** The path of a member, from the outermost archive on. */
export function joined(path: string, name: string): string {
  return `${path === '' ? '' : `${path}!`}${name}`.replaceAll(/\p{Cc}/gu, '?').slice(0, 1024);
}

const messages: ReadonlyMap<ProblemCode, string> = new Map([
  ['too-large', 'An archive of Python asks for more than it may'],
  ['unsupported', 'An archive of Python is of an unsupported kind'],
]);

function tell(reading: Reading, path: string, error: unknown): void {
  if (reading.problems.length >= limits.problems) return;
  const known = error instanceof ZipError && (error.code === 'too-large' || error.code === 'unsupported');
  const code = known ? error.code : 'corrupt';
  const why = error instanceof Error ? error.message : '';
  const detail = path === '' ? why : `${path.slice(-200)}: ${why}`;
  reading.problems.push({ code, message: messages.get(code) ?? 'An archive of Python is damaged', detail });
}
