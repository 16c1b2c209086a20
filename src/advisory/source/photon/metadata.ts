import { type Advisory, AdvisoryError, type Affected, type ParseReport } from '../../advisory.ts';
import { asObject, asText } from '../document.ts';
import { unpackedFeed } from '../packed.ts';
import { newTally } from '../tally.ts';
import { cvssOfScore } from './score.ts';

const CVE = /^CVE-\d{4}-\d{4,}$/;
const LARGEST = 64 * 2 ** 20;

/** Reads Photon's list of flaws; throws `AdvisoryError` for what is no such list. */
export async function parseMetadata(
  bytes: Uint8Array,
  ecosystem: string,
  keep: (advisory: Advisory) => void,
): Promise<ParseReport> {
  const tally = newTally();
  for (const entry of entriesIn(await unpackedFeed(bytes, LARGEST))) {
    const fields = asObject(entry);
    const [id, name] = [asText(fields?.['cve_id']), asText(fields?.['pkg'])];
    if (fields === undefined || id === undefined || name === undefined) {
      tally.skip('malformed', JSON.stringify(entry)?.slice(0, 100) ?? 'entry');
      continue;
    }
    // Black Duck's identifiers and placeholders name no flaw that anybody else knows.
    if (!CVE.test(id)) {
      tally.skip('no-cve');
      continue;
    }
    const severity = cvssOfScore(fields['cve_score']);
    keep({
      id,
      aliases: [],
      covers: [],
      severities: [],
      affected: (['source', 'binary'] as const).map((appliesTo) => ({
        ...affectedOf(ecosystem, name, appliesTo, fields),
        ...(severity && { severity }),
      })),
      references: [],
    });
    tally.keep();
  }
  return tally.report();
}

function entriesIn(bytes: Uint8Array): readonly unknown[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').trim();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const isCut = text === '' || (text.startsWith('[') && !text.endsWith(']'));
    throw isCut
      ? new AdvisoryError('truncated', 'the feed ends too early', undefined, error)
      : new AdvisoryError('not-the-format', 'the feed is not valid JSON', undefined, error);
  }
  if (Array.isArray(value)) return value;
  throw new AdvisoryError('not-the-format', 'the feed has no list of flaws');
}

function affectedOf(
  ecosystem: string,
  name: string,
  appliesTo: Affected['appliesTo'],
  fields: Readonly<Record<string, unknown>>,
): Affected {
  const named = { ecosystem, package: name, appliesTo };
  const status = asText(fields['status'])?.toLowerCase();
  if (status === 'not affected') return { ...named, status: 'not-affected', ranges: [], fixState: 'unknown' };
  const fixed = asText(fields['res_ver'])?.trim();
  const note = asText(fields['aff_ver'])?.trim();
  if (fixed !== undefined && fixed !== 'NA') {
    return {
      ...named,
      status: 'affected',
      ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed }] }],
      fixState: 'fixed',
    };
  }
  // Said to be fixed, but not in which version.
  const isFixed = status === 'fixed';
  return {
    ...named,
    status: isFixed ? 'undetermined' : 'affected',
    ranges: [],
    fixState: isFixed ? 'unknown' : 'not-fixed',
    ...(note !== undefined && note !== 'NA' && { note }),
  };
}
