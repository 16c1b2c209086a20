import { isAbsolute, join } from 'node:path';
import { parseName, splitRegistry } from './name.ts';
import { addAliases, type RegistriesConf, readRegistriesConf } from './registries-conf.ts';
import { type ImageName, RegistryError, type RegistrySettings } from './registry.ts';
import { parseTomlSetting, readSetting } from './setting-file.ts';

/**
 * The image that a text names. Without a registry it is docker.io's, as for Docker and containerd, unless the user wants
 * podman's short names (`podmanNames`; registries.conf(5), "Short-Name Aliasing"): then an alias is taken, else the only
 * registry to search; with several we never guess, and without any the name is docker.io's. Throws `RegistryError`
 * (`bad-name`, `bad-setting`).
 */
export async function resolveName(text: string, settings: RegistrySettings): Promise<ImageName> {
  const name = parseName(text);
  if (!settings.podmanNames || splitRegistry(text).said) return name;
  const conf = await readRegistriesConf(settings);
  const [, bare = text, rest = ''] = /^([^:@]*)(.*)$/s.exec(text) ?? [];
  const alias = (await recordedAliases(conf, settings)).get(bare);
  if (alias !== undefined) return parseName(`${alias}${rest}`);
  const [only, ...others] = conf.search;
  if (only === undefined) return name;
  if (others.length === 0) return parseName(`${only}/${text}`);
  const candidates = conf.search.map((registry) => `${registry}/${text}`).join(', ');
  throw new RegistryError('bad-name', 'That short name may be in several registries', candidates);
}

/** Podman's aliases; those that it recorded itself when it asked the user override those of its settings. */
async function recordedAliases(conf: RegistriesConf, settings: RegistrySettings): Promise<ReadonlyMap<string, string>> {
  const aliases = new Map(conf.aliases);
  const cache = settings.env['XDG_CACHE_HOME'] || join(settings.home, '.cache');
  if (settings.registriesFile !== undefined || !isAbsolute(cache)) return aliases;
  const path = join(cache, 'containers/short-name-aliases.conf');
  const recorded = await readSetting(path);
  if (recorded !== undefined) addAliases(aliases, parseTomlSetting(path, recorded));
  return aliases;
}
