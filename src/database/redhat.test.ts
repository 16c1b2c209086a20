// Red Hat's own files in the layout of a mirror: an archive, and a document that changed after it was made.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { redhat } from '../advisory/source/redhat/redhat.ts';
import { tarOf } from '../advisory/source/redhat/testdata/tar.ts';
import { databaseStatus, openDatabase, updateDatabase } from './database.ts';

const VEX = 'security.access.redhat.com/data/csaf/v2/vex';
const CURL = 'CVE-2023-38545';
const documents = new URL('../advisory/source/redhat/testdata/', import.meta.url);
const curl = readFileSync(new URL('cve-2023-38545.json', documents), 'utf8');
const openssl = readFileSync(new URL('cve-2024-0727.json', documents));
const repositories = readFileSync(new URL('repository-to-cpe.json', documents));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redhat-'));
  put('archive_latest.txt', 'csaf_vex_2026-11-20.tar.zst\n');
  const archive = tarOf({ '2023/cve-2023-38545.json': Buffer.from(curl), '2024/cve-2024-0727.json': openssl });
  put('csaf_vex_2026-11-20.tar.zst', zstdCompressSync(archive));
  put('../../../metrics/repository-to-cpe.json', repositories);
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, content: string | Uint8Array): void {
  const file = join(folder, 'mirror', VEX, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

const path = (): string => join(folder, 'advisories.db');

async function update(): Promise<string[]> {
  const options = { path: path(), sources: [redhat], mirror: join(folder, 'mirror'), tool: 'test', env: {} };
  const clock = { now: () => Date.parse('2026-11-24T12:00:00Z'), sleep: async () => undefined };
  const { feeds } = await updateDatabase({ ...options, clock });
  return feeds.map(({ url, kind }) => `${url.slice(url.lastIndexOf('/') + 1)} ${kind}`);
}

/** Versions of curl that the flaw is fixed in, by all that is said of it. */
function fixes(): string[] {
  const database = openDatabase(path());
  const entries = database.lookup('Red Hat:9', 'curl', 'binary').filter(({ id }) => id === CURL);
  database.close();
  const fixed = entries.flatMap(({ ranges }) =>
    ranges.flatMap(({ events }) => events.flatMap((event) => ('fixed' in event ? [event.fixed] : []))),
  );
  return [...new Set(fixed)].toSorted();
}

it('takes the word of a document that changed after the archive was made', async () => {
  const lists = ['changes.csv absent', 'deletions.csv absent'];
  const first = await update();
  expect(first).toEqual(expect.arrayContaining(['csaf_vex_2026-11-20.tar.zst updated', ...lists]));
  expect(fixes()).toEqual(['7.76.1-14.el9_0.9', '7.76.1-23.el9_2.4', '7.76.1-26.el9_3.2']);

  put('2023/cve-2023-38545.json', curl.replaceAll('7.76.1-26.el9_3.2', '7.76.1-26.el9_3.99'));
  put(
    'changes.csv',
    '"2023/cve-2023-38545.json","2026-11-23T10:30:00+00:00"\n"2024/cve-2024-0727.json","2026-11-19T01:00:00+00:00"\n',
  );
  put('deletions.csv', '"2024/cve-2024-0727.json","2026-11-01T00:00:00+00:00"\n');
  expect(await update()).toEqual(expect.arrayContaining(['changes.csv updated', 'deletions.csv followed']));
  expect(fixes()).toEqual(['7.76.1-14.el9_0.9', '7.76.1-23.el9_2.4', '7.76.1-26.el9_3.99']);
  expect(await update()).toEqual(expect.arrayContaining(['changes.csv unchanged']));

  put('deletions.csv', '"2023/cve-2023-38545.json","2026-11-24T00:00:00+00:00"\n');
  await update();
  expect(fixes()).toEqual([]);
  const changes = databaseStatus(path()).feeds.find(({ url }) => url.endsWith('changes.csv'));
  expect(changes?.report).toEqual({ read: 1, kept: 0, skipped: { gone: 1 }, malformed: [] });
});
