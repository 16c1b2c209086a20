import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findCredentials } from './docker-config.ts';
import { basicAuth, refusal, writtenSettings } from './testdata/written-settings.ts';

const config = 'home/.docker/config.json';
const place = { registry: 'example.org', repository: 'a/b' };

/** A helper in the shell that writes down what it is asked. */
function helper(body: string): string {
  return `#!/bin/sh\nread server\necho "$1 $server" >> "$(dirname "$0")/../asked"\n${body}\n`;
}

const says = (user: string, secret: string): string =>
  helper(`printf '{"ServerURL":"%s","Username":"${user}","Secret":"${secret}"}' "$server"`);
const unknown = helper('echo "credentials not found in native keychain"; exit 1');

function asked(settings: { readonly folder: string }): readonly string[] {
  return readFileSync(`${settings.folder}/asked`, 'utf8').trim().split('\n');
}

describe('a helper', () => {
  it('is asked for the host, with `get` and the server on its input', async () => {
    const settings = writtenSettings({
      [config]: JSON.stringify({ credsStore: 'store', credHelpers: { 'example.org': 'own' } }),
      'bin/docker-credential-own': says('me', 'pass'),
      'bin/docker-credential-store': says('store', 'pass'),
    });
    expect(await findCredentials(place, settings)).toEqual({ kind: 'basic', username: 'me', password: 'pass' });
    expect(await findCredentials({ registry: 'other.example', repository: 'a' }, settings)).toMatchObject({
      username: 'store',
    });
    expect(asked(settings)).toEqual(['get example.org', 'get other.example']);
  });

  it('that says <token> has an identity token', async () => {
    const settings = writtenSettings({
      [config]: '{"credsStore": "x.y_z-1"}',
      'bin/docker-credential-x.y_z-1': says('<token>', 'T'),
    });
    expect(await findCredentials(place, settings)).toEqual({ kind: 'identity', token: 'T' });
  });

  it('ends with whoever asked it', () => {
    const body = 'echo $$ > "$(dirname "$0")/../pid"; exec sleep 60';
    const settings = writtenSettings({ [config]: '{"credsStore": "s"}', 'bin/docker-credential-s': helper(body) });
    const pid = `${settings.folder}/pid`;
    const script = `import { existsSync } from 'node:fs';
      import { findCredentials } from ${JSON.stringify(new URL('docker-config.ts', import.meta.url).href)};
      void findCredentials(${JSON.stringify(place)}, ${JSON.stringify(settings)}).catch(() => undefined);
      setInterval(() => existsSync(${JSON.stringify(pid)}) && setTimeout(() => process.exit(0), 50), 20);`;
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 10_000 });
    const number = Number(readFileSync(pid, 'utf8'));
    const state = (): string =>
      existsSync(`/proc/${number}/stat`) ? (readFileSync(`/proc/${number}/stat`, 'utf8').split(') ')[1] ?? '') : 'Z';
    return expect.poll(state).toMatch(/^Z/);
  });

  it('is asked once for the same settings, also at the same time', async () => {
    const settings = writtenSettings({ [config]: '{"credsStore": "s"}', 'bin/docker-credential-s': says('me', 'p') });
    await Promise.all([findCredentials(place, settings), findCredentials(place, settings)]);
    await findCredentials(place, settings);
    expect(asked(settings)).toHaveLength(1);
    await findCredentials(place, { ...settings });
    expect(asked(settings)).toHaveLength(2);
  });

  it('that knows nothing is asked for Docker Hub by both names', async () => {
    const settings = writtenSettings({ [config]: '{"credsStore": "s"}', 'bin/docker-credential-s': unknown });
    expect(await findCredentials({ registry: 'docker.io', repository: 'library/a' }, settings)).toBeUndefined();
    expect(asked(settings)).toEqual(['get https://index.docker.io/v1/', 'get docker.io']);
  });

  it('is asked by the name under which the user logged in', async () => {
    const text = '{"credsStore": "s", "auths": {"https://example.org/v2/": {}, "https://else.example": {}}}';
    const settings = writtenSettings({ [config]: text, 'bin/docker-credential-s': unknown });
    expect(await findCredentials(place, settings)).toBeUndefined();
    expect(asked(settings)).toEqual(['get https://example.org/v2/', 'get example.org']);
  });

  it('for the host goes before what stands in the file, the store after it', async () => {
    const entry = { 'example.org': { auth: basicAuth('file:p') } };
    const files = { 'bin/docker-credential-s': says('helper', 'p') };
    const text = (more: object): string => JSON.stringify({ auths: entry, ...more });
    const own = writtenSettings({ ...files, [config]: text({ credHelpers: { 'https://example.org': 's' } }) });
    expect(await findCredentials(place, own)).toMatchObject({ username: 'helper' });
    const store = writtenSettings({ ...files, [config]: text({ credsStore: 's' }) });
    expect(await findCredentials(place, store)).toMatchObject({ username: 'file' });
    const none = writtenSettings({ ...files, [config]: text({ credHelpers: { 'example.org': '' } }) });
    expect(await findCredentials(place, none)).toMatchObject({ username: 'file' });
  });

  it('that knows nothing leaves the word to the next file', async () => {
    const settings = writtenSettings({
      [config]: '{"credHelpers": {"example.org": "s"}, "auths": {"example.org": {"username": "old", "password": "p"}}}',
      'home/.config/containers/auth.json': JSON.stringify({
        auths: { 'example.org': { auth: basicAuth('podman:p') } },
      }),
      'bin/docker-credential-s': unknown,
    });
    expect(await findCredentials(place, settings)).toMatchObject({ username: 'podman' });
  });

  it('that answers with no secret knows nothing', async () => {
    const settings = writtenSettings({ [config]: '{"credsStore": "s"}', 'bin/docker-credential-s': says('', '') });
    expect(await findCredentials(place, settings)).toBeUndefined();
  });
});

describe('a helper that fails', () => {
  it.each([
    ['is not there', undefined, 'docker-credential-s (named in home/.docker/config.json): it is not in PATH'],
    ['may not be run', '', 'docker-credential-s'],
    ['ends badly', helper('echo "no session bus" >&2; exit 3'), 'it ended with status 3: no session bus'],
    ['is killed', helper('kill -9 $$'), 'it ended with status null'],
    ['complains with a secret', helper('echo \'{"Secret":"hunter2"}\'; exit 1'), 'it ended with status 1'],
    ['answers no JSON', helper('echo hunter2'), 'line 1: it is not JSON'],
    ['answers a list', helper('echo []'), 'it is not a table of settings'],
    ['answers numbers', helper('echo \'{"Username":"a","Secret":5}\''), 'Secret is not a text'],
    [
      'never ends its answer',
      helper('while :; do echo hunter2hunter2hunter2hunter2; done'),
      'it wrote more than 64 KiB',
    ],
    ['does not read', '#!/bin/sh\nexit 7\n', 'it ended with status 7'],
  ])('%s', async (_, script, detail) => {
    const settings = writtenSettings({
      [config]: '{"credsStore": "s"}',
      ...(script === undefined ? {} : { 'bin/docker-credential-s': script }),
    });
    const said = await refusal(findCredentials(place, settings), settings);
    expect(said).toMatch(/^bad-setting: /);
    expect(said).toContain(detail);
    expect(said).not.toContain('hunter2');
  });

  it.each([['a/b'], ['..'], ['.x'], ['a b'], ['a;b'], ['$(id)'], ['é'], ['a\nb'], ['x'.repeat(200)]])(
    'is not run by the name %j',
    async (name) => {
      const settings = writtenSettings({ [config]: JSON.stringify({ credsStore: name }) });
      expect(await refusal(findCredentials(place, settings), settings)).toContain('the name of a credential helper is');
    },
  );

  it('is asked anew the next time', async () => {
    const settings = writtenSettings({ [config]: '{"credsStore": "s"}', 'bin/docker-credential-s': helper('exit 1') });
    await refusal(findCredentials(place, settings), settings);
    await refusal(findCredentials(place, settings), settings);
    expect(asked(settings)).toHaveLength(2);
  });

  it('and hangs is given up after 15 seconds, though a child of it holds its output', async () => {
    const settings = writtenSettings({
      [config]: '{"credsStore": "s"}',
      'bin/docker-credential-s': helper('sleep 17'),
    });
    const start = performance.now();
    expect(await refusal(findCredentials(place, settings), settings)).toContain('it gave no answer within 15 seconds');
    expect(performance.now() - start).toBeLessThan(16_500);
  }, 20_000);
});
