import type { StoredFeed } from './format.ts';
import type { FeedFailure } from './record.ts';
import type { WantedFeed } from './selection.ts';

/** What tells feeds apart: the address, or, where that changes, the name of the edition with its source. */
export interface FeedName {
  readonly source: string;
  readonly url: string;
  readonly edition?: string;
}

/** Whether two names are of one feed. */
export function isSameFeed(a: FeedName, b: FeedName): boolean {
  return a.url === b.url || (a.edition !== undefined && a.edition === b.edition && a.source === b.source);
}

/** The name of a feed that is to be had. */
export function nameOf({ source, feed }: WantedFeed): FeedName {
  return { source: source.id, url: feed.url, ...(feed.edition === undefined ? {} : { edition: feed.edition }) };
}

/** The name of a feed that is loaded. */
export function nameOfStored({ name, url, edition }: StoredFeed): FeedName {
  return { source: name, url, ...(edition === undefined ? {} : { edition }) };
}

/** Whether a feed that is loaded is not up to date because of the failure, be it that of an index on the way to it. */
export function concerns(failure: FeedFailure, feed: StoredFeed): boolean {
  return isSameFeed(failure, nameOfStored(feed)) || (failure.index !== undefined && failure.index === feed.via);
}
