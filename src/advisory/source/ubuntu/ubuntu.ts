/*
 * Canonical's own OSV records, all in one archive:
 *
 *   osv/cve/YYYY/UBUNTU-CVE-YYYY-N.json     one flaw in every release and tier (`service.ts` of the OSV source)
 *   osv/usn/USN-N-N.json, osv/lsn/…         notices, of which is kept what no record says (`notices.ts`)
 *
 * A package that a record leaves out is not affected or not in the release. One that is there without a fixed version may be
 * waiting for triage or for a fix, put off or given up: OSV has one shape for all of these; Canonical's VEX tells them apart.
 */
import type { PackedEntry } from '../../../internal/unpack.ts';
import type { Advisory, AdvisorySource, Feed, ParseReport } from '../../advisory.ts';
import { asObject, asText } from '../document.ts';
import { type FileOutcome, jsonIn, readArchive } from '../osv/archive.ts';
import { type Ecosystem, ecosystemNamed } from '../osv/ecosystem.ts';
import { readRecord } from '../osv/record.ts';
import { type Notices, newNotices } from './notices.ts';

const FEED: Feed = { url: 'https://security-metadata.canonical.com/osv/osv-all.tar.xz', ecosystems: ['Ubuntu'] };

/** Releases whose records Canonical took out when they ended, and of which a remainder is left. */
const SWEPT: ReadonlySet<string> = new Set(['Ubuntu:24.10', 'Ubuntu:25.04']);

const UBUNTU: readonly Ecosystem[] = [ecosystemNamed('Ubuntu')].filter((one) => one !== undefined);

/** Canonical's records on Ubuntu: every flaw that its security team tracks, fixed or not, by release and by service. */
export const ubuntu: AdvisorySource = {
  id: 'ubuntu',
  lists: (ecosystem) => (SWEPT.has(ecosystem) ? 'fixes' : 'disclosures'),
  feeds: (ecosystems) => (ecosystems === undefined || ecosystems.some(isUbuntu) ? [FEED] : []),
  parse: parseArchive,
};

function isUbuntu(ecosystem: string): boolean {
  return ecosystem === 'Ubuntu' || ecosystem.startsWith('Ubuntu:');
}

async function parseArchive(_: Feed, bytes: Uint8Array, keep: (advisory: Advisory) => void): Promise<ParseReport> {
  const notices = newNotices();
  return await readArchive(bytes, (file) => readFile(file, notices), keep, { rest: () => notices.left() });
}

function readFile(file: PackedEntry, notices: Notices): FileOutcome {
  if (!file.name.endsWith('.json')) return undefined;
  const value = jsonIn(file);
  const fields = asObject(value) ?? {};
  if (isRejected(asText(fields['details']) ?? '')) {
    notices.rejected(fields);
    return 'rejected';
  }
  const record = readRecord(value, UBUNTU);
  if (typeof record === 'string') return record;
  if (record.covers.length > 0 && /^(?:USN|LSN)-/.test(record.id)) {
    notices.add(record, fields);
    return undefined;
  }
  notices.told(record);
  return record;
}

/** The CVE programme took the identifier back: there is no flaw. A disputed one is not rejected. */
function isRejected(details: string): boolean {
  return /^\s*(?:\*\* REJECT(?:ED)? \*\*|Rejected reason:)/i.test(details);
}
