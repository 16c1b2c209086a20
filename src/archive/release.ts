// A Release file is one stanza of deb822 (wiki of Debian, DebianRepository/Format). Its index of files:
//
//   SHA256:
//    digest size path        one per line, path relative to the folder of the Release file

import { parseStanzas, words } from './deb822.ts';
import { ArchiveError } from './error.ts';
import type { AptSource } from './model.ts';

/** What a Release file says of one file. */
export interface Listed {
  readonly sha256: string;
  readonly size: number;
}

/** A Release file, taken apart. */
export interface Release {
  readonly origin?: string;
  readonly label?: string;
  readonly suite?: string;
  readonly codename?: string;
  readonly version?: string;
  /** Milliseconds since 1970. */
  readonly date: number;
  readonly validUntil?: number;
  readonly components: readonly string[];
  readonly architectures: readonly string[];
  readonly byHash: boolean;
  /** Indexes of an architecture hold the packages for all too. */
  readonly allWithin: boolean;
  readonly automatic: 'yes' | 'upgrades' | 'no';
  readonly files: ReadonlyMap<string, Listed>;
}

/** How far ahead a server's clock may be: `Acquire::Max-FutureTime` of apt.conf(5), milliseconds. */
const FUTURE_MS = 10_000;

/** Takes the signed text apart. Throws `ArchiveError`: `bad-release`. */
export function parseRelease(text: string, subject: string): Release {
  const [stanza, ...others] = parseStanzas(text);
  const bad = (message: string, detail?: string): ArchiveError =>
    new ArchiveError('bad-release', message, { subject, detail });
  if (stanza === undefined || others.length > 0 || stanza.faulty) throw bad('the Release file is not one stanza');
  const { fields } = stanza;
  const date = timeOf(fields.get('date'));
  if (date === undefined) throw bad('the Release file has no date', fields.get('date'));
  const until = fields.get('valid-until');
  const validUntil = timeOf(until);
  if (until !== undefined && validUntil === undefined)
    throw bad('the Release file has a Valid-Until that is no date', until);
  const files = filesOf(fields.get('sha256') ?? '');
  if (files === undefined || files.size === 0) throw bad('the Release file lists no files by SHA-256');
  const named = ['origin', 'label', 'suite', 'codename', 'version'] as const;
  const names = Object.fromEntries(named.flatMap((name) => (fields.has(name) ? [[name, fields.get(name)]] : [])));
  return {
    ...names,
    date,
    ...(validUntil !== undefined && { validUntil }),
    // The security archive of Debian says `updates/main` for what apt's sources and its own paths call `main`.
    components: words(fields.get('components')).map((component) => component.replace(/^updates\//, '')),
    architectures: words(fields.get('architectures')),
    byHash: fields.get('acquire-by-hash') === 'yes',
    allWithin:
      !words(fields.get('architectures')).includes('all') ||
      words(fields.get('no-support-for-architecture-all')).includes('Packages'),
    automatic: automaticOf(fields),
    files,
  };
}

/** Holds the dates against the clock. Throws `ArchiveError`: `expired`, `not-yet-valid`. */
export function checkDates({ date, validUntil }: Release, now: number, subject: string): void {
  if (date > now + FUTURE_MS) {
    throw new ArchiveError('not-yet-valid', 'the Release file is of the future', {
      subject,
      detail: `Date ${isoDate(date)}`,
    });
  }
  if (validUntil !== undefined && validUntil <= now) {
    throw new ArchiveError('expired', 'the Release file has expired', {
      subject,
      detail: `Valid-Until ${isoDate(validUntil)}`,
    });
  }
}

/** Whether this is the suite that was asked for, by either of its names. Throws `ArchiveError`: `wrong-suite`. */
export function checkSuite(release: Release, source: AptSource, subject: string): void {
  const names = [release.suite, release.codename].filter((name) => name !== undefined);
  if (source.suite.endsWith('/') || names.length === 0) return;
  const wanted = source.suite.replace(/\/updates$/, '');
  if (names.some((name) => name === source.suite || name.replace(/\/updates$/, '') === wanted)) return;
  const detail = `asked for ${source.suite}, got ${names.join(' or ')}`;
  throw new ArchiveError('wrong-suite', 'the archive gives another suite than the one asked for', { subject, detail });
}

/** ISO 8601 in seconds. */
export function isoDate(time: number): string {
  return new Date(time).toISOString().replace(/\.000Z$/, 'Z');
}

/** RFC 5322 dates in UTC, as deb822 files have them. */
function timeOf(text: string | undefined): number | undefined {
  if (
    text === undefined ||
    !/^[A-Z][a-z]{2}, +\d{1,2} [A-Z][a-z]{2} \d{4} +\d{1,2}:\d{2}:\d{2} (?:UTC|GMT|Z|[+-]0000)$/.test(text)
  )
    return undefined;
  const time = Date.parse(text.replace(/(?:Z|[+-]0000)$/, 'UTC'));
  return Number.isNaN(time) ? undefined : time;
}

function filesOf(value: string): Map<string, Listed> | undefined {
  const files = new Map<string, Listed>();
  for (const line of value.split('\n')) {
    if (line.trim() === '') continue;
    const [, sha256 = '', size = '', path = ''] = /^([0-9a-f]{64})\s+(\d{1,15})\s+(\S+)$/.exec(line.trim()) ?? [];
    if (sha256 === '') return undefined;
    files.set(path, { sha256, size: Number(size) });
  }
  return files;
}

function automaticOf(fields: ReadonlyMap<string, string>): Release['automatic'] {
  if (fields.get('notautomatic') !== 'yes') return 'yes';
  return fields.get('butautomaticupgrades') === 'yes' ? 'upgrades' : 'no';
}
