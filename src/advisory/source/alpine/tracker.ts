/*
 * Alpine's security tracker, one document per branch (JSON-LD, given to who accepts `application/ld+json`):
 *
 *   { id: …/branch/<branch>, items: [ { id: …/vuln/<CVE>, description, cvss3: { score, vector },
 *       state: [ { repo: branch, packageVersion: …/srcpkg/<origin package>/<version>, fixed } ],
 *       cpeMatch: [ { package: …/srcpkg/<name>, minimumVersion, minimumVersionOp, maximumVersion, maximumVersionOp } ] } ] }
 *
 * It compares the NVD's product names and versions with the packages of a branch and leaves out what secdb says is fixed:
 * nobody has looked at what is left, which is called "potentially vulnerable". So here it is undetermined.
 */
import { apk } from '../../../version/apk.ts';
import {
  type Advisory,
  AdvisoryError,
  type AdvisorySource,
  type Affected,
  type Feed,
  type ParseReport,
} from '../../advisory.ts';
import { cvssSeverity } from '../../severity.ts';
import { asObject, asText, documentMembers, innerMembers, memberValue } from '../document.ts';
import { summaryLine } from '../summary.ts';
import { newTally } from '../tally.ts';
import tracked from './tracked.json' with { type: 'json' };

const BRANCHES = 'https://security.alpinelinux.org/branch/';
const NOTE = 'by its product name in the NVD; Alpine has not looked at it';

/** Alpine's tracker: what may be open and has no fix. What it does not list may be open too: it knows few product names. */
export const alpineTracker: AdvisorySource = {
  id: 'alpine-tracker',
  role: 'supplement',
  lists: () => 'fixes',
  feeds: feedsOf,
  parse: parseBranch,
};

function feedsOf(ecosystems: readonly string[] | undefined): readonly Feed[] {
  const all = ecosystems === undefined || ecosystems.includes('Alpine');
  const releases = all
    ? tracked
    : tracked.filter((release) => ecosystems.includes(`Alpine:${release === 'edge' ? release : `v${release}`}`));
  return releases.flatMap((release) => ['main', 'community'].map((repository) => feedOf(release, repository, all)));
}

function feedOf(release: string, repository: string, optional: boolean): Feed {
  const feed = {
    url: `${BRANCHES}${release}-${repository}`,
    ecosystems: [`Alpine:${release === 'edge' ? release : `v${release}`}`],
    accept: 'application/ld+json',
  };
  return optional || repository !== 'main' ? { ...feed, optional: true } : feed;
}

function parseBranch(feed: Feed, bytes: Uint8Array, keep: (advisory: Advisory) => void): ParseReport {
  const tally = newTally();
  const branch = { repo: feed.url.slice(BRANCHES.length), ecosystem: feed.ecosystems[0] ?? 'Alpine' };
  const seen = new Set<string>();
  let found = false;
  for (const member of documentMembers(bytes)) {
    if (member.key === 'id') checkBranch(memberValue(member), feed.url);
    if (member.key !== 'items' || member.bytes[0] !== 0x5b) continue;
    found = true;
    for (const item of innerMembers(member)) {
      const read = readItem(asObject(memberValue(item)), branch);
      // A flaw of several packages is listed once for each, with all of them.
      const reason = typeof read === 'string' ? read : seen.has(read.id) ? 'repeated' : undefined;
      if (reason !== undefined) tally.skip(reason, reason === 'malformed' ? `item ${item.key}` : undefined);
      else if (typeof read !== 'string') {
        seen.add(read.id);
        keep(read);
        tally.keep();
      }
    }
  }
  if (!found) throw new AdvisoryError('not-the-format', 'the feed has no list of flaws');
  return tally.report();
}

function checkBranch(id: unknown, url: string): void {
  if (id === url) return;
  throw new AdvisoryError('not-the-format', 'the feed is one of another branch', asText(id)?.slice(0, 200));
}

type Fields = Readonly<Record<string, unknown>>;
type SkipReason = 'malformed' | 'fixed' | 'other-branch';

interface Branch {
  readonly repo: string;
  readonly ecosystem: string;
}

function readItem(fields: Fields | undefined, branch: Branch): Advisory | SkipReason {
  const url = asText(fields?.['id']);
  const id = /\/vuln\/([A-Za-z][\w.-]*)$/.exec(url ?? '')?.[1];
  const states = statesIn(fields?.['state'], branch.repo);
  if (fields === undefined || url === undefined || id === undefined || states === undefined) return 'malformed';
  if (states.size === 0) return 'other-branch';
  const affected = [...states].flatMap(([name, versions]) => openIn(name, versions, fields, branch.ecosystem) ?? []);
  if (affected.length === 0) return 'fixed';
  const summary = summaryLine(fields['description']);
  const severity = cvssSeverity(asText(asObject(fields['cvss3'])?.['vector']) ?? '', 'nvd');
  return {
    id,
    aliases: [],
    covers: [],
    ...(summary === undefined ? {} : { summary }),
    severities: severity === undefined ? [] : [severity],
    affected,
    references: /^https?:\/\/[^\s<>"]+$/.test(url) ? [{ type: 'advisory', url }] : [],
  };
}

interface Versions {
  readonly open: string[];
  readonly fixed: string[];
}

/** What is said of versions of packages in the branch; undefined when something of it can't be read. */
function statesIn(value: unknown, repo: string): ReadonlyMap<string, Versions> | undefined {
  if (!Array.isArray(value)) return undefined;
  const packages = new Map<string, Versions>();
  for (const item of value) {
    const state = asObject(item);
    if (state === undefined) return undefined;
    if (state['repo'] !== repo) continue;
    const [, name, version] = /\/srcpkg\/([^/#]+)\/([^/#]+)$/.exec(asText(state['packageVersion']) ?? '') ?? [];
    if (name === undefined || version === undefined || typeof state['fixed'] !== 'boolean') return undefined;
    const versions = packages.get(name) ?? { open: [], fixed: [] };
    packages.set(name, versions);
    (state['fixed'] ? versions.fixed : versions.open).push(version);
  }
  return packages;
}

/** Open up to the last version that is in the branch; undefined when a later one has the fix, of which secdb tells. */
function openIn(name: string, { open, fixed }: Versions, fields: Fields, ecosystem: string): Affected | undefined {
  const last = latest(open);
  const done = latest(fixed);
  if (last === undefined || (done !== undefined && isBefore(last, done))) return undefined;
  const first = lowestIn(fields['cpeMatch'], name, last);
  return {
    ecosystem,
    package: name,
    appliesTo: 'source',
    status: 'undetermined',
    ranges: [{ type: 'ecosystem', events: [{ introduced: first }, { lastAffected: last }] }],
    fixState: 'not-fixed',
    note: NOTE,
  };
}

function latest(versions: readonly string[]): string | undefined {
  return versions.reduce<string | undefined>(
    (best, version) => (best === undefined || isBefore(best, version) ? version : best),
    undefined,
  );
}

/** One that can't be read is before none. */
function isBefore(version: string, than: string): boolean {
  const [a, b] = [apk.parse(version), apk.parse(than)];
  return a.kind === 'version' && b.kind === 'version' && apk.compare(a, b) < 0;
}

/** The lowest version at which the NVD's ranges for the package begin; the first of all where one of them tells none. */
function lowestIn(value: unknown, name: string, last: string): string {
  const matches = (Array.isArray(value) ? value : []).flatMap((item) => {
    const match = asObject(item);
    return asText(match?.['package'])?.endsWith(`/srcpkg/${name}`) ? [asText(match?.['minimumVersion']) ?? '0'] : [];
  });
  const [first = '0', ...more] = matches;
  const lowest = more.reduce((best, version) => (isBefore(best, version) ? best : version), first);
  return matches.every((version) => isBefore(version, last) || version === last) ? lowest : '0';
}
