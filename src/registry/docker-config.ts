// auths       = { key: { "auth": base64( user ":" password ) | "username", "password" | "identitytoken" | "registrytoken" } }
// credHelpers = { host: helper },  credsStore = helper
// key         = [ "http://" | "https://" ] host [ ":" port ] [ "/" path ]
//
// A key with a scheme, or whose path is "v1/" or "v2/", speaks of its whole host; another path is a namespace (podman,
// Kubernetes). The longest namespace wins; labels with "*" (Kubernetes) come last.
import { isAbsolute, join } from 'node:path';
import { askCredentialHelper } from './credential-helper.ts';
import { DOCKER_HUB } from './name.ts';
import type { Credentials, RegistrySettings } from './registry.ts';
import {
  badSetting,
  type Fields,
  fieldsOf,
  parseJsonSetting,
  readNamedSetting,
  readSetting,
  userPaths,
} from './setting-file.ts';

interface Place {
  readonly registry: string;
  readonly repository: string;
}

interface Key {
  readonly text: string;
  readonly host: string;
  readonly path: string;
}

/** What the server of Docker Hub is called in Docker's own files. */
const hubServer = 'https://index.docker.io/v1/';
const hubNames: ReadonlySet<string> = new Set(['index.docker.io', 'registry-1.docker.io', DOCKER_HUB]);

/**
 * What Docker's and podman's files say of who we are to a registry: `authFile` alone, or `$REGISTRY_AUTH_FILE` alone, or
 * the first that knows of `$DOCKER_AUTH_CONFIG`, Docker's `config.json`, and podman's `auth.json`. Throws
 * `RegistryError` (`bad-setting`).
 */
export async function findCredentials(place: Place, settings: RegistrySettings): Promise<Credentials | undefined> {
  if (settings.authFile !== undefined) {
    return within(settings.authFile, await readNamedSetting(settings.authFile), place, settings);
  }
  const { DOCKER_AUTH_CONFIG: given, REGISTRY_AUTH_FILE: named } = settings.env;
  const found = !named && given ? await within('$DOCKER_AUTH_CONFIG', given, place, settings) : undefined;
  if (found !== undefined) return found;
  for (const path of named ? [named] : usualFiles(settings)) {
    const text = await readSetting(path);
    const credentials = text === undefined ? undefined : await within(path, text, place, settings);
    if (credentials !== undefined) return credentials;
  }
  return undefined;
}

function usualFiles(settings: RegistrySettings): readonly string[] {
  const { env, home } = settings;
  const docker = env['DOCKER_CONFIG'] || (isAbsolute(home) ? join(home, '.docker') : undefined);
  const runtime = env['XDG_RUNTIME_DIR'];
  return [
    // A mounted secret of Kubernetes names its file so.
    ...(docker === undefined ? [] : [join(docker, 'config.json'), join(docker, '.dockerconfigjson')]),
    ...(runtime ? [join(runtime, 'containers/auth.json')] : []),
    ...userPaths(settings, 'containers/auth.json'),
  ];
}

/** What one file says: the helper for the host, else the file itself, else the store for all hosts. */
async function within(
  path: string,
  text: string,
  place: Place,
  settings: RegistrySettings,
): Promise<Credentials | undefined> {
  if (text.trim() === '') return undefined;
  const file = fieldsOf(parseJsonSetting(path, text), path);
  const host = hostOf(place.registry);
  const helpers = file.table('credHelpers');
  const chosen = helpers?.keys().find((key) => keyOf(key).host === host);
  const helper = chosen === undefined ? undefined : helpers?.text(chosen);
  const auths = file.table('auths');
  const keys = matching(auths?.keys() ?? [], host, place.repository);
  const ask = (name: string): Promise<Credentials | undefined> => askFor(name, keys, host, path, settings);
  if (helper) return ask(helper);
  for (const key of keys) {
    const entry = auths?.table(key.text);
    const credentials = entry && credentialsIn(entry, `${path}, auths, ${key.text}`);
    if (credentials !== undefined) return credentials;
  }
  const store = file.text('credsStore');
  return store ? ask(store) : undefined;
}

/** Asks under the names by which the server was entered, then under the usual ones. */
async function askFor(
  helper: string,
  keys: readonly Key[],
  host: string,
  path: string,
  settings: RegistrySettings,
): Promise<Credentials | undefined> {
  const entered = keys.filter((key) => !key.text.includes('*')).map((key) => key.text);
  const usual = host === DOCKER_HUB ? [hubServer, DOCKER_HUB] : [host];
  for (const server of new Set([...entered.slice(0, 3), ...usual])) {
    const credentials = await askCredentialHelper(helper, server, path, settings);
    if (credentials !== undefined) return credentials;
  }
  return undefined;
}

function credentialsIn(entry: Fields, where: string): Credentials | undefined {
  const registryToken = entry.text('registrytoken');
  if (registryToken) return { kind: 'bearer', token: registryToken };
  const identity = entry.text('identitytoken');
  if (identity) return { kind: 'identity', token: identity };
  const auth = entry.text('auth');
  if (auth) return decode(auth, where);
  const username = entry.text('username') ?? '';
  const password = entry.text('password') ?? '';
  return username === '' && password === '' ? undefined : { kind: 'basic', username, password };
}

function decode(auth: string, where: string): Credentials {
  const text = /^[A-Za-z0-9+/_-]+={0,2}$/.test(auth.trim()) ? Buffer.from(auth.trim(), 'base64').toString('utf8') : '';
  const colon = text.indexOf(':');
  if (colon < 1) throw badSetting(where, 'auth is not USER:PASSWORD in base64');
  // Docker pads the password.
  return { kind: 'basic', username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}

/** The keys that speak of a repository, the most particular first. */
function matching(keys: readonly string[], host: string, repository: string): readonly Key[] {
  const fits = (key: Key): boolean =>
    hostFits(key.host, host) && (key.path === '' || `${repository}/`.startsWith(`${key.path}/`));
  const rank = (key: Key): number => (key.host.includes('*') ? 0 : 2) + (key.text.includes('://') ? 0 : 1);
  return keys
    .map(keyOf)
    .filter(fits)
    .toSorted((a, b) => b.path.length - a.path.length || rank(b) - rank(a));
}

function hostFits(pattern: string, host: string): boolean {
  if (!pattern.includes('*')) return pattern === host;
  const labels = host.split('.');
  const patterns = pattern.split('.');
  return patterns.length === labels.length && patterns.every((one, index) => labelFits(one, labels[index] ?? ''));
}

/** One star in a label is enough for what Kubernetes documents. */
function labelFits(pattern: string, label: string): boolean {
  const [head = '', tail] = pattern.split('*');
  if (tail === undefined) return pattern === label;
  return label.length >= head.length + tail.length && label.startsWith(head) && label.endsWith(tail);
}

function keyOf(text: string): Key {
  const [, scheme, host = '', path = ''] = /^(https?:\/\/)?([^/]*)\/?(.*)$/is.exec(text) ?? [];
  const whole = scheme !== undefined || /^v[12]\/$/.test(path);
  return { text, host: hostOf(host), path: whole ? '' : path.replace(/\/+$/, '') };
}

function hostOf(text: string): string {
  const host = text.toLowerCase();
  return hubNames.has(host) ? DOCKER_HUB : host;
}
