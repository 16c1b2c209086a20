// The distribution's archive, asked by a scan: a signed one of this process, named by the image or by its address.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  addSuite,
  entryText,
  type FileServer,
  newKey,
  serveFiles,
  type TestKey,
} from '../src/archive/testdata/fake-archive.ts';
import type { Report } from '../src/finding/finding.ts';
import { table } from '../src/report/table/table.ts';
import { type ScanOptions, scan } from '../src/scan/scan.ts';
import { writeOciLayout } from './images/oci-image.ts';
import type { TarEntry } from './images/tar.ts';

const day = 86_400_000;
const published = new Date(Date.now() - 2 * day);
let key: TestKey;
let stranger: TestKey;
let server: FileServer;
let folder: string;

beforeAll(async () => {
  key = await newKey('archive', new Date(Date.now() - 400 * day));
  stranger = await newKey('stranger', new Date(Date.now() - 400 * day));
  folder = mkdtempSync(join(tmpdir(), 'archive-image-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;
let own: string;
beforeEach(async () => {
  own = join(folder, `${made++}`);
  server = await serveFiles();
  const changelog =
    entryText('curl', '7.64.0-4+deb10u9', ['  * Fix CVE-2023-27533']) + entryText('curl', '7.64.0-4', ['  * First']);
  const packages = [{ name: 'curl', version: '7.64.0-4+deb10u9', changelog }];
  await addSuite(server.files, { suite: 'buster', packages, date: published, signers: [key] });
  await addSuite(server.files, { suite: 'buster-security', packages: [], date: published, signers: [key] });
});
afterEach(() => server.close());

/** An image of Debian 10, a release that no machine which runs this has. */
const debian: readonly TarEntry[] = [
  { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID="10"\nVERSION_CODENAME=buster\n' },
  {
    name: 'var/lib/dpkg/status',
    body: 'Package: curl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7.64.0-4\n',
  },
];
const sources = (uri: string): TarEntry => ({
  name: 'etc/apt/sources.list',
  body: `deb ${uri} buster main\ndeb ${uri} buster-security main\n`,
});
const trusted = (signer: TestKey): TarEntry => ({
  name: 'etc/apt/trusted.gpg.d/own.gpg',
  body: Buffer.from(signer.publicBytes),
});
/** What Debian's tracker would say. */
function mirror(): string {
  const path = join(own, 'mirror/security-tracker.debian.org/tracker/data/json');
  mkdirSync(dirname(path), { recursive: true });
  const release = { status: 'open', repositories: { buster: '7.64.0-4' }, urgency: 'not yet assigned' };
  writeFileSync(path, JSON.stringify({ curl: { 'CVE-2023-27533': { releases: { buster: release } } } }));
  return join(own, 'mirror');
}

async function asked(entries: readonly TarEntry[], options: ScanOptions): Promise<Report> {
  const path = join(own, 'image');
  writeOciLayout(path, { layers: [{ entries }] });
  return await scan(path, {
    mirror: mirror(),
    databasePath: join(own, 'home/advisories.db'),
    cacheFolder: false,
    ...options,
  });
}

const told = ({ findings, archive }: Report) => ({
  findings: findings.map(({ vulnerability: { id }, fix: { available } }) => [
    id,
    available?.version,
    available?.trust,
    available?.closes,
  ]),
  problems: [...new Set(archive?.problems.map(({ code }) => code))],
});
const closed = [['CVE-2023-27533', '7.64.0-4+deb10u9', 'image', true]];
const open = [['CVE-2023-27533', undefined, undefined, undefined]];

describe('an image that names its archive', () => {
  it('learns what can be installed now and that it closes the flaw', async () => {
    const report = await asked([...debian, sources(server.uri), trusted(key)], { archive: 'image' });
    expect(told(report)).toEqual({ findings: closed, problems: [] });
    expect(report.archive).toMatchObject({
      asked: 1,
      upgradable: 1,
      closed: 1,
      suites: [
        { name: 'buster', trust: 'image' },
        { name: 'buster-security', trust: 'image' },
      ],
    });
    const text = table.present(report, { width: 100, color: false, verbose: true });
    expect(text).toContain('Archive: 1 of 1 package can be upgraded now, which closes 1 flaw');
    expect(text).toContain('signed by a key that only the image has');
  });

  it('is not asked for it unasked: no host that an image names hears of a scan', async () => {
    await asked([...debian, sources(server.uri), trusted(key)], {});
    expect(server.requests).toEqual([]);
  });

  it('may not be asked offline, and nothing is', async () => {
    const options = { archive: 'image', offline: true } as const;
    await expect(asked([...debian, sources(server.uri), trusted(key)], options)).rejects.toMatchObject({
      name: 'ArchiveError',
    });
    expect(server.requests).toEqual([]);
  });

  it.each<[string, () => readonly TarEntry[], string]>([
    ['without a key', () => [sources(server.uri)], 'no-key'],
    ["with another's key", () => [sources(server.uri), trusted(stranger)], 'no-key'],
    ['that nobody answers for', () => [sources('http://127.0.0.1:9/debian/'), trusted(key)], 'offline'],
    ['that has no such suite', () => [sources(`${server.uri}other/`), trusted(key)], 'not-found'],
  ])('%s: nothing of it is believed, and that is told', async (_, more, code) => {
    const report = await asked([...debian, ...more()], { archive: 'image' });
    expect(told(report)).toEqual({ findings: open, problems: [code] });
  });

  it('beside one that cannot be asked, which is told', async () => {
    const lines = `deb ${server.uri} buster main\ndeb file:///srv/own buster main\n`;
    const report = await asked([...debian, { name: 'etc/apt/sources.list', body: lines }, trusted(key)], {
      archive: 'image',
    });
    expect(told(report)).toEqual({ findings: closed, problems: ['not-supported', 'no-security'] });
  });

  it('is read out of a folder too', async () => {
    const root = join(own, 'root');
    for (const { name, body = '' } of [...debian, sources(server.uri), trusted(key)]) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), body);
    }
    const report = await scan(`dir:${root}`, {
      mirror: mirror(),
      databasePath: join(own, 'home/db'),
      cacheFolder: false,
      archive: 'image',
    });
    expect(told(report)).toEqual({ findings: closed, problems: [] });
  });
});

describe('an archive by its address', () => {
  it('is asked for the suites of the release, and not believed by a key that only the image has', async () => {
    const report = await asked([...debian, trusted(key)], { archive: server.uri });
    expect(told(report)).toEqual({ findings: open, problems: ['no-key', 'not-found'] });
    expect(server.requests).toContain('/debian/dists/buster-security/InRelease');
  });

  it.each<[string, readonly TarEntry[], string, string]>([
    ['an image without apt sources', debian, 'image', 'no-sources'],
    ['an image whose source is no web server', [...debian, sources('file:///etc/')], 'image', 'not-supported'],
    ['a machine of another release', debian, 'machine', 'other-release'],
    ['an address of another kind', debian, 'ftp://example.test/', 'not-supported'],
    ['a word', debian, 'debian', 'not-supported'],
    [
      'an image that is not of Debian',
      [
        { name: 'etc/os-release', body: 'ID=alpine\nVERSION_ID=3.20.1\n' },
        { name: 'lib/apk/db/installed', body: 'P:zlib\nV:1.2.13-r0\nA:x86_64\no:zlib\n\n' },
      ],
      'image',
      'no-sources',
    ],
  ])('%s: ends the scan', async (_, entries, archive, code) => {
    await expect(asked(entries, { archive })).rejects.toMatchObject({ name: 'ArchiveError', code });
  });

  it('a cache folder that cannot be one ends the scan with what to do', async () => {
    mkdirSync(join(own, 'home'), { recursive: true });
    writeFileSync(join(own, 'home/archive'), 'a file');
    await expect(asked([...debian, trusted(key)], { archive: server.uri })).rejects.toMatchObject({
      code: 'unwritable',
    });
  });

  it('an interrupted scan ends by the interrupt', async () => {
    const reason = new Error('interrupted');
    const controller = new AbortController();
    const onProgress: NonNullable<ScanOptions['onProgress']> = ({ label }) => {
      if (label?.startsWith(server.uri) === true) controller.abort(reason);
    };
    const options = { archive: server.uri, signal: controller.signal, onProgress };
    await expect(asked([...debian, trusted(key)], options)).rejects.toBe(reason);
  });
});
