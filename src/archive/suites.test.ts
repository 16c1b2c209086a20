import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../internal/clock.ts';
import { type AptSource, type Archive, openArchive } from './archive.ts';
import {
  addSuite,
  clearSigned,
  entryText,
  keyringOf,
  serveFiles,
  sha256,
  sourceOf,
  type TestSuite,
} from './testdata/fake-archive.ts';
import { at, cacheFolder, day, http, key, now, server, setUp } from './testdata/world.ts';

setUp();
const date = new Date(now - 2 * day);

const put = (more: Partial<TestSuite> = {}): Promise<void> =>
  addSuite(server.files, { suite: 'stable', packages: [], date, signers: [key], ...more });

const open = (): Promise<Archive> =>
  openArchive({
    sources: [sourceOf(server.uri, 'stable')],
    keyrings: [keyringOf(key)],
    http,
    cacheFolder,
    clock: at(now),
  });

async function codes(): Promise<string[]> {
  const { suites, problems } = await open();
  expect(suites).toHaveLength(0);
  return problems.map(({ code }) => code);
}

const inRelease = '/debian/dists/stable/InRelease';

describe('going back', () => {
  it('is refused at the same address', async () => {
    await put();
    expect((await open()).suites).toHaveLength(1);
    await put({ date: new Date(date.getTime() - day) });
    expect(await codes()).toEqual(['rolled-back']);
    await put();
    expect((await open()).suites).toHaveLength(1);
    await put({ date: new Date(date.getTime() + day) });
    expect((await open()).suites).toHaveLength(1);
    await put();
    expect(await codes()).toEqual(['rolled-back']);
  });

  it('is told of another mirror', async () => {
    await put();
    await open();
    const second = await serveFiles();
    try {
      await addSuite(second.files, {
        suite: 'stable',
        packages: [],
        date: new Date(date.getTime() - day),
        signers: [key],
      });
      const sources = [sourceOf(second.uri, 'stable')];
      const archive = await openArchive({ sources, keyrings: [keyringOf(key)], http, cacheFolder, clock: at(now) });
      expect(archive.suites).toHaveLength(1);
      expect(archive.problems).toMatchObject([{ code: 'behind' }]);
    } finally {
      await second.close();
    }
  });

  it('is not remembered of what was refused', async () => {
    await put({ date: new Date(now + day), signedAt: date });
    await codes();
    await put();
    expect((await open()).suites).toHaveLength(1);
  });

  it('is not remembered of what nobody signed', async () => {
    await addSuite(server.files, { suite: 'stable', packages: [], date: new Date(date.getTime() + day), signers: [] });
    const sources = [sourceOf(server.uri, 'stable', { trusted: true })];
    expect((await openArchive({ sources, keyrings: [], http, cacheFolder, clock: at(now) })).suites).toHaveLength(1);
    await put();
    expect((await open()).suites).toHaveLength(1);
  });

  it('does not pass with a memory that is damaged', async () => {
    await put();
    await open();
    for (const name of readdirSync(join(cacheFolder, 'seen'))) writeFileSync(join(cacheFolder, 'seen', name), 'x');
    expect(await codes()).toEqual(['rolled-back']);
  });
});

it('a flat archive', async () => {
  await addSuite(server.files, {
    suite: 'x',
    packages: [{ name: 'tool', version: '2', changelog: entryText('tool', '2', ['  * Fix CVE-2026-1001.']) }],
    date,
    signers: [],
  });
  const packed = server.files.get('/debian/dists/x/main/binary-amd64/Packages.gz') ?? Buffer.alloc(0);
  server.files.set('/debian/Packages.gz', packed);
  const text = `Date: ${date.toUTCString().replace('GMT', 'UTC')}\nSHA256:\n ${sha256(packed)} ${packed.length} Packages.gz\n`;
  server.files.set('/debian/InRelease', Buffer.from(await clearSigned(text, [key], date)));
  const sources = [sourceOf(server.uri, './', { components: [] })];
  const archive = await openArchive({ sources, keyrings: [keyringOf(key)], http, cacheFolder, clock: at(now) });
  expect(archive.problems).toEqual([]);
  const own = { name: 'tool', version: '1', source: { name: 'tool', version: '1' }, architecture: 'amd64' };
  expect(await archive.fixes([own])).toMatchObject({ problems: [], fixes: [{ closes: [{ id: 'CVE-2026-1001' }] }] });
});

describe('many sources', () => {
  it('one that fails leaves the others', async () => {
    await put();
    const sources = [sourceOf(server.uri, 'gone'), sourceOf(server.uri, 'stable')];
    const archive = await openArchive({ sources, keyrings: [keyringOf(key)], http, cacheFolder, clock: at(now) });
    expect(archive.suites.map(({ name }) => name)).toEqual(['stable']);
    expect(archive.problems).toMatchObject([{ code: 'not-found' }]);
  });

  it('the same twice is asked once', async () => {
    await put();
    const sources = [sourceOf(server.uri, 'stable'), sourceOf(server.uri, 'stable', { line: 2 })];
    const archive = await openArchive({ sources, keyrings: [keyringOf(key)], http, cacheFolder, clock: at(now) });
    expect(archive.suites).toHaveLength(1);
    expect(server.requests).toEqual([inRelease]);
  });

  it('guessed suites may be missing, but not all', async () => {
    await put();
    const guess = (suite: string): AptSource => sourceOf(server.uri, suite, { guessed: true });
    const options = { keyrings: [keyringOf(key)], http, cacheFolder, clock: at(now) };
    const some = await openArchive({ ...options, sources: [guess('stable'), guess('stable-security')] });
    expect(some.problems).toEqual([]);
    const none = await openArchive({ ...options, sources: [guess('a'), guess('b')] });
    expect(none.problems).toMatchObject([{ code: 'not-found' }]);
  });

  it('none at all throws', async () => {
    const asking = openArchive({ sources: [], keyrings: [], http, cacheFolder, clock: systemClock });
    await expect(asking).rejects.toMatchObject({ code: 'no-sources' });
  });

  it('a cache folder that cannot be made throws', async () => {
    await put();
    const file = join(cacheFolder, 'file');
    writeFileSync(file, '');
    const sources = [sourceOf(server.uri, 'stable')];
    const asking = openArchive({
      sources,
      keyrings: [keyringOf(key)],
      http,
      cacheFolder: join(file, 'x'),
      clock: at(now),
    });
    await expect(asking).rejects.toMatchObject({ code: 'unwritable' });
  });

  it('calling it off throws', async () => {
    await put();
    const sources = [sourceOf(server.uri, 'stable')];
    const asking = openArchive({
      sources,
      keyrings: [keyringOf(key)],
      http,
      cacheFolder,
      clock: at(now),
      signal: AbortSignal.abort(),
    });
    await expect(asking).rejects.toMatchObject({ code: 'aborted' });
  });

  it('shows no password', async () => {
    const sources = [sourceOf(server.uri.replace('//', '//me:secret@'), 'gone')];
    const archive = await openArchive({ sources, keyrings: [], http, cacheFolder, clock: at(now) });
    expect(JSON.stringify(archive.problems)).not.toContain('secret');
    expect(archive.problems[0]?.subject).not.toContain('secret');
  });
});
