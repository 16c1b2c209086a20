import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findCredentials } from './docker-config.ts';
import type { Credentials } from './registry.ts';
import { basicAuth, refusal, writtenSettings } from './testdata/written-settings.ts';

const config = 'home/.docker/config.json';

function auths(entries: Readonly<Record<string, string>>): string {
  const all = Object.entries(entries).map(([key, user]) => [key, { auth: basicAuth(`${user}:secret`) }] as const);
  return JSON.stringify({ auths: Object.fromEntries(all) });
}

async function userAt(place: string, text: string): Promise<string | undefined> {
  const slash = place.indexOf('/');
  const found = await findCredentials(
    { registry: place.slice(0, slash), repository: place.slice(slash + 1) },
    writtenSettings({ [config]: text }),
  );
  return found?.kind === 'basic' ? found.username : found?.kind;
}

const mixed = auths({
  'https://index.docker.io/v1/': 'hub',
  'example.org': 'host',
  'example.org/team': 'team',
  'example.org/team/app': 'app',
  'https://url.example.org/v2/': 'url',
  'http://plain.example.org': 'plain',
  'legacy.example.org/v1/': 'legacy',
  'Example.NET:5000': 'port',
  '[::1]:5000': 'six',
  '*.wild.example': 'wild',
  'exact.wild.example': 'exact',
  'registry-*.labels.example': 'label',
});

describe('whose key fits a repository', () => {
  it.each([
    ['docker.io/library/debian', 'hub'],
    ['example.org/other/app', 'host'],
    ['example.org/team', 'team'],
    ['example.org/team/other', 'team'],
    ['example.org/team/app', 'app'],
    ['example.org/team/app/part', 'app'],
    ['example.org/teams', 'host'],
    ['example.org/', 'host'],
    ['EXAMPLE.org/x', 'host'],
    ['example.org:5000/x', undefined],
    ['sub.example.org/x', undefined],
    ['url.example.org/a/b', 'url'],
    ['plain.example.org/a', 'plain'],
    ['legacy.example.org/a', 'legacy'],
    ['example.net:5000/a', 'port'],
    ['example.net/a', undefined],
    ['[::1]:5000/a', 'six'],
    ['any.wild.example/a', 'wild'],
    ['exact.wild.example/a', 'exact'],
    ['a.b.wild.example/a', undefined],
    ['registry-7.labels.example/a', 'label'],
    ['registry.labels.example/a', undefined],
  ])('%s: %s', async (place, user) => {
    expect(await userAt(place, mixed)).toBe(user);
  });

  it.each([
    ['registry-1.docker.io'],
    ['index.docker.io'],
    ['docker.io'],
    ['https://registry-1.docker.io/v2/'],
    ['docker.io/library'],
  ])('Docker Hub by the key %s', async (key) => {
    expect(await userAt('docker.io/library/debian', auths({ [key]: 'hub' }))).toBe('hub');
  });

  it('prefers the plain key to an address of the same host', async () => {
    const text = auths({ 'https://example.org': 'address', 'example.org': 'plain' });
    expect(await userAt('example.org/a', text)).toBe('plain');
  });
});

const skopeo = existsSync('/usr/bin/skopeo');
describe.skipIf(!skopeo)(`as skopeo finds them${skopeo ? '' : ': SKIPPED, no skopeo here'}`, () => {
  it.each([
    ['example.org/team/app'],
    ['example.org/team/other'],
    ['example.org/other'],
    ['url.example.org/a'],
    ['plain.example.org/a'],
    ['docker.io/library/debian'],
  ])('%s', async (place) => {
    const { folder } = writtenSettings({ 'auth.json': mixed });
    const args = ['login', '--authfile', `${folder}/auth.json`, '--get-login', place];
    expect(await userAt(place, mixed)).toBe(execFileSync('skopeo', args, { encoding: 'utf8' }).trim());
  });
});

describe('what an entry says', () => {
  it.each<[string, unknown, Credentials | undefined]>([
    ['auth', { auth: basicAuth('me:a:b') }, { kind: 'basic', username: 'me', password: 'a:b' }],
    ['auth padded by Docker', { auth: basicAuth('me:ab\0\0') }, { kind: 'basic', username: 'me', password: 'ab' }],
    ['a password not in ASCII', { auth: basicAuth('me:é') }, { kind: 'basic', username: 'me', password: 'é' }],
    ['an empty password', { auth: basicAuth('me:') }, { kind: 'basic', username: 'me', password: '' }],
    ['names', { username: 'me', password: 'it' }, { kind: 'basic', username: 'me', password: 'it' }],
    [
      'auth before names',
      { auth: basicAuth('a:b'), username: 'c', password: 'd' },
      { kind: 'basic', username: 'a', password: 'b' },
    ],
    ['an identity token', { auth: basicAuth('0000:'), identitytoken: 'T' }, { kind: 'identity', token: 'T' }],
    ['a registry token', { registrytoken: 'R', identitytoken: 'T' }, { kind: 'bearer', token: 'R' }],
    ['nothing', {}, undefined],
    ['empty texts', { auth: '', username: '', password: '' }, undefined],
    ['null', { auth: null }, undefined],
  ])('%s', async (_, entry, credentials) => {
    const settings = writtenSettings({ [config]: JSON.stringify({ auths: { 'example.org': entry } }) });
    expect(await findCredentials({ registry: 'example.org', repository: 'a' }, settings)).toEqual(credentials);
  });
});

describe('which file is read', () => {
  const all = {
    [config]: auths({ 'a.example': 'docker', 'b.example': 'docker' }),
    'run/containers/auth.json': auths({ 'a.example': 'runtime', 'c.example': 'runtime' }),
    'home/.config/containers/auth.json': auths({ 'c.example': 'user', 'd.example': 'user' }),
    'xdg/containers/auth.json': auths({ 'd.example': 'xdg' }),
    'other/config.json': auths({ 'b.example': 'other' }),
    'secret/.dockerconfigjson': auths({ 'b.example': 'secret' }),
    'named.json': auths({ 'a.example': 'named' }),
  };
  const inline = auths({ 'a.example': 'inline' });
  it.each<[string, Readonly<Record<string, string>>, string | undefined, readonly (string | undefined)[]]>([
    ['usual ones', {}, undefined, ['docker', 'docker', 'user', 'user']],
    ['with a runtime folder', { XDG_RUNTIME_DIR: '@/run' }, undefined, ['docker', 'docker', 'runtime', 'user']],
    ['with a folder of settings', { XDG_CONFIG_HOME: '@/xdg' }, undefined, ['docker', 'docker', undefined, 'xdg']],
    ['in $DOCKER_CONFIG', { DOCKER_CONFIG: '@/other' }, undefined, [undefined, 'other', 'user', 'user']],
    ['in a mounted secret', { DOCKER_CONFIG: '@/secret' }, undefined, [undefined, 'secret', 'user', 'user']],
    ['$DOCKER_AUTH_CONFIG', { DOCKER_AUTH_CONFIG: inline }, undefined, ['inline', 'docker', 'user', 'user']],
    [
      '$REGISTRY_AUTH_FILE alone',
      { REGISTRY_AUTH_FILE: '@/named.json', DOCKER_AUTH_CONFIG: inline },
      undefined,
      ['named', undefined, undefined, undefined],
    ],
    [
      'that of the flag alone',
      { REGISTRY_AUTH_FILE: '@/none' },
      'named.json',
      ['named', undefined, undefined, undefined],
    ],
    [
      'none where the one of the environment is missing',
      { REGISTRY_AUTH_FILE: '@/none' },
      undefined,
      [undefined, undefined, undefined, undefined],
    ],
  ])('%s', async (_, env, flag, users) => {
    const settings = writtenSettings(all, (folder) => ({
      env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replace('@', folder)])),
      ...(flag === undefined ? {} : { authFile: `${folder}/${flag}` }),
    }));
    const asked = ['a', 'b', 'c', 'd'].map((name) =>
      findCredentials({ registry: `${name}.example`, repository: 'x' }, settings),
    );
    expect((await Promise.all(asked)).map((found) => found?.kind === 'basic' && found.username)).toEqual(
      users.map((user) => user ?? false),
    );
  });

  it('is none in the folder we are in, where the user has no home', async () => {
    const settings = { ...writtenSettings({}), home: '' };
    expect(await findCredentials({ registry: 'a.example', repository: 'x' }, settings)).toBeUndefined();
  });
});

describe('a file that cannot be used', () => {
  const deep = '['.repeat(100_000);
  it.each<[string, string | Uint8Array, string]>([
    ['cut off', '{"auths": {\n"example.org": {"auth": "c2VjcmV0', 'line 2: it is not JSON'],
    ['a word that is a password', '{"auths":\n hunter2secret }', 'line 2: it is not JSON'],
    ['deep', deep, 'it is not JSON'],
    ['a list', '[]', 'it is not a table of settings'],
    ['a text', '"x"', 'it is not a table of settings'],
    ['auths a list', '{"auths": []}', 'auths is not a table'],
    ['an entry a text', '{"auths": {"example.org": "secret"}}', 'auths: example.org is not a table'],
    ['auth a number', '{"auths": {"example.org": {"auth": 5}}}', 'auths, example.org: auth is not a text'],
    ['auth no base64', '{"auths": {"example.org": {"auth": "sec ret"}}}', 'auth is not USER:PASSWORD in base64'],
    ['auth without a colon', '{"auths": {"example.org": {"auth": "c2VjcmV0"}}}', 'auth is not USER:PASSWORD'],
    ['a NUL', '{"auths": {"example.org": {"username": "a\\u0000b"}}}', 'username is not a text'],
    ['NULs', '\0\0\0', 'it is not JSON'],
    ['a helper that is a path', '{"credsStore": "../evil"}', 'the name of a credential helper is letters'],
    ['a helper that is a number', '{"credsStore": 5}', 'credsStore is not a text'],
    ['not UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), 'it is not in UTF-8'],
    ['huge', Buffer.alloc((4 << 20) + 1, ' '), 'it is larger than 4 MiB'],
  ])('%s', async (_, content, detail) => {
    const settings = writtenSettings({ [config]: content });
    const said = await refusal(findCredentials({ registry: 'example.org', repository: 'a' }, settings), settings);
    expect(said).toMatch(/^bad-setting: home\/\.docker\/config\.json/);
    expect(said).toContain(detail);
    expect(said).not.toMatch(/secret|c2Vj|sec ret|hunter2/);
  });

  it('is none where it is empty or of other registries', async () => {
    const text = '{"auths": {"other.example": {"auth": 5}}, "proxies": 3, "__proto__": {"auths": 1}}';
    expect(await userAt('example.org/a', text)).toBeUndefined();
    expect(await userAt('example.org/a', ' \n')).toBeUndefined();
  });

  it('is told where it is a folder, a pipe, or missing though named', async () => {
    const settings = writtenSettings({ 'home/.docker/config.json/x': '' });
    const place = { registry: 'example.org', repository: 'a' };
    expect(await refusal(findCredentials(place, settings), settings)).toBe(
      'bad-setting: home/.docker/config.json: it is not a file',
    );
    execFileSync('mkfifo', [`${settings.folder}/pipe`]);
    const piped = { ...settings, authFile: `${settings.folder}/pipe` };
    expect(await refusal(findCredentials(place, piped), settings)).toBe('bad-setting: pipe: it is not a file');
    const missing = { ...settings, authFile: `${settings.folder}/none` };
    expect(await refusal(findCredentials(place, missing), settings)).toBe('bad-setting: none: there is no such file');
    const strange = { ...settings, authFile: 'a\0b' };
    expect(await refusal(findCredentials(place, strange), settings)).toMatch(
      /^bad-setting: a\0b: ERR_INVALID_ARG_VALUE/,
    );
  });
});
