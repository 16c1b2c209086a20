import { DOCKER_HUB } from './name.ts';
import { type Credentials, type RegistryAccess, RegistryError, type RegistrySettings } from './registry.ts';

/** How to reach one repository. Throws `RegistryError` (`bad-setting`, `bad-name`). */
export function accessOf(
  name: { readonly registry: string; readonly repository: string; readonly digest?: string },
  settings: RegistrySettings,
): Promise<RegistryAccess> {
  const host = name.registry === DOCKER_HUB ? 'registry-1.docker.io' : name.registry;
  const url = `${settings.plainHttp ? 'http' : 'https'}://${host}/v2`;
  if (!URL.canParse(url)) throw new RegistryError('bad-name', 'The registry has no usable address', name.registry);
  const { credentials, tls } = settings;
  return Promise.resolve({
    registry: name.registry,
    repository: name.repository,
    endpoints: [
      { url, can: ['pull', 'resolve', 'push'], ...(tls ? { tls } : {}), ...(credentials ? { credentials } : {}) },
    ],
    userAgent: settings.userAgent,
    env: settings.env,
  });
}
