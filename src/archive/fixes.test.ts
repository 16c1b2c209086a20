import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AptSource, type Fixes, type InstalledPackage, openArchive } from './archive.ts';
import {
  addSuite,
  changelogEntry,
  debBytes,
  entryText,
  keyringOf,
  sourceOf,
  type TestPackage,
  type TestSuite,
} from './testdata/fake-archive.ts';
import { at, cacheFolder, day, http, key, now, server, setUp } from './testdata/world.ts';

setUp();
const date = new Date(now - day);
const clock = at(now);

const put = (suite: string, packages: readonly TestPackage[], more: Partial<TestSuite> = {}): Promise<void> =>
  addSuite(server.files, { suite, packages, date, signers: [key], ...more });

const installed = (name: string, version: string, more: Partial<InstalledPackage> = {}): InstalledPackage => ({
  name,
  version,
  source: { name, version },
  architecture: 'amd64',
  ...more,
});

async function ask(
  packages: readonly InstalledPackage[],
  suites: readonly string[] = ['stable'],
  more: Partial<AptSource> = {},
): Promise<Fixes> {
  const sources = suites.map((suite) => sourceOf(server.uri, suite, more));
  const archive = await openArchive({ sources, keyrings: [keyringOf(key)], http, cacheFolder, clock });
  expect(archive.problems).toEqual([]);
  return await archive.fixes(packages);
}

const log = (source: string): string =>
  entryText(source, '1.3', ['  * Fix CVE-2026-3003.']) +
  entryText(source, '1.2', ['  * Fix CVE-2026-2002.', '  * Not affected by CVE-2026-2999.']) +
  entryText(source, '1.1', ['  * Fix CVE-2026-1001.']);

const ids = ({ fixes }: Fixes): string[] => fixes.flatMap(({ closes }) => closes.map(({ id }) => id));

describe('what is closed', () => {
  it('between the installed version and the candidate', async () => {
    await put('stable', [{ name: 'tool', version: '1.3', changelog: log('tool') }]);
    const { fixes, problems } = await ask([installed('tool', '1.1')]);
    expect(problems).toEqual([]);
    expect(fixes).toMatchObject([
      {
        newer: true,
        candidate: {
          name: 'tool',
          version: '1.3',
          suite: { name: 'stable' },
          url: `${server.uri}pool/main/tool/tool_1.3.deb`,
        },
        closes: [
          { id: 'CVE-2026-2002', version: '1.2', text: 'Fix CVE-2026-2002.' },
          { id: 'CVE-2026-3003', version: '1.3' },
        ],
        mentions: [{ id: 'CVE-2026-2999', why: 'not-affected' }],
        changelog: { package: 'tool', path: 'usr/share/doc/tool/changelog.Debian.gz', complete: true },
      },
    ]);
  });

  it.each<[string, string[], boolean]>([
    ['1.0', ['CVE-2026-1001', 'CVE-2026-2002', 'CVE-2026-3003'], false],
    ['1.1~rc1', ['CVE-2026-1001', 'CVE-2026-2002', 'CVE-2026-3003'], false],
    ['1.2', ['CVE-2026-3003'], true],
    ['1.2+b1', ['CVE-2026-3003'], true],
  ])('since %s', async (version, closed, complete) => {
    await put('stable', [{ name: 'tool', version: '1.3', changelog: log('tool') }]);
    const found = await ask([installed('tool', version)]);
    expect(ids(found)).toEqual(closed);
    expect(found.fixes[0]?.changelog?.complete).toBe(complete);
  });

  it.each(['1.3', '1.4', '1:0.1'])('nothing where %s is installed', async (version) => {
    await put('stable', [{ name: 'tool', version: '1.3', changelog: log('tool') }]);
    const { fixes } = await ask([installed('tool', version)]);
    expect(fixes).toMatchObject([{ newer: false, closes: [], candidate: { version: '1.3' } }]);
    expect(server.requests.filter((path) => path.endsWith('.deb'))).toEqual([]);
  });

  it('nothing past the candidate', async () => {
    await put('stable', [{ name: 'tool', version: '1.2', changelog: log('tool') }]);
    expect(ids(await ask([installed('tool', '1.1')]))).toEqual(['CVE-2026-2002']);
  });

  const backport =
    entryText('tool', '2.0-1~deb12u2', ['  * Fix CVE-2026-5005.']) +
    entryText('tool', '2.0-1~deb12u1', ['  * Backport.']) +
    entryText('tool', '2.0-1', ['  * Fix CVE-2026-4004.']) +
    entryText('tool', '1.9-1', ['  * Fix CVE-2026-3003.']);

  it.each<[string, string, string[], boolean]>([
    ['what a backport was made of', '1.9-1', ['CVE-2026-4004', 'CVE-2026-5005'], true],
    ['what a backport was made of, after a branch', '1.9-1+deb12u7', ['CVE-2026-4004', 'CVE-2026-5005'], true],
    ['not what the installed one was made of', '2.0-1~deb12u1', ['CVE-2026-5005'], true],
    ['not what the installed one was made of, elsewhere', '2.0-1~bpo11+1', ['CVE-2026-5005'], true],
    [
      'all where the installed one is older than the file',
      '1.0-1',
      ['CVE-2026-3003', 'CVE-2026-4004', 'CVE-2026-5005'],
      false,
    ],
  ])('%s', async (_, version, closed, complete) => {
    await put('stable', [{ name: 'tool', version: '2.0-1~deb12u2', changelog: backport }]);
    const found = await ask([installed('tool', version)]);
    expect(ids(found)).toEqual(closed);
    expect(found.fixes[0]?.changelog?.complete).toBe(complete);
  });

  it('by the versions of the source, not of the package', async () => {
    await put('stable', [{ name: 'libtool1', version: '9:7.3', source: 'tool (1.3)', changelog: log('tool') }]);
    const own = installed('libtool1', '9:7.2', { source: { name: 'tool', version: '1.2' } });
    expect(ids(await ask([own]))).toEqual(['CVE-2026-3003']);
  });

  it('nothing is read for a rebuild of the same source', async () => {
    await put('stable', [{ name: 'tool', version: '1.2+b1', source: 'tool (1.2)', changelog: log('tool') }]);
    expect((await ask([installed('tool', '1.2')])).fixes).toMatchObject([{ newer: true, closes: [] }]);
    expect(server.requests.filter((path) => path.endsWith('.deb'))).toEqual([]);
  });

  it('nothing of a package that the archive does not have', async () => {
    await put('stable', []);
    const own = installed('tool', '1');
    expect(await ask([own])).toEqual({
      fixes: [{ package: own, newer: false, closes: [], mentions: [] }],
      problems: [],
    });
  });
});

describe('the candidate', () => {
  const tool = (version: string): TestPackage => ({
    name: 'tool',
    version,
    changelog: entryText('tool', version, ['  * x']),
  });
  const chosen = ({ fixes }: Fixes): string[] =>
    fixes.map(({ candidate }) => `${candidate?.version} ${candidate?.suite.name}`);

  it('is the newest of all suites', async () => {
    await put('stable', [tool('1.2'), tool('1.10')]);
    await put('security', [tool('1.10.1')]);
    expect(chosen(await ask([installed('tool', '1.0')], ['stable', 'security']))).toEqual(['1.10.1 security']);
  });

  it('is not of another architecture', async () => {
    await put('stable', [
      { ...tool('1.3'), architecture: 'i386' },
      { ...tool('1.2'), architecture: 'all' },
      tool('1.1'),
    ]);
    expect(chosen(await ask([installed('tool', '1.0')]))).toEqual(['1.2 stable']);
  });

  it('of a package for all may be for one', async () => {
    await put('stable', [tool('1.3')]);
    const packages = [installed('tool', '1.0', { architecture: 'all' }), installed('other', '1')];
    expect(chosen(await ask(packages))[0]).toBe('1.3 stable');
  });

  it.each<[string, string, string, string]>([
    ['not of an experimental suite', 'NotAutomatic: yes', '1.0', '1.2 stable'],
    ['not of backports', 'NotAutomatic: yes\nButAutomaticUpgrades: yes', '1.0', '1.2 stable'],
    ['of backports for what came from there', 'NotAutomatic: yes\nButAutomaticUpgrades: yes', '1.9', '2.0 backports'],
    ['not of an experimental suite, ever', 'NotAutomatic: yes', '1.9', '1.2 stable'],
  ])('%s', async (_, release, version, expected) => {
    await put('stable', [tool('1.2')]);
    await put('backports', [tool('2.0')], { release });
    expect(chosen(await ask([installed('tool', version)], ['backports', 'stable']))).toEqual([expected]);
  });

  it('of the same version is that of the suite that may be believed', async () => {
    await put('stable', [tool('1.2')]);
    await put('plain', [tool('1.2')], { signers: [] });
    const sources = [sourceOf(server.uri, 'plain', { trusted: true }), sourceOf(server.uri, 'stable')];
    const archive = await openArchive({ sources, keyrings: [keyringOf(key)], http, cacheFolder, clock });
    expect(chosen(await archive.fixes([installed('tool', '1.0')]))).toEqual(['1.2 stable']);
  });
});

describe('where the changelog comes from', () => {
  const big = Buffer.alloc(20_000, 'x').map((_, at) => (at * 7919) % 251);
  const link = (name: string, target: string): Buffer =>
    debBytes([{ name: `./usr/share/doc/${name}`, type: 'symlink', link: target }]);
  const own = installed('libtool1', '1.1', { source: { name: 'tool', version: '1.1' } });

  it('the smallest package of the source', async () => {
    await put('stable', [
      {
        name: 'libtool1',
        version: '1.3',
        source: 'tool',
        deb: debBytes([{ name: './big', body: Buffer.from(big) }, changelogEntry('libtool1', log('tool'))]),
      },
      { name: 'tool-data', version: '1.3', source: 'tool', changelog: log('tool') },
      { name: 'tool-old', version: '1.0', source: 'tool', changelog: 'x' },
    ]);
    const { fixes } = await ask([own]);
    expect(fixes).toMatchObject([
      { closes: [{ id: 'CVE-2026-2002' }, { id: 'CVE-2026-3003' }], changelog: { package: 'tool-data' } },
    ]);
  });

  it('the package that it refers to', async () => {
    await put('stable', [
      { name: 'libtool1', version: '1.3', source: 'tool', deb: link('libtool1', 'tool-common') },
      { name: 'tool-common', version: '1.3', source: 'tool', changelog: log('tool') },
    ]);
    expect((await ask([own])).fixes).toMatchObject([{ changelog: { package: 'tool-common' } }]);
  });

  it.each<[string, TestPackage[]]>([
    [
      'a package of another source',
      [
        { name: 'libtool1', version: '1.3', source: 'tool', deb: link('libtool1', 'other') },
        { name: 'other', version: '1.3', changelog: log('tool') },
      ],
    ],
    [
      'packages that refer to each other',
      [
        { name: 'libtool1', version: '1.3', source: 'tool', deb: link('libtool1', 'libtool2') },
        { name: 'libtool2', version: '1.3', source: 'tool', deb: link('libtool2', 'libtool1') },
      ],
    ],
    ['no changelog', [{ name: 'libtool1', version: '1.3', source: 'tool', deb: debBytes([]) }]],
    [
      'the changelog of another source',
      [{ name: 'libtool1', version: '1.3', source: 'tool', changelog: log('other') }],
    ],
    ['a changelog without the version', [{ name: 'libtool1', version: '1.4', source: 'tool', changelog: log('tool') }]],
  ])('%s is told', async (_, packages) => {
    await put('stable', packages);
    const { fixes, problems } = await ask([own]);
    expect(fixes).toMatchObject([{ newer: true, closes: [], candidate: { name: 'libtool1' } }]);
    expect(fixes[0]?.changelog).toBeUndefined();
    expect(problems).toMatchObject([{ code: 'no-changelog', next: expect.stringMatching(/./) }]);
  });

  it('another package where the mirror lost one', async () => {
    await put('stable', [
      { name: 'tool-data', version: '1.3', source: 'tool', changelog: log('tool') },
      {
        name: 'libtool1',
        version: '1.3',
        source: 'tool',
        deb: debBytes([{ name: './big', body: Buffer.from(big) }, changelogEntry('libtool1', log('tool'))]),
      },
    ]);
    server.files.delete('/debian/pool/main/tool-data/tool-data_1.3.deb');
    expect((await ask([own])).fixes).toMatchObject([{ changelog: { package: 'libtool1' } }]);
  });

  it('a package that comes from another source now is told', async () => {
    await put('stable', [{ name: 'libtool1', version: '1.3', source: 'tool2', changelog: log('tool2') }]);
    const { fixes, problems } = await ask([own]);
    expect(fixes).toMatchObject([{ newer: true, closes: [] }]);
    expect(problems).toMatchObject([{ code: 'no-changelog', detail: expect.stringContaining('tool2') }]);
  });

  it('one that is read once serves all packages of the source', async () => {
    await put('stable', [
      { name: 'libtool1', version: '1.3', source: 'tool', changelog: log('tool') },
      { name: 'libtool2', version: '1.3', source: 'tool', changelog: log('tool') },
    ]);
    const { fixes } = await ask([own, { ...own, name: 'libtool2' }]);
    expect(fixes.map(({ closes }) => closes.length)).toEqual([2, 2]);
    expect(server.requests.filter((path) => path.endsWith('.deb'))).toHaveLength(1);
  });
});

describe('what is spoilt', () => {
  const packages = [{ name: 'tool', version: '1.3', changelog: log('tool') }];
  const own = [installed('tool', '1.1')];
  const index = '/debian/dists/stable/main/binary-amd64/Packages.gz';
  const deb = '/debian/pool/main/tool/tool_1.3.deb';
  const spoil = (path: string, change: (bytes: Buffer) => Buffer): void => {
    server.files.set(path, change(Buffer.from(server.files.get(path) ?? '')));
  };
  const flip = (bytes: Buffer): Buffer => {
    bytes[30] = (bytes[30] ?? 0) ^ 1;
    return bytes;
  };

  it.each<[string, string, (bytes: Buffer) => Buffer, string]>([
    ['an index', index, flip, 'wrong-digest'],
    ['an index that is cut', index, (bytes) => bytes.subarray(0, 50), 'wrong-digest'],
    ['an index that is too long', index, (bytes) => Buffer.concat([bytes, bytes]), 'too-large'],
    ['a package', deb, flip, 'wrong-digest'],
    ['a package that is cut', deb, (bytes) => bytes.subarray(0, 100), 'wrong-digest'],
    ['a page in the place of a package', deb, () => Buffer.from('<html>hello</html>'), 'wrong-digest'],
  ])('%s', async (_, path, change, code) => {
    await put('stable', packages);
    spoil(path, change);
    const found = await ask(own);
    expect(found.problems.map((problem) => problem.code)).toEqual([code]);
    expect(ids(found)).toEqual([]);
    const kept = readdirSync(cacheFolder, { recursive: true }).map(String);
    expect(kept.filter((name) => name.endsWith('.tmp'))).toEqual([]);
    await put('stable', packages);
    expect(ids(await ask(own))).toHaveLength(2);
  });

  it.each<[string, string, (bytes: Buffer) => Buffer]>([
    ['an index by its digest, where the other is good', 'index', flip],
  ])('%s', async (_, __, change) => {
    await put('stable', packages, { byHash: true });
    const path = [...server.files.keys()].find((name) => name.includes('by-hash')) ?? '';
    spoil(path, change);
    expect(ids(await ask(own))).toHaveLength(2);
  });

  it('an index that is only there by its digest', async () => {
    await put('stable', packages, { byHash: true });
    server.files.delete(index);
    expect(ids(await ask(own))).toHaveLength(2);
  });

  it('an index that is not there', async () => {
    await put('stable', packages);
    server.files.delete(index);
    expect((await ask(own)).problems).toMatchObject([{ code: 'not-found' }]);
  });

  it('a component or an architecture that the suite does not have', async () => {
    await put('stable', packages);
    expect((await ask(own, ['stable'], { components: ['main', 'contrib'] })).problems).toMatchObject([
      { code: 'no-index', detail: 'contrib amd64' },
    ]);
    const arm = installed('tool', '1', { architecture: 'arm64' });
    expect((await ask([...own, arm, ...own])).problems).toMatchObject([{ code: 'no-index', detail: 'main arm64' }]);
  });

  it('a stanza that leads out of the archive', async () => {
    await put('stable', [...packages, { name: 'evil', version: '9', fields: { Filename: '../../etc/passwd' } }]);
    const { fixes, problems } = await ask([...own, installed('evil', '1')]);
    expect(problems).toMatchObject([{ code: 'bad-index', detail: '1 of its packages' }]);
    expect(fixes[1]?.candidate).toBeUndefined();
    expect(fixes[0]?.closes).toHaveLength(2);
  });

  it('a version that cannot be compared', async () => {
    await put('stable', packages);
    const { fixes, problems } = await ask([installed('tool', 'not a version')]);
    expect(problems).toMatchObject([{ code: 'bad-package' }]);
    expect(fixes).toMatchObject([{ newer: false }]);
  });
});

describe('the cache', () => {
  const packages = [{ name: 'tool', version: '1.3', changelog: log('tool') }];
  const own = [installed('tool', '1.1')];

  it('a second time only the Release file is fetched', async () => {
    await put('stable', packages);
    const first = await ask(own);
    server.requests.length = 0;
    expect(await ask(own)).toEqual(first);
    expect(server.requests).toEqual(['/debian/dists/stable/InRelease']);
  });

  it('what nobody used for a month is removed', async () => {
    await put('stable', packages);
    await ask(own);
    const old = join(cacheFolder, 'indexes', `${'0'.repeat(64)}.zst`);
    const left = join(cacheFolder, 'changelogs', 'x.zst.1-0123456789ab.tmp');
    const recent = join(cacheFolder, 'indexes', `${'1'.repeat(64)}.zst`);
    for (const path of [old, left, recent]) writeFileSync(path, '');
    for (const path of [old, left]) utimesSync(path, (now - 31 * day) / 1000, (now - 31 * day) / 1000);
    utimesSync(recent, (now - 29 * day) / 1000, (now - 29 * day) / 1000);
    await ask(own);
    expect([old, left, recent].map((path) => existsSync(path))).toEqual([false, false, true]);
    expect(readdirSync(join(cacheFolder, 'changelogs'))).toHaveLength(1);
  });

  it('what is damaged in it is fetched again', async () => {
    await put('stable', packages);
    const first = await ask(own);
    for (const folder of ['indexes', 'changelogs']) {
      for (const name of readdirSync(join(cacheFolder, folder)))
        writeFileSync(join(cacheFolder, folder, name), 'damaged');
    }
    expect(await ask(own)).toEqual(first);
    expect(server.requests.filter((path) => path.endsWith('.deb'))).toHaveLength(2);
  });
});
