import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseError } from './error.ts';

/** Where a feed is really read from. */
export type Place = { readonly kind: 'http'; readonly url: string } | { readonly kind: 'file'; readonly path: string };

/** Finds the places of feeds, by their addresses upstream. */
export type Locate = (feedUrl: string) => Place;

/**
 * Without a mirror a feed is where its address says. With one, a web address or a folder (also as `file:` address),
 * `https://host/path` is at `<mirror>/host/path`. Throws `DatabaseError` `not-found` for a folder that is none.
 */
export function locator(mirror: string | undefined): Locate {
  if (mirror === undefined || mirror === '') return (feedUrl) => ({ kind: 'http', url: feedUrl });
  if (/^https?:/i.test(mirror)) return (feedUrl) => ({ kind: 'http', url: below(mirror, feedUrl) });
  const folder = /^file:/i.test(mirror) ? fileURLToPath(mirror) : resolve(mirror);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new DatabaseError('not-found', 'the mirror is not a folder', { subject: mirror });
  }
  return (feedUrl) => ({ kind: 'file', path: join(folder, ...segments(feedUrl)) });
}

function below(mirror: string, feedUrl: string): string {
  const base = new URL(mirror);
  const feed = new URL(feedUrl);
  base.pathname = `${base.pathname.replace(/\/+$/, '')}/${feed.host}${feed.pathname}`;
  base.search = feed.search;
  return base.href;
}

/** Host and path as file names; none of them may lead out of the mirror. */
function segments(feedUrl: string): string[] {
  const { host, pathname } = new URL(feedUrl);
  const names = [
    host,
    ...pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent),
  ];
  if (names.some((name) => name === '..' || name === '.' || /[/\\\0]/.test(name))) {
    throw new DatabaseError('not-found', 'the address of the feed has no place in a mirror folder', {
      subject: feedUrl,
    });
  }
  return names;
}
