/*
 * Canonical's OpenVEX documents, all in one archive; of those on flaws (`vex/cve/YYYY/CVE-YYYY-N.json`):
 *
 *   document  = { statements: [ { vulnerability: { name }, status, justification?, action_statement?, status_notes?,
 *                                 impact_statement?, products: [ { "@id": purl } ] } ] }
 *   purl      = "pkg:deb/ubuntu/" name "@" version "?arch=" ( "source" / architecture ) "&distro=" archive
 *   archive   = codename / service "/" codename / codename "/esm"
 *
 * The version is the newest in the archive, not the fixed one, so that `fixed` says nothing that could be compared; the OSV
 * records do. `component_not_present` says that the release has no such package, thus nothing on one from elsewhere.
 */
import type { PackedEntry } from '../../../internal/unpack.ts';
import type { Advisory, AdvisorySource, Feed, ParseReport } from '../../advisory.ts';
import { asObject, asText } from '../document.ts';
import { type FileOutcome, jsonIn, readArchive } from '../osv/archive.ts';
import { affectedIn, type Statement } from './affected.ts';

const FEED: Feed = { url: 'https://security-metadata.canonical.com/vex/vex-all.tar.xz', ecosystems: ['Ubuntu'] };

/**
 * Canonical's VEX on Ubuntu: which packages were looked at and found without the flaw, and why others have no fix. It goes
 * before the OSV records, which have no words for either, and leaves fixed versions to them.
 */
export const ubuntuVex: AdvisorySource = {
  id: 'ubuntu-vex',
  role: 'supplement',
  // Tens of gigabytes when unpacked: some minutes.
  broughtBy: 'update',
  lists: () => 'fixes',
  feeds: (ecosystems) => (ecosystems === undefined || ecosystems.some(isUbuntu) ? [FEED] : []),
  parse: parseArchive,
};

function isUbuntu(ecosystem: string): boolean {
  return ecosystem === 'Ubuntu' || ecosystem.startsWith('Ubuntu:');
}

async function parseArchive(_: Feed, bytes: Uint8Array, keep: (advisory: Advisory) => void): Promise<ParseReport> {
  return await readArchive(bytes, readFile, keep);
}

function readFile(file: PackedEntry): FileOutcome {
  if (!file.name.endsWith('.json')) return undefined;
  // Documents on notices repeat what those on flaws say.
  if (/(?:^|\/)(?:usn|lsn)\//i.test(file.name)) return 'notice';
  const document = asObject(jsonIn(file));
  const list = document?.['statements'];
  if (document === undefined || !Array.isArray(list)) return 'malformed';
  const statements: Statement[] = [];
  let id: string | undefined;
  for (const item of list) {
    const fields = asObject(item);
    const name = asText(asObject(fields?.['vulnerability'])?.['name']);
    if (fields === undefined || name === undefined || (id ?? name) !== name) return 'malformed';
    id = name;
    statements.push(statementIn(fields));
  }
  if (id === undefined) return 'no-package';
  const affected = affectedIn(statements);
  if (affected === undefined) return 'malformed';
  if (affected.length === 0) return 'nothing-more';
  const references = [{ type: 'advisory', url: `https://ubuntu.com/security/${encodeURIComponent(id)}` }] as const;
  return { id, aliases: [], covers: [], severities: [], affected, references };
}

function statementIn(fields: Readonly<Record<string, unknown>>): Statement {
  const words = ['action_statement', 'status_notes', 'impact_statement'].map((name) => asText(fields[name]));
  return {
    status: asText(fields['status']) ?? '',
    justification: asText(fields['justification']),
    words: words.find((text) => text !== undefined) ?? '',
    products: fields['products'],
  };
}
