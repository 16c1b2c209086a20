import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineAddress } from '../engine.ts';
import { fieldsOf, textOf } from '../unpacked/fields.ts';
import { orThrow, readStoreJson } from '../unpacked/store-file.ts';

/** Environment variables. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Where an engine may be asked. */
export interface EnginePlaces {
  /** The most particular first. */
  readonly addresses: readonly EngineAddress[];
  /** What the user has chosen that can't be asked. */
  readonly refused: readonly RefusedPlace[];
}

/** A place that the user has chosen and that is not asked. */
export interface RefusedPlace {
  /** Address without user and password, or the name of a context. */
  readonly place: string;
  /** `remote`: no socket of this machine. */
  readonly reason: 'remote' | 'no-such-context';
}

/**
 * Where Docker may be asked: `DOCKER_HOST`, else the context of `DOCKER_CONTEXT` or `currentContext`, else the usual sockets
 * that exist. Throws `bad-answer` and `no-permission` for settings that can't be read.
 */
export function dockerPlaces(env: Env, home: string): EnginePlaces {
  const host = env['DOCKER_HOST'];
  if (host) return placesOf('docker', host, []);
  const folder = env['DOCKER_CONFIG'] || join(home, '.docker');
  const context = env['DOCKER_CONTEXT'] || currentContext(folder);
  if (context !== undefined && context !== 'default') {
    const chosen = hostOfContext(folder, context);
    return chosen === undefined
      ? { addresses: [], refused: [{ place: context, reason: 'no-such-context' }] }
      : placesOf('docker', chosen, []);
  }
  const runtime = env['XDG_RUNTIME_DIR'];
  return placesOf('docker', undefined, [
    '/var/run/docker.sock',
    ...(runtime ? [join(runtime, 'docker.sock')] : []),
    join(home, '.docker', 'run', 'docker.sock'),
  ]);
}

/** The chosen place, whether it exists or not; without one, the usual sockets that exist. */
export function placesOf(
  kind: EngineAddress['kind'],
  chosen: string | undefined,
  usual: readonly string[],
): EnginePlaces {
  if (!chosen)
    return { addresses: usual.filter((path) => existsSync(path)).map((socket) => ({ kind, socket })), refused: [] };
  const socket = /^unix:\/\/(\/.+)$/.exec(chosen)?.[1];
  if (socket !== undefined) return { addresses: [{ kind, socket }], refused: [] };
  return { addresses: [], refused: [{ place: withoutSecrets(chosen), reason: 'remote' }] };
}

function withoutSecrets(host: string): string {
  const url = URL.parse(host);
  return url === null ? 'not an address' : `${url.protocol}//${url.host}`;
}

function currentContext(folder: string): string | undefined {
  return textOf(fieldsOf(orThrow(() => readStoreJson(join(folder, 'config.json'))))['currentContext']);
}

/** Contexts lie in folders that are named by the hash of their name. */
function hostOfContext(folder: string, name: string): string | undefined {
  const hash = createHash('sha256').update(name).digest('hex');
  const meta = fieldsOf(orThrow(() => readStoreJson(join(folder, 'contexts', 'meta', hash, 'meta.json'))));
  return textOf(fieldsOf(fieldsOf(meta['Endpoints'])['docker'])['Host']);
}
