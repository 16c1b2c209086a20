// registries.conf = [ unqualified-search-registries ] *( [[registry]] entry ) [ [aliases] ]   (registries.conf(5), version 2)
// entry           = prefix, location, insecure, blocked, mirror-by-digest-only, *( [[registry.mirror]] mirror )
// mirror          = location, insecure, pull-from-mirror ("all" | "digest-only" | "tag-only")
// prefix          = "*." domain | location [ ":" tag | "@" digest ],  location = host [ ":" port ] *( "/" part )
//
// The entry with the longest match counts alone; its location takes the place of the prefix.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DOCKER_HUB, formatName, isRegistry, isSameRegistry } from './name.ts';
import type { ImageName, RegistrySettings } from './registry.ts';
import {
  badSetting,
  type Fields,
  isAbsence,
  parseTomlSetting,
  readNamedSetting,
  readSetting,
  systemPath,
  userPaths,
} from './setting-file.ts';

const maximumPlace = 1024;

/** Where a namespace is, or a copy of it. */
export interface Location {
  /** `host[:port][/path]`; absent where names are kept as they are. */
  readonly location?: string;
  readonly insecure: boolean;
}

/** A copy, and for which names it may be asked. */
export interface Mirror extends Location {
  readonly location: string;
  readonly from: 'all' | 'digest-only' | 'tag-only';
}

/** What `[[registry]]` says of the names below a prefix. */
export interface Registration extends Location {
  /** Path of the file. */
  readonly file: string;
  readonly prefix: string;
  readonly blocked: boolean;
  readonly mirrors: readonly Mirror[];
}

/** Podman's settings of all files. */
export interface RegistriesConf {
  /** `unqualified-search-registries`. */
  readonly search: readonly string[];
  /** By prefix. */
  readonly registrations: ReadonlyMap<string, Registration>;
  /** Short name to full name without tag. */
  readonly aliases: ReadonlyMap<string, string>;
}

/**
 * What podman's files say, a later one overriding an earlier: `registriesFile` alone, or `$CONTAINERS_REGISTRIES_CONF` or
 * the user's `registries.conf` or the machine's, then the drop-ins (`registries.conf.d/*.conf`; the machine's not
 * where the user has a file). Throws `RegistryError` (`bad-setting`).
 */
export async function readRegistriesConf(settings: RegistrySettings): Promise<RegistriesConf> {
  const search: string[] = [];
  const registrations = new Map<string, Registration>();
  const aliases = new Map<string, string>();
  for (const { path, text } of await filesOf(settings)) {
    const file = parseTomlSetting(path, text);
    if (file.raw('registries') !== undefined) throw file.wrong('registries', 'is of version 1, which is not read');
    const searched = file.texts('unqualified-search-registries');
    if (searched !== undefined) search.splice(0, search.length, ...searched);
    for (const entry of file.tables('registry')) {
      const registration = registrationOf(entry, path);
      registrations.set(registration.prefix, registration);
    }
    addAliases(aliases, file);
  }
  return { search, registrations, aliases };
}

/** Adds a file's aliases; one without a value erases. Throws `RegistryError` (`bad-setting`). */
export function addAliases(aliases: Map<string, string>, file: Fields): void {
  const table = file.table('aliases');
  for (const name of table?.keys() ?? []) {
    const value = table?.text(name);
    if (value) aliases.set(name, value);
    else aliases.delete(name);
  }
}

/** The entry that speaks of a name: the longest match, and of equal ones that without a star. */
export function findRegistration(conf: RegistriesConf, name: ImageName): Registration | undefined {
  const full = formatName(name);
  let best: Registration | undefined;
  for (const one of conf.registrations.values()) {
    const length = matchLength(one.prefix, full);
    const before = best === undefined ? 0 : matchLength(best.prefix, full);
    if (length > before || (length > 0 && length === before && best?.prefix.startsWith('*'))) best = one;
  }
  return best;
}

/** The name below another location: what of it the prefix matched is replaced; undefined where no repository is left. */
export function relocate(name: ImageName, by: Registration, location: string): ImageName | undefined {
  const bare = `${name.registry}/${name.repository}`;
  // A prefix with a tag or digest is longer than the bare name.
  const text = `${location}${bare.slice(matchLength(by.prefix, formatName(name)))}`;
  const slash = text.indexOf('/');
  const host = slash === -1 ? text : text.slice(0, slash);
  const path = slash === -1 ? '' : text.slice(slash + 1);
  const hub = isSameRegistry(host, DOCKER_HUB);
  const registry = hub ? DOCKER_HUB : host;
  const repository = hub && path !== '' && !path.includes('/') ? `library/${path}` : path;
  return repository === '' && name.repository !== '' ? undefined : { registry, repository };
}

/** How much of a full name a prefix covers; 0 for none. */
function matchLength(prefix: string, full: string): number {
  if (prefix.startsWith('*.')) {
    const [whole, host = ''] = /^(\[[^\]]*\]|[^:/]*)(?::\d+)?/.exec(full) ?? [''];
    return host.toLowerCase().endsWith(prefix.slice(1).toLowerCase()) ? whole.length : 0;
  }
  const begins = full.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase();
  const next = full.charAt(prefix.length);
  // After a host alone ":" is a port, hence another registry.
  const ends = next === '' || next === '/' || next === '@' || (next === ':' && prefix.includes('/'));
  return begins && ends ? prefix.length : 0;
}

function registrationOf(entry: Fields, file: string): Registration {
  const location = locationIn(entry, 'location');
  const said = placeIn(entry, 'prefix');
  const prefix = said || location;
  if (prefix === undefined) throw entry.wrong('prefix', 'and location are both missing');
  const place = prefix.replace(/(?<=\/[^/]*)[:@].*$/, '');
  if (prefix.startsWith('*.') ? !isRegistry(prefix.slice(2)) : !isLocation(place)) {
    throw entry.wrong('prefix', 'is neither HOST[:PORT][/PATH] nor *.DOMAIN');
  }
  const byDigest = entry.flag('mirror-by-digest-only') === true;
  return {
    file,
    prefix,
    ...(location === undefined ? {} : { location }),
    insecure: entry.flag('insecure') === true,
    blocked: entry.flag('blocked') === true,
    mirrors: entry.tables('mirror').map((mirror) => mirrorOf(mirror, byDigest)),
  };
}

function mirrorOf(entry: Fields, byDigest: boolean): Mirror {
  const location = locationIn(entry, 'location');
  if (location === undefined) throw entry.wrong('location', 'is missing');
  const from = entry.text('pull-from-mirror') || (byDigest ? 'digest-only' : 'all');
  if (from !== 'all' && from !== 'digest-only' && from !== 'tag-only') {
    throw entry.wrong('pull-from-mirror', 'is not "all", "digest-only" or "tag-only"');
  }
  if (byDigest && from !== 'digest-only') throw entry.wrong('pull-from-mirror', 'contradicts mirror-by-digest-only');
  return { location, insecure: entry.flag('insecure') === true, from };
}

function locationIn(entry: Fields, key: string): string | undefined {
  const location = placeIn(entry, key);
  if (location !== undefined && !isLocation(location)) throw entry.wrong(key, 'is not HOST[:PORT][/PATH]');
  return location;
}

function placeIn(entry: Fields, key: string): string | undefined {
  const text = entry.text(key) ?? '';
  if (text.length > maximumPlace) throw entry.wrong(key, 'is too long');
  return text.replace(/\/+$/, '') || undefined;
}

function isLocation(text: string): boolean {
  const [host = '', ...parts] = text.split('/');
  return isRegistry(host) && parts.every((part) => /^[\w.-]+$/.test(part) && part !== '.' && part !== '..');
}

interface SettingFile {
  readonly path: string;
  readonly text: string;
}

async function filesOf(settings: RegistrySettings): Promise<readonly SettingFile[]> {
  const { registriesFile } = settings;
  if (registriesFile !== undefined) return [{ path: registriesFile, text: await readNamedSetting(registriesFile) }];
  const named = settings.env['CONTAINERS_REGISTRIES_CONF'];
  const mine = named ? [] : await readAll(userPaths(settings, 'containers/registries.conf'));
  const main = mine.length > 0 ? mine : await readAll([named || systemPath(settings, 'containers/registries.conf')]);
  const folders = [
    ...(mine.length > 0 ? [] : [systemPath(settings, 'containers/registries.conf.d')]),
    ...userPaths(settings, 'containers/registries.conf.d'),
  ];
  const dropIns = await Promise.all(folders.map(async (folder) => readAll(await dropInsOf(folder))));
  return [...main, ...dropIns.flat()];
}

async function readAll(paths: readonly string[]): Promise<readonly SettingFile[]> {
  const files: SettingFile[] = [];
  for (const path of paths) {
    const text = await readSetting(path);
    if (text !== undefined) files.push({ path, text });
  }
  return files;
}

async function dropInsOf(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => name.endsWith('.conf'))
      .toSorted()
      .map((name) => join(folder, name));
  } catch (cause) {
    if (isAbsence(cause)) return [];
    throw badSetting(folder, `${(cause as NodeJS.ErrnoException).code}`, cause);
  }
}
