/*
 * Red Hat's CSAF VEX, one document for each CVE that touches any of its products:
 *
 *   archive_latest.txt   the name of the archive of the day: csaf_vex_2026-11-20.tar.zst
 *   archive              year/cve-year-number.json
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

const VEX = 'https://security.access.redhat.com/data/csaf/v2/vex/';

const INDEX: Feed = { url: `${VEX}archive_latest.txt`, ecosystems: ['Red Hat'], index: true };
const REPOSITORIES: Feed = {
  url: 'https://security.access.redhat.com/data/metrics/repository-to-cpe.json',
  ecosystems: [],
  facts: ['repository'],
};

/** The largest document of 2026 has 94 MB. */
const DOCUMENT_BYTES = 256 * 2 ** 20;

/** Red Hat's VEX and which of its products each repository carries. */
export const redhat: AdvisorySource = {
  id: 'redhat',
  lists: () => 'disclosures',
  feeds: (ecosystems) => (ecosystems === undefined || ecosystems.some(isRedHat) ? [INDEX, REPOSITORIES] : []),
  follow: (_feed, bytes) => [archiveIn(bytes)],
  parse: (feed, bytes, keep, note) =>
    feed.url === REPOSITORIES.url ? parseMap(bytes, note) : parseArchive(bytes, keep),
};

function isRedHat(ecosystem: string): boolean {
  return ecosystem === 'Red Hat' || ecosystem.startsWith('Red Hat:');
}

function archiveIn(bytes: Uint8Array): Feed {
  const name = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString('utf8').trim();
  if (!/^[\w-]+(?:\.[\w-]+)*\.tar(?:\.\w+)?$/.test(name)) {
    throw new AdvisoryError('not-the-format', 'the index does not name an archive', name.slice(0, 100));
  }
  return { url: VEX + name, ecosystems: ['Red Hat'], edition: 'csaf-vex' };
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
