import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, updateDatabase } from '../../../database/database.ts';
import { amazon } from './amazon.ts';

const read = (name: string): Buffer => readFileSync(new URL(`testdata/${name}`, import.meta.url));
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a mirror of Amazon Linux', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'amazon-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const put = (path: string, content: string | Uint8Array): void => {
    const file = join(folder, 'mirror/cdn.amazonlinux.com', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  const publish = (repository: string, edition: string, notices: Uint8Array, told = notices): void => {
    const base = `${repository}/${edition}/x86_64`;
    put(`${repository}/latest/x86_64/mirror.list`, `https://cdn.amazonlinux.com/${base}\n`);
    put(
      `${base}/repodata/repomd.xml`,
      `<repomd><data type="updateinfo"><checksum type="sha256">${digest(told)}</checksum><location href="repodata/updateinfo.xml.gz"/></data></repomd>`,
    );
    put(`${base}/repodata/updateinfo.xml.gz`, notices);
  };
  const update = async (): Promise<readonly string[]> => {
    const { feeds } = await updateDatabase({
      path: join(folder, 'advisories.db'),
      sources: [amazon],
      only: ['Amazon Linux:2', 'Amazon Linux 2 Extras:kernel-5.15'],
      mirror: join(folder, 'mirror'),
      tool: 'seaworthy/test',
      env: {},
    });
    return feeds.map((feed) => (feed.kind === 'failed' ? `${feed.error.code}: ${feed.error.message}` : feed.kind));
  };
  const failures = async (): Promise<readonly string[]> => (await update()).filter((line) => line.includes(': '));
  const known = (ecosystem: string): readonly string[] => {
    const database = openDatabase(join(folder, 'advisories.db'));
    const ids = database.lookup(ecosystem, 'kernel', 'binary').map(({ id }) => id);
    database.close();
    return ids;
  };

  it('leads over lists and indexes to the notices of the core and of a topic', async () => {
    publish('2/core', 'one', gzipSync(read('al2-core.xml')));
    publish('2/extras/kernel-5.15', 'one', gzipSync(read('al2-kernel-5.15.xml')));
    expect(await failures()).toEqual([]);
    expect(known('Amazon Linux:2')).toEqual(['ALAS2-2018-939']);
    expect(known('Amazon Linux 2 Extras:kernel-5.15')).toEqual(['ALAS2KERNEL-5.15-2022-001']);
  });

  it('leaves what is loaded when the notices are not those of which the index tells', async () => {
    publish('2/core', 'two', gzipSync('<updates/>'), gzipSync(read('al2-core.xml')));
    expect(await failures()).toEqual(['bad-feed: the feed is not the one of which its index tells']);
    expect(known('Amazon Linux:2')).toEqual(['ALAS2-2018-939']);
  });

  it('takes the next edition, at another address, in the place of the one before', async () => {
    const next = read('al2-core.xml').toString().replaceAll('ALAS2-2018-939', 'ALAS2-2018-940');
    publish('2/core', 'three', gzipSync(next));
    expect(await failures()).toEqual([]);
    expect(known('Amazon Linux:2')).toEqual(['ALAS2-2018-940']);
  });
});
