import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../internal/clock.ts';
import { openDatabase, updateDatabase } from './database.ts';
import { acquireLock } from './lock.ts';
import { fakeSource } from './testdata/fake-source.ts';

let folder: string;
let path: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'concurrency-'));
  path = join(folder, 'home', 'advisories.db');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Running {
  readonly child: ChildProcess;
  /** Resolves when it has printed a line. */
  readonly firstLine: Promise<void>;
  /** Its output, when it has ended well. */
  readonly end: Promise<string>;
}

function run(script: string, ...args: string[]): Running {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'testdata', script), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let [output, errors] = ['', ''];
  const firstLine = new Promise<void>((resolve) => {
    child.stdout?.on('data', (text: Buffer) => {
      output += text.toString();
      resolve();
    });
  });
  child.stderr?.on('data', (text: Buffer) => {
    errors += text.toString();
  });
  const end = new Promise<string>((resolve, reject) => {
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`ended with ${code}: ${errors}`))));
  });
  end.catch(() => {});
  return { child, firstLine, end };
}

const updater = (times: number, first: number, mirror = 'mirror'): Running =>
  run('updater-child.ts', path, join(folder, mirror), String(times), String(first));

function answer(): string[] {
  const database = openDatabase(path);
  const found = ['bash', 'p1999', 'zsh'].flatMap((name) => database.lookup('Debian:12', name, 'source'));
  database.close();
  return found.map((entry) => entry.id);
}

describe('readers', () => {
  it('are neither blocked nor misled by updates', async () => {
    await updater(1, 0).end;
    const stop = join(folder, 'stop');
    const readers = [1, 2].map(() => run('reader-child.ts', path, stop));
    await updater(10, 1).end;
    writeFileSync(stop, '');
    for (const reader of readers) {
      const { opened, versions } = JSON.parse(await reader.end) as { opened: number; versions: number };
      expect(opened).toBeGreaterThan(10);
      expect(versions).toBeGreaterThan(1);
    }
    expect(answer()).toEqual(['CVE-10', 'CVE-10', 'CVE-10']);
  });
});

describe('updates', () => {
  it('at the same time wait for each other', async () => {
    await Promise.all([updater(3, 0, 'a').end, updater(3, 100, 'b').end]);
    const [first, ...others] = answer();
    expect(['CVE-2', 'CVE-102']).toContain(first);
    expect(others).toEqual([first, first]);
  });

  it('killed at any moment leave the database whole', async () => {
    await updater(1, 0).end;
    for (let turn = 1; turn <= 5; turn++) {
      const running = updater(1000, 1000 * turn);
      await running.firstLine;
      await systemClock.sleep(turn * 13);
      running.child.kill('SIGKILL');
      await running.end.catch(() => {});
      const found = answer();
      expect(new Set(found).size).toBe(1);
      expect(found).toHaveLength(3);
    }
    await updater(1, 0).end;
    expect(answer()[0]).toBe('CVE-0');
    expect(readdirSync(join(folder, 'home')).toSorted()).toEqual(
      ['', '.json', '.lock'].map((end) => `advisories.db${end}`),
    );
  });

  it('say so when another one does not end', async () => {
    await updater(1, 0).end;
    const held = await acquireLock(path, { clock: systemClock, waitMs: 0 });
    const waiting: string[] = [];
    const source = fakeSource('debian', [{ url: 'https://deb.example/json', ecosystems: ['Debian'] }]);
    const attempt = updateDatabase({
      path,
      sources: [source],
      mirror: join(folder, 'mirror'),
      tool: 'test',
      env: {},
      lockWaitMs: 250,
      onProgress: ({ kind }) => waiting.push(kind),
    });
    await expect(attempt).rejects.toMatchObject({ code: 'locked' });
    expect(waiting).toEqual(['waiting']);
    const calledOff = acquireLock(path, { clock: systemClock, waitMs: 60_000, signal: AbortSignal.timeout(50) });
    await expect(calledOff).rejects.toMatchObject({ code: 'aborted' });
    expect(answer()).toHaveLength(3);
    held.release();
    (await acquireLock(path, { clock: systemClock, waitMs: 0 })).release();
  });
});
