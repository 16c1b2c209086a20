import { DOCKER_HUB } from './name.ts';
import { type RegistryEndpoint, RegistryError } from './registry.ts';

/** A server that may be asked, before credentials and flags. */
export interface Candidate {
  /** Under which its credentials and certificates are found: `docker.io`, `host[:port]`. */
  readonly registry: string;
  readonly endpoint: RegistryEndpoint;
}

const hubHost = 'registry-1.docker.io';

/** The registry whose API is on a host of an address. */
export function registryOn(host: string): string {
  return host.toLowerCase() === hubHost ? DOCKER_HUB : host;
}

/** Where a registry has its API. Throws `RegistryError` (`bad-name`). */
export function apiOf(registry: string, scheme: 'http' | 'https' = 'https'): string {
  const url = `${scheme}://${registry === DOCKER_HUB ? hubHost : registry}/v2`;
  if (!URL.canParse(url)) throw new RegistryError('bad-name', 'The registry has no usable address', registry);
  return url;
}
