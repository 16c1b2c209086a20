import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile, temporaryBeside } from '../internal/atomic-file.ts';
import { makeFolder } from '../internal/make-folder.ts';
import { eachAtMost, oneByOne } from './at-most.ts';
import { fetchVerified } from './download.ts';
import { ArchiveError, asArchiveError } from './error.ts';
import { distil, type Selected, selectRows, type Wanted } from './index-file.ts';
import type { ArchiveOptions, Suite } from './model.ts';
import type { OpenSuite } from './open-suite.ts';
import type { Row } from './packages.ts';
import { touch } from './prune.ts';
import type { Listed } from './release.ts';

/** A package of an index, with the suite that it is in. */
export interface Offer {
  readonly row: Row;
  readonly suite: Suite;
}

type InTurn = ReturnType<typeof oneByOne>;

/** One index that a suite lists. */
interface Index {
  readonly open: OpenSuite;
  /** Path below the folder of the Release file. */
  readonly path: string;
  readonly listed: Listed;
  readonly maxBytes: number;
}

/** Packed forms in the order of preference, by their size. */
const PACKINGS = ['.xz', '.gz', '.bz2', ''];
/** Debian's largest are 10 MB packed. */
const PACKED_BYTES = 256 << 20;
/** Where the suite does not say how much an index unpacks to. */
const UNPACKED_BYTES = 1 << 30;
const AT_ONCE = 4;

/** All wanted packages of the architectures in all suites; what can't be read is told in `problems`. */
export async function readIndexes(
  suites: readonly OpenSuite[],
  architectures: readonly string[],
  wanted: Wanted,
  options: ArchiveOptions,
  problems: ArchiveError[],
): Promise<Offer[]> {
  // Unpacking fills a core, and two at once would take twice the memory.
  const inTurn = oneByOne();
  const indexes = suites.flatMap((open) => indexesOf(open, architectures, problems));
  const offers = await eachAtMost(AT_ONCE, indexes, async (index) => {
    const subject = `${index.open.folder}${index.path}`;
    try {
      const { rows, faulty } = await readIndex(index, wanted, options, inTurn);
      if (faulty > 0) {
        const data = { subject, detail: `${faulty} of its packages` };
        problems.push(new ArchiveError('bad-index', 'some packages of an index cannot be used', data));
      }
      return rows.map((row) => ({ row, suite: index.open.suite }));
    } catch (error) {
      const problem = asArchiveError(error, subject);
      if (problem.code === 'aborted' || problem.code === 'unwritable') throw problem;
      problems.push(problem);
      return [];
    }
  });
  return offers.flat();
}

function indexesOf(open: OpenSuite, architectures: readonly string[], problems: ArchiveError[]): Index[] {
  const { suite, release, folder } = open;
  const { source } = suite;
  const tell = (detail: string): void => {
    problems.push(
      new ArchiveError('no-index', 'the suite has no index of packages for this', { subject: folder, detail }),
    );
  };
  if (source.suite.endsWith('/')) return [found(open, '') ?? tell('Packages')].filter((one) => one !== undefined);
  const told = source.architectures;
  const wanted = architectures.filter((one) => told.length === 0 || told.includes(one));
  const components = source.components.length > 0 ? source.components : release.components;
  return components.flatMap((component) => {
    const own = wanted.map((one) => found(open, `${component}/binary-${one}/`) ?? tell(`${component} ${one}`));
    const all = release.allWithin ? undefined : found(open, `${component}/binary-all/`);
    return [...own, all].filter((one) => one !== undefined);
  });
}

/** The smallest packing that the suite lists; an empty index need not be asked for. */
function found(open: OpenSuite, folder: string): Index | undefined {
  const { files } = open.release;
  for (const packing of PACKINGS) {
    const path = `${folder}Packages${packing}`;
    const listed = files.get(path);
    if (listed === undefined) continue;
    const maxBytes = files.get(`${folder}Packages`)?.size ?? UNPACKED_BYTES;
    return { open, path, listed, maxBytes: Math.min(maxBytes, UNPACKED_BYTES) };
  }
  return undefined;
}

async function readIndex(index: Index, wanted: Wanted, options: ArchiveOptions, inTurn: InTurn): Promise<Selected> {
  if (index.listed.size === 0) return { rows: [], faulty: 0 };
  const folder = join(options.cacheFolder, 'indexes');
  const path = join(folder, `${index.listed.sha256}.zst`);
  const kept = existsSync(path) ? await selectRows(path, index.listed.sha256, wanted) : undefined;
  if (kept !== undefined) {
    touch(path, options.clock.now());
    return kept;
  }
  makeFolder(folder);
  await fetchIndex(index, path, options, inTurn);
  const selected = await selectRows(path, index.listed.sha256, wanted);
  if (selected !== undefined) return selected;
  throw new ArchiveError('unwritable', 'the cache folder of the archive does not keep what is written', {
    subject: path,
  });
}

async function fetchIndex(
  { open, path, listed, maxBytes }: Index,
  to: string,
  options: ArchiveOptions,
  inTurn: InTurn,
): Promise<void> {
  const subject = `${open.folder}${path}`;
  if (listed.size > PACKED_BYTES) {
    const data = { subject, detail: `${listed.size} bytes` };
    throw new ArchiveError('too-large', 'an index of packages is larger than any real one', data);
  }
  const packed = temporaryBeside(to);
  const temporary = temporaryBeside(to);
  try {
    await fetchListed(open, path, listed, packed, options);
    await inTurn(() => distil({ path: packed, sha256: listed.sha256, maxBytes, subject }, temporary));
    replaceFile(temporary, to);
  } finally {
    rmSync(packed, { force: true });
    rmSync(temporary, { force: true });
  }
}

/** By its digest first, which a mirror in the middle of an update still has. */
async function fetchListed(
  { release, folder }: OpenSuite,
  path: string,
  listed: Listed,
  to: string,
  options: ArchiveOptions,
): Promise<void> {
  if (release.byHash) {
    try {
      const place = path.slice(0, path.lastIndexOf('/') + 1);
      await fetchVerified(options, `${folder}${place}by-hash/SHA256/${listed.sha256}`, listed, to);
      return;
    } catch (error) {
      if (!(error instanceof ArchiveError) || !['not-found', 'wrong-digest', 'too-large'].includes(error.code))
        throw error;
    }
  }
  await fetchVerified(options, `${folder}${path}`, listed, to);
}
