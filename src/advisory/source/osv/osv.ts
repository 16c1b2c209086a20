/*
 * OSV databases: per ecosystem one ZIP archive with one JSON record per file (OSV schema 1.x).
 */
import { ZipError, zipEntries } from '../../../internal/zip.ts';
import {
  type Advisory,
  AdvisoryError,
  type AdvisoryErrorCode,
  type AdvisorySource,
  type Feed,
  type ParseReport,
} from '../../advisory.ts';
import { newTally } from '../tally.ts';
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

/** A record is one file of the archive; only one is unpacked at a time. */
function parseArchive(feed: Feed, bytes: Uint8Array, keep: (advisory: Advisory) => void): ParseReport {
  const ecosystem = ecosystemNamed(feed.ecosystems[0] ?? '');
  if (ecosystem === undefined) throw new AdvisoryError('not-the-format', 'the feed is of no known ecosystem', feed.url);
  const tally = newTally();
  try {
    for (const { name, bytes: text } of zipEntries(bytes)) {
      const record = readRecord(parsed(text), ecosystem);
      if (typeof record === 'string') {
        tally.skip(record, record === 'malformed' ? name : undefined);
        continue;
      }
      keep(record);
      tally.keep();
    }
  } catch (error) {
    throw error instanceof ZipError ? reworded(error, bytes) : error;
  }
  return tally.report();
}

function parsed(text: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}

const CODES: Readonly<Record<ZipError['code'], AdvisoryErrorCode>> = {
  'not-a-zip': 'not-the-format',
  unsupported: 'not-the-format',
  corrupt: 'not-the-format',
  truncated: 'truncated',
  'too-large': 'too-large',
};

function reworded(error: ZipError, bytes: Uint8Array): AdvisoryError {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('utf8');
  const page = error.code === 'not-a-zip' && /^\uFEFF?\s*</.test(start);
  const message = page ? 'a web page came instead of the feed; is a proxy or a log-in page in between?' : error.message;
  const detail = error.entry === undefined ? undefined : `entry ${error.entry}`;
  return new AdvisoryError(CODES[error.code], message, detail, error);
}
