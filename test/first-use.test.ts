// The first scan on a machine: which feeds of which publishers it asks for, and that nothing else is.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FeedServer, startServer, staticFile } from '../src/database/testdata/feed-server.ts';
import type { Report } from '../src/finding/finding.ts';
import { scan } from '../src/scan/scan.ts';
import { nodeModule } from './images/language-files.ts';
import { writeOciLayout } from './images/oci-image.ts';
import { publishedFeeds } from './images/published-feeds.ts';
import type { TarEntry } from './images/tar.ts';

const folder = mkdtempSync(join(tmpdir(), 'first-use-'));
let server: FeedServer;
let made = 0;

beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  server.requests.length = 0;
  server.handlers.clear();
  for (const [feed, bytes] of publishedFeeds) {
    server.handlers.set(
      `/${encodeURI(feed)}`,
      staticFile(
        () => bytes,
        () => `"${bytes.length}"`,
      ),
    );
  }
});

const release = (id: string, version: string, more = ''): TarEntry => ({
  name: 'etc/os-release',
  body: `ID=${id}\nVERSION_ID="${version}"\n${more}`,
});
const dpkg = (name: string, version: string): TarEntry => ({
  name: 'var/lib/dpkg/status',
  body: `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n`,
});
const apk = (name: string, version: string): TarEntry => ({
  name: 'lib/apk/db/installed',
  body: `P:${name}\nV:${version}\nA:x86_64\no:${name}\n\n`,
});
/** A database of rpm from its test data: `alma9/rpmdb.sqlite`. */
const rpmdb = (path: string): TarEntry => ({
  name: `var/lib/rpm/${path.replace(/^.*\//, '')}`,
  body: gunzipSync(readFileSync(new URL(`../src/catalog/rpm/testdata/${path}.gz`, import.meta.url))),
});

async function firstScan(entries: readonly TarEntry[], databasePath = join(folder, `${made++}.db`)): Promise<Report> {
  const path = join(folder, `image-${made++}`);
  writeOciLayout(path, { layers: [{ entries }] });
  return await scan(path, { mirror: server.url, databasePath, cacheFolder: false });
}

const asked = (): string[] => [...new Set(server.requests.map(({ path }) => decodeURI(path).slice(1)))].toSorted();

/** Of these two is told how pressing a flaw is, whatever the image. */
const facts = [
  'epss.empiricalsecurity.com/epss_scores-current.csv.gz',
  'www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
];
const lists = ['DLA', 'DSA', 'DTSA'].map(
  (name) => `salsa.debian.org/security-tracker-team/security-tracker/-/raw/master/data/${name}/list`,
);

const debian = [release('debian', '12', 'VERSION_CODENAME=bookworm\n'), dpkg('apparmor', '3.0.8-3')];

describe('the first scan asks for what the image needs and no more', () => {
  it.each<[string, readonly TarEntry[], readonly string[]]>([
    ['Debian', debian, ['security-tracker.debian.org/tracker/data/json', ...lists]],
    [
      'Ubuntu',
      [release('ubuntu', '20.04', 'VERSION_CODENAME=focal\n'), dpkg('curl', '7.68.0-1ubuntu2')],
      ['security-metadata.canonical.com/osv/osv-all.tar.xz'],
    ],
    [
      'Alpine',
      [release('alpine', '3.22.1'), apk('busybox', '1.37.0-r18')],
      [
        'secdb.alpinelinux.org/v3.22/community.json',
        'secdb.alpinelinux.org/v3.22/main.json',
        'security.alpinelinux.org/branch/3.22-community',
        'security.alpinelinux.org/branch/3.22-main',
      ],
    ],
    ['Wolfi', [release('wolfi', '20230201'), apk('openssl', '3.1.0-r0')], ['packages.wolfi.dev/os/security.json']],
    [
      'AlmaLinux',
      [release('almalinux', '9.5'), rpmdb('alma9/rpmdb.sqlite')],
      ['osv-vulnerabilities.storage.googleapis.com/AlmaLinux/all.zip'],
    ],
    [
      'Red Hat',
      [release('rhel', '8.10'), rpmdb('rhel8/Packages')],
      [
        'security.access.redhat.com/data/csaf/v2/vex/archive_latest.txt',
        'security.access.redhat.com/data/csaf/v2/vex/changes.csv',
        'security.access.redhat.com/data/csaf/v2/vex/csaf_vex_2026-11-20.tar.zst',
        'security.access.redhat.com/data/csaf/v2/vex/deletions.csv',
        'security.access.redhat.com/data/metrics/repository-to-cpe.json',
      ],
    ],
    [
      'SUSE',
      [release('sles', '15.6'), rpmdb('sle15/Packages.db')],
      ['ftp.suse.com/pub/projects/security/oval/suse.linux.enterprise.15-sp6-affected.xml.gz'],
    ],
    [
      'Amazon Linux',
      [release('amzn', '2023'), rpmdb('alma9/rpmdb.sqlite')],
      [
        'cdn.amazonlinux.com/al2023/core/5f3d/x86_64/repodata/repomd.xml',
        'cdn.amazonlinux.com/al2023/core/5f3d/x86_64/repodata/updateinfo.xml.gz',
        'cdn.amazonlinux.com/al2023/core/mirrors/latest/x86_64/mirror.list',
        'cdn.amazonlinux.com/al2023/kernel-livepatch/mirrors/latest/x86_64/mirror.list',
        'cdn.amazonlinux.com/al2023/nvidia/mirrors/latest/x86_64/mirror.list',
      ],
    ],
    [
      'Oracle Linux',
      [release('ol', '8.9'), rpmdb('rhel8/Packages')],
      ['linux.oracle.com/security/oval/com.oracle.elsa-ol8.xml.bz2'],
    ],
    [
      'Photon OS',
      [release('photon', '3.0'), rpmdb('rhel8/Packages')],
      [
        'packages.broadcom.com/photon/photon_cve_metadata/cve_data_photon3.0.json',
        'packages.broadcom.com/photon/photon_oval_definitions/com.vmware.phsa-photon3.xml.gz',
      ],
    ],
    [
      'no distribution, but Node.js',
      [nodeModule('app', 'left-pad', '1.0.0')],
      ['osv-vulnerabilities.storage.googleapis.com/npm/all.zip'],
    ],
  ])('%s', async (_, entries, feeds) => {
    await firstScan(entries);
    expect(asked()).toEqual([...facts, ...feeds].toSorted());
  });

  it('of an image without packages, nothing', async () => {
    await firstScan([{ name: 'hello', body: 'x' }]);
    expect(asked()).toEqual([]);
  });

  it('a second scan of such an image, nothing either', async () => {
    const database = join(folder, 'twice.db');
    await firstScan(debian, database);
    server.requests.length = 0;
    await firstScan(debian, database);
    expect(asked()).toEqual([]);
  });

  it('one of another distribution, what that needs', async () => {
    const database = join(folder, 'other.db');
    await firstScan(debian, database);
    server.requests.length = 0;
    await firstScan([release('wolfi', '20230201'), apk('openssl', '3.1.0-r0')], database);
    expect(asked()).toEqual(['packages.wolfi.dev/os/security.json']);
  });
});

describe('what is told of how pressing a flaw is', () => {
  const heartbleed = (): Promise<Report> => {
    const secdb = { packages: [{ pkg: { name: 'openssl', secfixes: { '1.0.1g-r0': ['CVE-2014-0160'] } } }] };
    const bytes = JSON.stringify({
      apkurl: '{{urlprefix}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk',
      archs: ['x86_64'],
      reponame: 'os',
      urlprefix: 'https://packages.wolfi.dev',
      ...secdb,
    });
    server.handlers.set(
      '/packages.wolfi.dev/os/security.json',
      staticFile(
        () => bytes,
        () => '"own"',
      ),
    );
    return firstScan([release('wolfi', '20230201'), apk('openssl', '1.0.1f-r0')]);
  };
  const told = ({ findings, coverage: { notes } }: Report) => ({
    flaws: findings.map(({ vulnerability: { id, exploited, prediction } }) => [
      id,
      exploited?.added,
      prediction?.score,
    ]),
    failed: notes.filter((note) => note.includes('could not be fetched')).toSorted(),
  });

  it('comes with the first scan', async () => {
    expect(told(await heartbleed())).toEqual({ flaws: [['CVE-2014-0160', '2022-05-04', 0.99999]], failed: [] });
  });

  it('is a note where it does not come, and the scan goes on', async () => {
    const [epss = '', kev = ''] = facts;
    server.handlers.delete(`/${epss}`);
    server.handlers.set(`/${kev}`, (_, response) => void response.writeHead(200).end('<!doctype html>'));
    const report = await heartbleed();
    expect(told(report)).toEqual({
      flaws: [['CVE-2014-0160', undefined, undefined]],
      failed: [
        expect.stringMatching(/^The facts of epss could not/),
        expect.stringMatching(/^The facts of kev could not/),
      ],
    });
    expect(report.coverage.complete).toBe(true);
  });
});
