import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../src/finding/finding.ts';
import { scan } from '../src/scan/scan.ts';
import { type DebianImage, type DebianPackage, debianImage, whyNoDebianImages } from './images/debian.ts';
import { writeZstdLayout } from './images/zstd-layout.ts';

const folder = mkdtempSync(join(tmpdir(), 'debian-images-'));
afterAll(() => rmSync(folder, { recursive: true }));

function listed(report: Report): DebianPackage[] {
  return report.packages
    .map(({ name, version, architecture = '', source }) => ({
      name,
      version,
      architecture,
      sourceName: source?.name ?? name,
      sourceVersion: source?.version ?? version,
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function compress(program: string, input: string, output: string): void {
  const sink = openSync(output, 'w');
  const result = spawnSync(program, ['-1', '-c', input], { stdio: ['ignore', sink, 'inherit'] });
  closeSync(sink);
  expect(result.status).toBe(0);
}

const why = whyNoDebianImages();
const suites = [
  { suite: 'bookworm', ecosystem: 'Debian:12' },
  { suite: 'trixie', ecosystem: 'Debian:13' },
];

describe.skipIf(why).each(suites)(
  `a debootstrap $suite image lists what dpkg-query lists${why ? ` (SKIPPED: ${why})` : ''}`,
  ({ suite, ecosystem }) => {
    let image: DebianImage;
    beforeAll(() => {
      image = debianImage(suite);
    });

    const forms: Record<string, () => string> = {
      'OCI layout': () => `oci:${image.layout}:latest`,
      'OCI layout, no scheme': () => image.layout,
      'OCI archive': () => `oci-archive:${image.ociArchive}`,
      'docker archive': () => image.dockerArchive,
      'docker archive, gzip': () => {
        const path = join(folder, `${suite}.tar.gz`);
        compress('gzip', image.dockerArchive, path);
        return path;
      },
      'OCI layout, zstd layers': () => {
        const path = join(folder, suite);
        writeZstdLayout(image.layout, path);
        return `oci:${path}:latest`;
      },
      'root file system': () => `rootfs:${image.rootfs}`,
    };

    it.each(Object.entries(forms))('%s', async (_, reference) => {
      const report = await scan(reference(), {
        offline: true,
        cacheFolder: false,
        databasePath: join(folder, 'none.db'),
      });
      const expected = image.packages.toSorted((a, b) => (a.name < b.name ? -1 : 1));
      expect(expected.length).toBeGreaterThan(60);
      expect(listed(report)).toEqual(expected);
      expect(report.problems).toEqual([]);
      expect(report.distro).toMatchObject({ id: 'debian', codename: suite, ecosystem });
      expect(new Set(report.packages.map((found) => found.ecosystem))).toEqual(new Set([ecosystem]));
      expect(report.runs.filter(({ packages }) => packages > 0)).toEqual([
        { cataloger: 'dpkg', status: 'ok', packages: expected.length },
      ]);
    });

    it('says which instruction brought the packages', async () => {
      const report = await scan(image.layout, {
        offline: true,
        cacheFolder: false,
        databasePath: join(folder, 'none.db'),
      });
      const instructions = report.packages.map(({ provenance }) => provenance?.introduced.createdBy);
      expect(new Set(instructions)).toEqual(new Set(['/bin/sh -c #(nop) ADD rootfs.tar in / ']));
    });
  },
);
