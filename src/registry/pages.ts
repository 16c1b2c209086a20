// Link = "<" target ">" *( ";" parameter ), with rel="next"     (OCI distribution spec 1.1, "Listing Tags"; RFC 8288)
import { limits } from '../internal/limit.ts';
import { jsonObject } from './manifest.ts';
import { RegistryError } from './registry.ts';
import type { Question, Server } from './server.ts';

/** A listing that comes in pages. */
interface Listing<T> {
  readonly path: string;
  readonly scopes: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  /** What one page holds. Throws `RegistryError`. */
  readonly items: (page: Readonly<Record<string, unknown>>) => readonly T[];
  /** What `last=` says after an item, for servers that give no `Link`. */
  readonly last?: (item: T) => string;
  readonly expects?: readonly number[];
}

/** One page of it. */
interface Page<T> {
  readonly status: number;
  readonly items: readonly T[];
}

const perPage = 1000;

/** The pages of a listing from one server. Throws `RegistryError`, `limit-exceeded` where they do not end. */
export async function* pagesOf<T>(server: Server, listing: Listing<T>, pages: number): AsyncGenerator<Page<T>> {
  let query = listing.query;
  let guessed = false;
  const asked = new Set<string>();
  for (let count = 0; count < pages; count++) {
    const key = new URLSearchParams(query).toString();
    // One that leads in a circle has nothing new.
    if (asked.has(key)) throw new RegistryError('bad-answer', 'The pages of a listing lead in a circle', server.place);
    asked.add(key);
    const { page, next, linked } = await onePage(server, listing, query);
    const [last] = page.items.slice(-1);
    // A server that gave no link may not know of pages and give the same again.
    if (guessed && (last === undefined || listing.last?.(last) === query['last'])) return;
    yield page;
    if (next === undefined) return;
    query = next;
    guessed = !linked;
  }
  throw new RegistryError('limit-exceeded', 'A listing of the registry has too many pages', server.place);
}

/** The first page asks for this many. */
export const pageQuery: Readonly<Record<string, string>> = { n: String(perPage) };

async function onePage<T>(
  server: Server,
  listing: Listing<T>,
  query: Readonly<Record<string, string>>,
): Promise<{
  page: Page<T>;
  next: Readonly<Record<string, string>> | undefined;
  /** Whether the server named the next page. */
  linked: boolean;
}> {
  const question: Question = {
    method: 'GET',
    path: listing.path,
    query,
    scopes: listing.scopes,
    headers: () => ({ accept: 'application/json, application/vnd.oci.image.index.v1+json' }),
    ...(listing.expects === undefined ? {} : { expects: listing.expects }),
  };
  return server.ask(question, async (answer) => {
    const bytes = await answer.whole(limits.manifestBytes);
    if (answer.status !== 200) {
      return { page: { status: answer.status, items: [] }, next: undefined, linked: false };
    }
    const type = (answer.header('content-type') ?? '').replace(/;.*$/s, '').trim().toLowerCase();
    const items = listing.items(jsonObject(bytes, type, server.place));
    const linked = nextQuery(answer.header('link'));
    const [last] = items.slice(-1);
    const full = items.length >= Number(query['n'] ?? Infinity);
    const after = last !== undefined && full && listing.last !== undefined ? listing.last(last) : undefined;
    const own = after === undefined ? undefined : { ...query, last: after };
    const next = linked === undefined ? own : { ...query, ...linked };
    return { page: { status: 200, items }, next, linked: linked !== undefined };
  });
}

/** Only the query counts: behind proxies the address before it is often wrong, and it can't lead us elsewhere so. */
function nextQuery(link: string | undefined): Record<string, string> | undefined {
  for (const [, target = '', parameters = ''] of (link ?? '').slice(0, 8192).matchAll(/<([^<>]*)>([^<]*)/g)) {
    if (!/;\s*rel\s*=\s*"?next"?\s*(?:[;,]|$)/i.test(parameters)) continue;
    const url = URL.parse(target, 'http://registry');
    if (url !== null) return Object.fromEntries(url.searchParams);
  }
  return undefined;
}

/** The texts of a member. Throws `bad-answer` where it is no list of texts; `null` stands for an empty one. */
export function textsIn(page: Readonly<Record<string, unknown>>, member: string, place: string): readonly string[] {
  const value = page[member] ?? [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new RegistryError('bad-answer', 'A listing of the registry is none', `${place}: ${member}`);
}
