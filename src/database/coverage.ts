import type { Fact } from '../advisory/advisory.ts';
import { concerns } from './feed-name.ts';
import { type Directory, FORMAT, type Scope, type Shelf, type StoredFeed } from './format.ts';
import { sourceRefOf } from './reader.ts';
import type { DatabaseInfo, EcosystemInfo, FeedFailure, FeedInfo } from './record.ts';

/** Whether what a feed declares (`Debian`, `Alpine:v3.20`) takes in an ecosystem (`Debian:12`). */
export function holds(declared: readonly string[], ecosystem: string): boolean {
  return declared.some((name) => ecosystem === name || ecosystem.startsWith(`${name}:`));
}

/** Whether some record speaks of an ecosystem (`Debian:12`) or of a release of it (`Debian`). */
export function hasRecords(directory: Directory, ecosystem: string): boolean {
  return directory.scopes.some((scope) => scope.advisories > 0 && holds([ecosystem], scope.ecosystem));
}

/** What is loaded of an ecosystem, and what should be. */
export function ecosystemInfo(directory: Directory, ecosystem: string): EcosystemInfo {
  const feeds = new Map(directory.feeds.map((feed) => [feed.id, feed]));
  const sources = directory.scopes.flatMap((scope) => {
    const feed = scope.ecosystem === ecosystem ? feeds.get(scope.feed) : undefined;
    if (feed === undefined) return [];
    const { lists, advisories } = scope;
    return [{ ...sourceRefOf(feed), lists, advisories, ...(feed.role === undefined ? {} : { role: feed.role }) }];
  });
  const missing = neverLoaded(directory).filter((failure) => holds(failure.ecosystems, ecosystem));
  return { ecosystem, sources, missing };
}

/** The directory as it is told to others. */
export function databaseInfo(
  directory: Directory,
  file: Pick<DatabaseInfo, 'path' | 'digest' | 'bytes'>,
): DatabaseInfo {
  const scopes = Map.groupBy(directory.scopes, (scope) => scope.feed);
  const shelves = Map.groupBy(directory.shelves, (shelf) => shelf.feed);
  const { failures } = directory;
  return {
    ...file,
    format: FORMAT,
    builtAt: directory.builtAt,
    feeds: directory.feeds.map((feed) =>
      feedInfo(feed, scopes.get(feed.id) ?? [], shelves.get(feed.id) ?? [], failures),
    ),
    missing: neverLoaded(directory),
  };
}

function feedInfo(
  feed: StoredFeed,
  scopes: readonly Scope[],
  shelves: readonly Shelf[],
  failures: readonly FeedFailure[],
): FeedInfo {
  const failure = failures.find((candidate) => concerns(candidate, feed));
  const facts: Partial<Record<Fact['kind'], number>> = {};
  for (const { kind, count } of shelves) if (kind !== 'text') facts[kind] = (facts[kind] ?? 0) + count;
  return {
    ...sourceRefOf(feed),
    id: feed.id,
    bytes: feed.bytes,
    checkedAt: feed.checkedAt,
    ecosystems: scopes.map((scope) => scope.ecosystem).toSorted(),
    ...(shelves.length === 0 ? {} : { facts }),
    report: feed.report,
    ...(failure === undefined ? {} : { failure }),
  };
}

function neverLoaded(directory: Directory): FeedFailure[] {
  return directory.failures.filter((failure) => !directory.feeds.some((feed) => concerns(failure, feed)));
}
