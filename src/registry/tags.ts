import { pageQuery, pagesOf, textsIn } from './pages.ts';
import type { Places } from './places.ts';
import type { Server } from './server.ts';
import type { Servers } from './servers.ts';

/** The tags of a repository, in the registry's order (OCI distribution spec 1.1, "Listing Tags"). Throws `RegistryError`. */
export async function* listTags(servers: Servers, at: Places, pages: number): AsyncGenerator<string> {
  // A listing that was begun at one server can't be gone on with at another.
  const { server, first } = await servers.firstOfAll('resolve', async (server) => {
    const listed = tagPages(server, at, pages);
    return { server: listed, first: await listed.next() };
  });
  let before = '';
  for (let next = first; !next.done; next = await server.next()) {
    for (const tag of next.value.items) {
      if (tag !== before) yield tag;
      before = tag;
    }
  }
}

function tagPages(server: Server, at: Places, pages: number): ReturnType<typeof pagesOf<string>> {
  const listing = {
    path: at.path(server, 'tags/list'),
    scopes: at.pull(server),
    query: pageQuery,
    items: (page: Readonly<Record<string, unknown>>) => textsIn(page, 'tags', server.place),
    last: (tag: string) => tag,
  };
  return pagesOf(server, listing, pages);
}
