import { systemClock } from '../internal/clock.ts';
import { usualPatience } from './limits.ts';
import { pageQuery, pagesOf, textsIn } from './pages.ts';
import { isRepository } from './places.ts';
import { type RegistryAccess, RegistryError } from './registry.ts';
import { openServer } from './server.ts';

/**
 * The repositories of a registry, in its order (`/v2/_catalog`); mirrors are not asked, for they have only a part.
 * Throws `RegistryError`: `unsupported` where the registry gives no catalog.
 */
export async function* listRepositories(access: RegistryAccess): AsyncGenerator<string> {
  const endpoint = access.endpoints.findLast(
    ({ namespace, can }) => namespace === undefined && can.includes('resolve'),
  );
  if (endpoint === undefined) {
    throw new RegistryError('unsupported', 'No endpoint is configured for this', `catalog of ${access.registry}`);
  }
  const server = openServer(endpoint, access, { clock: systemClock, patience: usualPatience });
  try {
    const listing = {
      path: '_catalog',
      scopes: ['registry:catalog:*'],
      query: pageQuery,
      expects: [404, 405, 501],
      items: (page: Readonly<Record<string, unknown>>) => textsIn(page, 'repositories', server.place),
      last: (name: string) => name,
    };
    let before = '';
    for await (const { status, items } of pagesOf(server, listing, usualPatience.pages)) {
      if (status !== 200) {
        throw new RegistryError('unsupported', 'The registry lists no repositories', `${server.place}: ${status}`);
      }
      for (const name of items) {
        if (!isRepository(name))
          throw new RegistryError('bad-answer', 'A listing of the registry is none', server.place);
        if (name !== before) yield name;
        before = name;
      }
    }
  } finally {
    await server.close();
  }
}
