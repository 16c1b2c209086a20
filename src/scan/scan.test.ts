import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type LayerSpec, type TarEntry, writeDockerArchive, writeOciLayout } from '../../test/images/oci-image.ts';
import type { Report } from '../finding/finding.ts';
import { scan } from './scan.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-scan-'));
afterAll(() => rmSync(folder, { recursive: true }));
const examples = join(import.meta.dirname, '../../examples');
const databasePath = join(folder, 'none.db');
let made = 0;

interface Expected {
  readonly package: string;
  readonly version: string;
  readonly id: string;
  readonly fixed: string;
}

describe('the examples', () => {
  it.each(['debian-outdated', 'alpine-outdated'])('%s has exactly the expected findings', async (name) => {
    const expected = JSON.parse(readFileSync(join(examples, `expected/${name}.json`), 'utf8')) as Expected[];
    const report = await scan(join(examples, `${name}.tar`), { offline: true, databasePath, cacheFolder: false });
    const found = report.findings.map(
      (finding) =>
        `${finding.package.name} ${finding.package.version} ${finding.vulnerability.id} ${finding.fix.version}`,
    );
    expect(found.toSorted()).toEqual(
      expected.map((one) => `${one.package} ${one.version} ${one.id} ${one.fixed}`).toSorted(),
    );
    expect(report.coverage.complete).toBe(false);
  });
});

/** A stanza of dpkg's status. */
function stanza(name: string, version: string): string {
  return `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n\n`;
}

const osRelease: TarEntry = { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\n' };
const database = (...stanzas: string[]): TarEntry => ({ name: 'var/lib/dpkg/status', body: stanzas.join('') });

function layout(...layers: LayerSpec[]): string {
  const path = join(folder, `layout-${made++}`);
  writeOciLayout(path, { layers });
  return path;
}

async function scanned(path: string, cacheFolder: string | false = false): Promise<Report> {
  return await scan(path, { offline: true, databasePath, cacheFolder });
}

describe('which layer brought a package', () => {
  it('is the one since which it is there, and which changed it', async () => {
    const path = layout(
      {
        entries: [osRelease, database(stanza('kept', '1'), stanza('upgraded', '1'), stanza('back', '1'))],
        createdBy: 'ADD base',
      },
      { entries: [database(stanza('kept', '1'), stanza('upgraded', '2'))], createdBy: 'RUN upgrade' },
      { entries: [{ name: 'unrelated', body: 'x' }], createdBy: 'COPY app' },
      {
        entries: [database(stanza('kept', '1'), stanza('upgraded', '2'), stanza('back', '1'), stanza('new', '1'))],
        createdBy: 'RUN install',
      },
    );
    const { packages } = await scanned(path);
    const told = packages.map(({ name, provenance }) => [
      name,
      provenance?.introduced.createdBy,
      provenance?.changed.createdBy,
    ]);
    expect(told).toEqual([
      ['back', 'RUN install', 'RUN install'],
      ['kept', 'ADD base', 'ADD base'],
      ['new', 'RUN install', 'RUN install'],
      ['upgraded', 'ADD base', 'RUN upgrade'],
    ]);
  });

  it('a database that a later layer removes has no packages, and nothing is shadowed into the report', async () => {
    const report = await scanned(
      layout({ entries: [osRelease, database(stanza('old', '1'))] }, { entries: [{ name: 'var/lib/.wh.dpkg' }] }),
    );
    expect(report.packages).toEqual([]);
    expect(report.coverage.complete).toBe(false);
  });
});

describe('links on the way to the database', () => {
  it.each<[string, TarEntry[][]]>([
    [
      'the folder is a link',
      [
        [
          osRelease,
          { name: 'usr/state/status', body: stanza('found', '1') },
          { name: 'var/lib/dpkg', type: 'symlink', link: '/usr/state' },
        ],
      ],
    ],
    [
      'the file is a link',
      [
        [
          osRelease,
          { name: 'opt/status', body: stanza('found', '1') },
          { name: 'var/lib/dpkg/status', type: 'symlink', link: '../../../opt/status' },
        ],
      ],
    ],
    [
      'the file is a hard link to one that nobody asks for',
      [
        [
          osRelease,
          { name: 'opt/status', body: stanza('found', '1') },
          { name: 'var/lib/dpkg/status', type: 'hardlink', link: 'opt/status' },
        ],
      ],
    ],
    [
      'the hard link is in a later layer',
      [
        [osRelease, { name: 'opt/status', body: stanza('found', '1') }],
        [{ name: 'var/lib/dpkg/status', type: 'hardlink', link: 'opt/status' }],
      ],
    ],
    [
      'the file is a link to a hard link to one that nobody asks for',
      [
        [
          osRelease,
          { name: 'opt/status', body: stanza('found', '1') },
          { name: 'opt/again', type: 'hardlink', link: 'opt/status' },
        ],
        [{ name: 'var/lib/dpkg/status', type: 'symlink', link: '/opt/again' }],
      ],
    ],
    [
      'the release file is a link into another layer',
      [
        [{ name: 'opt/release', body: 'ID=debian\nVERSION_ID="12"\n' }],
        [{ name: 'etc/os-release', type: 'symlink', link: '/opt/release' }, database(stanza('found', '1'))],
      ],
    ],
    [
      'folders have no entries of their own',
      [
        [
          osRelease,
          { name: 'usr/state/lib/dpkg/status', body: stanza('found', '1') },
          { name: 'var', type: 'symlink', link: 'usr/state' },
        ],
      ],
    ],
  ])('%s', async (_, layers) => {
    const report = await scanned(layout(...layers.map((entries) => ({ entries }))));
    expect(report.packages.map(({ name, ecosystem }) => `${name} ${ecosystem}`)).toEqual(['found Debian:12']);
    expect(report.problems).toEqual([]);
  });

  const status = 'var/lib/dpkg/status';
  const old = { name: status, body: stanza('old', '1') };
  const now = stanza('found', '1');
  it.each<[string, TarEntry[][]]>([
    [
      'written through a link of the same layer',
      [[osRelease, old, { name: 'd', type: 'symlink', link: 'var/lib/dpkg' }, { name: 'd/status', body: now }]],
    ],
    [
      'written through a link of a lower layer',
      [[osRelease, { name: 'd', type: 'symlink', link: 'var/lib/dpkg' }], [{ name: 'd/status', body: now }]],
    ],
    [
      'replaced through one of many links',
      [
        [
          osRelease,
          old,
          ...Array.from(
            { length: 200 },
            (_, i): TarEntry => ({ name: `l${i}`, type: 'symlink', link: 'var/lib/dpkg' }),
          ),
        ],
        [{ name: 'l150/status', body: now }],
      ],
    ],
    [
      'written through a link to a folder above it',
      [[osRelease, { name: 'v', type: 'symlink', link: 'var' }], [{ name: 'v/lib/dpkg/status', body: now }]],
    ],
    [
      'a hard link to a link to the folder',
      [
        [
          osRelease,
          { name: 'k', type: 'symlink', link: '/state' },
          { name: 'var/lib/dpkg', type: 'hardlink', link: 'k' },
          { name: 'state/status', body: now },
        ],
      ],
    ],
    [
      'a folder in the place of a link of the same layer',
      [
        [
          osRelease,
          { name: 'var/lib/dpkg', type: 'symlink', link: '/usr/x' },
          { name: 'var/lib/dpkg/' },
          { name: status, body: now },
          { name: 'usr/x/status', body: stanza('old', '1') },
        ],
      ],
    ],
    [
      'a linked folder of which one file lies in the layer’s own',
      [
        [
          osRelease,
          { name: 'var/lib/dpkg', type: 'symlink', link: '/state' },
          { name: 'state/status', body: now },
          { name: 'usr/share/doc/x/copyright', body: '' },
        ],
      ],
    ],
  ])('the database is seen when it is %s', async (_, layers) => {
    const report = await scanned(layout(...layers.map((entries) => ({ entries }))));
    expect(report.packages.map(({ name }) => name)).toEqual(['found']);
  });

  it('a file written again after a hard link to it leaves the link unknown', async () => {
    const entries: TarEntry[] = [
      osRelease,
      { name: 'x', body: now },
      { name: status, type: 'hardlink', link: 'x' },
      { name: 'x', body: '' },
    ];
    const { coverage, problems } = await scanned(layout({ entries }));
    expect(problems).toContainEqual(expect.objectContaining({ path: '/x', lossy: true }));
    expect(coverage.complete).toBe(false);
  });

  it('a long chain of links is followed to its end', async () => {
    const chain = Array.from({ length: 8 }, (_, i): TarEntry => ({ name: `l${i}`, type: 'symlink', link: `f${i}/d` }));
    const inner = Array.from(
      { length: 8 },
      (_, i): TarEntry => ({ name: `f${i}/d`, type: 'symlink', link: i < 7 ? `/l${i + 1}` : '/state' }),
    );
    const entries: TarEntry[] = [
      osRelease,
      ...chain,
      ...inner,
      { name: 'var/lib/dpkg', type: 'symlink', link: '/l0' },
      { name: 'state/status', body: now },
    ];
    const { packages } = await scanned(layout({ entries }));
    expect(packages.map(({ name }) => name)).toEqual(['found']);
  });

  it('a lossy problem is not lost among harmless ones', async () => {
    const harmless = Array.from({ length: 300 }, (_, i): TarEntry => ({ name: `../e${i}` }));
    const entries: TarEntry[] = [
      osRelease,
      ...harmless,
      { name: status, body: now },
      { name: 'x', body: '1' },
      { name: 'etc/debian_version', type: 'hardlink', link: 'x' },
      { name: 'x', body: '2' },
    ];
    expect((await scanned(layout({ entries }))).problems.some(({ lossy }) => lossy)).toBe(true);
  });

  it('a database of another distribution’s format is listed, and not judged by this one', async () => {
    const apk = 'P:musl\nV:1.2.5-r0\nA:x86_64\no:musl\n\n';
    const { packages, coverage } = await scanned(
      layout({ entries: [osRelease, database(stanza('found', '1')), { name: 'lib/apk/db/installed', body: apk }] }),
    );
    expect(packages.map(({ name, ecosystem }) => [name, ecosystem])).toEqual([
      ['found', 'Debian:12'],
      ['musl', undefined],
    ]);
    expect(coverage.complete).toBe(false);
  });

  it('the same in a gzip docker archive, whose layers are in the archive’s own stream', async () => {
    const path = join(folder, 'linked.tar.gz');
    const entries: TarEntry[] = [
      osRelease,
      { name: 'opt/status', body: stanza('found', '1') },
      { name: 'var/lib/dpkg/status', type: 'symlink', link: '/opt/status' },
    ];
    writeDockerArchive(
      path,
      { layers: [{ entries }, { entries, compression: 'gzip' }, { entries, compression: 'zstd' }] },
      { gzip: true },
    );
    expect((await scanned(path)).packages.map(({ name }) => name)).toEqual(['found']);
  });
});

describe('the cache of inventories', () => {
  const cache = join(folder, 'cache');
  it('gives the same report, said to be cached', async () => {
    const path = layout({ entries: [osRelease, database(stanza('one', '1'))], createdBy: 'ADD base' });
    const first = await scanned(path, cache);
    const second = await scanned(path, cache);
    expect([first, second].map(({ provenance }) => provenance.inventoryCached)).toEqual([false, true]);
    const plain = (report: Report): unknown => ({ ...report, provenance: undefined });
    expect(plain(second)).toEqual(plain(first));
  });

  it('a damaged entry is a miss', async () => {
    const path = layout({ entries: [osRelease, database(stanza('two', '1'))] });
    await scanned(path, cache);
    const kept = join(cache, 'inventories');
    for (const name of readdirSync(kept))
      writeFileSync(join(kept, name), readFileSync(join(kept, name), 'utf8').replace('two', 'owt'));
    const again = await scanned(path, cache);
    expect(again.provenance.inventoryCached).toBe(false);
    expect(again.packages.map(({ name }) => name)).toEqual(['two']);
  });

  it('what could not be read whole is not remembered', async () => {
    const path = layout({ entries: [osRelease, { name: 'var/lib/dpkg/status', body: '\0\0\0' }] });
    await scanned(path, cache);
    expect((await scanned(path, cache)).provenance.inventoryCached).toBe(false);
  });
});
