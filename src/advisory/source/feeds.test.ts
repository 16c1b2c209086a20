import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dpkg } from '../../version/dpkg.ts';
import { rpm } from '../../version/rpm.ts';
import type { VersionScheme } from '../../version/version.ts';
import type { Advisory, AdvisorySource, Feed, ParseReport } from '../advisory.ts';
import { alpine } from './alpine/alpine.ts';
import { debian } from './debian/debian.ts';
import { osv } from './osv/osv.ts';

const root = new URL('../../../../shared/feeds/', import.meta.url);
const absent = !existsSync(root);
const why = absent ? ' (SKIPPED: the feed snapshots ../shared/feeds are not here)' : '';

function fileOf({ url }: Feed): URL {
  return new URL(decodeURIComponent(url.slice('https://'.length)), root);
}

/** Reads what there is of a source; `keep` may be dear, so it is asked for. */
async function readAll(
  source: AdvisorySource,
  keep: (advisory: Advisory, feed: Feed) => void,
): Promise<Map<string, ParseReport>> {
  const reports = new Map<string, ParseReport>();
  for (const feed of source.feeds(undefined)) {
    const file = fileOf(feed);
    if (!existsSync(file)) continue;
    reports.set(
      feed.url,
      await source.parse(
        feed,
        readFileSync(file),
        (advisory) => keep(advisory, feed),
        () => {},
      ),
    );
  }
  return reports;
}

async function readOne(
  source: AdvisorySource,
  ecosystem: string,
  id: string,
  name: string,
): Promise<Advisory | undefined> {
  let found: Advisory | undefined;
  for (const feed of source.feeds([ecosystem])) {
    await source.parse(
      feed,
      readFileSync(fileOf(feed)),
      (advisory) => {
        if (advisory.id === id && advisory.affected.some((entry) => entry.package === name)) found = advisory;
      },
      () => {},
    );
  }
  return found;
}

/** Fixed versions that the scheme cannot read. */
async function unreadable(
  source: AdvisorySource,
  ecosystem: string,
  scheme: VersionScheme,
): Promise<readonly string[]> {
  const versions = new Set<string>();
  for (const feed of source.feeds([ecosystem])) {
    await source.parse(
      feed,
      readFileSync(fileOf(feed)),
      ({ affected }) => {
        for (const event of affected.flatMap(({ ranges }) => ranges.flatMap(({ events }) => events))) {
          if ('fixed' in event && scheme.parse(event.fixed).kind === 'unparsable') versions.add(event.fixed);
        }
      },
      () => {},
    );
  }
  return [...versions];
}

describe.skipIf(absent)(`feed snapshots${why}`, () => {
  it('of the Debian tracker are kept whole', async () => {
    const [report] = (await readAll(debian, () => {})).values();
    expect(report).toEqual({ read: 15_801, kept: 15_801, skipped: {}, malformed: [] });
    expect(await unreadable(debian, 'Debian:12', dpkg)).toEqual([]);
    expect((await readOne(debian, 'Debian', 'CVE-2014-6271', 'bash'))?.affected).toMatchObject([
      { ecosystem: 'Debian:7', ranges: [{ events: [{ introduced: '0' }, { fixed: '4.2+dfsg-0.1+deb7u1' }] }] },
    ]);
  });

  it('of secdb are kept whole, in all releases', async () => {
    const never = new Set<string>();
    const reports = await readAll(alpine, ({ id, affected: [entry] }) => {
      if (entry?.status === 'not-affected') never.add(`${entry.ecosystem} ${entry.package} ${id}`);
    });
    expect(reports.size).toBe(46);
    expect([...reports.values()].filter(({ read, kept }) => read !== kept)).toEqual([]);
    expect([...reports.values()].reduce((sum, { kept }) => sum + kept, 0)).toBe(101_879);
    expect(never.has('Alpine:v3.20 zlib CVE-2023-45853')).toBe(true);
    expect((await readOne(alpine, 'Alpine:edge', 'CVE-2024-3094', 'xz'))?.affected[0]?.ranges).toEqual([
      { type: 'ecosystem', events: [{ introduced: '0' }, { fixed: '5.6.1-r2' }] },
    ]);
  });

  it.each([
    ['AlmaLinux', 5637, 4450, { 'not-security': 1187 }],
    ['Bitnami', 7444, 7444, {}],
    ['Go', 4293, 4276, { withdrawn: 17 }],
    ['Maven', 4294, 4294, {}],
    ['NuGet', 610, 610, {}],
    ['Packagist', 1212, 1212, {}],
    ['PyPI', 2691, 2681, { withdrawn: 10 }],
    ['RubyGems', 1174, 1174, {}],
    ['crates.io', 1206, 1193, { withdrawn: 13 }],
    ['npm', 3194, 3194, {}],
  ])('of OSV, %s: %i read, %i kept', async (ecosystem, read, kept, skipped) => {
    const [feed] = osv.feeds([ecosystem]);
    const undetermined: string[] = [];
    const report =
      feed &&
      (await osv.parse(
        feed,
        readFileSync(fileOf(feed)),
        ({ id, affected }) => {
          if (affected.some(({ status }) => status === 'undetermined')) undetermined.push(id);
        },
        () => {},
      ));
    expect(report).toEqual({ read, kept, skipped, malformed: [] });
    expect(undetermined).toEqual([]);
  });

  it('of AlmaLinux name binary packages, nearly all with their module stream, in versions that rpm reads', async () => {
    const [feed] = osv.feeds(['AlmaLinux']);
    const modules = new Map<string, number>();
    const packages = new Set<string>();
    if (feed) {
      await osv.parse(
        feed,
        readFileSync(fileOf(feed)),
        ({ affected }) => {
          for (const { package: name, qualifiers } of affected) {
            packages.add(name);
            const kind = qualifiers?.module === undefined ? 'untold' : qualifiers.module === '' ? 'none' : 'stream';
            modules.set(kind, (modules.get(kind) ?? 0) + 1);
          }
        },
        () => {},
      );
    }
    expect(packages.has('vim-common') && packages.has('python3-libs')).toBe(true);
    expect(Object.fromEntries(modules)).toEqual({ none: 43_125, stream: 16_512, untold: 104 });
    expect(await unreadable(osv, 'AlmaLinux', rpm)).toEqual([]);
    expect((await readOne(osv, 'AlmaLinux', 'ALSA-2024:3671', 'ruby'))?.affected[0]).toMatchObject({
      qualifiers: { module: 'ruby:3.3' },
    });
  });
});
