import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { home, play } from './testdata/play.ts';

afterAll(() => rmSync(home, { recursive: true }));

const env = { HOME: '/home/me' };
const pem = join(home, 'a.pem');
const certificate = '-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n';
const key = '-----BEGIN EC PRIVATE KEY-----\nYQ==\n-----END EC PRIVATE KEY-----\n';
writeFileSync(pem, certificate);
const keyFile = join(home, 'a.key');
writeFileSync(keyFile, key);

describe('what the options say of images reaches the scan', () => {
  it.each<[string, object]>([
    ['--from registry', { places: ['registry'] }],
    ['--from containerd,docker', { places: ['containerd', 'docker'] }],
    ['--namespace k8s.io', { engines: { home: '/home/me', namespace: 'k8s.io' } }],
    ['--lazy', { lazy: true }],
    ['--plain-http', { registry: { plainHttp: true } }],
    ['--authfile a.json', { registry: { authFile: 'a.json' } }],
    ['--hosts-dir certs.d', { registry: { hostsFolder: 'certs.d' } }],
    ['--registries-conf r.conf', { registry: { registriesFile: 'r.conf' } }],
    ['--short-names', { registry: { podmanNames: true } }],
    ['--tls-skip-verify', { registry: { tls: { skipVerify: true } } }],
    [`--tls-ca ${pem}`, { registry: { tls: { ca: [certificate] } } }],
    [`--tls-cert ${pem} --tls-key ${keyFile}`, { registry: { tls: { certificate, key } } }],
    ['--cache-from r.example.org/l --cache-push', { cacheFrom: 'r.example.org/l', cachePush: true }],
  ])('%s', async (flags, options) => {
    const { scanned, code } = await play(`scan debian:12 ${flags}`, { env });
    expect(code).toBe(0);
    expect(scanned).toMatchObject([['debian:12', options]]);
  });

  it('and nothing more of registries than who we are and where to look', async () => {
    const { scanned } = await play('scan debian:12', { env });
    const all = { ...env, SEAWORTHY_HOME: home };
    expect(scanned[0]?.[1]).toMatchObject({
      registry: { env: all, home: '/home/me', userAgent: 'seaworthy/1.2.3' },
      engines: { env: all, home: '/home/me' },
    });
    expect(Object.keys(scanned[0]?.[1].registry ?? {}).toSorted()).toEqual(['env', 'home', 'userAgent']);
  });
});

describe('the password on standard input', () => {
  it.each<[string, string, object]>([
    ['--username me', 'secret\n', { kind: 'basic', username: 'me', password: 'secret' }],
    ['--username me --password-stdin', ' two words \r\n', { kind: 'basic', username: 'me', password: ' two words ' }],
    ['--password-stdin', 'token', { kind: 'bearer', token: 'token' }],
  ])('%s %j', async (flags, input, credentials) => {
    const { scanned } = await play(`scan x ${flags}`, { input });
    expect(scanned[0]?.[1].registry?.credentials).toEqual(credentials);
  });

  it.each(['', '\n', undefined])('is not %j', async (input) => {
    const { code, stderr, scanned } = await play('scan x --username me', input === undefined ? {} : { input });
    expect({ code, scanned }).toEqual({ code: 2, scanned: [] });
    expect(stderr).toMatch(/^seaworthy: there is no password on standard input: .*\n {2}.*\n$/);
  });

  it('is left alone where it is not asked for', async () => {
    const { scanned } = await play('scan x', { input: 'secret' });
    expect(scanned[0]?.[1].registry).not.toHaveProperty('credentials');
  });
});

it('--cache-push takes the repository of the environment', async () => {
  const { code, scanned } = await play('scan x --cache-push', {
    env: { SEAWORTHY_CACHE_REPOSITORY: 'r.example.org/l' },
  });
  expect({ code, scanned }).toMatchObject({ code: 0, scanned: [['x', { cachePush: true }]] });
});

it.each([
  `--tls-ca ${keyFile}`,
  `--tls-cert ${keyFile} --tls-key ${keyFile}`,
  `--tls-cert ${pem} --tls-key ${pem}`,
  `--tls-ca ${home}`,
])('%s is told before a server is asked', async (flags) => {
  const { code, stderr, scanned } = await play(`scan x ${flags}`);
  expect({ code, scanned }).toEqual({ code: 2, scanned: [] });
  expect(stderr).toMatch(/^seaworthy: the file given by --tls-\w+ (?:holds no|cannot be read)/);
});
