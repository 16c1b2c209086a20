/*
 * Amazon Linux: each repository at cdn.amazonlinux.com has a list of mirrors, whose first line is the address of the
 * repository in its edition of the day, in which repomd.xml names updateinfo.xml.gz. The one for x86_64 lists the builds
 * for aarch64 too.
 *
 * Amazon Linux 2 has "extras": repositories, one for each topic (`amzn2extra-<topic>` to yum), with packages of the same
 * names as those of its core in other versions. They are ecosystems of their own, so that neither is judged by the other's
 * notices: `Amazon Linux 2 Extras:nginx1`.
 */
import type { Advisory, AdvisorySource, Feed, ParseReport } from '../../advisory.ts';
import { noticesIn, parseUpdateinfo, repositoryIn } from '../updateinfo/updateinfo.ts';
import topics from './extras.json' with { type: 'json' };
import table from './repositories.json' with { type: 'json' };

const CDN = 'https://cdn.amazonlinux.com/';
const MIRRORS = '/x86_64/mirror.list';
const EXTRAS = 'Amazon Linux 2 Extras';

const REPOSITORIES: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(table));
/** The preview of 2023, which nobody should run any more. */
const ENDED = '2022';

/** Amazon Linux (ALAS): notices on binary packages, only of flaws that have a fix. */
export const amazon: AdvisorySource = {
  id: 'amazon',
  lists: () => 'fixes',
  feeds: feedsOf,
  follow: followIndex,
  parse: parseNotices,
};

function feedsOf(ecosystems: readonly string[] | undefined): readonly Feed[] {
  const feeds = new Map<string, Feed>();
  const all = ecosystems === undefined || ecosystems.includes('Amazon Linux');
  for (const [release, paths] of REPOSITORIES) {
    if (!all && !ecosystems.includes(`Amazon Linux:${release}`)) continue;
    const [core = '', ...more] = paths;
    add(feeds, feedOf(`Amazon Linux:${release}`, core, all && release === ENDED));
    for (const path of more) add(feeds, feedOf(`Amazon Linux:${release}`, path, true));
  }
  const allExtras = ecosystems === undefined || ecosystems.includes(EXTRAS);
  for (const topic of allExtras ? topics : []) add(feeds, extraOf(topic, true));
  for (const ecosystem of ecosystems ?? []) {
    // A topic newer than the list can be asked for by its name.
    const topic = /^Amazon Linux 2 Extras:(\w[\w.-]{0,60})$/.exec(ecosystem)?.[1];
    if (topic !== undefined && !allExtras) add(feeds, extraOf(topic, false));
  }
  return [...feeds.values()];
}

function add(feeds: Map<string, Feed>, feed: Feed): void {
  feeds.set(feed.url, feed);
}

function extraOf(topic: string, optional: boolean): Feed {
  return feedOf(`${EXTRAS}:${topic}`, `2/extras/${topic}/latest`, optional);
}

function feedOf(ecosystem: string, path: string, optional: boolean): Feed {
  const feed = { url: `${CDN}${path}${MIRRORS}`, ecosystems: [ecosystem], index: true };
  return optional ? { ...feed, optional } : feed;
}

function followIndex(feed: Feed, bytes: Uint8Array): readonly Feed[] {
  if (feed.url.endsWith(MIRRORS)) return [repositoryIn(feed, bytes, 'x86_64')];
  return noticesIn(feed, bytes, editionOf(feed));
}

/** The repository's name: `al2023/nvidia` of `…/al2023/nvidia/guids/<digest>/x86_64/…`. */
function editionOf({ url }: Feed): string {
  const [release = '', ...rest] = new URL(url).pathname.slice(1).split('/');
  return [release, ...rest.slice(0, rest[0] === 'extras' ? 2 : 1)].join('/');
}

function parseNotices(feed: Feed, bytes: Uint8Array, keep: (advisory: Advisory) => void): Promise<ParseReport> {
  const ecosystem = feed.ecosystems[0] ?? 'Amazon Linux';
  return parseUpdateinfo(feed, bytes, keep, {
    by: 'amazon',
    ecosystem,
    byArchitecture: true,
    modular: false,
    pageOf: (id) => `https://alas.aws.amazon.com/${pathOf(ecosystem)}/${encodeURIComponent(id)}.html`,
  });
}

function pathOf(ecosystem: string): string {
  return ecosystem.startsWith(EXTRAS) ? 'AL2' : `AL${ecosystem.slice('Amazon Linux:'.length)}`;
}
