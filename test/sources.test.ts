// Every source in one build: genuine excerpts at their real addresses, packed as published, brought by `db update` from a
// web server and looked up again.
import { mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AdvisorySource } from '../src/advisory/advisory.ts';
import { run } from '../src/cli/run.ts';
import type { World } from '../src/cli/world.ts';
import { databaseStatus, openDatabase, type UpdateResult, updateDatabase } from '../src/database/database.ts';
import { type FeedServer, startServer, staticFile } from '../src/database/testdata/feed-server.ts';
import { listConflicts } from '../src/scan/conflicts.ts';
import { advisorySources } from '../src/scan/ecosystems.ts';
import { publishedFeeds } from './images/published-feeds.ts';

const folder = mkdtempSync(join(tmpdir(), 'sources-'));
const path = join(folder, 'advisories.db');
let server: FeedServer;
let sources: readonly AdvisorySource[];

const handlerPath = (feed: string): string => `/${encodeURI(feed)}`;
const publish = (feed: string, bytes: Buffer): void => {
  const etag = `"${bytes.length}-${bytes.subarray(0, 64).toString('hex').slice(0, 40)}"`;
  server.handlers.set(
    handlerPath(feed),
    staticFile(
      () => bytes,
      () => etag,
    ),
  );
};
const publishAll = (): void => {
  for (const [feed, bytes] of publishedFeeds) publish(feed, bytes);
};

beforeAll(async () => {
  server = await startServer();
  sources = await advisorySources();
  publishAll();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  server.requests.length = 0;
});

const update = async (only: readonly string[]): Promise<UpdateResult> =>
  await updateDatabase({ path, sources, only, mirror: server.url, tool: 'seaworthy/test', env: {} });

/** `source: feeds updated, read = kept + what was left out and why`. */
function told({ feeds }: UpdateResult, id: string): string {
  const reports = feeds.flatMap((feed) => (feed.kind === 'updated' && feed.source === id ? [feed.report] : []));
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  const left = reports
    .flatMap(({ skipped }) => Object.entries(skipped))
    .map(([reason, number]) => ` + ${number} ${reason}`);
  return `${reports.length}: ${sum(reports.map(({ read }) => read))} = ${sum(reports.map(({ kept }) => kept))}${left.join('')}`;
}

/*
 * Counted with Python's json, xml.etree, csv, yaml and tarfile over the excerpts, none of which knows our readers:
 *
 *   debian            pairs of package and flaw; one of them names no release
 *   debian-lists      lines that begin with `[`; 3 without a package line, 1 without a flaw
 *   ubuntu            files of the archive: 5 CVEs, 3 with `withdrawn`, 1 USN
 *   redhat            3 documents and 2 repositories
 *   oracle, azure     elements `definition`: 1; 5 and 8
 *   suse              the same: 4
 *   photon            4 definitions; 5 entries of the metadata, of which the one with an empty `cve_id` is left out
 *   amazon, fedora    elements `update`: 1, 1 and 2; 3
 *   alpine            pairs of package and identifier: 72 in `secfixes`, one of them under two versions
 *   wolfi, minimos    the same: 50, 59
 *   nvd               7 flaws, 5 of which have `configurations`, which are advisories besides
 *   osv               files of the archives: 8 AlmaLinux (1 ALBA without flaw), 1, 2 (1 withdrawn), 2, 1
 *   rubysec           5 files, one of which has neither patched nor unaffected versions
 *   the others        records of the document, or files of the archive
 */
const expected: Readonly<Record<string, string>> = {
  debian: '1: 6 = 5 + 1 no-release',
  'debian-lists': '1: 12 = 8 + 1 not-security + 3 no-package',
  ubuntu: '1: 9 = 5 + 3 withdrawn + 1 notice',
  'ubuntu-vex': '1: 2 = 2',
  redhat: '2: 5 = 5',
  oracle: '1: 1 = 1',
  suse: '1: 4 = 4',
  amazon: '3: 4 = 4',
  fedora: '1: 3 = 3',
  azure: '2: 13 = 13',
  photon: '2: 9 = 8 + 1 no-cve',
  alpine: '1: 71 = 71',
  'alpine-tracker': '1: 2 = 1 + 1 fixed',
  wolfi: '1: 50 = 50',
  chainguard: '1: 50 = 50',
  minimos: '1: 59 = 59',
  arch: '1: 7 = 7',
  osv: '5: 14 = 12 + 1 not-security + 1 withdrawn',
  go: '1: 4 = 4',
  rustsec: '1: 3 = 3',
  pypa: '1: 1 = 1',
  rubysec: '1: 5 = 4 + 1 no-version',
  ghsa: '1: 3 = 3',
  nodejs: '1: 14 = 14',
  nvd: '1: 12 = 12',
  cve: '1: 3 = 3',
  vulnrichment: '1: 1 = 1',
  kev: '1: 4 = 4',
  epss: '1: 6 = 6',
  endoflife: '1: 5 = 5',
};

describe('all sources in one build', () => {
  let result: UpdateResult;
  beforeAll(async () => {
    result = await update(sources.map(({ id }) => id));
  });

  it('there is no source without an excerpt', () => {
    // The addresses of EPSS's earlier days depend on today; epss.test.ts reads them.
    const ids = sources.map(({ id }) => id).filter((id) => id !== 'epss-history');
    expect(ids.toSorted()).toEqual(Object.keys(expected).toSorted());
  });

  it.each(Object.entries(expected))('%s: %s', (id, counts) => {
    expect(told(result, id)).toBe(counts);
  });

  it('everything that is published was read, and nothing else failed but what is not there', () => {
    const failed = result.feeds.flatMap((feed) => (feed.kind === 'failed' ? [`${feed.url} ${feed.error.code}`] : []));
    const host = ({ url }: { readonly url: string }): string => decodeURI(url.slice('https://'.length));
    const read = result.feeds.filter(({ kind }) => kind === 'updated' || kind === 'followed').map(host);
    expect(read.toSorted()).toEqual([...publishedFeeds.keys()].toSorted());
    expect(failed.filter((line) => !line.endsWith(' not-found'))).toEqual([]);
    expect(result.unserved).toEqual([]);
  });

  it.each<[string, string, 'source' | 'binary', string]>([
    ['Debian:12', 'apparmor', 'source', 'CVE-2016-1585'],
    ['Red Hat:9', 'libcurl', 'binary', 'CVE-2023-38545'],
    ['Ubuntu:20.04:LTS', 'curl', 'source', 'CVE-2023-38545'],
    ['AlmaLinux:9', 'toolbox', 'binary', 'ALSA-2023:6077'],
    ['Amazon Linux:2', 'kernel', 'binary', 'ALAS2-2018-939'],
  ])('%s %s: %s knows %s', (ecosystem, name, appliesTo, id) => {
    const database = openDatabase(path);
    const ids = database.lookup(ecosystem, name, appliesTo).map((entry) => entry.id);
    database.close();
    expect(ids).toContain(id);
  });

  it('the next update asks for each again and takes nothing twice', async () => {
    const digest = databaseStatus(path).feeds.map((feed) => feed.digest);
    const again = await update(sources.map(({ id }) => id));
    expect(again.feeds.filter(({ kind }) => kind === 'updated')).toEqual([]);
    expect(databaseStatus(path).feeds.map((feed) => feed.digest)).toEqual(digest);
  });
});

/** What a command prints, and its exit code. */
async function command(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const text = { out: '', err: '' };
  const output = (key: 'out' | 'err') => ({
    isTerminal: false,
    columns: undefined,
    isOpen: () => true,
    write: async (more: string) => {
      text[key] += more;
    },
  });
  const world: World = {
    version: '0',
    env: {},
    stdout: output('out'),
    stderr: output('err'),
    readInput: () => undefined,
    signal: new AbortController().signal,
    now: () => performance.now(),
    loadScan: async () => (await import('../src/scan/scan.ts')).scan,
    loadJudgement: () => import('../src/scan/judgement.ts'),
    loadScanAll: () => import('../src/scan/all/scan-all.ts'),
    loadCaches: async () => import('../src/scan/caches.ts'),
    loadConflicts: async () => listConflicts,
    loadSources: async () => sources,
  };
  const code = await run([...argv, '--db', path], world);
  return { code, ...text };
}

describe('what is in it can be looked up', () => {
  it.each([
    ['CVE-2021-44228', /kev .*exploited since 2021-12-10.*\n.*ransom[^]*epss .*99\.9%/],
    ['CVE-2022-22377', /nvd .*medium \(nvd: CVSS:3\.1[^]*CPE ibm:security_verify/],
    ['CVE-2023-38545', /Ubuntu:16\.04:LTS curl: not affected[^]*Red Hat:9 libcurl: affected < 7\.76\.1/],
    ['CVE-2024-24000', /vulnrichment .*exploitation none/],
    ['toolbox', /ALSA-2023:6077 osv/],
  ])('db search %s', async (text, shown) => {
    const { code, out, err } = await command('db', 'search', text);
    expect({ code, out: out.replaceAll(/\n +/g, ' \n'), err }).toEqual({
      code: 0,
      out: expect.stringMatching(shown),
      err: '',
    });
  });

  it('db status names every source, its records, and what is missing', async () => {
    const { code, out } = await command('db', 'status');
    expect(code).toBe(0);
    for (const id of Object.keys(expected)) expect(out).toMatch(new RegExp(`^  ${id} \\d+ feeds?, `, 'm'));
  });

  it('db conflicts compares what several say', async () => {
    const { code, out } = await command('db', 'conflicts');
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/^\d+ disagreements? among the records of \d+ packages/),
    });
  });
});

describe('a server that is broken leaves what is loaded', () => {
  const feed = 'secdb.alpinelinux.org/edge/main.json';
  const packed = 'epss.empiricalsecurity.com/epss_scores-current.csv.gz';
  const status =
    (code: number) =>
    (response: ServerResponse): void =>
      void response.writeHead(code).end();
  const send =
    (body: string | Buffer, length = body.length) =>
    (response: ServerResponse): void => {
      response.writeHead(200, { 'content-length': length });
      response.write(body);
      // A connection that breaks before all has come.
      if (length > body.length) response.destroy();
      else response.end();
    };
  const csv = publishedFeeds.get(packed) ?? Buffer.alloc(0);

  it.each<[string, string, string, (response: ServerResponse) => void, string]>([
    ['a web page in the place of the feed', 'alpine', feed, send('<!doctype html><title>Sign in</title>'), 'bad-feed'],
    ['no such feed', 'epss', packed, status(404), 'not-found'],
    ['another format', 'alpine', feed, send('{"packages": 7}'), 'bad-feed'],
    ['half a document', 'alpine', feed, send('{"packages": [{"pkg": {"name": "bu'), 'bad-feed'],
    ['half a packed document', 'epss', packed, send(csv.subarray(0, 60)), 'bad-feed'],
    [
      'a damaged packing',
      'epss',
      packed,
      send(Buffer.concat([csv.subarray(0, 40), Buffer.alloc(40), csv.subarray(80)])),
      'bad-feed',
    ],
    ['an empty document', 'epss', packed, send(gzipSync('')), 'bad-feed'],
    ['nothing at all', 'epss', packed, send(''), 'bad-feed'],
  ])('%s', async (_, id, place, answer, code) => {
    const before = databaseStatus(path);
    server.handlers.set(handlerPath(place), (_request, response) => answer(response));
    try {
      // An update for which nothing at all comes leaves the file as it is, failures included.
      const { feeds } = await update([id, 'kev']);
      expect(feeds.flatMap((one) => (one.kind === 'failed' ? [one.error.code] : []))).toEqual([code]);
    } finally {
      publish(place, publishedFeeds.get(place) ?? Buffer.alloc(0));
    }
    const after = databaseStatus(path);
    const records = (info: typeof before) => info.feeds.map(({ url, digest, report }) => [url, digest, report.kept]);
    expect(records(after)).toEqual(records(before));
    expect(after.feeds.find(({ url }) => url === `https://${place}`)?.failure).toMatchObject({
      url: `https://${place}`,
    });
    const { out } = await command('db', 'search', 'CVE-2014-0160');
    expect(out).toMatch(/epss .*exploited within 30 days/);
  });
});
