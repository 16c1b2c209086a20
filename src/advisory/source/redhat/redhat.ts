/*
 * Red Hat's CSAF VEX, one document for each CVE that touches any of its products:
 *
 *   archive_latest.txt   the name of the latest archive: csaf_vex_2026-11-20.tar.zst
 *   archive              year/cve-year-number.json
 *   changes.csv          all documents and when each changed last; archives are made seldom (revisions.ts)
 *   deletions.csv        those that were taken away, and when
 *
 * This is the folder `vex/`, which Red Hat deprecated on 2026-05-08 in favour of `vex-feed/`; both are published. The
 * documents of `vex-feed/` name a product for each minor release, and its archive, `vex-archive.tar.zst`, has no date in
 * its name: the server's date of it counts then.
 *
 * and repository-to-cpe.json, the products that a repository (content set) carries:
 *
 *   { data: { repository: { cpes: [ cpe ], repo_relative_urls: [ path ] } } }
 *
 * Documents name fixed builds of binary packages, of the source package alone where there are no binary ones (the newer
 * form), and packages without a version where there is no fix.
 */
import {
  type Advisory,
  AdvisoryError,
  type AdvisorySource,
  type Fact,
  type Feed,
  type ParseReport,
} from '../../advisory.ts';
import type { CsafDocument } from '../csaf/csaf.ts';
import { readCsaf } from '../csaf/read.ts';
import { feedEntries, unpackedFeed } from '../packed.ts';
import { newTally, type Tally } from '../tally.ts';
import { advisoriesIn } from './record.ts';
import { readRepositories } from './repositories.ts';
import { revisionsIn } from './revisions.ts';

const VEX = 'https://security.access.redhat.com/data/csaf/v2/vex/';

/** What the archive is called from one to the next. */
const EDITION = 'csaf-vex';

const INDEX: Feed = { url: `${VEX}archive_latest.txt`, ecosystems: ['Red Hat'], index: true };
const REPOSITORIES: Feed = {
  url: 'https://security.access.redhat.com/data/metrics/repository-to-cpe.json',
  ecosystems: [],
  facts: ['repository'],
};

const DELETIONS = `${VEX}deletions.csv`;
/** A mirror need not have them, and then its archive is all there is. */
const LISTS: readonly Feed[] = [`${VEX}changes.csv`, DELETIONS].map((url) => {
  return { url, ecosystems: ['Red Hat'], index: true, revises: EDITION, optional: true };
});

/** The largest document of 2026 has 94 MB. */
const DOCUMENT_BYTES = 256 * 2 ** 20;

/** Red Hat's VEX and which of its products each repository carries. */
export const redhat: AdvisorySource = {
  id: 'redhat',
  lists: () => 'disclosures',
  feeds: (ecosystems) => (ecosystems === undefined || ecosystems.some(isRedHat) ? [INDEX, REPOSITORIES] : []),
  follow: (_feed, bytes) => [archiveIn(bytes), ...LISTS],
  revisions: (feed, bytes) => revisionsIn(bytes, VEX, feed.url !== DELETIONS),
  parse(feed, bytes, keep, note) {
    if (feed.url === REPOSITORIES.url) return parseMap(bytes, note);
    return feed.url.endsWith('.json') ? parseDocument(feed.url, bytes, keep) : parseArchive(bytes, keep);
  },
};

function isRedHat(ecosystem: string): boolean {
  return ecosystem === 'Red Hat' || ecosystem.startsWith('Red Hat:');
}

function archiveIn(bytes: Uint8Array): Feed {
  const name = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString('utf8').trim();
  if (!/^[\w-]+(?:\.[\w-]+)*\.tar(?:\.\w+)?$/.test(name)) {
    throw new AdvisoryError('not-the-format', 'the index does not name an archive', name.slice(0, 100));
  }
  const [, day] = /_(\d{4}-\d{2}-\d{2})\.tar/.exec(name) ?? [];
  return { url: VEX + name, ecosystems: ['Red Hat'], edition: EDITION, ...(day === undefined ? {} : { asOf: day }) };
}

/** A document that changed since the archive was made. */
function parseDocument(url: string, bytes: Uint8Array, keep: (advisory: Advisory) => void): ParseReport {
  const tally = newTally();
  const document = documentOf(url.slice(VEX.length), bytes, tally);
  if (document !== undefined) advisoriesIn(document, keep, tally);
  return tally.report();
}

async function parseArchive(bytes: Uint8Array, keep: (advisory: Advisory) => void): Promise<ParseReport> {
  const tally = newTally();
  for await (const entry of feedEntries(bytes, { entryBytes: DOCUMENT_BYTES })) {
    if (!entry.name.endsWith('.json')) continue;
    const document = documentOf(entry.name, entry.bytes, tally);
    if (document !== undefined) advisoriesIn(document, keep, tally);
  }
  return tally.report();
}

/** One damaged document spoils no other. */
function documentOf(name: string, bytes: Uint8Array, tally: Tally): CsafDocument | undefined {
  try {
    return readCsaf(bytes);
  } catch (error) {
    if (!(error instanceof AdvisoryError)) throw error;
    tally.skip('malformed', name);
    return undefined;
  }
}

async function parseMap(bytes: Uint8Array, note: (fact: Fact) => void): Promise<ParseReport> {
  const tally = newTally();
  readRepositories(await unpackedFeed(bytes), note, tally);
  return tally.report();
}
