import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { makeFolder } from '../internal/make-folder.ts';
import { eachAtMost } from './at-most.ts';
import { fetchSmall } from './download.ts';
import { ArchiveError, asArchiveError } from './error.ts';
import { findFixes } from './fixes.ts';
import { hasPinnedKeys, type KeyChain, keyChain } from './keyring.ts';
import type { AptSource, Archive, ArchiveOptions, Suite } from './model.ts';
import type { OpenSuite } from './open-suite.ts';
import { checkDates, checkSuite, isoDate, parseRelease, type Release } from './release.ts';
import { type Memory, memoryIn } from './seen.ts';
import { type SignedRelease, unverifiedText, type VerifiedText, verifyRelease } from './signature.ts';

const RELEASE_BYTES = 16 << 20;
const SIGNATURE_BYTES = 1 << 20;
const AT_ONCE = 4;

/** What opening shares among the sources. */
interface Opening {
  readonly options: ArchiveOptions;
  readonly keys: KeyChain;
  readonly memory: Memory;
  readonly problems: ArchiveError[];
  /** Files by address: sources of other components share a suite. */
  readonly fetched: Map<string, Promise<SignedRelease>>;
}

/** Does what `openArchive` says. */
export async function openSuites(options: ArchiveOptions): Promise<Archive> {
  if (options.sources.length === 0) throw new ArchiveError('no-sources', 'there is no apt source to ask');
  const problems: ArchiveError[] = [];
  const opening: Opening = {
    options,
    keys: keyChain(options.keyrings),
    memory: memoryIn(join(options.cacheFolder, 'seen')),
    problems,
    fetched: new Map(),
  };
  try {
    makeFolder(options.cacheFolder);
  } catch (error) {
    throw asArchiveError(error, options.cacheFolder);
  }
  const missing: ArchiveError[] = [];
  const opened = await eachAtMost(AT_ONCE, distinct(options.sources), async (source) => {
    try {
      return await openSuite(source, opening);
    } catch (error) {
      const problem = asArchiveError(error, folderOf(source));
      if (problem.code === 'aborted' || problem.code === 'unwritable') throw problem;
      (source.guessed && problem.code === 'not-found' ? missing : problems).push(problem);
      return undefined;
    }
  });
  const suites = opened.filter((one) => one !== undefined);
  // A guess that fails is news only where no other below the address succeeded.
  const answering = new Set(suites.map(({ suite }) => suite.source.uri));
  for (const uri of new Set(options.sources.filter(({ guessed }) => guessed).map((source) => source.uri))) {
    const found = missing.find(({ subject }) => subject?.startsWith(withoutUser(uri)) === true);
    if (!answering.has(uri) && found !== undefined) problems.push(found);
  }
  return {
    suites: suites.map(({ suite }) => suite),
    problems,
    fixes: async (packages) => await findFixes(packages, suites, options),
  };
}

async function openSuite(source: AptSource, opening: Opening): Promise<OpenSuite> {
  const folder = folderOf(source);
  const now = opening.options.clock.now();
  const signed = await releaseFile(folder, opening);
  const verified = await textOf(signed, source, opening.keys, now, folder);
  const release = parseRelease(verified.text, folder);
  checkSuite(release, source, folder);
  refuseForeignKey(verified, release, folder);
  checkDates(release, now, folder);
  if (verified.trust !== 'unverified') checkMemory(source, release, opening, folder);
  return { suite: suiteOf(source, verified, release), release, folder };
}

/** Address of the folder that holds the Release file. */
function folderOf({ uri, suite }: AptSource): string {
  return suite.endsWith('/') ? `${uri}${suite.replace(/^\.?\//, '')}` : `${uri}dists/${suite}/`;
}

function releaseFile(folder: string, { options, fetched }: Opening): Promise<SignedRelease> {
  const known = fetched.get(folder) ?? fetchRelease(folder, options);
  fetched.set(folder, known);
  return known;
}

/** `InRelease`, and where there is none, `Release` with `Release.gpg`. */
async function fetchRelease(folder: string, options: ArchiveOptions): Promise<SignedRelease> {
  const inline = await ifThere(fetchSmall(options, `${folder}InRelease`, RELEASE_BYTES));
  if (inline !== undefined) return { kind: 'clear-signed', bytes: inline };
  const bytes = await fetchSmall(options, `${folder}Release`, RELEASE_BYTES);
  const signature = await ifThere(fetchSmall(options, `${folder}Release.gpg`, SIGNATURE_BYTES));
  return signature === undefined ? { kind: 'plain', bytes } : { kind: 'detached', bytes, signature };
}

async function ifThere<T>(fetching: Promise<T>): Promise<T | undefined> {
  try {
    return await fetching;
  } catch (error) {
    if (error instanceof ArchiveError && error.code === 'not-found') return undefined;
    throw error;
  }
}

async function textOf(
  signed: SignedRelease,
  source: AptSource,
  keys: KeyChain,
  now: number,
  subject: string,
): Promise<VerifiedText> {
  if (source.trusted === undefined) return await verifyRelease(signed, source, keys, now, subject);
  if (!source.trusted) return await unverifiedText(signed, subject);
  try {
    return await verifyRelease(signed, source, keys, now, subject);
  } catch {
    return await unverifiedText(signed, subject);
  }
}

/** A hostile image could bring its own "Debian" with its own key. */
function refuseForeignKey({ trust, signedBy }: VerifiedText, { origin }: Release, subject: string): void {
  if (trust !== 'image' || !hasPinnedKeys(origin)) return;
  const detail = `${origin}, signed by ${signedBy.map(({ fingerprint }) => fingerprint).join(', ')}`;
  const message = 'the archive says to be a distribution, but only the image knows its key';
  throw new ArchiveError('untrusted-signature', message, { subject, detail });
}

/** No way back at one address; another mirror of the same suite may lag, which is told. */
function checkMemory(source: AptSource, release: Release, { memory, problems }: Opening, subject: string): void {
  const address = `${withoutUser(source.uri)} ${source.suite}`;
  const identity = `suite ${[release.origin, release.label, release.codename, release.suite].join(' / ')}`;
  const before = memory.newest(address);
  const { date } = release;
  if (before !== undefined && date < before) {
    const detail = `Date ${isoDate(date)}, seen before ${isoDate(before)}`;
    throw new ArchiveError('rolled-back', 'the archive gives an older state than it did before', { subject, detail });
  }
  const elsewhere = memory.newest(identity);
  if (elsewhere !== undefined && date < elsewhere) {
    const detail = `Date ${isoDate(date)}, seen elsewhere ${isoDate(elsewhere)}`;
    problems.push(new ArchiveError('behind', 'the archive is behind another of the same suite', { subject, detail }));
  }
  memory.keep(address, date);
  memory.keep(identity, date);
}

function suiteOf(source: AptSource, { text, trust, signedBy }: VerifiedText, release: Release): Suite {
  const { origin, label, suite, codename, version, date, validUntil, components, architectures, automatic } = release;
  return {
    source,
    uri: withoutUser(source.uri),
    name: source.suite,
    ...(origin !== undefined && { origin }),
    ...(label !== undefined && { label }),
    ...(suite !== undefined && { suite }),
    ...(codename !== undefined && { codename }),
    ...(version !== undefined && { version }),
    date: isoDate(date),
    ...(validUntil !== undefined && { validUntil: isoDate(validUntil) }),
    components,
    architectures,
    automatic,
    trust: source.trusted === false ? 'unverified' : trust,
    signedBy,
    digest: createHash('sha256').update(text).digest('hex'),
  };
}

function withoutUser(uri: string): string {
  return uri.replace(/\/\/[^/@]*@/, '//');
}

function distinct(sources: readonly AptSource[]): AptSource[] {
  const seen = new Map<string, AptSource>();
  for (const source of sources) {
    const { uri, suite, components, architectures, signedBy, trusted } = source;
    const key = JSON.stringify([uri, suite, components.toSorted(), architectures.toSorted(), signedBy, trusted]);
    if (!seen.has(key)) seen.set(key, source);
  }
  return [...seen.values()];
}
