import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scan } from '../src/scan/scan.ts';
import { apk } from '../src/version/apk.ts';
import { feeds, fixtures, whyNo } from './images/feeds.ts';
import { writeOciLayout } from './images/oci-image.ts';

const folder = mkdtempSync(join(tmpdir(), 'alpine-image-'));
afterAll(() => rmSync(folder, { recursive: true }));

const places = {
  installed: 'lib/apk/db/installed',
  'os-release': 'etc/os-release',
  'alpine-release': 'etc/alpine-release',
  'apk-repositories': 'etc/apk/repositories',
};

/** Packs the files of one fixture into an image; answers its reference. */
function pack(fixture: string): string {
  const layout = join(folder, fixture);
  const entries = Object.entries(places).map(([file, name]) => ({
    name,
    body: readFileSync(join(fixtures, 'apk', fixture, file)),
  }));
  writeOciLayout(layout, { layers: [{ entries }] });
  return layout;
}

interface Listed {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly origin: string;
}

/** The apk database read plainly: blocks of `X:value` lines. */
function packagesIn(fixture: string): Listed[] {
  const blocks = readFileSync(join(fixtures, 'apk', fixture, 'installed'), 'utf8')
    .split('\n\n')
    .filter((block) => block.trim());
  return blocks.map((block) => {
    const field = (key: string): string => new RegExp(`^${key}:(.*)$`, 'm').exec(block)?.[1] ?? '';
    return { name: field('P'), version: field('V'), architecture: field('A'), origin: field('o') };
  });
}

interface Secdb {
  readonly packages: readonly {
    readonly pkg: { readonly name: string; readonly secfixes: Readonly<Record<string, readonly string[]>> };
  }[];
}

function isBelow(version: string, fixed: string): boolean {
  const [a, b] = [apk.parse(version), apk.parse(fixed)];
  if (a.kind === 'unparsable' || b.kind === 'unparsable') throw new Error(`${version} or ${fixed} is not a version`);
  return apk.compare(a, b) < 0;
}

/** `package id` of all that the security database of a release implies. */
function impliedMatches(fixture: string, release: string): string[] {
  const installed = packagesIn(fixture);
  const found = ['main', 'community'].flatMap((repository) => {
    const { packages }: Secdb = JSON.parse(
      readFileSync(join(feeds, 'secdb.alpinelinux.org', release, `${repository}.json`), 'utf8'),
    );
    return packages.flatMap(({ pkg }) =>
      Object.entries(pkg.secfixes).flatMap(([fixed, ids]) =>
        // Version 0 says that no version was ever affected.
        installed
          .filter(({ origin, version }) => origin === pkg.name && fixed !== '0' && isBelow(version, fixed))
          .flatMap(({ name }) => ids.map((id) => `${name} ${id.split(' ')[0]}`)),
      ),
    );
  });
  return [...new Set(found)].toSorted();
}

const whyNoFixtures = whyNo(fixtures);
const versions = existsSync(fixtures) ? readdirSync(join(fixtures, 'apk')) : ['none'];

describe.skipIf(whyNoFixtures)(`apk databases in images${whyNoFixtures ? ` (SKIPPED: ${whyNoFixtures})` : ''}`, () => {
  it.each(versions)('%s lists exactly its packages', async (fixture) => {
    const report = await scan(pack(fixture), {
      offline: true,
      cacheFolder: false,
      databasePath: join(folder, 'none.db'),
    });
    const listed = report.packages.map(({ name, version, architecture, source }) => ({
      name,
      version,
      architecture,
      origin: source?.name ?? name,
    }));
    const expected = packagesIn(fixture);
    expect(expected.length).toBeGreaterThan(10);
    expect(new Set(listed.map((entry) => JSON.stringify(entry)))).toEqual(
      new Set(expected.map((entry) => JSON.stringify(entry))),
    );
    expect(listed).toHaveLength(expected.length);
    expect(report.problems).toEqual([]);
    const ecosystem = fixture === 'edge' ? 'Alpine:edge' : `Alpine:v${fixture.split('.').slice(0, 2).join('.')}`;
    expect(report.distro).toMatchObject({ id: 'alpine', ecosystem });
  });

  const whyNoFeeds = whyNo(feeds);
  const note = whyNoFeeds ? ` (SKIPPED: ${whyNoFeeds})` : '';

  it.skipIf(whyNoFeeds)(`edge has exactly the 48 open flaws that the security database implies${note}`, async () => {
    const report = await scan(pack('edge'), {
      mirror: feeds,
      cacheFolder: false,
      databasePath: join(folder, 'edge.db'),
    });
    const found = report.findings.map((finding) => `${finding.package.name} ${finding.vulnerability.id}`);
    const expected = impliedMatches('edge', 'edge');
    expect(found.toSorted()).toEqual(expected);
    expect(new Set(expected.map((entry) => entry.split(' ')[1])).size).toBe(48);
    expect(new Set(report.findings.map(({ verdict }) => verdict))).toEqual(new Set(['affected']));
  });

  it.skipIf(whyNoFeeds)(`3.20.3 has none, and says with what it was assessed${note}`, async () => {
    const report = await scan(pack('3.20.3'), {
      mirror: feeds,
      cacheFolder: false,
      databasePath: join(folder, '3.20.db'),
    });
    expect(impliedMatches('3.20.3', 'v3.20')).toEqual([]);
    expect(report.findings).toEqual([]);
    expect(report.coverage.ecosystems).toMatchObject([
      { ecosystem: 'Alpine:v3.20', packages: 14, assessed: 14, unassessed: [] },
    ]);
    expect(report.coverage.ecosystems[0]?.sources.length).toBeGreaterThan(0);
  });
});
