import { describe, expect, it } from 'vitest';
import { accessOf } from './access.ts';
import { parseName } from './name.ts';
import type { RegistryEndpoint, RegistrySettings } from './registry.ts';
import { basicAuth, pem, refusal, writtenSettings } from './testdata/written-settings.ts';

const hostsToml = 'etc/containerd/certs.d/example.org/hosts.toml';
const defaultToml = 'etc/containerd/certs.d/_default/hosts.toml';
const conf = 'etc/containers/registries.conf';
const config = 'home/.docker/config.json';
const mirrored = '[[registry]]\nprefix = "example.org"\n[[registry.mirror]]\nlocation = "podman.example"\n';
const flags = { kind: 'basic', username: 'flag', password: 'p' } as const;

type Files = Readonly<Record<string, string>>;

function settingsOf(files: Files, more: Partial<RegistrySettings> = {}): ReturnType<typeof writtenSettings> {
  return writtenSettings(files, () => more);
}

async function endpoints(
  name: string,
  files: Files,
  more: Partial<RegistrySettings> = {},
): Promise<readonly RegistryEndpoint[]> {
  return (await accessOf(parseName(name), settingsOf(files, more))).endpoints;
}

async function urls(name: string, files: Files, more: Partial<RegistrySettings> = {}): Promise<readonly string[]> {
  return (await endpoints(name, files, more)).map(({ url }) => url);
}

describe('without settings', () => {
  it.each([
    ['debian', 'https://registry-1.docker.io/v2'],
    ['example.org/a', 'https://example.org/v2'],
    ['EXAMPLE.org:5000/a', 'https://EXAMPLE.org:5000/v2'],
    ['localhost:5000/a', 'https://localhost:5000/v2'],
    ['127.0.0.1/a', 'https://127.0.0.1/v2'],
    ['[::1]:5000/a', 'https://[::1]:5000/v2'],
  ])('%s is at %s', async (name, url) => {
    expect(await endpoints(name, {})).toEqual([{ url, can: ['pull', 'resolve', 'push'] }]);
  });

  it('is plain data that says how servers are reached, and no more of the environment', async () => {
    const network = {
      https_proxy: 'http://proxy.example:3128',
      NO_PROXY: 'a',
      NODE_EXTRA_CA_CERTS: '/x',
      SSL_CERT_FILE: '/y',
    };
    const access = await accessOf(
      parseName('example.org/a/b'),
      settingsOf({}, { env: { ...network, SECRET: 's', HOME: '/' } }),
    );
    expect(access).toEqual({
      registry: 'example.org',
      repository: 'a/b',
      userAgent: 'test',
      env: network,
      endpoints: [{ url: 'https://example.org/v2', can: ['pull', 'resolve', 'push'] }],
    });
    expect(structuredClone(access)).toEqual(access);
  });

  it('refuses a host that no address can have', async () => {
    const settings = settingsOf({});
    expect(await refusal(accessOf(parseName('1.2.3.4.5/a'), settings), settings)).toBe('bad-name: 1.2.3.4.5');
  });

  it('takes a whole registry', async () => {
    const access = await accessOf({ registry: 'example.org', repository: '' }, settingsOf({ [conf]: mirrored }));
    expect(access.endpoints.map(({ url }) => url)).toEqual(['https://podman.example/v2', 'https://example.org/v2']);
  });
});

describe('which file names the servers', () => {
  const own = { [hostsToml]: '[host."https://own.example"]' };
  const usual = { [defaultToml]: '[host."https://default.example"]' };
  const podman = { [conf]: mirrored };
  it.each<[string, Files, readonly string[]]>([
    ['all', { ...own, ...usual, ...podman }, ['https://own.example/v2', 'https://example.org/v2']],
    ['podman and default', { ...usual, ...podman }, ['https://podman.example/v2', 'https://example.org/v2']],
    ['default', usual, ['https://default.example/v2', 'https://example.org/v2']],
    [
      'podman of another',
      { ...usual, [conf]: mirrored.replace('example.org', 'other.example') },
      ['https://default.example/v2', 'https://example.org/v2'],
    ],
  ])('%s', async (_, files, expected) => {
    expect(await urls('example.org/a', files)).toEqual(expected);
  });

  it('podman blocks also what containerd knows', async () => {
    const settings = settingsOf({ ...own, [conf]: '[[registry]]\nprefix = "example.org/a"\nblocked = true' });
    expect(await refusal(accessOf(parseName('example.org/a/b'), settings), settings)).toMatch(
      /^denied: example\.org\/a\/b/,
    );
    expect((await accessOf(parseName('example.org/b'), settings)).endpoints).toHaveLength(2);
  });
});

describe('plain HTTP', () => {
  it.each<[string, string, Files, readonly string[]]>([
    ['the registry', 'localhost:5000/a', {}, ['http://localhost:5000/v2']],
    ['Docker Hub', 'debian', {}, ['http://registry-1.docker.io/v2']],
    ['not its mirrors', 'example.org/a', { [conf]: mirrored }, ['https://podman.example/v2', 'http://example.org/v2']],
    [
      'also the server of hosts.toml',
      'example.org/a',
      { [hostsToml]: 'server = "https://example.org/x"' },
      ['http://example.org/x/v2'],
    ],
    [
      'an insecure one once',
      'example.org/a',
      { [conf]: '[[registry]]\nlocation = "example.org"\ninsecure = true' },
      ['http://example.org/v2'],
    ],
  ])('by the flag is for %s', async (_, name, files, expected) => {
    expect(await urls(name, files, { plainHttp: true })).toEqual(expected);
  });

  it('is asked of hosts.toml and registries.conf', async () => {
    expect(await urls('example.org/a', { [hostsToml]: 'server = "http://example.org"' })).toEqual([
      'http://example.org/v2',
    ]);
    expect(await urls('example.org/a', { [conf]: '[[registry]]\nlocation = "example.org"\ninsecure = true' })).toEqual([
      'https://example.org/v2',
      'http://example.org/v2',
    ]);
  });
});

describe('certificates', () => {
  const ca = pem('CERTIFICATE', 'ca');
  const certificate = pem('CERTIFICATE', 'mine');
  const key = pem('RSA PRIVATE KEY', 'key');
  const folders = [
    'home/.config/containerd/certs.d/example.org_5000_',
    'etc/containerd/certs.d/example.org:5000',
    'home/.config/containers/certs.d/example.org:5000',
    'etc/containers/certs.d/example.org:5000',
    'home/.config/docker/certs.d/example.org:5000',
    'etc/docker/certs.d/example.org:5000',
  ];

  it.each(folders.map((folder, index) => [folder, index] as const))(
    'are found in %s, before those after it',
    async (folder, index) => {
      const later = folders.slice(index + 1).map((other) => [`${other}/ca.crt`, pem('CERTIFICATE', 'other')] as const);
      const files = { [`${folder}/b.crt`]: ca, [`${folder}/a.crt`]: certificate, ...Object.fromEntries(later) };
      expect((await endpoints('example.org:5000/a', files))[0]?.tls).toEqual({ ca: [certificate, ca] });
      expect((await endpoints('example.org/a', files))[0]?.tls).toBeUndefined();
    },
  );

  it('of ours are the first pair by name', async () => {
    const files = {
      'etc/docker/certs.d/docker.io/b.cert': ca,
      'etc/docker/certs.d/docker.io/b.key': key,
      'etc/docker/certs.d/docker.io/a.cert': certificate,
      'etc/docker/certs.d/docker.io/a.key': pem('PRIVATE KEY', 'a'),
      'etc/docker/certs.d/docker.io/README': 'x',
    };
    expect((await endpoints('debian', files))[0]?.tls).toEqual({ certificate, key: pem('PRIVATE KEY', 'a') });
  });

  it('of files and flags are for the registry itself, and each mirror has its own', async () => {
    const files = {
      [conf]: mirrored,
      'etc/containers/certs.d/podman.example/ca.crt': ca,
      'etc/containers/certs.d/example.org/ca.crt': certificate,
      'etc/containers/certs.d/example.org/a.cert': certificate,
      'etc/containers/certs.d/example.org/a.key': key,
    };
    const flag = { ca: ['flag'], certificate: 'mine', key: 'my key', skipVerify: true };
    const [mirror, registry] = await endpoints('example.org/a', files, { tls: flag });
    expect(mirror?.tls).toEqual({ ca: [ca] });
    expect(registry?.tls).toEqual({ ...flag, ca: [certificate, 'flag'] });
  });

  it('of hosts.toml go before those of folders', async () => {
    const files = {
      [hostsToml]: 'ca = "x.pem"',
      'etc/containerd/certs.d/example.org/x.pem': certificate,
      'etc/docker/certs.d/example.org/ca.crt': ca,
      'etc/docker/certs.d/example.org/a.cert': ca,
      'etc/docker/certs.d/example.org/a.key': key,
    };
    expect((await endpoints('example.org/a', files))[0]?.tls).toEqual({ ca: [certificate], certificate: ca, key });
  });

  it.each<[string, Files, string]>([
    [
      'a certificate without a key',
      { 'a.cert': certificate },
      'a.cert: the key for this certificate (.key) is missing',
    ],
    ['a key without a certificate', { 'a.key': key }, 'a.key: the certificate for this key (.cert) is missing'],
    ['an authority that is none', { 'ca.crt': 'hello' }, 'ca.crt: it holds no certificate in PEM'],
    ['a key that is none', { 'a.cert': certificate, 'a.key': certificate }, 'a.key: it holds no private key in PEM'],
  ])('that are %s are told', async (_, files, detail) => {
    const folder = 'etc/docker/certs.d/example.org';
    const settings = settingsOf(
      Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text])),
    );
    expect(await refusal(accessOf(parseName('example.org/a'), settings), settings)).toBe(
      `bad-setting: ${folder}/${detail}`,
    );
  });
});

describe('credentials', () => {
  const users = ['example.org', 'podman.example', 'podman.example/a', 'docker.io'];
  const auths = Object.fromEntries(users.map((user) => [user, { auth: basicAuth(`${user}:p`) }]));
  const files = { [config]: JSON.stringify({ auths }), [conf]: mirrored };
  const basic = { SEAWORTHY_REGISTRY_USERNAME: 'env', SEAWORTHY_REGISTRY_PASSWORD: 'p' };
  const token = { ...basic, SEAWORTHY_REGISTRY_TOKEN: 'T' };
  const forMirror = { ...basic, SEAWORTHY_REGISTRY_HOST: 'Podman.example' };

  it.each<[string, Partial<RegistrySettings>, string, readonly (string | undefined)[]]>([
    ['files', {}, 'example.org/a/b', ['podman.example/a', 'example.org']],
    ['files', {}, 'debian', ['docker.io']],
    ['flags, for the registry alone', { credentials: flags }, 'example.org/b', ['podman.example', 'flag']],
    ['the environment, for the registry alone', { env: basic }, 'example.org/b', ['podman.example', 'env']],
    ['a token of the environment', { env: token }, 'example.org/b', ['podman.example', 'bearer T']],
    ['the environment for the one that it names', { env: forMirror }, 'example.org/b', ['env', 'example.org']],
    [
      'the environment for Docker Hub',
      { env: { ...basic, SEAWORTHY_REGISTRY_HOST: 'index.docker.io' } },
      'debian',
      ['env'],
    ],
    [
      'the environment for another',
      { env: { ...basic, SEAWORTHY_REGISTRY_HOST: 'else.example' } },
      'debian',
      ['docker.io'],
    ],
    [
      'flags before the environment',
      { credentials: flags, env: forMirror },
      'example.org/b',
      ['podman.example', 'flag'],
    ],
  ])('of %s', async (_, more, name, expected) => {
    const found = (await endpoints(name, files, more)).map(({ credentials: one }) =>
      one?.kind === 'basic' ? one.username : one && `${one.kind} ${one.token}`,
    );
    expect(found).toEqual(expected);
  });

  it('of flags do not go to where podman moves the registry', async () => {
    const moved = { [conf]: '[[registry]]\nprefix = "example.org"\nlocation = "moved.example"' };
    const [to, from] = await endpoints('example.org/a', moved, { credentials: flags });
    expect(to?.credentials).toBeUndefined();
    expect(from?.credentials).toEqual(flags);
  });

  it.each([
    [{ SEAWORTHY_REGISTRY_USERNAME: 'a' }, 'SEAWORTHY_REGISTRY_PASSWORD'],
    [{ SEAWORTHY_REGISTRY_PASSWORD: 'a' }, 'SEAWORTHY_REGISTRY_USERNAME'],
  ])('of %j are half of them', async (env, missing) => {
    const settings = settingsOf({}, { env });
    expect(await refusal(accessOf(parseName('debian'), settings), settings)).toBe(
      `bad-setting: ${missing}: it is not set, but its counterpart is`,
    );
  });
});
