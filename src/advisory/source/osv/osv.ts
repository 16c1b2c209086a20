/*
 * OSV databases: per ecosystem one ZIP archive with one JSON record per file (OSV schema 1.x).
 *
 * AlmaLinux (ALSA) and Rocky Linux (RLSA) publish in this format themselves, so these are their own records: their errata
 * and repositories tell nothing of flaws without a fix either (see alma/ and rocky/).
 */
import { type Advisory, AdvisoryError, type AdvisorySource, type Feed, type ParseReport } from '../../advisory.ts';
import { jsonIn, readArchive } from './archive.ts';
import { allEcosystems, type Ecosystem, ecosystemNamed } from './ecosystem.ts';
import { readRecord } from './record.ts';

/** OSV.dev: the databases of many ecosystems in one schema; whether one lists unfixed flaws differs. */
export const osv: AdvisorySource = {
  id: 'osv',
  lists: (ecosystem) => ecosystemNamed(ecosystem)?.lists ?? 'fixes',
  feeds: feedsOf,
  parse: parseArchive,
};

/** When all are wanted, one that is missing upstream or in a mirror is no error. */
function feedsOf(ecosystems: readonly string[] | undefined): readonly Feed[] {
  if (ecosystems === undefined) return allEcosystems().map((ecosystem) => feedOf(ecosystem, true));
  const wanted = new Set(ecosystems.map(ecosystemNamed).filter((ecosystem) => ecosystem !== undefined));
  return [...wanted].map((ecosystem) => feedOf(ecosystem, false));
}

function feedOf({ name }: Ecosystem, optional: boolean): Feed {
  const url = `https://osv-vulnerabilities.storage.googleapis.com/${encodeURIComponent(name)}/all.zip`;
  return optional ? { url, ecosystems: [name], optional } : { url, ecosystems: [name] };
}

/** A record is one file of the archive. */
async function parseArchive(feed: Feed, bytes: Uint8Array, keep: (advisory: Advisory) => void): Promise<ParseReport> {
  const ecosystem = ecosystemNamed(feed.ecosystems[0] ?? '');
  if (ecosystem === undefined) throw new AdvisoryError('not-the-format', 'the feed is of no known ecosystem', feed.url);
  return await readArchive(bytes, (file) => readRecord(jsonIn(file), [ecosystem]), keep);
}
