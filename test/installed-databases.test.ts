import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../src/finding/finding.ts';
import { scan } from '../src/scan/scan.ts';
import { feeds, fixtures, whyNo } from './images/feeds.ts';
import { writeOciLayout } from './images/oci-image.ts';

/** The package database of a real image, and what Python makes of the feed. */
interface Genuine {
  readonly name: string;
  readonly osRelease: string;
  readonly file: () => { readonly name: string; readonly body: Buffer | string };
  /** `source TAB version`, as the image's own tool lists it. */
  readonly installed: () => readonly string[];
  readonly derive: readonly string[];
  readonly least: number;
}

const rows = (path: string): string[][] =>
  readFileSync(join(fixtures, path), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));

const sources: Readonly<Record<string, string>> = {
  gpgv: 'gnupg2',
  'libapt-pkg6.0': 'apt',
  libblkid1: 'util-linux',
  'libc-bin': 'glibc',
  libc6: 'glibc',
  libgnutls30: 'gnutls28',
  'libgssapi-krb5-2': 'krb5',
  'libkrb5-3': 'krb5',
  liblzma5: 'xz-utils',
  libncursesw6: 'ncurses',
  libsystemd0: 'systemd',
  'libssl1.1': 'openssl',
  'libtasn1-6': 'libtasn1-6',
  libtinfo6: 'ncurses',
  'ncurses-base': 'ncurses',
  'perl-base': 'perl',
  zlib1g: 'zlib',
};

const images: readonly Genuine[] = [
  {
    // A database of 2.0, whose feed is not here: as 1.0 its packages are judged by that one's.
    name: 'CBL-Mariner',
    osRelease: 'ID=mariner\nVERSION_ID="1.0"\nPRETTY_NAME="CBL-Mariner/Linux"\n',
    file: () => ({
      name: 'var/lib/rpm/rpmdb.sqlite',
      body: readFileSync(join(fixtures, 'rpm/sqlite/rpmdb.sqlite')),
    }),
    installed: () =>
      rows('rpm/sqlite/expected.tsv').flatMap(([, epoch, version, release, , source = '']) =>
        source.endsWith('.src.rpm')
          ? [
              `${source.replace(/-[^-]+-[^-]+\.src\.rpm$/, '')}\t${epoch === '(none)' ? '0' : epoch}:${version}-${release}`,
            ]
          : [],
      ),
    derive: ['azure', 'raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main/cbl-mariner-1.0-oval.xml'],
    least: 20,
  },
  {
    // The list has no sources: where a package comes of another than its own name is told here, as Debian has it.
    name: 'Debian 11 as in its first release',
    osRelease: readFileSyncOr('dpkg/bullseye/os-release'),
    file: () => ({ name: 'var/lib/dpkg/status', body: bullseye().map(stanza).join('\n') }),
    installed: () => bullseye().map(({ source, version }) => `${source}\t${version}`),
    derive: ['debian', 'security-tracker.debian.org/tracker/data/json', 'bullseye'],
    least: 5,
  },
];

interface DebianPackage {
  readonly name: string;
  readonly source: string;
  readonly version: string;
}

/** Packages of the list, each at the build before any update: `1.1.1w-0+deb11u2` is an update of `1.1.1w-0`. */
function bullseye(): DebianPackage[] {
  return rows('dpkg/bullseye/manifest.txt').map(([listed = '', version = '']) => {
    const name = listed.replace(/:.*/, '');
    return { name, source: sources[name] ?? name, version: version.replace(/\+deb11u\d+(\+\S+)?$/, '') };
  });
}

function stanza({ name, source, version }: DebianPackage): string {
  const from = source === name ? '' : `Source: ${source}\n`;
  return `Package: ${name}\n${from}Status: install ok installed\nArchitecture: amd64\nVersion: ${version}\n`;
}

function readFileSyncOr(path: string): string {
  return whyNo(fixtures) === undefined ? readFileSync(join(fixtures, path), 'utf8') : '';
}

function derived({ derive: [kind = '', feed = '', ...more], installed }: Genuine): string[][] {
  const script = join(import.meta.dirname, '../tools/quality/derive.py');
  const { stdout, stderr, status } = spawnSync('python3', [script, kind, join(feeds, feed), ...more], {
    input: `${[...new Set(installed())].join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
}

const why = whyNo(feeds) ?? whyNo(fixtures) ?? (spawnSync('python3', ['-V']).status === 0 ? undefined : 'no python3');

describe.skipIf(why).each(images)(
  `$name, by what Python derives of the feed${why ? ` (SKIPPED: ${why})` : ''}`,
  (image) => {
    const folder = mkdtempSync(join(tmpdir(), 'installed-databases-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    let report: Report;
    beforeAll(async () => {
      const layout = join(folder, 'image');
      writeOciLayout(layout, {
        layers: [{ entries: [{ name: 'etc/os-release', body: image.osRelease }, image.file()] }],
      });
      report = await scan(layout, { mirror: feeds, databasePath: join(folder, 'advisories.db'), cacheFolder: false });
    }, 60_000);

    it('finds the same flaws in the same sources, with a fix or without', () => {
      const expected = derived(image).map(([name, flaw, fix]) => `${name} ${flaw} ${fix === '' ? 'unfixed' : 'fixed'}`);
      // The program's own starter set knows what came after the day of the feed.
      const fromFeed = report.findings.filter(({ evidence }) => evidence[0]?.found.source.name !== 'starter');
      const found = fromFeed.map((finding) => {
        const { package: at, vulnerability, fix, verdict } = finding;
        expect(verdict).toBe('affected');
        return `${at.source?.name ?? at.name} ${vulnerability.id} ${fix.version === undefined ? 'unfixed' : 'fixed'}`;
      });
      expect(expected.length).toBeGreaterThanOrEqual(image.least);
      expect([...new Set(found)].toSorted()).toEqual([...new Set(expected)].toSorted());
    });

    it('says that all packages were assessed', () => {
      const [ecosystem] = report.coverage.ecosystems;
      expect(ecosystem?.assessed).toBe(ecosystem?.packages);
      expect(ecosystem?.packages).toBeGreaterThan(80);
    });
  },
);
