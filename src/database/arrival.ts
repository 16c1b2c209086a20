import type { Builder } from './build.ts';
import type { DatabaseError } from './error.ts';
import type { FeedRequest, Fetched } from './fetch.ts';
import type { StoredFeed } from './format.ts';
import type { FeedOutcome } from './progress.ts';

/** What came of one feed, without its name. */
export type Outcome = FeedOutcome extends infer O ? (O extends FeedOutcome ? Omit<O, 'source' | 'url'> : never) : never;

/** That of a feed that failed. */
export function failedOutcome({ request }: Fetched, error: DatabaseError): Extract<Outcome, { kind: 'failed' }> {
  return { kind: 'failed', error, ecosystems: request.feed.ecosystems };
}

/** How it came to be asked for. */
export function placeOf({ source, feed, via }: FeedRequest): Pick<StoredFeed, 'role' | 'via' | 'edition' | 'revises'> {
  return {
    ...(feed.revises === undefined ? {} : { revises: feed.revises }),
    ...(source.role === 'supplement' ? { role: source.role } : {}),
    ...(via === undefined ? {} : { via }),
    ...(feed.edition === undefined ? {} : { edition: feed.edition }),
  };
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** No feed is older; servers that know no date say 1970. */
const EARLIEST = Date.UTC(2000, 0);

/** A server's date of the document; one of tomorrow would hide for ever how old the document is. */
export function believable(lastModified: string | undefined, now: string): string | undefined {
  const time = Date.parse(lastModified ?? '');
  return time >= EARLIEST && time <= Date.parse(now) + DAY_MS ? new Date(time).toISOString() : undefined;
}

/** Notes why a feed is not there, or not up to date. */
export function noteFailure(builder: Builder, request: FeedRequest, error: DatabaseError, at: string): void {
  const { source, feed, via } = request;
  const { code, message, detail } = error;
  builder.fail({
    source: source.id,
    url: feed.url,
    ecosystems: feed.ecosystems,
    code,
    message,
    ...(detail === undefined ? {} : { detail }),
    at,
    ...(feed.edition === undefined ? {} : { edition: feed.edition }),
    ...(feed.index === true ? { index: via ?? feed.url } : {}),
  });
}
