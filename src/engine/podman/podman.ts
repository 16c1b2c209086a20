import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { type EnginePlaces, type Env, placesOf } from '../docker/places.ts';
import { EngineError } from '../engine.ts';
import { fieldsOf, textOf, textsOf } from '../unpacked/fields.ts';
import { orThrow, readStoreFile } from '../unpacked/store-file.ts';
import type { PodmanStore } from './store.ts';

/** Who asks. */
export interface PodmanUser {
  readonly env: Env;
  readonly home: string;
  /** Of the process; 0 is root. */
  readonly uid: number;
}

/** Where podman's service may listen (`CONTAINER_HOST`, else the user's and root's sockets that exist); it speaks Docker's API. */
export function podmanPlaces(env: Env): EnginePlaces {
  const runtime = env['XDG_RUNTIME_DIR'];
  return placesOf('podman', env['CONTAINER_HOST'], [
    ...(runtime === undefined || runtime === '' ? [] : [join(runtime, 'podman', 'podman.sock')]),
    '/run/podman/podman.sock',
  ]);
}

/**
 * Where podman keeps its images, for which it needs no service (containers-storage.conf(5)); undefined where there is no
 * such folder. Throws `bad-answer` for a settings file that can't be read.
 */
export function podmanStore(user: PodmanUser): PodmanStore | undefined {
  const { own, settings } = settingsOf(user);
  const storage = fieldsOf(settings['storage']);
  const data = user.env['XDG_DATA_HOME'] || join(user.home, '.local', 'share');
  // `graphroot` of the machine's settings is root's alone.
  const named = user.uid === 0 || own ? storage['graphroot'] : undefined;
  const configured =
    expanded(user, named ?? (user.uid === 0 ? undefined : storage['rootless_storage_path'])) ??
    (user.uid === 0 ? '/var/lib/containers/storage' : join(data, 'containers', 'storage'));
  if (!existsSync(configured)) return undefined;
  const additional = textsOf(fieldsOf(storage['options'])['additionalimagestores']);
  return { root: configured, additional: additional.filter((path) => existsSync(path)) };
}

interface Settings {
  /** Made by the user for the user. */
  readonly own: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The first file that there is, alone. */
function settingsOf({ env, home, uid }: PodmanUser): Settings {
  const named = env['CONTAINERS_STORAGE_CONF'];
  const own = join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'containers', 'storage.conf');
  const paths = named
    ? [named]
    : [...(uid === 0 ? [] : [own]), '/etc/containers/storage.conf', '/usr/share/containers/storage.conf'];
  for (const path of paths) {
    const text = orThrow(() => readStoreFile(path, 1 << 20))?.toString();
    if (text === undefined) continue;
    try {
      return { own: path === own || path === named, settings: fieldsOf(parse(text)) };
    } catch (cause) {
      throw new EngineError('bad-answer', 'The settings of the store cannot be read', path, cause);
    }
  }
  return { own: false, settings: {} };
}

function expanded({ env, home, uid }: PodmanUser, value: unknown): string | undefined {
  const known: Readonly<Record<string, string>> = { HOME: home, UID: String(uid), USER: env['USER'] ?? '' };
  return textOf(value)?.replaceAll(/\$\{?(\w+)\}?/g, (whole, name: string) => known[name] ?? env[name] ?? whole);
}
