/*
 * The Debian security tracker's export:
 *
 *   { source package: { CVE or TEMP id: { description?, debianbug?, scope?, releases: { codename: release } } } }
 *   release = { status: resolved / open / undetermined, repositories: { suite: version }, urgency,
 *               fixed_version?, nodsa?, nodsa_reason?: "" / ignored / postponed }
 */
import type { Advisory, AdvisorySource, Affected, Feed, ParseReport, Reference } from '../../advisory.ts';
import { asObject, documentMembers, innerMembers, isObjectSlice, memberValue } from '../document.ts';
import { summaryLine } from '../summary.ts';
import { newTally, type Tally } from '../tally.ts';
import { affectedIn } from './release.ts';

const TRACKER = 'https://security-tracker.debian.org/tracker/';

const FEED: Feed = { url: `${TRACKER}data/json`, ecosystems: ['Debian'] };

/** The Debian security tracker: what is known of every source package in every supported release, fixed or not. */
export const debian: AdvisorySource = {
  id: 'debian',
  lists: () => 'disclosures',
  feeds: (ecosystems) => (ecosystems === undefined || ecosystems.some(isDebian) ? [FEED] : []),
  parse: parseTracker,
};

function isDebian(ecosystem: string): boolean {
  return ecosystem === 'Debian' || ecosystem.startsWith('Debian:');
}

/** A record is one flaw in one source package; its releases are the `affected` of one advisory. */
function parseTracker(_feed: Feed, bytes: Uint8Array, keep: (advisory: Advisory) => void): ParseReport {
  const tally = newTally();
  for (const source of documentMembers(bytes)) {
    if (!isObjectSlice(source) || source.key === '') {
      tally.skip('malformed', source.key);
      continue;
    }
    for (const flaw of innerMembers(source)) keepFlaw(source.key, flaw.key, memberValue(flaw), keep, tally);
  }
  return tally.report();
}

function keepFlaw(source: string, id: string, record: unknown, keep: (advisory: Advisory) => void, tally: Tally): void {
  const fields = asObject(record);
  const releases = releasesOf(fields?.['releases']);
  if (fields === undefined || releases === undefined || id === '') {
    tally.skip('malformed', `${source} ${id}`);
    return;
  }
  const affected = affectedOf(source, releases);
  if (affected.length === 0) {
    tally.skip('no-release');
    return;
  }
  const summary = summaryLine(fields['description']);
  keep({
    id,
    aliases: [],
    covers: [],
    ...(summary === undefined ? {} : { summary }),
    severities: [],
    affected,
    references: referencesOf(id, fields['debianbug']),
  });
  tally.keep();
}

/** An empty list of releases is an array in the export. */
function releasesOf(releases: unknown): Readonly<Record<string, unknown>> | undefined {
  return Array.isArray(releases) && releases.length === 0 ? {} : asObject(releases);
}

function affectedOf(source: string, releases: Readonly<Record<string, unknown>>): Affected[] {
  const affected: Affected[] = [];
  for (const [codename, release] of Object.entries(releases)) affected.push(affectedIn(source, codename, release));
  return affected;
}

function referencesOf(id: string, bug: unknown): Reference[] {
  const references: Reference[] = [{ type: 'advisory', url: TRACKER + encodeURIComponent(id) }];
  if (typeof bug === 'number' && Number.isSafeInteger(bug) && bug > 0) {
    references.push({ type: 'report', url: `https://bugs.debian.org/${bug}` });
  }
  return references;
}
