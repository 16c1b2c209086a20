import { type RegistryEndpoint, RegistryError, type RegistryErrorCode } from './registry.ts';
import type { Server } from './server.ts';

/** What is wanted of an endpoint. */
type Ability = RegistryEndpoint['can'][number];

/** Asks endpoints in their order until one answers. */
export interface Servers {
  /**
   * The first answer. `RegistryError` of one endpoint gives way to the next; where none is left the last one's code is
   * thrown, with all that were tried in the detail.
   */
  first<T>(ability: Ability, ask: (server: Server) => Promise<T>): Promise<T>;
  /** The same, but the registry itself is asked first: of a listing mirrors may have only a part. */
  firstOfAll<T>(ability: Ability, ask: (server: Server) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const gone: ReadonlySet<RegistryErrorCode> = new Set(['unreachable', 'untrusted', 'no-tls', 'timeout']);

/** An endpoint that was not to be reached once is asked last from then on. */
export function openServers(all: readonly Server[]): Servers {
  const away = new Set<Server>();
  const able = (ability: Ability): readonly Server[] => {
    const those = all.filter(({ endpoint }) => endpoint.can.includes(ability));
    return [...those.filter((one) => !away.has(one)), ...those.filter((one) => away.has(one))];
  };
  const inOrder = async <T>(those: readonly Server[], ability: Ability, ask: (server: Server) => Promise<T>) => {
    const failures: { readonly server: Server; readonly error: RegistryError }[] = [];
    for (const server of those) {
      try {
        const answer = await ask(server);
        away.delete(server);
        return answer;
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        if (gone.has(error.code)) away.add(server);
        failures.push({ server, error });
      }
    }
    throw allFailed(failures, all, ability);
  };
  return {
    first: (ability, ask) => inOrder(able(ability), ability, ask),
    firstOfAll: (ability, ask) => {
      const those = able(ability);
      const itself = those.filter((one) => one === all.at(-1) && !away.has(one));
      return inOrder([...itself, ...those.filter((one) => !itself.includes(one))], ability, ask);
    },
    close: async () => {
      await Promise.all(all.map((server) => server.close()));
    },
  };
}

function allFailed(
  failures: readonly { readonly server: Server; readonly error: RegistryError }[],
  all: readonly Server[],
  ability: Ability,
): RegistryError {
  // The registry itself, the last in the configuration, knows best; it may have been asked before the others.
  const last = failures.toSorted((a, b) => all.indexOf(a.server) - all.indexOf(b.server)).at(-1);
  if (last === undefined) {
    return new RegistryError('unsupported', 'No endpoint is configured for this', `${ability} of ${all.length}`);
  }
  if (failures.length === 1) return last.error;
  const detail = failures.map(({ server, error }) => {
    const said = error.detail ?? server.place;
    return `${error.code}: ${said.startsWith(server.place) ? said : `${server.place}: ${said}`}`;
  });
  return new RegistryError(last.error.code, last.error.message, detail.join('; '), last.error);
}
