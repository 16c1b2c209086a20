import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { accessOf } from './access.ts';
import { parseName } from './name.ts';
import { readRegistriesConf } from './registries-conf.ts';
import { refusal, writtenSettings } from './testdata/written-settings.ts';

const path = fileURLToPath(new URL('testdata/registries.conf', import.meta.url));
const text = readFileSync(path, 'utf8');
const system = 'etc/containers/registries.conf';
const sha256 = `sha256:${'ab'.repeat(32)}`;

/** Endpoints as `scheme://host/repository what`. */
async function asked(name: string, conf = text): Promise<readonly string[]> {
  const access = await accessOf(parseName(name), writtenSettings({ [system]: conf }));
  return access.endpoints.map(({ url, repository, can, tls }) => {
    const place = `${url.replace('/v2', '')}/${repository ?? access.repository}`;
    return `${place} ${can.join('+')}${tls?.skipVerify ? ' unverified' : ''}`;
  });
}

describe('registries.conf', () => {
  it.each([
    [
      'example.org/foo/img:1',
      [
        'https://127.0.0.1:10/mirror/img pull+resolve unverified',
        'http://127.0.0.1:10/mirror/img pull+resolve',
        'https://127.0.0.1:11/img pull',
        'https://127.0.0.1:12/tagged/img pull+resolve',
        'https://127.0.0.1:9/bar/img pull+resolve',
        'https://example.org/foo/img push',
      ],
    ],
    [
      `example.org/foo/img@${sha256}`,
      [
        'https://127.0.0.1:10/mirror/img pull+resolve unverified',
        'http://127.0.0.1:10/mirror/img pull+resolve',
        'https://127.0.0.1:11/img pull',
        'https://127.0.0.1:9/bar/img pull+resolve',
        'https://example.org/foo/img push',
      ],
    ],
    [
      'example.org/foo/deep/x',
      [
        'https://127.0.0.1:14/d/x pull',
        'https://127.0.0.1:13/deep/x pull+resolve',
        'https://example.org/foo/deep/x push',
      ],
    ],
    ['example.org/foobar', ['https://127.0.0.1:15/foobar pull+resolve', 'https://example.org/foobar push']],
    ['example.org:5000/foo/img', ['https://example.org:5000/foo/img pull+resolve+push']],
    ['a.b.example.net/x', ['https://127.0.0.1:16/wild/x pull+resolve', 'https://a.b.example.net/x push']],
    ['a.example.net:5000/x', ['https://127.0.0.1:16/wild/x pull+resolve', 'https://a.example.net:5000/x push']],
    ['example.net/x', ['https://example.net/x pull+resolve+push']],
    ['exact.example.net/x', ['https://127.0.0.1:17/x pull+resolve', 'https://exact.example.net/x push']],
    ['debian', ['https://127.0.0.1:18/hub/debian pull+resolve', 'https://registry-1.docker.io/library/debian push']],
    ['grafana/loki', ['https://registry-1.docker.io/grafana/loki pull+resolve+push']],
    [
      '127.0.0.1:19/x',
      ['https://127.0.0.1:19/x pull+resolve+push unverified', 'http://127.0.0.1:19/x pull+resolve+push'],
    ],
  ])('%s', async (name, endpoints) => {
    expect(await asked(name)).toEqual(endpoints);
  });

  it.each([['blocked.example/a'], ['BLOCKED.example/a/b:1']])('blocks %s', async (name) => {
    const settings = writtenSettings({ [system]: text });
    expect(await refusal(accessOf(parseName(name), settings), settings)).toBe(
      `denied: ${name.replace(':1', '')}: blocked.example in ${system}`,
    );
  });

  it.each([
    ['prefix = "*.example.org"', 'a.example.org/x', ['https://a.example.org/x pull+resolve+push']],
    ['prefix = "example.org/a"', 'example.org/a/x', ['https://example.org/a/x pull+resolve+push']],
    [
      'prefix = "example.org/a:1"\nlocation = "m.example/b"',
      'example.org/a:1',
      ['https://m.example/b pull+resolve', 'https://example.org/a push'],
    ],
    [
      'prefix = "example.org/a:1"\nlocation = "m.example/b"',
      'example.org/a:12',
      ['https://example.org/a pull+resolve+push'],
    ],
    [
      'prefix = "example.org"\nlocation = "docker.io/"',
      'example.org/a',
      ['https://registry-1.docker.io/library/a pull+resolve', 'https://example.org/a push'],
    ],
    [
      'prefix = "[::1]:5000"\nlocation = "[::2]"',
      '[::1]:5000/a',
      ['https://[::2]/a pull+resolve', 'https://[::1]:5000/a push'],
    ],
  ])('%j for %s', async (entry, name, endpoints) => {
    expect(await asked(name, `[[registry]]\n${entry}`)).toEqual(endpoints);
  });
});

/** Places that skopeo tries, in order. */
function tried(name: string): readonly string[] {
  const args = ['--debug', '--registries-conf', path, 'inspect', `docker://${name}`];
  const { stderr } = spawnSync('skopeo', args, { encoding: 'utf8', timeout: 10_000 });
  return [...stderr.matchAll(/Trying to access \\"([^"\\]*)\\"/g)].map(([, place = '']) => place);
}

const skopeo = existsSync('/usr/bin/skopeo');
describe.skipIf(!skopeo)(`the same places as skopeo${skopeo ? '' : ': SKIPPED, no skopeo here'}`, () => {
  it.each([
    ['example.org/foo/img:1'],
    ['example.org/foo:1'],
    [`example.org/foo/img@${sha256}`],
    ['example.org/foo/deep/x:1'],
    [`example.org/foo/deep/x@${sha256}`],
    ['example.org/foobar:1'],
    ['a.b.example.net/x/y:2'],
    ['exact.example.net/x:1'],
    ['docker.io/library/debian:12'],
    ['127.0.0.1:19/x:1'],
  ])('%s', async (name) => {
    const parsed = parseName(name);
    const ability = parsed.digest === undefined ? 'resolve' : 'pull';
    const access = await accessOf(parsed, writtenSettings({ [system]: text }));
    const ours = access.endpoints
      .filter(({ can }) => can.includes(ability))
      .map(({ url, repository }) => `${new URL(url).host}/${repository ?? parsed.repository}`);
    const theirs = tried(name).map((place) => place.replace(/(?:@sha256)?:\w+$/, ''));
    expect(theirs.length).toBeGreaterThan(0);
    expect([...new Set(ours)]).toEqual(theirs);
  });
});

describe('the files', () => {
  const say = (registry: string, more = ''): string =>
    `unqualified-search-registries = ["${registry}"]\n[[registry]]\nprefix = "example.org"\nlocation = "${registry}"\n${more}`;
  const machine = {
    [system]: say('machine.example', '[aliases]\na = "machine.example/a"\nb = "machine.example/b"\n'),
    'etc/containers/registries.conf.d/20.conf': say('twenty.example'),
    'etc/containers/registries.conf.d/10.conf': say('ten.example', '[aliases]\na = "ten.example/a"\nb = ""\n'),
    'etc/containers/registries.conf.d/99.txt': say('no.example'),
  };
  const user = {
    ...machine,
    'home/.config/containers/registries.conf': say('user.example'),
  };
  const dropIn = { 'home/.config/containers/registries.conf.d/a.conf': say('drop-in.example') };
  const named = { 'named.conf': say('named.example') };
  const environment = (folder: string): object => ({ env: { CONTAINERS_REGISTRIES_CONF: `${folder}/named.conf` } });
  it.each([
    ['none', {}, () => ({}), [], undefined],
    ['the machine and its drop-ins', machine, () => ({}), ['twenty.example'], 'ten.example/a'],
    ['the user instead', user, () => ({}), ['user.example'], undefined],
    ['the drop-ins of the user last', { ...machine, ...dropIn }, () => ({}), ['drop-in.example'], 'ten.example/a'],
    ['the user and drop-ins', { ...user, ...dropIn }, () => ({}), ['drop-in.example'], undefined],
    ['that of the environment, with drop-ins', { ...user, ...named }, environment, ['twenty.example'], 'ten.example/a'],
    [
      'that of the flag alone',
      { ...user, ...named },
      (folder: string) => ({ registriesFile: `${folder}/named.conf` }),
      ['named.example'],
      undefined,
    ],
  ])('%s', async (_, files: Record<string, string>, more, search, alias) => {
    const conf = await readRegistriesConf(writtenSettings(files, more));
    expect(conf.search).toEqual(search);
    expect(conf.registrations.get('example.org')?.location).toBe(search[0]);
    expect(conf.aliases.get('a')).toBe(alias);
    expect(conf.aliases.has('b')).toBe(false);
  });
});

describe('registries.conf that cannot be used', () => {
  it.each([
    ['[[registry]\n', 'line 1: it is not TOML'],
    ['[registries.search]\nregistries = ["a.example"]', 'registries is of version 1, which is not read'],
    ['registry = 5', 'registry is not a list of tables'],
    ['registry = [5]', 'registry: it is not a table'],
    ['[[registry]]', 'registry: prefix and location are both missing'],
    ['[[registry]]\nprefix = ""\nlocation = "/"', 'prefix and location are both missing'],
    ['[[registry]]\nlocation = "https://a.example"', 'location is not HOST[:PORT][/PATH]'],
    ['[[registry]]\nlocation = "a.example/../b"', 'location is not HOST'],
    ['[[registry]]\nlocation = "a.example/b:1"', 'location is not HOST'],
    ['[[registry]]\nlocation = "a.example//b"', 'location is not HOST'],
    ['[[registry]]\nlocation = "user@a.example"', 'location is not HOST'],
    ['[[registry]]\nprefix = "a.*.example"', 'prefix is neither HOST[:PORT][/PATH] nor *.DOMAIN'],
    ['[[registry]]\nprefix = "*.a.example/b"', 'prefix is neither'],
    [`[[registry]]\nprefix = "a/${':'.repeat(100_000)}"`, 'prefix is too long'],
    ['[[registry]]\nlocation = "a.example"\nblocked = "yes"', 'blocked is neither true nor false'],
    ['[[registry]]\nlocation = "a.example"\n[[registry.mirror]]\ninsecure = true', 'mirror: location is missing'],
    [
      '[[registry]]\nlocation = "a"\n[[registry.mirror]]\nlocation = "b"\npull-from-mirror = "some"',
      'pull-from-mirror is not "all"',
    ],
    [
      '[[registry]]\nlocation = "a"\nmirror-by-digest-only = true\n[[registry.mirror]]\nlocation = "b"\npull-from-mirror = "all"',
      'contradicts mirror-by-digest-only',
    ],
    ['unqualified-search-registries = [1]', 'unqualified-search-registries is not a list of texts'],
    ['aliases = 1', 'aliases is not a table'],
    [
      '[[registry]]\nprefix = "example.org/a/b"\nlocation = "c.example"',
      'the location c.example for example.org/a/b leaves no repository',
    ],
  ])('%j', async (conf, detail) => {
    const settings = writtenSettings({ [system]: conf });
    const said = await refusal(accessOf(parseName('example.org/a/b'), settings), settings);
    expect(said).toMatch(/^bad-setting: etc\/containers\/registries\.conf[:,]/);
    expect(said).toContain(detail);
  });
});
