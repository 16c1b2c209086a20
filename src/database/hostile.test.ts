import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AdvisorySource } from '../advisory/advisory.ts';
import { osv } from '../advisory/source/osv/osv.ts';
import { feedEntries } from '../advisory/source/packed.ts';
import { zipFile } from '../internal/testdata/zip-file.ts';
import { databaseStatus, openDatabase, updateDatabase } from './database.ts';
import type { UpdateResult } from './progress.ts';
import { advisory, fakeSource, feedText, prediction } from './testdata/fake-source.ts';

const [npm = { url: '', ecosystems: [] }] = osv.feeds(['npm']);
const ARCHIVE = 'https://packed.example/records.tar.xz';
const EPSS = 'https://epss.example/day';
const onlyNpm: AdvisorySource = {
  ...osv,
  feeds: (wanted) => (wanted === undefined || wanted.includes('npm') ? [npm] : []),
};
const epss = fakeSource('epss', [{ url: EPSS, ecosystems: [], facts: ['prediction'] }], { role: 'facts' });
/** Records, one JSON file each, in an archive of any packing. */
const packed: AdvisorySource = {
  ...fakeSource('packed', [{ url: ARCHIVE, ecosystems: ['Alpine:v3.20'] }]),
  async parse(_feed, bytes, keep) {
    let read = 0;
    for await (const { bytes: text } of feedEntries(bytes, { entries: 1000, totalBytes: 1 << 24 })) {
      keep(advisory(JSON.parse(Buffer.from(text).toString()).id, { ecosystem: 'Alpine:v3.20' }));
      read++;
    }
    return { read, kept: read, skipped: {}, malformed: [] };
  },
};

let folder: string;
let path: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-'));
  path = join(folder, 'advisories.db');
  put(npm.url, zipOf([record('GHSA-1', ['1.0'])]));
  put(ARCHIVE, tarOf('CVE-1'));
  put(EPSS, feedText([], { facts: [prediction('CVE-1', 0.5)] }));
  await update();
});
afterEach(() => rmSync(folder, { recursive: true }));

const fileOf = (url: string): string => join(folder, 'mirror', url.slice('https://'.length));

function put(url: string, content: Uint8Array | string): void {
  mkdirSync(dirname(fileOf(url)), { recursive: true });
  writeFileSync(fileOf(url), content);
}

async function update(): Promise<UpdateResult> {
  const options = { path, sources: [onlyNpm, packed, epss], mirror: join(folder, 'mirror'), tool: 'test', env: {} };
  const clock = { now: () => Date.parse('2026-11-24T12:00:00Z'), sleep: async () => undefined };
  return await updateDatabase({ ...options, clock });
}

function record(id: string, versions: readonly string[], name = 'left-pad'): object {
  const events = versions.map((fixed) => ({ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }));
  return { id, modified: '2026-01-01T00:00:00Z', affected: [{ package: { ecosystem: 'npm', name }, ranges: events }] };
}

const zipOf = (records: readonly unknown[]): Uint8Array =>
  zipFile(records.map((one, index) => ({ name: `${index}.json`, bytes: Buffer.from(JSON.stringify(one)) })));

/** A ustar archive of records. */
function tarOf(...ids: readonly string[]): Buffer {
  const blocks = ids.flatMap((id) => {
    const content = Buffer.from(JSON.stringify({ id }));
    const header = Buffer.alloc(512);
    header.write('record.json');
    header.write('0000644\0', 100);
    header.write(content.length.toString(8).padStart(11, '0'), 124);
    header.write('        0', 148);
    const sum = header.reduce((all, byte) => all + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, content, Buffer.alloc(512 - content.length)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

interface State {
  readonly ids: readonly string[];
  readonly score: number | undefined;
}

function state(): State {
  const database = openDatabase(path);
  const names = [
    ['npm', 'left-pad', 'binary'],
    ['Alpine:v3.20', 'bash', 'source'],
  ] as const;
  const ids = names.flatMap(([ecosystem, name, kind]) => database.lookup(ecosystem, name, kind).map(({ id }) => id));
  const [fact] = database.facts('prediction', 'CVE-1');
  database.close();
  return { ids, score: fact?.score };
}

const before: State = { ids: ['GHSA-1', 'CVE-1'], score: 0.5 };
const page = '<!DOCTYPE html><title>Log in</title>';

describe('a feed that', () => {
  it.each<[string, string, () => Uint8Array | string, string]>([
    ['is a web page', npm.url, () => page, 'a web page came'],
    ['is a web page instead of an archive', ARCHIVE, () => page, 'a web page came'],
    ['is cut off', npm.url, () => zipOf([record('GHSA-2', ['1'])]).subarray(0, -9), 'the archive ends too early'],
    [
      'is a tar cut off between its files',
      ARCHIVE,
      () => tarOf('CVE-2', 'CVE-3').subarray(0, 1024),
      'the archive ends too early',
    ],
    [
      'is a packed tar cut off',
      ARCHIVE,
      () => gzipSync(tarOf('CVE-2', 'CVE-3')).subarray(0, -9),
      'the packed file ends too early',
    ],
    [
      'unpacks without end',
      ARCHIVE,
      () => gzipSync(Buffer.concat([tarOf('CVE-2').subarray(0, -1024), Buffer.alloc(1 << 25)])),
      'the file unpacks to more',
    ],
    [
      'has more files than there are',
      ARCHIVE,
      () => gzipSync(tarOf(...Array.from({ length: 1001 }, () => 'CVE-2'))),
      'the archive has too many entries',
    ],
    ['has another shape', ARCHIVE, () => tarOf('CVE-2').fill('{}', 512, 514), 'the feed made its parser fail'],
    ['is JSON of nothing', EPSS, () => 'null', 'the feed made its parser fail'],
    ['has facts no more', EPSS, () => feedText([]), 'the feed has no records any more'],
    ['is no JSON', EPSS, () => '{"facts":[', 'the feed ends too early'],
    ['is empty', npm.url, () => '', 'archive'],
    [
      'has only records that cannot be read',
      npm.url,
      () => zipOf([{ affected: 3 }, 'x', null]),
      'the feed has no records any more',
    ],
  ])('%s leaves what was there, and is told', async (_name, url, content, message) => {
    put(url, content());
    const { feeds } = await update();
    const failed = feeds.filter(({ kind }) => kind === 'failed');
    expect(failed).toMatchObject([{ url, error: { code: 'bad-feed', message: expect.stringContaining(message) } }]);
    expect(state()).toEqual(before);
    const stale = databaseStatus(path).feeds.filter(({ failure }) => failure !== undefined);
    expect(stale).toMatchObject([{ url, failure: { message: expect.stringContaining(message) } }]);
  });

  it('has a fact of another kind, or under no key, is taken without it, which is told', async () => {
    const odd = [
      { ...prediction('CVE-1', 0.7) },
      { ...prediction('', 0.7) },
      { ...prediction('CVE-1\n', 0.7) },
      { kind: 'repository', key: 'CVE-1', products: [] },
    ];
    put(EPSS, feedText([], { facts: odd }));
    const { feeds } = await update();
    expect(feeds.at(-1)).toMatchObject({
      kind: 'updated',
      report: { read: 4, kept: 1, skipped: { malformed: 2, 'other-kind': 1 } },
    });
    expect(state()).toEqual({ ...before, score: 0.7 });
  });

  it('has absurd versions, records named alike and very many entries is taken in bounded time', async () => {
    const many = Array.from({ length: 30_000 }, (_, index) => ({
      package: { ecosystem: 'npm', name: `p${index}` },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: `${index}` }] }],
    }));
    const versions = ['9'.repeat(100_000), '1.'.repeat(50_000), '', '\0', '💥', '../../x'];
    put(
      npm.url,
      zipOf([record('GHSA-1', versions), record('GHSA-1', ['2']), { ...record('GHSA-3', ['1']), affected: many }]),
    );
    const start = performance.now();
    await update();
    expect(performance.now() - start).toBeLessThan(20_000);
    const database = openDatabase(path);
    expect(new Set(database.lookup('npm', 'left-pad', 'binary').map(({ id }) => id))).toEqual(new Set(['GHSA-1']));
    expect(database.lookup('npm', 'p29999', 'binary')).toHaveLength(1);
    database.close();
  });
});

describe('a clock that', () => {
  it.each([
    ['2026-11-20T00:00:00Z', '2026-11-20T00:00:00.000Z'],
    ['2026-11-25T00:00:00Z', '2026-11-25T00:00:00.000Z'],
    ['2100-01-01T00:00:00Z', undefined],
    ['1970-01-01T00:00:00Z', undefined],
  ])('says %s is believed as %s', async (time, publishedAt) => {
    put(EPSS, feedText([], { facts: [prediction('CVE-1', 0.6)] }));
    utimesSync(fileOf(EPSS), new Date(time), new Date(time));
    await update();
    expect(databaseStatus(path).feeds.find(({ url }) => url === EPSS)?.publishedAt).toBe(publishedAt);
    expect(state().score).toBe(0.6);
    // Whatever the date, a file that stays is not read again.
    expect((await update()).feeds.at(-1)?.kind).toBe('unchanged');
  });
});
