import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findHosts } from './hosts-toml.ts';
import { pem, refusal, writtenSettings } from './testdata/written-settings.ts';

const mirrors = readFileSync(new URL('testdata/mirrors-hosts.toml', import.meta.url), 'utf8');
const own = 'etc/containerd/certs.d/registry.example.org/hosts.toml';
const certificate = pem('CERTIFICATE', 'one');
const key = pem('EC PRIVATE KEY', 'key');

function file(name: string): string {
  return own.replace('hosts.toml', name);
}

async function urls(registry: string, files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const found = await findHosts(registry, 'own', writtenSettings(files));
  return (found ?? []).map(({ endpoint }) => endpoint.url);
}

describe('hosts.toml', () => {
  it('names hosts in order, the server last, each with its certificates', async () => {
    const settings = writtenSettings({
      [own]: mirrors,
      [file('upstream.crt')]: pem('CERTIFICATE', 'upstream'),
      [file('one.pem')]: certificate,
      [file('certs/two.pem')]: pem('CERTIFICATE', 'two'),
      [file('client.cert')]: pem('CERTIFICATE', 'client'),
      [file('client.key')]: key,
      [file('both.pem')]: certificate + key,
    });
    const namespace = 'registry.example.org';
    expect(await findHosts('registry.example.org', 'own', settings)).toEqual([
      {
        registry: 'mirror.example.net',
        endpoint: { url: 'https://mirror.example.net/v2', can: ['pull'], namespace, tls: { skipVerify: false } },
      },
      {
        registry: 'cache.internal.example:5000',
        endpoint: { url: 'http://cache.internal.example:5000/hub/v2', can: ['pull', 'resolve'], namespace },
      },
      {
        registry: 'proxy.example.net',
        endpoint: {
          url: 'https://proxy.example.net/v2/remote',
          can: ['pull', 'resolve', 'push'],
          namespace,
          tls: { ca: [certificate, pem('CERTIFICATE', 'two')], certificate: pem('CERTIFICATE', 'client'), key },
          headers: { 'x-custom-1': 'one', 'x-custom-2': 'two, three' },
        },
      },
      {
        registry: 'plain.example.net',
        endpoint: {
          url: 'https://plain.example.net/v2',
          can: ['pull', 'resolve', 'push'],
          namespace,
          tls: { certificate: certificate + key, key: certificate + key },
        },
      },
      {
        registry: 'registry.example.org',
        endpoint: {
          url: 'https://registry.example.org/v2',
          can: ['pull', 'resolve'],
          tls: { ca: [pem('CERTIFICATE', 'upstream')] },
        },
      },
    ]);
  });

  it.each([
    ['example.org', 'example.org', true],
    ['example.org:5000', 'example.org_5000_', true],
    ['example.org:5000', 'example.org:5000', true],
    ['example.org:5000', 'example.org', false],
    ['[::1]:5000', '[::1]_5000_', true],
    ['[::1]', '[::1]', true],
    ['[::1]', '[:_1]_', false],
  ])('of %s is looked for in %s', async (registry, folder, there) => {
    const text = 'server = "https://found.example"';
    const found = await urls(registry, { [`etc/containerd/certs.d/${folder}/hosts.toml`]: text });
    expect(found).toEqual(there ? ['https://found.example/v2'] : []);
  });

  it('is the one in the form of containerd, of the user, of the flag', async () => {
    const files = Object.fromEntries(
      [
        'etc/containerd/certs.d/a:1',
        'etc/containerd/certs.d/a_1_',
        'home/.config/containerd/certs.d/a:1',
        'flag/a:1',
      ].map((folder) => [
        `${folder}/hosts.toml`,
        `server = "http://${folder.replaceAll(/\W/g, '-').toLowerCase()}.example"`,
      ]),
    );
    const { 'home/.config/containerd/certs.d/a:1/hosts.toml': _, ...machine } = files;
    expect(await urls('a:1', machine)).toEqual(['http://etc-containerd-certs-d-a_1_.example/v2']);
    expect(await urls('a:1', files)).toEqual(['http://home--config-containerd-certs-d-a-1.example/v2']);
    const flag = writtenSettings(files, (folder) => ({ hostsFolder: `${folder}/flag` }));
    expect((await findHosts('a:1', 'own', flag))?.[0]?.endpoint.url).toBe('http://flag-a-1.example/v2');
  });

  it('is missing where the flag names no folder', async () => {
    const settings = writtenSettings({}, (folder) => ({ hostsFolder: `${folder}/flag` }));
    expect(await refusal(findHosts('example.org', 'own', settings), settings)).toBe(
      'bad-setting: flag: there is no such folder',
    );
  });

  it.each([
    ['', []],
    ['# nothing said', ['https://registry-1.docker.io/v2']],
    ['server = "https://docker.io"', ['https://docker.io/v2']],
    ['[host."https://m.example:443/"]', ['https://m.example/v2', 'https://registry-1.docker.io/v2']],
    ['[host."https://[::1]:5000"]', ['https://[::1]:5000/v2', 'https://registry-1.docker.io/v2']],
    ['server = "m.example:5000"', ['https://m.example:5000/v2']],
    ['server = "HTTP://m.example//a//"', ['http://m.example//a/v2']],
    ['server = "https://m.example"\noverride_path = true', ['https://m.example']],
  ])('%j', async (text, expected) => {
    expect(await urls('docker.io', { 'etc/containerd/certs.d/docker.io/hosts.toml': text })).toEqual(expected);
  });

  it('sends no namespace to Docker Hub itself', async () => {
    const text = '[host."https://registry-1.docker.io"]\ncapabilities = ["PULL"]';
    const settings = writtenSettings({ 'etc/containerd/certs.d/docker.io/hosts.toml': text });
    expect((await findHosts('docker.io', 'own', settings))?.[0]).toEqual({
      registry: 'docker.io',
      endpoint: { url: 'https://registry-1.docker.io/v2', can: ['pull'] },
    });
  });
});

describe('hosts.toml that cannot be used', () => {
  it.each([
    ['server = "https://a\nheader = secret', 'line 1: it is not TOML'],
    ['server = "https://a"\n[header]\n  authorization = secret', 'line 3: it is not TOML'],
    ['server = 5', 'server is not a text'],
    ['host = "a"', 'host is not a table'],
    ['host."https://a" = "x"', 'host: https://a is not a table'],
    ['capabilities = ["pull", "erase"]', 'capabilities are "pull", "resolve" and "push"'],
    ['capabilities = 1', 'capabilities is not a list of texts'],
    ['skip_verify = "yes"', 'skip_verify is neither true nor false'],
    ['ca = [1]', 'ca is not a list of texts'],
    ['ca = "none.pem"', 'none.pem: there is no such file'],
    ['ca = "hosts.toml"', 'hosts.toml: it holds no certificate in PEM'],
    ['ca = "."', 'it is not a file'],
    ['client = [["a", "b", "c"]]', 'client is not a path, a list of paths or a list of pairs'],
    ['client = [[]]', 'client is not a path'],
    ['client = 1979-05-27', 'client is not a path'],
    ['header = 1', 'header is not a table'],
    ['[header]\nx = 1', 'header: x is not a list of texts'],
    ['[header]\nx = "a\\r\\nauthorization: b"', 'header: x has a value that HTTP does not allow'],
    ['[header]\n"a b" = "secret"', 'header has a name that HTTP does not allow'],
    ['server = "ftp://a"', 'the address of a host is not http://HOST'],
    ['server = "https://"', 'the address of a host is not'],
    ['server = "https://user:secret@a.example"', 'the address of a host is not'],
    ['server = "https://a.example/?x=secret"', 'the address of a host is not'],
    [`a = ${'['.repeat(5000)}`, 'it is not TOML'],
    ['\u0000', 'line 1: it is not TOML'],
  ])('%j', async (text, detail) => {
    const settings = writtenSettings({ [own]: text });
    const said = await refusal(findHosts('registry.example.org', 'own', settings), settings);
    expect(said).toMatch(/^bad-setting: etc\/containerd\/certs.d\/registry.example.org/);
    expect(said).toContain(detail);
    expect(said).not.toContain('secret');
  });
});
