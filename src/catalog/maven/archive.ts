import { type ZipDirectory, ZipError, type ZipMember, zipDirectory } from '../../internal/zip.ts';
import type { ProblemCode } from '../../inventory/inventory.ts';
import { DocumentError } from '../document.ts';
import { archiveKind } from './archive-name.ts';
import { readBill } from './cyclone-dx.ts';
import { type DescriptorFiles, descriptorPath, readDescriptors } from './descriptor.ts';
import type { ArchiveFacts, ArchiveProblem, JarFacts } from './facts.ts';
import { readManifest } from './java-text.ts';
import manifestNames from './manifest-names.json' with { type: 'json' };

/** What all archives within one file may ask of us together. */
const limits = {
  /** Archives within archives. */
  depth: 100,
  archives: 20_000,
  entries: 3_000_000,
  /** Bytes of inner archives and of texts, unpacked; and how often the file's own size beyond those of a small one. */
  unpacked: 2 * 2 ** 30,
  unpackedOfSmall: 64 * 2 ** 20,
  ratio: 32,
  /** Bytes of texts, unpacked, which are read as well. */
  texts: 192 * 2 ** 20,
  archiveBytes: 2 ** 30,
  textBytes: 16 * 2 ** 20,
  billBytes: 64 * 2 ** 20,
  /** Characters of what is kept. */
  kept: 48 * 2 ** 20,
  problems: 50,
  packages: 12,
  distinctPackages: 5000,
} as const;

const wantedAttributes: ReadonlyMap<string, string> = new Map(manifestNames.map((name) => [name.toLowerCase(), name]));

interface Reading {
  readonly archives: ArchiveFacts[];
  readonly problems: ArchiveProblem[];
  entries: number;
  unpacked: number;
  readonly mayUnpack: number;
  texts: number;
  kept: number;
  untold: number;
  full: boolean;
}

/** Thrown to end the reading of one archive; told as a problem of it. */
class ReadingError extends Error {
  override readonly name = 'ReadingError';
  readonly code: ProblemCode;
  constructor(code: ProblemCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Reads an archive and all archives within it, in memory, by their directories: only what tells an identity is unpacked.
 * `certain` is whether the file must be an archive. What is wrong is among the problems; `undefined` for another file.
 */
export function readArchives(bytes: Uint8Array, certain: boolean): JarFacts | undefined {
  const mayUnpack = Math.min(limits.unpacked, limits.unpackedOfSmall + bytes.length * limits.ratio);
  const counts = { entries: 0, unpacked: 0, texts: 0, kept: 0, untold: 0 };
  const reading: Reading = { archives: [], problems: [], ...counts, mayUnpack, full: false };
  if (!readOne(reading, bytes, '', undefined, [], certain)) return undefined;
  if (reading.untold > 0)
    reading.problems.push({
      code: 'corrupt',
      message: 'There are more problems of the kind',
      detail: `${reading.untold} more`,
    });
  return { archives: reading.archives, problems: reading.problems };
}

/** `false` when it is no archive and needn't be one. */
function readOne(
  reading: Reading,
  bytes: Uint8Array,
  path: string,
  parent: number | undefined,
  ancestors: readonly Uint8Array[],
  certain: boolean,
): boolean {
  try {
    if (ancestors.length > limits.depth) throw new ReadingError('too-large', 'archives are nested too deep');
    if (ancestors.some((outer) => outer.length === bytes.length && Buffer.compare(outer, bytes) === 0))
      throw new ReadingError('link-cycle', 'an archive contains itself');
    const directory = zipDirectory(bytes, {
      entries: limits.entries - reading.entries,
      entryBytes: limits.archiveBytes,
      totalBytes: limits.unpacked,
    });
    reading.entries += directory.members.length;
    if (directory.fault) tell(reading, path, directory.fault);
    readMembers(reading, directory, path, parent, [...ancestors, bytes]);
  } catch (error) {
    if (!certain && error instanceof ZipError && error.code === 'not-a-zip') return false;
    tell(reading, path, error);
  }
  return true;
}

function readMembers(
  reading: Reading,
  directory: ZipDirectory,
  path: string,
  parent: number | undefined,
  ancestors: readonly Uint8Array[],
): void {
  const inner: [ZipMember, boolean][] = [];
  const descriptors: DescriptorFiles = new Map();
  const packages = new Map<string, number>();
  let [classes, application, folder] = [false, false, ''];
  let manifest: ZipMember | undefined;
  let bill: ZipMember | undefined;
  for (const member of directory.members) {
    const { name } = member;
    if (name.endsWith('.class')) {
      classes = true;
      const last = name.slice(0, Math.max(0, name.lastIndexOf('/')));
      if (last !== folder) application ||= /^(?:BOOT|WEB)-INF\//.test(last);
      folder = last;
      count(packages, last);
      continue;
    }
    const kind = archiveKind(name);
    if (kind !== undefined) {
      application ||= /^(?:BOOT|WEB)-INF\//.test(name);
      inner.push([member, kind === 'surely']);
    } else if (name.endsWith('/pom.properties') || name.endsWith('/pom.xml')) descriptorPath(descriptors, member);
    else if (manifest === undefined && name.length === 20 && name.toUpperCase() === 'META-INF/MANIFEST.MF')
      manifest = member;
    else if (name.endsWith('.json') && /(?:^|\/)META-INF\/sbom\/[^/]*(?:\.cdx|bom)\.json$/.test(name)) bill ??= member;
  }
  const unpack = (member: ZipMember, limit: number): Uint8Array => unpackWithin(reading, directory, member, limit);
  const guarded = <T>(
    member: ZipMember,
    read: (bytes: Uint8Array) => T,
    limit: number = limits.textBytes,
  ): T | undefined => {
    try {
      return read(unpack(member, limit));
    } catch (error) {
      tell(reading, joined(path, member.name), error);
      return undefined;
    }
  };
  const components = bill && guarded(bill, readBill, limits.billBytes);
  const facts: ArchiveFacts = {
    path,
    ...(parent === undefined ? {} : { parent }),
    descriptors: readDescriptors(descriptors, guarded),
    manifest: (manifest && guarded(manifest, (bytes) => readManifest(latinOrUtf8(bytes), wantedAttributes))) ?? {},
    classes,
    packages: mostFrequent(packages),
    application,
    ...(bill && components ? { bill: { path: bill.name.slice(0, 512), components } } : {}),
  };
  const own = keep(reading, facts);
  if (own !== undefined)
    for (const [member, certain] of inner) readInner(reading, directory, member, certain, path, own, ancestors);
}

function readInner(
  reading: Reading,
  directory: ZipDirectory,
  member: ZipMember,
  certain: boolean,
  path: string,
  parent: number,
  ancestors: readonly Uint8Array[],
): void {
  if (member.size === 0 || reading.full) return;
  const within = joined(path, member.name);
  try {
    const bytes = unpackWithin(reading, directory, member, limits.archiveBytes);
    readOne(reading, bytes, within, parent, ancestors, certain);
  } catch (error) {
    tell(reading, within, error);
  }
}

/** Stored bytes cost no memory, and an inner archive's own directory shows damage: its checksum is not needed. */
function unpackWithin(reading: Reading, directory: ZipDirectory, member: ZipMember, limit: number): Uint8Array {
  if (member.size > limit) throw new ReadingError('too-large', 'an entry is too large');
  const unpacked = reading.unpacked + (member.method === 0 ? 0 : member.size);
  const texts = reading.texts + (limit === limits.archiveBytes ? 0 : member.size);
  if (unpacked > reading.mayUnpack || texts > limits.texts)
    throw new ReadingError('too-large', 'the archives unpack to more than the size limit');
  reading.unpacked = unpacked;
  reading.texts = texts;
  return directory.unpack(member, limit !== limits.archiveBytes);
}

function keep(reading: Reading, facts: ArchiveFacts): number | undefined {
  reading.kept += JSON.stringify(facts).length;
  if (reading.archives.length >= limits.archives || reading.kept > limits.kept) {
    if (!reading.full) tell(reading, facts.path, new ReadingError('too-large', 'there are too many archives'));
    reading.full = true;
    return undefined;
  }
  return reading.archives.push(facts) - 1;
}

/** `BOOT-INF/classes/`, `META-INF/versions/9/` and the like are where packages start, not packages. */
const roots = /^(?:(?:BOOT|WEB)-INF\/classes|META-INF\/versions\/\d+|classes)(?:\/|$)/;

function count(packages: Map<string, number>, folder: string): void {
  const known = packages.get(folder);
  if (known !== undefined || packages.size < limits.distinctPackages) packages.set(folder, (known ?? 0) + 1);
}

function mostFrequent(folders: ReadonlyMap<string, number>): string[] {
  const packages = new Map<string, number>();
  for (const [folder, number] of folders) {
    const inside = folder.replace(roots, '');
    if (inside === '' || inside.startsWith('META-INF')) continue;
    const name = inside.split('/', 4).join('.').slice(0, 200);
    packages.set(name, (packages.get(name) ?? 0) + number);
  }
  const sorted = [...packages].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return sorted.slice(0, limits.packages).map(([name]) => name);
}

function latinOrUtf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

function joined(path: string, name: string): string {
  return `${path === '' ? '' : `${path}!`}${name}`.replaceAll(/\p{Cc}/gu, '?').slice(0, 1024);
}

const messages: ReadonlyMap<ProblemCode, string> = new Map([
  ['too-large', 'An archive asks for more than it may'],
  ['unsupported', 'An archive is of an unsupported kind'],
  ['link-cycle', 'An archive contains itself'],
]);

function tell(reading: Reading, path: string, error: unknown): void {
  if (reading.problems.length >= limits.problems) {
    reading.untold++;
    return;
  }
  const code =
    error instanceof ZipError
      ? error.code === 'too-large' || error.code === 'unsupported'
        ? error.code
        : 'corrupt'
      : error instanceof ReadingError || error instanceof DocumentError
        ? error.code
        : 'corrupt';
  const why = error instanceof Error ? error.message : '';
  reading.problems.push({
    code,
    message: messages.get(code) ?? 'An archive is damaged',
    detail: path === '' ? why : `${path.slice(-200)}: ${why}`,
  });
}
