// Holds the archive source against gpg, dpkg-deb, dpkg-scanpackages, xz and dpkg-parsechangelog; skipped where one is missing.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aptSettings, type InstalledPackage, type Keyring, openArchive } from '../src/archive/archive.ts';
import { parseChangelog } from '../src/archive/changelog.ts';
import { entryText, type FileServer, serveFiles, sha256, sourceOf } from '../src/archive/testdata/fake-archive.ts';
import { systemClock } from '../src/internal/clock.ts';
import { type HttpClient, openHttpClient } from '../src/internal/http.ts';

function has(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const tools = ['gpg', 'gpgv', 'gpgconf', 'dpkg-deb', 'dpkg-scanpackages', 'xz'].every(has);

describe.runIf(tools)('an archive that gpg signs and dpkg packs (skipped where not installed)', () => {
  let work: string;
  let server: FileServer;
  let http: HttpClient;
  let fingerprint: string;
  let keyrings: Keyring[];
  const gpg = (...parameters: string[]): string =>
    execFileSync(
      'gpg',
      [
        '--homedir',
        join(work, 'gnupg'),
        '--batch',
        '--yes',
        '--pinentry-mode',
        'loopback',
        '--passphrase',
        '',
        ...parameters,
      ],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'seaworthy-tools-'));
    mkdirSync(join(work, 'gnupg'), { mode: 0o700 });
    // As Debian does it: the primary key certifies, a subkey signs.
    gpg('--quick-gen-key', 'Archive <a@example.org>', 'rsa3072', 'cert', '1y');
    fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(gpg('--list-keys', '--with-colons'))?.[1] ?? '';
    gpg('--quick-add-key', fingerprint, 'rsa3072', 'sign', '1y');
    writeFileSync(join(work, 'key.gpg'), execFileSync('gpg', ['--homedir', join(work, 'gnupg'), '--export']));
    keyrings = [{ voice: 'machine', path: '/etc/apt/trusted.gpg', bytes: readFileSync(join(work, 'key.gpg')) }];
    buildArchive();
    server = await serveFiles();
    http = await openHttpClient({ env: {}, userAgent: 'test' });
    load();
  });
  afterAll(async () => {
    await server.close();
    await http.close();
    execFileSync('gpgconf', ['--homedir', join(work, 'gnupg'), '--kill', 'all']);
    rmSync(work, { recursive: true, force: true });
  });

  function buildArchive(): void {
    const archive = join(work, 'archive');
    const build = (name: string, changelog: string, pack: string): void => {
      const root = join(work, name);
      mkdirSync(join(root, 'DEBIAN'), { recursive: true });
      mkdirSync(join(root, 'usr/share/doc', name), { recursive: true });
      writeFileSync(
        join(root, 'DEBIAN/control'),
        `Package: ${name}\nSource: tool (2:1.3-1)\nVersion: 2:1.3-1+b1\nArchitecture: amd64\nMaintainer: A <a@example.org>\nDescription: x\n`,
      );
      writeFileSync(join(root, 'usr/share/doc', name, 'changelog.Debian.gz'), gzipSync(changelog));
      // The reader stops before it; what is left must not be in the way of the next.
      mkdirSync(join(root, 'usr/share/zz'), { recursive: true });
      writeFileSync(join(root, 'usr/share/zz/random'), randomBytes(1 << 20));
      mkdirSync(join(archive, 'pool'), { recursive: true });
      execFileSync('dpkg-deb', ['--root-owner-group', `-Z${pack}`, '-b', root, join(archive, 'pool')], {
        stdio: 'ignore',
      });
    };
    const changelog =
      entryText('tool', '2:1.3-1', ['  * Fix CVE-2026-3003.']) +
      entryText('tool', '2:1.2-1', ['  * Fix CVE-2026-2002.']);
    build('tool', changelog, 'xz');
    build('tool-data', `${changelog}${'x'.repeat(1)}`, 'xz');
    const place = join(archive, 'dists/stable/main/binary-amd64');
    mkdirSync(place, { recursive: true });
    const index = execFileSync('dpkg-scanpackages', ['-m', 'pool'], {
      cwd: archive,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    writeFileSync(join(place, 'Packages'), index);
    execFileSync('xz', ['-k', join(place, 'Packages')]);
    const listed = ['Packages', 'Packages.xz'].map((name) => {
      const bytes = readFileSync(join(place, name));
      return ` ${sha256(bytes)} ${bytes.length} main/binary-amd64/${name}`;
    });
    const date = new Date(Date.now() - 60_000).toUTCString().replace('GMT', 'UTC');
    const head = `Origin: Test\nSuite: stable\nCodename: test\nDate: ${date}\nArchitectures: amd64\nComponents: main\nDescription: - dashes\n  -and trailing blanks  \t\n`;
    const release = join(archive, 'dists/stable/Release');
    writeFileSync(release, `${head}SHA256:\n${listed.join('\n')}\n`);
    gpg('--clearsign', '--digest-algo', 'SHA512', '-o', join(archive, 'dists/stable/InRelease'), release);
    gpg('--armor', '--detach-sign', '-o', `${release}.gpg`, release);
  }

  function load(): void {
    const archive = join(work, 'archive');
    for (const name of readdirSync(archive, { recursive: true })) {
      const path = join(archive, String(name));
      if (statSync(path).isFile())
        server.files.set(`/debian/${String(name).split('/').map(encodeURIComponent).join('/')}`, readFileSync(path));
    }
  }

  let caches = 0;
  const open = () =>
    openArchive({
      sources: [sourceOf(server.uri, 'stable')],
      keyrings,
      http,
      cacheFolder: join(work, `cache${caches++}`),
      clock: systemClock,
    });
  const own: InstalledPackage = {
    name: 'tool',
    version: '2:1.2-1',
    source: { name: 'tool', version: '2:1.2-1' },
    architecture: 'amd64',
  };

  it.each([['InRelease'], ['Release and Release.gpg']])('is verified and read by %s', async (way) => {
    const path = '/debian/dists/stable/InRelease';
    const inRelease = server.files.get(path);
    if (way !== 'InRelease') server.files.delete(path);
    try {
      const archive = await open();
      expect(archive.problems).toEqual([]);
      expect(archive.suites).toMatchObject([{ trust: 'keyring', signedBy: [{ fingerprint }] }]);
      const { fixes, problems } = await archive.fixes([own]);
      expect(problems).toEqual([]);
      expect(fixes).toMatchObject([
        { newer: true, candidate: { version: '2:1.3-1+b1' }, closes: [{ id: 'CVE-2026-3003' }] },
      ]);
    } finally {
      if (inRelease !== undefined) server.files.set(path, inRelease);
    }
  });

  it('accepts no other text than the one that gpgv finds in it', async () => {
    const path = '/debian/dists/stable/InRelease';
    const sound = server.files.get(path) ?? Buffer.alloc(0);
    const file = join(work, 'signed');
    writeFileSync(file, sound);
    const text = execFileSync('gpgv', ['--keyring', join(work, 'key.gpg'), '-o', '-', file], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    // The last line feed belongs to the armour (RFC 9580 7.1), and so do blanks at the ends of lines.
    const signed = text.replace(/[ \t]+$/gm, '').replace(/\n$/, '');
    const accepted = new Set<string>();
    let refused = 0;
    for (let at = 0; at < sound.length; at += 7) {
      const spoilt = Buffer.from(sound);
      spoilt[at] = (spoilt[at] ?? 0) ^ 0x04;
      server.files.set(path, spoilt);
      const { suites } = await open();
      if (suites.length === 0) refused++;
      for (const { digest } of suites) accepted.add(digest);
    }
    server.files.set(path, sound);
    expect(refused).toBeGreaterThan(100);
    // What may be changed lies outside of what is signed: a line feed, the checksum of the armour, a hint at the key.
    expect([...accepted]).toEqual([sha256(signed)]);
  });

  it('a revoked key signs no more', async () => {
    const file = join(work, 'revoked.asc');
    const certificate = readFileSync(join(work, 'gnupg/openpgp-revocs.d', `${fingerprint}.rev`), 'utf8').replace(
      /^:-----BEGIN/m,
      '-----BEGIN',
    );
    writeFileSync(file, certificate);
    gpg('--import', file);
    const bytes = execFileSync('gpg', ['--homedir', join(work, 'gnupg'), '--export']);
    const archive = await openArchive({
      sources: [sourceOf(server.uri, 'stable')],
      keyrings: [{ voice: 'machine', path: '/etc/apt/trusted.gpg', bytes }],
      http,
      cacheFolder: join(work, 'revoked'),
      clock: systemClock,
    });
    expect(archive.suites).toEqual([]);
    expect(archive.problems).toMatchObject([{ code: 'untrusted-signature' }]);
  });
});

describe.runIf(has('dpkg-parsechangelog'))('dpkg-parsechangelog (skipped where not installed)', () => {
  const folder = join(import.meta.dirname, '../src/archive/testdata/changelogs');
  it.each(readdirSync(folder))('finds the same versions in %s', (name) => {
    const path = join(folder, name);
    const text = execFileSync('dpkg-parsechangelog', ['-l', path, '--all', '-S', 'Version'], { encoding: 'utf8' });
    const all = execFileSync('dpkg-parsechangelog', ['-l', path, '--all'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const entries = parseChangelog(readFileSync(path, 'utf8'));
    expect(text.trim().split('\n')[0]).toBe(entries[0]?.version);
    const ids = (from: string): string[] => [...new Set(from.match(/CVE-\d{4}-\d+/g))].toSorted();
    expect(ids(entries.flatMap(({ lines }) => lines).join('\n'))).toEqual(ids(all));
    const headings = [...all.matchAll(/^ [\w.+-]+ \(([^)]+)\) [\w -]+; urgency/gm)].map((match) => match[1]);
    expect(entries.map(({ version }) => version)).toEqual(headings);
  });
});

it('aptSettings reads nothing of a root without apt', () => {
  expect(aptSettings([], 'machine')).toEqual({ sources: [], keyrings: [], problems: [] });
});
