// journal = head *entry                     NDJSON, each line ends with LF; a last line without one was torn and is dropped
// head    = { "schemaVersion", "journal": "seaworthy scan", "settings" }
// entry   = { "digest", "database", "at", "references", "summary" }
import { createHash } from 'node:crypto';
import { closeSync, existsSync, ftruncateSync, openSync, readdirSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { databasePath, databaseStatus } from '../../database/database.ts';
import { type ImageSummary, type Outcome, summaryOf } from '../../report/many/outcome.ts';
import { cacheRepository } from '../layer-caches.ts';
import type { ScanOptions } from '../options.ts';
import { version } from '../version.ts';
import { ScanAllError } from './error.ts';

/** What earlier runs have told of. */
export interface Journal {
  /** What was told of the image of that digest, by this database and with these settings. */
  known(digest: string): ImageSummary | undefined;
  /** Notes an outcome that was handed out; one that failed is not noted, so it is tried again. */
  keep(outcome: Outcome): void;
  close(): void;
}

const schemaVersion = '1';
const journal = 'seaworthy scan';
/** A longer line was written by nobody who writes journals. */
const longestLine = 1 << 20;
/** An archive's answer is not asked for again within this time. */
const archiveMs = 24 * 3_600_000;

interface Entry {
  readonly digest: string;
  readonly database: string;
  readonly at: string;
  readonly references: readonly string[];
  readonly summary: ImageSummary;
}

/**
 * Opens the journal of a run, or begins one. One that was kept with other settings or by another version is begun anew.
 * Throws `ScanAllError`: `not-a-journal` for a file of something else, `unwritable`.
 */
export function openJournal(path: string, options: ScanOptions): Journal {
  const settings = settingsOf(options);
  const database = currentDatabase(options);
  const file = openFile(path);
  const entries = new Map<string, ImageSummary>();
  let end = 0;
  let isOurs = false;
  for (const { text, after } of linesOf(file)) {
    const value = parse(text);
    if (end === 0) {
      if (!isHead(value)) throw refused(file, path);
      isOurs = value['settings'] === settings;
      if (!isOurs) break;
    } else if (isEntry(value) && value.database === database && !isStale(value, options))
      entries.set(value.digest, value.summary);
    end = after;
  }
  if (end === 0 && !isOurs && isForeign(file)) throw refused(file, path);
  ftruncateSync(file, isOurs ? end : 0);
  const write = (value: unknown): void => void writeSync(file, `${JSON.stringify(value)}\n`);
  if (!isOurs) write({ schemaVersion, journal, settings });
  return {
    known: (digest) => entries.get(digest),
    keep(outcome) {
      const entry = outcome.kind === 'report' ? entryOf(outcome) : undefined;
      if (entry !== undefined) write(entry);
    },
    close: () => closeSync(file),
  };
}

/** Judged by the starter set, or in a folder: that is done again, for nothing tells whether it would be the same. */
function entryOf({ references, report }: Extract<Outcome, { kind: 'report' }>): Entry | undefined {
  const summary = summaryOf(report);
  const { database, createdAt: at } = report.provenance;
  if (summary.digest === undefined || database === undefined || database.starter) return undefined;
  return { digest: summary.digest, database: database.digest, at, references, summary };
}

/** Nor are documents that are attached to an image where it lies remembered: its digest does not tell of them. */
function isStale({ at }: Entry, { archive, vex = [] }: ScanOptions): boolean {
  if (vex.includes('image')) return true;
  return archive !== undefined && !(Date.now() - Date.parse(at) < archiveMs);
}

function currentDatabase({ databasePath: given }: ScanOptions): string | undefined {
  const path = given ?? databasePath(process.env);
  return existsSync(path) ? databaseStatus(path).digest : undefined;
}

/** What else decides what is found: an outcome under other settings is another one. */
function settingsOf(options: ScanOptions): string {
  const { platform, lazy = false, vex = [], archive } = options;
  const documents = vex.filter((place) => place !== 'image').map((place) => [place, ...statsBelow(place)]);
  const settings = [version, platform, lazy, cacheRepository(options), documents, archive];
  return createHash('sha256').update(JSON.stringify(settings)).digest('hex');
}

/** Of the file, or of all in the folder: one that is written anew leaves its folder as it was. */
function statsBelow(place: string): readonly (string | number)[] {
  const stats = statSync(place, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (!stats.isDirectory()) return [stats.size, stats.mtimeMs, stats.ctimeMs];
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .flatMap((name) => {
      const found = statSync(join(place, name), { throwIfNoEntry: false });
      return found?.isFile() ? [name, found.size, found.mtimeMs, found.ctimeMs] : [];
    });
}

function openFile(path: string): number {
  try {
    // Appending, but readable and cuttable: `a+` makes the file and never writes over what is there.
    return openSync(path, 'a+');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new ScanAllError('unwritable', 'The file to resume by cannot be written', `${path} (${code})`, cause);
  }
}

/** Whole lines, and where in the file each ends. */
function* linesOf(file: number): Generator<{ readonly text: string; readonly after: number }> {
  const chunk = Buffer.alloc(1 << 16);
  let rest: Buffer = Buffer.alloc(0);
  let after = 0;
  for (let at = 0; ; ) {
    const length = readSync(file, chunk, 0, chunk.length, at);
    if (length === 0) return;
    at += length;
    rest = Buffer.concat([rest, chunk.subarray(0, length)]);
    for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
      after += end + 1;
      yield { text: rest.toString('utf8', 0, end), after };
      rest = rest.subarray(end + 1);
    }
    if (rest.length > longestLine) return;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function parse(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Fields) : {};
  } catch {
    return {};
  }
}

function isHead(value: Fields): boolean {
  return value['schemaVersion'] === schemaVersion && value['journal'] === journal;
}

function isEntry(value: unknown): value is Entry {
  const { digest, database, at, summary } = value as Partial<Entry>;
  return (
    typeof digest === 'string' && typeof database === 'string' && typeof at === 'string' && typeof summary === 'object'
  );
}

/** Has bytes that are not the beginning of a head that was torn. */
function isForeign(file: number): boolean {
  const head = Buffer.from(JSON.stringify({ schemaVersion, journal }).slice(0, -1));
  const start = Buffer.alloc(head.length);
  const length = readSync(file, start, 0, start.length, 0);
  return !head.subarray(0, length).equals(start.subarray(0, length));
}

function refused(file: number, path: string): ScanAllError {
  closeSync(file);
  return new ScanAllError('not-a-journal', 'The file to resume by is a file of something else', path);
}
