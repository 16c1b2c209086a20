import { describe, expect, it } from 'vitest';
import { type AptSource, type Archive, type Keyring, openArchive } from './archive.ts';
import {
  addSuite,
  clearSigned,
  keyringOf,
  newKey,
  sourceOf,
  type TestKey,
  type TestSuite,
} from './testdata/fake-archive.ts';
import { at, cacheFolder, day, expired, http, key, now, other, server, setUp } from './testdata/world.ts';

setUp();
const date = new Date(now - 2 * day);

const put = (more: Partial<TestSuite> = {}): Promise<void> =>
  addSuite(server.files, { suite: 'stable', packages: [], date, signers: [key], ...more });

interface Asked {
  readonly source?: Partial<AptSource>;
  readonly keyrings?: readonly Keyring[];
  readonly time?: number;
  readonly suite?: string;
}

function open({
  source = {},
  keyrings = [keyringOf(key)],
  time = now,
  suite = 'stable',
}: Asked = {}): Promise<Archive> {
  return openArchive({ sources: [sourceOf(server.uri, suite, source)], keyrings, http, cacheFolder, clock: at(time) });
}

async function codes(asked: Asked = {}): Promise<string[]> {
  const { suites, problems } = await open(asked);
  expect(suites).toHaveLength(0);
  return problems.map(({ code }) => code);
}

const inRelease = '/debian/dists/stable/InRelease';
const edit = (path: string, change: (text: string) => string): void => {
  server.files.set(path, Buffer.from(change(server.files.get(path)?.toString('latin1') ?? ''), 'latin1'));
};

describe('accepted', () => {
  it('a signed suite', async () => {
    await put({ validUntil: new Date(now + day) });
    const { suites, problems } = await open();
    expect(problems).toEqual([]);
    expect(suites).toMatchObject([
      {
        name: 'stable',
        origin: 'Test',
        date: '2026-11-22T12:00:00Z',
        validUntil: '2026-11-25T12:00:00Z',
        trust: 'keyring',
        signedBy: [{ fingerprint: key.fingerprint, pinned: false }],
      },
    ]);
  });

  it('a suite that never ends', async () => {
    await put();
    expect((await open({ time: now + 5000 * day })).suites).toHaveLength(1);
  });

  it('Release with Release.gpg', async () => {
    await put({ detached: true });
    expect((await open()).suites).toMatchObject([{ trust: 'keyring', signedBy: [{ fingerprint: key.fingerprint }] }]);
  });

  it('several signatures, one of a key that is known', async () => {
    await put({ signers: [other, key] });
    expect((await open()).suites).toMatchObject([{ signedBy: [{ fingerprint: key.fingerprint }] }]);
    expect((await open({ keyrings: [keyringOf(other), keyringOf(key)] })).suites[0]?.signedBy).toHaveLength(2);
  });

  it('an armoured keyring', async () => {
    await put();
    const keyrings = [{ ...keyringOf(key), bytes: Buffer.from(key.publicText) }];
    expect((await open({ keyrings })).suites).toHaveLength(1);
  });

  it.each<[string, (key: TestKey) => Partial<AptSource>, string]>([
    ['by its path', () => ({ signedBy: { paths: ['/k.gpg'], fingerprints: [], inline: [] } }), '/k.gpg'],
    [
      'within the source',
      ({ publicText }) => ({ signedBy: { paths: [], fingerprints: [], inline: [publicText] } }),
      '/none',
    ],
    [
      'by its fingerprint',
      ({ fingerprint }) => ({ signedBy: { paths: [], fingerprints: [fingerprint], inline: [] } }),
      '/etc/apt/trusted.gpg',
    ],
    [
      'by its fingerprint alone',
      ({ fingerprint }) => ({ signedBy: { paths: [], fingerprints: [`${fingerprint}!`], inline: [] } }),
      '/etc/apt/trusted.gpg',
    ],
  ])('a key that the source names %s', async (_, source, path) => {
    await put();
    expect((await open({ source: source(key), keyrings: [keyringOf(key, 'machine', path)] })).suites).toHaveLength(1);
  });

  it('a keyring of the settings for any source', async () => {
    await put();
    const source: Partial<AptSource> = {
      voice: 'image',
      signedBy: { paths: ['/gone.gpg'], fingerprints: [], inline: [] },
    };
    expect((await open({ source, keyrings: [keyringOf(key, 'setting', '/k.gpg')] })).suites).toMatchObject([
      { trust: 'keyring' },
    ]);
  });

  it('a key that only the image has, and says so', async () => {
    await put();
    const asked: Asked = { source: { voice: 'image' }, keyrings: [keyringOf(key, 'image')] };
    expect((await open(asked)).suites).toMatchObject([{ trust: 'image' }]);
  });

  it('what is trusted without a signature, and says so', async () => {
    await put({ signers: [] });
    expect((await open({ source: { trusted: true } })).suites).toMatchObject([{ trust: 'unverified', signedBy: [] }]);
    await put();
    edit(inRelease, (text) => text.replace('Origin: Test', 'Origin: Text'));
    expect((await open({ source: { trusted: true } })).suites).toMatchObject([{ trust: 'unverified', origin: 'Text' }]);
    await put();
    expect((await open({ source: { trusted: false } })).suites).toMatchObject([{ trust: 'unverified' }]);
  });

  it('only the text that was signed', async () => {
    await put();
    edit(inRelease, (text) => `Origin: Evil\nSuite: stable\n\n${text}\nOrigin: Evil\n`);
    const { suites } = await open();
    expect(suites.map(({ origin }) => origin)).toEqual(['Test']);
  });
});

describe('refused', () => {
  it.each<[string, (text: string) => string, string]>([
    ['a changed text', (text) => text.replace('Origin: Test', 'Origin: Text'), 'untrusted-signature'],
    [
      'another date',
      (text) => text.replace(/^Date: .*$/m, 'Date: Tue, 24 Nov 2026 11:00:00 UTC'),
      'untrusted-signature',
    ],
    ['a line more', (text) => text.replace('Origin: Test', 'Origin: Test\nLabel: x'), 'untrusted-signature'],
    [
      'a changed signature',
      (text) =>
        text.replace(/\n\n([A-Za-z0-9+/]{20})(.)/, (_, a: string, b: string) => `\n\n${a}${b === 'A' ? 'B' : 'A'}`),
      'untrusted-signature',
    ],
    [
      'no signature',
      (text) => text.slice(text.indexOf('Origin'), text.indexOf('-----BEGIN PGP SIGNATURE')),
      'unsigned',
    ],
    ['a signature that is cut', (text) => text.slice(0, -80), 'unsigned'],
    ['a page', () => '<html>hello</html>', 'unsigned'],
    ['nothing', () => '', 'unsigned'],
  ])('%s', async (_, change, code) => {
    await put();
    edit(inRelease, change);
    expect(await codes()).toEqual([code]);
  });

  it('the key of somebody else', async () => {
    await put({ signers: [other] });
    expect(await codes()).toEqual(['no-key']);
  });

  it('a key that has expired', async () => {
    await put({ signers: [expired] });
    expect(await codes({ keyrings: [keyringOf(expired)] })).toEqual(['untrusted-signature']);
  });

  it('a key that the source does not name', async () => {
    await put();
    const named = (fingerprint: string): Partial<AptSource> => ({
      signedBy: { paths: [], fingerprints: [fingerprint], inline: [] },
    });
    expect(await codes({ source: named(other.fingerprint) })).toEqual(['no-key']);
    expect(await codes({ source: { signedBy: { paths: ['/other.gpg'], fingerprints: [], inline: [] } } })).toEqual([
      'no-key',
    ]);
  });

  it('a subkey, where the source names the primary key alone', async () => {
    const two = await newKey('two', new Date(now - day * 9), 0, true);
    await put({ signers: [two] });
    const named = (fingerprint: string): Asked => ({
      source: { signedBy: { paths: [], fingerprints: [fingerprint], inline: [] } },
      keyrings: [keyringOf(two)],
    });
    expect(await codes(named(`${two.fingerprint}!`))).toEqual(['untrusted-signature']);
    expect((await open(named(two.fingerprint))).suites).toHaveLength(1);
    const subkey = two.key.subkeys[0]?.getFingerprint().toUpperCase() ?? '';
    expect((await open(named(`${subkey}!`))).suites).toHaveLength(1);
    expect((await open(named(subkey))).suites).toHaveLength(1);
  });

  it('a key that the image has, for a source of the machine', async () => {
    await put();
    expect(await codes({ keyrings: [keyringOf(key, 'image')] })).toEqual(['no-key']);
  });

  it('a keyring that is none', async () => {
    await put();
    expect(await codes({ keyrings: [{ ...keyringOf(key), bytes: Buffer.from('hello') }] })).toEqual(['no-key']);
  });

  it('an image’s own Debian', async () => {
    await put();
    const text = `Origin: Debian\nSuite: stable\nDate: ${date.toUTCString().replace('GMT', 'UTC')}\nSHA256:\n ${'a'.repeat(64)} 1 x\n`;
    server.files.set(inRelease, Buffer.from(await clearSigned(text, [key], date)));
    expect(await codes({ source: { voice: 'image' }, keyrings: [keyringOf(key, 'image')] })).toEqual([
      'untrusted-signature',
    ]);
    expect((await open({ source: { voice: 'image' }, keyrings: [keyringOf(key, 'setting')] })).suites).toHaveLength(1);
  });

  it('no signature at all', async () => {
    await put({ signers: [] });
    expect(await codes()).toEqual(['unsigned']);
  });

  it('a changed Release beside its signature', async () => {
    await put({ detached: true });
    edit('/debian/dists/stable/Release', (text) => text.replace('Origin: Test', 'Origin: Text'));
    expect(await codes()).toEqual(['untrusted-signature']);
  });

  it('what has expired', async () => {
    await put({ validUntil: new Date(now - 1000) });
    expect(await codes()).toEqual(['expired']);
  });

  it('what is of the future', async () => {
    await put({ date: new Date(now + day), signedAt: date });
    expect(await codes()).toEqual(['not-yet-valid']);
    await put({ date: new Date(now + day) });
    expect(await codes()).toEqual(['not-yet-valid']);
  });

  it('another suite in its place', async () => {
    await put();
    await put({ suite: 'security' });
    const stable = server.files.get(inRelease);
    if (stable !== undefined) server.files.set('/debian/dists/security/InRelease', stable);
    expect(await codes({ suite: 'security' })).toEqual(['wrong-suite']);
  });

  it('a suite that is not there', async () => {
    expect(await codes()).toEqual(['not-found']);
  });

  it('a server that is not there', async () => {
    await server.close();
    const { problems } = await openArchive({
      sources: [sourceOf(server.uri, 'stable')],
      keyrings: [],
      http,
      cacheFolder,
      clock: at(now),
    });
    expect(problems).toMatchObject([{ code: 'offline' }]);
  });

  it('every refusal says what to do', async () => {
    const { problems } = await open();
    expect(problems[0]?.next).toMatch(/check the address/);
  });
});
