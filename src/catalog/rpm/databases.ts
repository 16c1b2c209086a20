import { dirname } from 'node:path/posix';
import type { ImageFile } from '../catalog.ts';
import { readBdb } from './bdb.ts';
import { readNdb } from './ndb.ts';
import type { DatabaseRecord } from './record.ts';
import { readSqlite } from './sqlite.ts';

/** Where distributions keep the database; the first is the newer place, to which the second often is a link. */
export const folders: readonly string[] = ['usr/lib/sysimage/rpm', 'var/lib/rpm', 'usr/share/rpm'];

interface Backend {
  readonly name: string;
  readonly log?: string;
  read(file: Uint8Array, log: Uint8Array | undefined): Iterable<DatabaseRecord>;
}

/** In the order in which rpm looks for a database where its configured one is not (rpm, lib/backend/dbi.c). */
const backends: readonly Backend[] = [
  { name: 'rpmdb.sqlite', log: 'rpmdb.sqlite-wal', read: readSqlite },
  { name: 'Packages.db', read: readNdb },
  { name: 'Packages', read: readBdb },
];

const paths: ReadonlySet<string> = new Set(
  folders.flatMap((folder) =>
    backends.flatMap(({ name, log }) => [`${folder}/${name}`, ...(log ? [`${folder}/${log}`] : [])]),
  ),
);

/** Whether a database, or the log of one, may lie at this path. */
export function isDatabasePath(path: string): boolean {
  return paths.has(path);
}

/** A database file of the image, with its log. */
export interface Database {
  /** Folder as in `folders`. */
  readonly folder: string;
  readonly file: ImageFile;
  readonly log?: ImageFile;
  records(): Iterable<DatabaseRecord>;
}

/** The databases among the files, best place and backend first; one that is there under two paths only once. */
export function findDatabases(files: readonly ImageFile[]): Database[] {
  // An empty file is what a change of backends leaves behind; where it is all there is, the database is lost.
  const isFull = (folder: string): boolean =>
    files.some(({ path, bytes }) => bytes.length > 0 && dirname(path) === folder && !path.endsWith('-wal'));
  const byPath = new Map(
    files.filter((file) => file.bytes.length > 0 || !isFull(dirname(file.path))).map((file) => [file.path, file]),
  );
  const found: Database[] = [];
  for (const folder of folders) {
    for (const backend of backends) {
      const file = byPath.get(`${folder}/${backend.name}`);
      const log = backend.log && byPath.get(`${folder}/${backend.log}`);
      const isKnown = found.some((other) => sameBytes(other.file, file) && sameBytes(other.log, log || undefined));
      if (file && !isKnown) {
        found.push({
          folder,
          file,
          ...(log && { log }),
          records: () => backend.read(file.bytes, log ? log.bytes : undefined),
        });
      }
    }
  }
  return found;
}

/** Logs that have something in them but no database that they were read with. */
export function strayLogs(files: readonly ImageFile[], databases: readonly Database[]): ImageFile[] {
  const full = new Set(files.filter(({ bytes }) => bytes.length > 0).map(({ path }) => path));
  const isStray = ({ path }: ImageFile): boolean => path.endsWith('-wal') && !full.has(path.slice(0, -'-wal'.length));
  return files.filter((file) => full.has(file.path) && isStray(file) && !databases.some(({ log }) => log === file));
}

function sameBytes(a: ImageFile | undefined, b: ImageFile | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && Buffer.compare(a.bytes, b.bytes) === 0);
}
