import type { Advisory, AdvisorySource, Feed, ParseReport } from '../../advisory.ts';
import { parseSecdb } from '../secdb/secdb.ts';
import known from './releases.json' with { type: 'json' };

const ALPINE = /^Alpine:(v\d+\.\d+|edge)$/;

/** Alpine's security database (secdb): which version of an origin package brought which fix; nothing of unfixed flaws. */
export const alpine: AdvisorySource = {
  id: 'alpine',
  lists: () => 'fixes',
  feeds: feedsOf,
  parse: parseRepository,
};

/** A release newer than the list can be asked for by its name; when all are wanted, a missing one is no error. */
function feedsOf(ecosystems: readonly string[] | undefined): readonly Feed[] {
  const releases = new Set<string>();
  for (const ecosystem of ecosystems ?? ['Alpine']) {
    if (ecosystem === 'Alpine') for (const release of known.releases) releases.add(release);
    const release = ALPINE.exec(ecosystem)?.[1];
    if (release !== undefined) releases.add(release);
  }
  const all = ecosystems === undefined || ecosystems.includes('Alpine');
  return [...releases].flatMap((release) => known.repositories.map((repository) => feedOf(release, repository, all)));
}

function feedOf(release: string, repository: string, optional: boolean): Feed {
  const feed = {
    url: `https://secdb.alpinelinux.org/${release}/${repository}.json`,
    ecosystems: [`Alpine:${release}`],
  };
  return optional || repository !== 'main' ? { ...feed, optional: true } : feed;
}

function parseRepository(feed: Feed, bytes: Uint8Array, keep: (advisory: Advisory) => void): ParseReport {
  const ecosystem = feed.ecosystems[0] ?? 'Alpine';
  return parseSecdb(bytes, keep, { ecosystem, release: ecosystem.slice('Alpine:'.length), pageOf });
}

function pageOf(id: string): string | undefined {
  return id.startsWith('CVE-') ? `https://security.alpinelinux.org/vuln/${encodeURIComponent(id)}` : undefined;
}
