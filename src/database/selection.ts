import type { AdvisorySource, Feed } from '../advisory/advisory.ts';
import { holds } from './coverage.ts';
import { DatabaseError } from './error.ts';

/** A feed that an update is to bring. */
export interface WantedFeed {
  readonly source: AdvisorySource;
  readonly feed: Feed;
}

/** What an update is to bring. */
export interface Selection {
  readonly wanted: readonly WantedFeed[];
  /** Words of `only` that no feed answers to. */
  readonly unserved: readonly string[];
}

/**
 * The feeds for `only`: identifiers of sources (all they have) and ecosystems (`Debian:12`, `Alpine`, `npm`); without
 * it, all feeds. Throws `DatabaseError` `nothing-selected` when that is none.
 */
export function selectFeeds(sources: readonly AdvisorySource[], only: readonly string[] | undefined): Selection {
  const ids = new Set(sources.map((source) => source.id));
  const ecosystems = only?.filter((word) => !ids.has(word));
  const wanted = new Map<string, WantedFeed>();
  for (const source of sources) {
    const asked = only === undefined || only.includes(source.id) ? undefined : (ecosystems ?? []);
    if (asked?.length === 0) continue;
    for (const feed of source.feeds(asked)) if (!wanted.has(feed.url)) wanted.set(feed.url, { source, feed });
  }
  const feeds = [...wanted.values()];
  const unserved = (ecosystems ?? []).filter((word) => !feeds.some(({ feed }) => answers(feed, word)));
  if (feeds.length === 0) {
    throw new DatabaseError('nothing-selected', 'no source has advisories for what was asked', {
      detail: only?.join(', '),
    });
  }
  return { wanted: feeds, unserved };
}

function answers(feed: Feed, word: string): boolean {
  return holds(feed.ecosystems, word) || feed.ecosystems.some((name) => holds([word], name));
}
