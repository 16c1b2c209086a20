import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { temporaryBeside, writeFileAtomic } from '../internal/atomic-file.ts';
import { makeFolder } from '../internal/make-folder.ts';
import { addressPath, asCandidate } from './candidate.ts';
import { type ChangelogEntry, parseChangelog } from './changelog.ts';
import { type FoundChangelog, findChangelog } from './deb.ts';
import { fetchVerified } from './download.ts';
import { ArchiveError } from './error.ts';
import type { Offer } from './indexes.ts';
import type { ArchiveOptions, Candidate } from './model.ts';
import { touch } from './prune.ts';

/** The changelog of a source package at the candidate's version. */
export interface SourceChangelog {
  readonly entries: readonly ChangelogEntry[];
  readonly package: string;
  readonly packageDigest: string;
  readonly digest: string;
  readonly path: string;
}

const DEB_BYTES = 512 << 20;
/** Packages of one source that are looked into. */
const TRIES = 10;
const KEPT_BYTES = 128 << 20;

/**
 * Reads it out of the smallest binary package of the same source and version, or the one to which that refers. Throws
 * `ArchiveError`: `no-changelog`, `bad-package`, and as `fetchVerified`.
 */
export async function changelogOf(
  candidate: Candidate,
  offers: readonly Offer[],
  options: ArchiveOptions,
): Promise<SourceChangelog> {
  const { source, suite } = candidate;
  const own = offers.filter(
    ({ row, suite: other }) => other === suite && row.source === source.name && row.sourceVersion === source.version,
  );
  // A mirror may have lost some of them; the one that is to be installed must be there.
  const [smallest = candidate, ...others] = own.map(asCandidate).toSorted((a, b) => a.size - b.size);
  const queue = [smallest, candidate, ...others.filter(({ sha256 }) => sha256 !== candidate.sha256)];
  const tried = new Set<string>();
  let why = 'none of its packages has one';
  while (tried.size < TRIES) {
    const next = queue.find((one) => !tried.has(one.sha256));
    if (next === undefined) break;
    tried.add(next.sha256);
    const found = await ifThere(keptOrFetched(next, options));
    if (found === undefined) {
      why = 'the archive does not have its packages';
      continue;
    }
    if (found.kind === 'elsewhere') {
      const other = queue.findIndex(({ name }) => name === found.package);
      if (other >= 0) queue.unshift(...queue.splice(other, 1));
      else why = `it is in ${found.package}, which is of another source or version`;
    }
    if (found.kind !== 'text') continue;
    const entries = parseChangelog(found.text);
    if (entries.some((entry) => entry.source === source.name && entry.version === source.version)) {
      const digest = createHash('sha256').update(found.text).digest('hex');
      return { entries, package: next.name, packageDigest: next.sha256, digest, path: found.path };
    }
    why = 'what is there has no entry for this version';
  }
  const data = { subject: `${source.name} ${source.version}`, detail: why };
  throw new ArchiveError('no-changelog', 'the changelog of a package cannot be had', data);
}

async function ifThere<T>(fetching: Promise<T>): Promise<T | undefined> {
  try {
    return await fetching;
  } catch (error) {
    if (error instanceof ArchiveError && error.code === 'not-found') return undefined;
    throw error;
  }
}

async function keptOrFetched(from: Candidate, options: ArchiveOptions): Promise<FoundChangelog> {
  const folder = join(options.cacheFolder, 'changelogs');
  const path = join(folder, `${from.sha256}.zst`);
  const kept = readKept(path, from.name);
  if (kept !== undefined) {
    touch(path, options.clock.now());
    return kept;
  }
  if (from.size > DEB_BYTES) {
    const data = { subject: from.url, detail: `${from.size} bytes` };
    throw new ArchiveError('too-large', 'a package is too large to look into', data);
  }
  makeFolder(folder);
  const temporary = temporaryBeside(path);
  try {
    // The candidate's own address has no credentials.
    const url = `${from.suite.source.uri}${addressPath(from.path)}`;
    await fetchVerified(options, url, { sha256: from.sha256, size: from.size }, temporary);
    const found = await findChangelog(readFileSync(temporary), from.name, from.url);
    const text = JSON.stringify({ form: 1, name: from.name, found });
    writeFileAtomic(path, zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }));
    return found;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** What was kept, or undefined where it is not there or not whole: it is fetched again then. */
function readKept(path: string, name: string): FoundChangelog | undefined {
  try {
    const text = zstdDecompressSync(readFileSync(path), { maxOutputLength: KEPT_BYTES }).toString('utf8');
    const kept = JSON.parse(text) as { form?: unknown; name?: unknown; found?: FoundChangelog };
    return kept.form === 1 && kept.name === name ? kept.found : undefined;
  } catch {
    return undefined;
  }
}
