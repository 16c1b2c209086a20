import { apiOf, type Candidate } from './candidate.ts';
import { findCertificates } from './certificates.ts';
import { findCredentials } from './docker-config.ts';
import { findHosts } from './hosts-toml.ts';
import { isSameRegistry } from './name.ts';
import { findRegistration, type Registration, readRegistriesConf, relocate } from './registries-conf.ts';
import {
  type Credentials,
  type ImageName,
  type RegistryAccess,
  type RegistryEndpoint,
  RegistryError,
  type RegistrySettings,
  type TlsSettings,
} from './registry.ts';
import { badSetting } from './setting-file.ts';

/** What of the environment says how servers are reached. */
const networkVariables = /^(?:(?:https?|no)_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE)$/i;

/**
 * How to reach one repository: servers by containerd's `hosts.toml` for the registry, else by podman's `registries.conf`,
 * else by containerd's `_default`, else the registry itself; each with its own certificates and credentials. What flags
 * and environment say is for the registry itself alone. An empty repository stands for the whole registry. Throws
 * `RegistryError` (`bad-setting`, `bad-name`, `denied` where a registry is blocked).
 */
export async function accessOf(name: ImageName, settings: RegistrySettings): Promise<RegistryAccess> {
  const endpoints: RegistryEndpoint[] = [];
  for (const candidate of await candidatesFor(name, settings)) {
    const endpoint = await complete(candidate, name, settings);
    // Without TLS both ways to an insecure server are the same one.
    const last = endpoints.at(-1);
    if (last?.url !== endpoint.url || last.can !== endpoint.can) endpoints.push(endpoint);
  }
  return {
    registry: name.registry,
    repository: name.repository,
    endpoints,
    userAgent: settings.userAgent,
    env: Object.fromEntries(Object.entries(settings.env).filter(([key]) => networkVariables.test(key))),
  };
}

async function candidatesFor(name: ImageName, settings: RegistrySettings): Promise<readonly Candidate[]> {
  const registration = findRegistration(await readRegistriesConf(settings), name);
  if (registration?.blocked) {
    const detail = `${name.registry}/${name.repository}: ${registration.prefix} in ${registration.file}`;
    throw new RegistryError('denied', 'Settings of this machine block the registry', detail);
  }
  const own = await findHosts(name.registry, 'own', settings);
  if (own !== undefined) return own;
  if (registration !== undefined) return registered(name, registration);
  const usual = await findHosts(name.registry, 'default', settings);
  return usual ?? [{ registry: name.registry, endpoint: { url: apiOf(name.registry), can: everything } }];
}

const everything: RegistryEndpoint['can'] = ['pull', 'resolve', 'push'];
const reading: RegistryEndpoint['can'] = ['pull', 'resolve'];
const byDigest: RegistryEndpoint['can'] = ['pull'];
const writing: RegistryEndpoint['can'] = ['push'];

/** Podman's order: mirrors, then the location. It redirects readers only, so who writes goes to the registry named. */
function registered(name: ImageName, by: Registration): readonly Candidate[] {
  const mirrors = by.mirrors
    .filter(({ from }) => from !== 'tag-only' || name.digest === undefined)
    .flatMap((mirror) => {
      // A mirror of a host's root has no image that is the prefix itself.
      const place = relocate(name, by, mirror.location);
      const can = mirror.from === 'digest-only' ? byDigest : reading;
      return place === undefined ? [] : located(name, place, mirror.insecure, can);
    });
  const place = by.location === undefined ? name : relocate(name, by, by.location);
  if (place === undefined) {
    const bare = `${name.registry}/${name.repository}`;
    throw badSetting(by.file, `the location ${by.location} for ${by.prefix} leaves no repository of ${bare}`);
  }
  if (isSameRegistry(place.registry, name.registry) && place.repository === name.repository) {
    return [...mirrors, ...located(name, name, by.insecure, everything)];
  }
  return [...mirrors, ...located(name, place, by.insecure, reading), ...located(name, name, by.insecure, writing)];
}

/** Insecure ones are asked without trust, then without TLS. */
function located(
  name: ImageName,
  { registry, repository }: ImageName,
  insecure: boolean,
  can: RegistryEndpoint['can'],
): readonly Candidate[] {
  const endpoint = { url: apiOf(registry), ...(repository === name.repository ? {} : { repository }), can };
  if (!insecure) return [{ registry, endpoint }];
  return [
    { registry, endpoint: { ...endpoint, tls: { skipVerify: true } } },
    { registry, endpoint: { ...endpoint, url: apiOf(registry, 'http') } },
  ];
}

/** Adds certificates, credentials and flags. */
async function complete(
  { registry, endpoint }: Candidate,
  name: ImageName,
  settings: RegistrySettings,
): Promise<RegistryEndpoint> {
  const asked = isSameRegistry(registry, name.registry);
  const url = asked && settings.plainHttp ? endpoint.url.replace(/^https:/, 'http:') : endpoint.url;
  const tls = url.startsWith('https:')
    ? await tlsFor(registry, endpoint, asked ? settings.tls : undefined, settings)
    : {};
  const given = (asked ? settings.credentials : undefined) ?? credentialsInEnvironment(registry, asked, settings);
  const place = { registry, repository: endpoint.repository ?? name.repository };
  const credentials = given ?? (await findCredentials(place, settings));
  const { tls: _, ...rest } = endpoint;
  return {
    ...rest,
    url,
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

async function tlsFor(
  registry: string,
  endpoint: RegistryEndpoint,
  flags: TlsSettings | undefined,
  settings: RegistrySettings,
): Promise<TlsSettings> {
  const found = { ...(await findCertificates(registry, settings)), ...endpoint.tls };
  const ca = [...(found.ca ?? []), ...(flags?.ca ?? [])];
  return { ...found, ...flags, ...(ca.length === 0 ? {} : { ca }) };
}

/** For the registry that `SEAWORTHY_REGISTRY_HOST` names, or without it the one asked for. */
function credentialsInEnvironment(
  registry: string,
  asked: boolean,
  { env, credentials }: RegistrySettings,
): Credentials | undefined {
  const host = env['SEAWORTHY_REGISTRY_HOST'];
  if (credentials !== undefined || !(host ? isSameRegistry(host, registry) : asked)) return undefined;
  const token = env['SEAWORTHY_REGISTRY_TOKEN'];
  if (token) return { kind: 'bearer', token };
  const username = env['SEAWORTHY_REGISTRY_USERNAME'];
  const password = env['SEAWORTHY_REGISTRY_PASSWORD'];
  if (!username && !password) return undefined;
  if (username && password) return { kind: 'basic', username, password };
  const missing = username ? 'SEAWORTHY_REGISTRY_PASSWORD' : 'SEAWORTHY_REGISTRY_USERNAME';
  throw badSetting(missing, 'it is not set, but its counterpart is');
}
