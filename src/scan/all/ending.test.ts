// How runs end that do not come to their end.
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { writeMirror } from '../../../test/images/mirror.ts';
import type { Outcome } from '../../report/many/outcome.ts';
import { openPool } from './pool.ts';
import { type ListedImage, type ScanAllOptions, scanAll } from './scan-all.ts';
import { flaw, listOf, writeMany } from './testdata/many-images.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-ending-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const dying = new URL('./testdata/dying-thread.ts', import.meta.url);

async function outcomesOf(references: readonly string[], options: ScanAllOptions): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for await (const outcome of scanAll(listOf(references), options)) outcomes.push(outcome);
  return outcomes;
}

describe('a thread that dies', () => {
  const none = { offline: true, databasePath: join(folder, 'none.db'), cacheFolder: false } as const;

  it('takes one image down, whatever it dies of, and the others are scanned', async () => {
    const references = ['a', 'exits', 'b', 'throws', 'c', 'rejects', 'd', 'exits-opening', 'e'];
    const outcomes = await outcomesOf(references, { ...none, thread: dying, threads: 2 });
    const codes = Object.fromEntries(
      outcomes.map((one) => [one.references[0], one.kind === 'failed' ? one.error.code : one.kind]),
    );
    const answered = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, 'not-found']));
    const crashed = Object.fromEntries(
      ['exits', 'throws', 'rejects', 'exits-opening'].map((name) => [name, 'crashed']),
    );
    expect(codes).toEqual({ ...answered, ...crashed });
  });

  it('for want of memory is told so', async () => {
    const pool = openPool({
      size: 1,
      options: {},
      fetchAdvisories: () => Promise.reject(new Error('not asked')),
      program: dying,
      memoryMb: 64,
    });
    const result = await pool.run({ kind: 'scan', reference: 'fills' });
    expect(result).toMatchObject({ kind: 'failed', error: { code: 'out-of-memory' } });
    expect(await pool.run({ kind: 'scan', reference: 'a' })).toMatchObject({ error: { code: 'not-found' } });
    await pool.close();
  });
});

describe('an interrupt', () => {
  const reason = new Error('the user had enough');
  const none = { offline: true, databasePath: join(folder, 'none.db'), cacheFolder: false } as const;

  it.each(['before it begins', 'while a thread hangs', 'while the list hangs'])(
    'ends a run quickly, %s',
    async (moment) => {
      const controller = new AbortController();
      if (moment === 'before it begins') controller.abort(reason);
      async function* list(): AsyncGenerator<ListedImage> {
        yield { reference: 'hangs' };
        if (moment === 'while the list hangs') await setTimeout(3_600_000, undefined, { ref: false });
      }
      const run = scanAll(list(), { ...none, signal: controller.signal, thread: dying });
      const next = run.next();
      void setTimeout(500).then(() => controller.abort(reason));
      const start = performance.now();
      await expect(next).rejects.toBe(reason);
      expect(performance.now() - start).toBeLessThan(3_000);
    },
  );
});

describe('what goes for all images', () => {
  it('is told before the first: a database that is none', async () => {
    const databasePath = join(folder, 'broken.db');
    writeFileSync(databasePath, 'no database');
    const run = outcomesOf(['a'], { databasePath, cacheFolder: false, thread: dying });
    await expect(run).rejects.toMatchObject({ name: 'DatabaseError' });
  });

  it('is told before the first: a VEX document that is not there', async () => {
    const options = { databasePath: join(folder, 'none.db'), vex: [join(folder, 'no.vex')], thread: dying };
    await expect(outcomesOf(['a'], options)).rejects.toMatchObject({ name: 'VexError' });
  });
});

describe('advisories that are lacking', () => {
  it('are fetched once for all threads', async () => {
    const own = join(folder, 'fetched');
    const mirror = join(own, 'mirror');
    writeMirror(mirror, {}, { base: flaw('2') }, {});
    const asked: string[] = [];
    const server = createServer((request, response) => {
      const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '');
      asked.push(path);
      if (existsSync(mirror + path)) response.end(readFileSync(mirror + path));
      else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const paths = writeMany(join(own, 'images'), { images: 6, bases: 2, middles: 2 });
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const options = { mirror: address, databasePath: join(own, 'advisories.db'), cacheFolder: false } as const;
      const outcomes = await outcomesOf(paths, { ...options, threads: 3 });
      const reports = outcomes.flatMap((one) => (one.kind === 'report' ? [one.report] : []));
      expect(reports.map(({ provenance }) => provenance.database?.starter)).toEqual(Array(6).fill(false));
      const feeds = asked.filter((path) => path.includes('security-tracker'));
      expect(feeds).toContain('/security-tracker.debian.org/tracker/data/json');
      expect(new Set(feeds).size).toBe(feeds.length);
    } finally {
      server.close();
    }
  });
});
