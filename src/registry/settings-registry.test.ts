import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveRegistry, startRegistry, type TestRegistry } from '../../test/registry/start-registry.ts';
import { accessOf } from './access.ts';
import { parseName } from './name.ts';
import type { Manifest, RegistrySettings } from './registry.ts';
import { openRepository } from './repository.ts';
import { basicAuth, refusal, writtenSettings } from './testdata/written-settings.ts';

const bytes = Buffer.from('{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}');
const stored: Manifest = {
  digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  bytes,
};
const helper = (host: string): string =>
  `#!/bin/sh\nread server\n[ "$server" = ${host} ] || { echo 'credentials not found in native keychain'; exit 1; }\necho '{"Username":"bob","Secret":"secret"}'\n`;

describe.runIf(haveRegistry)(
  'a registry with TLS and passwords, by settings (skipped where no docker-registry is installed)',
  () => {
    let registry: TestRegistry;
    beforeAll(async () => {
      registry = await startRegistry({ tls: true, htpasswd: { bob: 'secret' } });
      const credentials = { kind: 'basic', username: 'bob', password: 'secret' } as const;
      const repository = await openRepository(registry.access('moved/app', { credentials }));
      await repository.pushManifest(stored, '1');
      await repository.close();
    });
    afterAll(() => registry?.close());

    async function digestOf(name: string, settings: RegistrySettings): Promise<string> {
      const parsed = parseName(name);
      const repository = await openRepository(await accessOf(parsed, settings));
      try {
        return (await repository.manifest(parsed.tag ?? '')).digest;
      } finally {
        await repository.close();
      }
    }

    it('is read with a folder of certificates and a helper', async () => {
      const settings = writtenSettings({
        [`etc/docker/certs.d/${registry.host}/ca.crt`]: registry.ca ?? '',
        'home/.docker/config.json': '{"credsStore": "test"}',
        'bin/docker-credential-test': helper(registry.host),
      });
      expect(await digestOf(`${registry.host}/moved/app:1`, settings)).toBe(stored.digest);
    });

    it('is read where podman moves another one to, behind a mirror that is away', async () => {
      const settings = writtenSettings({
        'etc/containers/registries.conf': `[[registry]]\nprefix = "example.org/team"\nlocation = "${registry.host}/moved"\n[[registry.mirror]]\nlocation = "127.0.0.1:1"\n`,
        [`etc/containers/certs.d/${registry.host}/ca.crt`]: registry.ca ?? '',
        'home/.config/containers/auth.json': JSON.stringify({
          auths: { [`${registry.host}/moved`]: { auth: basicAuth('bob:secret') } },
        }),
      });
      expect(await digestOf('example.org/team/app:1', settings)).toBe(stored.digest);
    });

    it('is read as a mirror of hosts.toml, with its own credentials', async () => {
      const folder = 'etc/containerd/certs.d/example.org';
      const settings = writtenSettings(
        {
          [`${folder}/hosts.toml`]: `[host."https://${registry.host}"]\nca = "ca.pem"\ncapabilities = ["pull", "resolve"]`,
          [`${folder}/ca.pem`]: registry.ca ?? '',
          'home/.docker/config.json': JSON.stringify({ auths: { [registry.host]: { auth: basicAuth('bob:secret') } } }),
        },
        () => ({ credentials: { kind: 'basic', username: 'alice', password: 'for example.org' } }),
      );
      expect(await digestOf('example.org/moved/app:1', settings)).toBe(stored.digest);
    });

    it('is read where it is insecure by registries.conf, but not by plain HTTP or without trust', async () => {
      const files = {
        'home/.docker/config.json': JSON.stringify({ auths: { [registry.host]: { auth: basicAuth('bob:secret') } } }),
      };
      const name = `${registry.host}/moved/app:1`;
      const insecure = `[[registry]]\nlocation = "${registry.host}"\ninsecure = true\n`;
      expect(await digestOf(name, writtenSettings({ ...files, 'etc/containers/registries.conf': insecure }))).toBe(
        stored.digest,
      );
      const settings = writtenSettings(files);
      expect(await refusal(digestOf(name, settings), settings)).toMatch(/^untrusted: /);
      const plain = { ...settings, plainHttp: true };
      expect(await refusal(digestOf(name, plain), settings)).not.toBe('no refusal');
    });
  },
);
