/*
 * Fedora and EPEL (Extra Packages for Enterprise Linux): the repositories of updates, whose repomd.xml names
 * updateinfo.xml. Those of releases that have ended move to the archive; before Fedora 32 they tell no flaws.
 *
 * EPEL's packages are installed on others' distributions, whose own notices say nothing of them: `EPEL:9`.
 */
import type { Advisory, AdvisorySource, Feed, ParseReport } from '../../advisory.ts';
import { noticesIn, parseUpdateinfo } from '../updateinfo/updateinfo.ts';
import known from './releases.json' with { type: 'json' };

interface Family {
  readonly name: 'Fedora' | 'EPEL';
  readonly current: readonly string[];
  readonly archived: readonly string[];
  readonly path: (release: string) => string;
}

const FAMILIES: readonly Family[] = [
  { name: 'Fedora', ...known.fedora, path: (release) => `fedora/linux/updates/${release}/Everything/x86_64` },
  // The archive has EPEL 7 as it was, before there was an `Everything`.
  { name: 'EPEL', ...known.epel, path: (release) => `epel/${release}${release === '7' ? '' : '/Everything'}/x86_64` },
];

/** Fedora and EPEL: notices of updates on binary packages, only of flaws that have a fix. */
export const fedora: AdvisorySource = {
  id: 'fedora',
  lists: () => 'fixes',
  feeds: feedsOf,
  follow: (feed, bytes) => noticesIn(feed, bytes, feed.ecosystems[0] ?? 'Fedora'),
  parse: parseNotices,
};

/** A release newer than the list can be asked for by its name; when all are wanted, a missing one is no error. */
function feedsOf(ecosystems: readonly string[] | undefined): readonly Feed[] {
  return FAMILIES.flatMap((family) => {
    const all = ecosystems === undefined || ecosystems.includes(family.name);
    const releases = new Set(all ? [...family.archived, ...family.current] : []);
    for (const ecosystem of ecosystems ?? []) {
      const [name, release = ''] = ecosystem.split(':');
      const isRelease = /^[1-9]\d{0,2}$/.test(release) && ecosystem === `${family.name}:${release}`;
      if (name === family.name && isRelease && !isUntold(family, release)) releases.add(release);
    }
    return [...releases].map((release) => feedOf(family, release, all));
  });
}

/** Whether the release is older than any whose updates tell flaws. */
function isUntold({ archived }: Family, release: string): boolean {
  return Number(release) < Math.min(...archived.map(Number));
}

function feedOf(family: Family, release: string, optional: boolean): Feed {
  const { name, archived, path } = family;
  const root = archived.includes(release)
    ? 'https://archives.fedoraproject.org/pub/archive/'
    : 'https://dl.fedoraproject.org/pub/';
  const feed = { url: `${root}${path(release)}/repodata/repomd.xml`, ecosystems: [`${name}:${release}`], index: true };
  return optional ? { ...feed, optional } : feed;
}

/** Koji builds one version for all architectures, and what a document does not list is built from the same. */
function parseNotices(feed: Feed, bytes: Uint8Array, keep: (advisory: Advisory) => void): Promise<ParseReport> {
  return parseUpdateinfo(feed, bytes, keep, {
    by: 'fedora',
    ecosystem: feed.ecosystems[0] ?? 'Fedora',
    byArchitecture: false,
    modular: true,
    pageOf: (id) => `https://bodhi.fedoraproject.org/updates/${encodeURIComponent(id)}`,
  });
}
