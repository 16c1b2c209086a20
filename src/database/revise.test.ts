import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Advisory, AdvisorySource, Feed, Revision } from '../advisory/advisory.ts';
import { type Database, databaseStatus, openDatabase, updateDatabase } from './database.ts';
import type { UpdateResult } from './progress.ts';
import { advisory, fakeSource, feedText } from './testdata/fake-source.ts';
import { startServer, staticFile } from './testdata/feed-server.ts';

const HOST = 'https://vex.example';
const ecosystems = ['Red Hat'];
const INDEX: Feed = { url: `${HOST}/latest`, ecosystems, index: true };
const CHANGES: Feed = { url: `${HOST}/changes`, ecosystems, index: true, revises: 'vex', optional: true };
const DELETIONS: Feed = { ...CHANGES, url: `${HOST}/deletions` };
const DAY = '2026-11-20T00:00:00.000Z';
const NOW = '2026-11-24T12:00:00Z';

let folder: string;
let path: string;
let asked: string[];
let source: AdvisorySource;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'revise-'));
  path = join(folder, 'advisories.db');
  asked = [];
  const fake = fakeSource('redhat', [INDEX]);
  source = {
    ...fake,
    parse(feed, ...rest) {
      asked.push(feed.url.slice(HOST.length + 1));
      return fake.parse(feed, ...rest);
    },
  };
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(url: string, content: string): void {
  const file = join(folder, 'mirror', url.slice('https://'.length));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

const take = (url: string): void => rmSync(join(folder, 'mirror', url.slice('https://'.length)));

const flaw = (number: number, fixed: string, name = 'bash'): Advisory =>
  advisory(`CVE-2026-${number}`, { ecosystem: 'Red Hat:9', package: name, fixed });

/** The archive of a day, and what its index says. */
function putArchive(day: string, advisories: readonly Advisory[]): void {
  const url = `${HOST}/archive-${day}`;
  put(url, feedText(advisories));
  put(INDEX.url, feedText([], { feeds: [{ url, ecosystems, edition: 'vex', asOf: day }, CHANGES, DELETIONS] }));
}

const changed = (number: number, at: string): Revision => {
  return { id: `CVE-2026-${number}`, at: `2026-11-${at}T08:00:00.000Z`, url: `${HOST}/${number}.json` };
};
const putChanges = (revisions: readonly Revision[], url = CHANGES.url): void => put(url, feedText([], { revisions }));
const putDocument = (number: number, advisories: readonly Advisory[]): void =>
  put(`${HOST}/${number}.json`, feedText(advisories));

async function update(more: Partial<Parameters<typeof updateDatabase>[0]> = {}): Promise<UpdateResult> {
  asked = [];
  const clock = { now: () => Date.parse(NOW), sleep: async () => undefined };
  const options = { path, sources: [source], mirror: join(folder, 'mirror'), tool: 'test', env: {}, clock };
  return await updateDatabase({ ...options, ...more });
}

const told = ({ feeds }: UpdateResult): string[] =>
  feeds.map((feed) => {
    const name = feed.url.slice(feed.url.lastIndexOf('/') + 1);
    return feed.kind === 'failed' ? `${name} ${feed.error.code}` : `${name} ${feed.kind}`;
  });

function read<T>(use: (database: Database) => T): T {
  const database = openDatabase(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

/** What is said of a package: the flaws, with the versions they are fixed in. */
const said = (name = 'bash'): string[] =>
  read((database) =>
    database
      .lookup('Red Hat:9', name, 'source')
      .map(
        ({ id, ranges }) =>
          `${id.slice(9)} ${ranges.flatMap(({ events }) => events.map((one) => ('fixed' in one ? one.fixed : ''))).join('')}`,
      )
      .toSorted(),
  );

const reportOf = (name: string): object | undefined =>
  databaseStatus(path).feeds.find(({ url }) => url === `${HOST}/${name}`)?.report;

describe('a document that changed after the archive was made', () => {
  beforeEach(async () => {
    putArchive('2026-11-20', [flaw(1, '1'), flaw(2, '1'), flaw(3, '1'), flaw(3, '1', 'zsh')]);
    putChanges([changed(1, '22'), changed(2, '19')]);
    putDocument(1, [flaw(1, '2')]);
    await update();
  });

  it('is read instead of what the archive has; older ones are not fetched', () => {
    expect(asked.filter((name) => name.endsWith('.json'))).toEqual(['1.json']);
    expect(said()).toEqual(['1 2', '2 1', '3 1']);
    read((database) => {
      expect(
        database.search('CVE-2026-1').hits.map(
          ({
            advisory: {
              source: { url },
            },
          }) => url,
        ),
      ).toEqual([CHANGES.url]);
      expect(database.search('bash').hits.map(({ advisory: { id } }) => id)).toEqual([
        'CVE-2026-2',
        'CVE-2026-3',
        'CVE-2026-1',
      ]);
    });
    expect(reportOf('changes')).toEqual({ read: 1, kept: 1, skipped: {}, malformed: [] });
  });

  it('is not fetched again', async () => {
    expect(told(await update())).toEqual([
      'latest followed',
      'archive-2026-11-20 unchanged',
      'changes unchanged',
      'deletions absent',
    ]);
    expect(asked).toEqual([]);
    expect(said()).toEqual(['1 2', '2 1', '3 1']);
  });

  it('is fetched when it changes once more, and only it', async () => {
    putChanges([changed(1, '23'), changed(2, '19')]);
    putDocument(1, [flaw(1, '3')]);
    await update();
    expect(asked).toEqual(['1.json']);
    expect(said()).toEqual(['1 3', '2 1', '3 1']);
    expect(databaseStatus(path).feeds).toHaveLength(2);
  });

  it('may speak no more of a package, or of none', async () => {
    putChanges([changed(3, '23'), changed(1, '22')]);
    putDocument(3, [flaw(3, '2')]);
    await update();
    expect([said(), said('zsh')]).toEqual([['1 2', '2 1', '3 2'], []]);
    putChanges([changed(3, '24'), changed(1, '22')]);
    put(
      `${HOST}/3.json`,
      feedText([], { facts: [{ kind: 'flaw', key: 'x', severities: [], weaknesses: [], references: [] }] }),
    );
    await update();
    expect(said()).toEqual(['1 2', '2 1']);
  });

  it('may be gone, and come back', async () => {
    putChanges([{ id: 'CVE-2026-2', at: '2026-11-21T00:00:00.000Z' }], DELETIONS.url);
    await update();
    expect(said()).toEqual(['1 2', '3 1']);
    expect(reportOf('changes')).toEqual({ read: 2, kept: 1, skipped: { gone: 1 }, malformed: [] });
    read((database) => expect(database.search('CVE-2026-2').hits).toEqual([]));
    putChanges([changed(1, '22'), changed(2, '21'), changed(2, '20')]);
    putDocument(2, [flaw(2, '5')]);
    await update();
    expect(said()).toEqual(['1 2', '2 5', '3 1']);
    // Gone before the archive was made, which has it: it had come back.
    putChanges([{ id: 'CVE-2026-3', at: '2026-11-19T00:00:00.000Z' }], DELETIONS.url);
    await update();
    expect(said()).toEqual(['1 2', '2 5', '3 1']);
  });

  it('gives way to the next archive when that is newer, and stays when it is not', async () => {
    putChanges([changed(3, '24'), changed(1, '22')]);
    putDocument(3, [flaw(3, '9')]);
    await update();
    putArchive('2026-11-23', [flaw(1, '7'), flaw(2, '7'), flaw(3, '7')]);
    await update();
    expect(asked).toEqual(['archive-2026-11-23']);
    expect(said()).toEqual(['1 7', '2 7', '3 9']);
    expect(reportOf('changes')).toMatchObject({ kept: 1 });
  });

  it('gives way to the next archive also when the list of changes does not come', async () => {
    putArchive('2026-11-23', [flaw(1, '7'), flaw(2, '7'), flaw(3, '7')]);
    put(CHANGES.url, '<html>');
    expect(told(await update())).toContain('changes bad-feed');
    // The older word stays beside the new one until it is known which is right.
    expect(said()).toEqual(['1 2', '1 7', '2 7', '3 7']);
    expect(databaseStatus(path).feeds.every(({ failure }) => failure?.code === 'bad-feed')).toBe(true);
    putChanges([changed(1, '22')]);
    await update();
    expect(said()).toEqual(['1 7', '2 7', '3 7']);
    expect(databaseStatus(path).feeds.some(({ failure }) => failure !== undefined)).toBe(false);
  });

  it('stays when the list ends early, and when it is not there any more', async () => {
    putChanges([changed(3, '23')]);
    putDocument(3, [flaw(3, '2')]);
    await update();
    expect(said()).toEqual(['1 2', '2 1', '3 2']);
    take(CHANGES.url);
    expect(told(await update())).toContain('changes not-found');
    expect(said()).toEqual(['1 2', '2 1', '3 2']);
  });

  it.each<[string, () => void, object]>([
    ['is cut off', () => put(`${HOST}/3.json`, '{"adv'), { malformed: 1 }],
    ['is a web page', () => put(`${HOST}/3.json`, '<html>'), { malformed: 1 }],
    ['makes its parser fail', () => put(`${HOST}/3.json`, feedText([flaw(3, '2')], { crash: true })), { malformed: 1 }],
    ['says nothing', () => putDocument(3, []), { malformed: 1 }],
    ['is about another flaw', () => putDocument(3, [flaw(2, '2')]), { malformed: 1 }],
    ['is not there', () => undefined, { 'not-published': 1 }],
  ])('that %s leaves what the archive says', async (_what, harm, skipped) => {
    putChanges([changed(3, '23'), changed(1, '22')]);
    harm();
    await update();
    expect(said()).toEqual(['1 2', '2 1', '3 1']);
    expect(reportOf('changes')).toMatchObject({ read: 2, kept: 1, skipped });
    putDocument(3, [flaw(3, '2')]);
    await update();
    expect(said()).toEqual(['1 2', '2 1', '3 2']);
  });

  it('is parsed anew by another version of the program', async () => {
    await update({ tool: 'next' });
    expect(asked.toSorted()).toEqual(['1.json', 'archive-2026-11-20']);
    expect(said()).toEqual(['1 2', '2 1', '3 1']);
  });
});

describe('a list of changes', () => {
  it('without the archive that it is about leads to nothing', async () => {
    putArchive('2026-11-20', [flaw(1, '1')]);
    put(`${HOST}/archive-2026-11-20`, '<html>');
    putChanges([changed(1, '22')]);
    putDocument(1, [flaw(1, '2')]);
    await expect(update()).rejects.toMatchObject({ code: 'bad-feed' });
    take(`${HOST}/archive-2026-11-20`);
    await expect(update()).rejects.toMatchObject({ code: 'not-found' });
  });

  it('that names all documents is worked off, the latest first, and what is left is told', async () => {
    putArchive('2026-11-20', [flaw(1, '1')]);
    const many = Array.from({ length: 2500 }, (_, at) => {
      const document = { ...changed(at, '22'), at: new Date(Date.parse(DAY) + at * 1000).toISOString() };
      putDocument(at, [flaw(at, '2')]);
      return document;
    });
    putChanges(many);
    await update();
    expect(said()).toHaveLength(2001);
    expect(said()).toContain('1 1');
    expect(reportOf('changes')).toMatchObject({ read: 2500, kept: 2000, skipped: { 'not-fetched': 500 } });
    const { failure } = databaseStatus(path).feeds.find(({ url }) => url === CHANGES.url) ?? {};
    expect(failure).toMatchObject({ code: 'fetch-failed', detail: '500 left out, 2000 taken' });
    await update();
    expect(asked).toHaveLength(500);
    expect(reportOf('changes')).toMatchObject({ read: 2500, kept: 2500, skipped: {} });
    expect(said()).toContain('1 2');
    expect(databaseStatus(path).feeds.some((feed) => feed.failure !== undefined)).toBe(false);
  }, 60_000);

  it('does not lead elsewhere', async () => {
    putArchive('2026-11-20', [flaw(1, '1')]);
    const urls = ['https://evil.example/1', 'http://vex.example/1', 'file:///etc/passwd', `${HOST}/../../x`, 'x'];
    putChanges(urls.map((url, at) => ({ ...changed(at + 1, '22'), url })));
    await update();
    expect(said()).toEqual(['1 1']);
    expect(reportOf('changes')).toMatchObject({ read: 5, kept: 0, skipped: { malformed: 5 } });
  });

  it('may take everything away, which is counted', async () => {
    putArchive(
      '2026-11-20',
      Array.from({ length: 100 }, (_, at) => flaw(at, '1')),
    );
    putChanges([changed(1, '10')]);
    putChanges(
      Array.from({ length: 100 }, (_, at) => ({ id: `CVE-2026-${at}`, at: '2026-11-22T00:00:00.000Z' })),
      DELETIONS.url,
    );
    await update();
    expect(said()).toEqual([]);
    expect(reportOf('changes')).toEqual({ read: 100, kept: 0, skipped: { gone: 100 }, malformed: [] });
  });

  it('of the future is believed while it stands', async () => {
    putArchive('2026-11-20', [flaw(1, '1')]);
    putChanges([{ ...changed(1, '22'), at: '2999-01-01T00:00:00.000Z' }]);
    putDocument(1, [flaw(1, '2')]);
    await update();
    expect(said()).toEqual(['1 2']);
    putArchive('2026-11-23', [flaw(1, '3')]);
    putChanges([changed(1, '22')]);
    await update();
    expect(said()).toEqual(['1 3']);
  });
});

describe('a server that gives up', () => {
  it('keeps what came, tells of the rest, and goes on the next time', async () => {
    const server = await startServer();
    let isBroken = true;
    const serve = (name: string, text: string): void =>
      void server.handlers.set(
        `/vex.example/${name}`,
        staticFile(
          () => text,
          () => `"${text.length}"`,
        ),
      );
    const documents = Array.from({ length: 100 }, (_, at) => changed(at, '22'));
    const archive = { url: `${HOST}/archive`, ecosystems, edition: 'vex', asOf: '2026-11-20' };
    serve('latest', feedText([], { feeds: [archive, CHANGES, DELETIONS] }));
    serve('archive', feedText(documents.map((_, at) => flaw(at, '1'))));
    serve('changes', feedText([], { revisions: documents }));
    for (const at of documents.keys()) {
      server.handlers.set(`/vex.example/${at}.json`, (request, response, nth) => {
        const text = feedText([flaw(at, '2')]);
        if (at < 40 || !isBroken)
          staticFile(
            () => text,
            () => '"x"',
          )(request, response, nth);
        else response.writeHead(500).end();
      });
    }
    const more = { mirror: server.url, retry: { attempts: 1 } };
    await update(more);
    // After a batch in which every one failed nobody is asked any more.
    expect(reportOf('changes')).toMatchObject({ read: 100, kept: 40, skipped: { 'not-fetched': 60 } });
    expect(said().filter((line) => line.endsWith(' 2'))).toHaveLength(40);
    expect(server.requests.filter(({ path: asks }) => asks.endsWith('.json')).length).toBeLessThan(100);
    server.requests.length = 0;
    isBroken = false;
    for (const turn of [1, 2])
      expect([turn, (await update(more)).feeds.some(({ kind }) => kind === 'failed')]).toEqual([turn, false]);
    expect(server.requests.some(({ path: asks }) => asks === '/vex.example/1.json')).toBe(false);
    expect(said().filter((line) => line.endsWith(' 2')).length).toBe(100);
    await server.close();
  });
});
