import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseError, openDatabase, updateDatabase } from './database.ts';
import { FORMAT } from './format.ts';
import { writeStamp } from './open.ts';
import { stampPath } from './stamp.ts';
import { advisory, fakeSource, feedText } from './testdata/fake-source.ts';

let folder: string;
let good: string;
let path: string;
const NAMES = Array.from({ length: 300 }, (_, index) => `package-${index}`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'integrity-'));
  good = join(folder, 'good.db');
  path = join(folder, 'tried.db');
  const all = NAMES.map((name, index) =>
    advisory(`CVE-${index}`, { package: name, fixed: `${index}`, note: 'n'.repeat(index) }),
  );
  mkdirSync(join(folder, 'mirror', 'deb.example'), { recursive: true });
  writeFileSync(join(folder, 'mirror', 'deb.example', 'json'), feedText(all));
  const source = fakeSource('debian', [{ url: 'https://deb.example/json', ecosystems: ['Debian'] }]);
  await updateDatabase({ path: good, sources: [source], mirror: join(folder, 'mirror'), tool: 'test', env: {} });
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  rmSync(stampPath(path), { force: true });
  copyFileSync(good, path);
});

/** What every package's look-up gives: its advisories, or the error's code. */
function answers(): string[] {
  const database = openDatabase(path);
  try {
    return NAMES.map((name) => {
      try {
        return database
          .lookup('Debian:12', name, 'source')
          .map((entry) => `${entry.id} ${entry.note?.length}`)
          .join();
      } catch (error) {
        if (error instanceof DatabaseError) return error.code;
        throw error;
      }
    });
  } finally {
    database.close();
  }
}

function openCode(): string {
  try {
    openDatabase(path).close();
    return 'opened';
  } catch (error) {
    if (error instanceof DatabaseError) return error.code;
    throw error;
  }
}

/** Changes bytes as rot on the disk does: no time changes, so the stamp still fits. */
function rot(at: number, mask: number): void {
  const bytes = readFileSync(good);
  bytes[at] = (bytes[at] ?? 0) ^ mask;
  writeFileSync(path, bytes);
  const digest = (JSON.parse(readFileSync(stampPath(good), 'utf8')) as { digest: string }).digest;
  writeStamp(path, statSync(path, { bigint: true }), digest);
}

/** The same numbers each run. */
function* spread(count: number, below: number): Generator<number> {
  for (let index = 0; index < count; index++) yield Math.floor(((index * 0.618_033_988_75) % 1) * below);
}

describe('a file that is not whole', () => {
  it.each<[string, (bytes: Buffer) => Buffer | string]>([
    ['empty', () => ''],
    ['text', () => 'hello'],
    ['long text', () => 'hello'.repeat(10_000)],
    ['a web page', () => `<!doctype html>${' '.repeat(500)}`],
    ['only a SQLite header', (bytes) => bytes.subarray(0, 100)],
    ['without its seal', (bytes) => bytes.subarray(0, -64)],
    ['without its last byte', (bytes) => bytes.subarray(0, -1)],
    ['cut off in the middle of a page', (bytes) => bytes.subarray(0, 10_000)],
    ['longer', (bytes) => Buffer.concat([bytes, Buffer.from('x')])],
    ['sealed after something was cut out', (bytes) => Buffer.concat([bytes.subarray(0, -4160), bytes.subarray(-64)])],
    [
      'zeros in the middle',
      (bytes) => Buffer.concat([bytes.subarray(0, 8192), Buffer.alloc(4096), bytes.subarray(12_288)]),
    ],
    ['zeros altogether', (bytes) => Buffer.alloc(bytes.length)],
  ])('is refused: %s', (_what, change) => {
    writeFileSync(path, change(readFileSync(good)));
    expect(openCode()).toBe('corrupt');
  });

  it('is refused with any byte changed', () => {
    const bytes = readFileSync(good);
    for (const at of spread(150, bytes.length)) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      writeFileSync(path, changed);
      expect([at, ['corrupt', 'wrong-version'].includes(openCode())]).toEqual([at, true]);
    }
  });

  it('is refused as a folder, a missing file, another program’s database', () => {
    rmSync(path);
    expect(openCode()).toBe('no-database');
    mkdirSync(path);
    expect(openCode()).toBe('corrupt');
    rmSync(path, { recursive: true });
    const bytes = readFileSync(good);
    bytes.writeUInt32BE(0, 68);
    writeFileSync(path, bytes);
    expect(openCode()).toBe('corrupt');
  });

  it.each([0, FORMAT + 1, 0xffffffff])('is of the wrong version: %i', (version) => {
    const bytes = readFileSync(good);
    bytes.writeUInt32BE(version, 60);
    writeFileSync(path, bytes);
    expect(openCode()).toBe('wrong-version');
  });
});

describe('the stamp', () => {
  it('is made where it is missing, and spares the next reader the reading', () => {
    expect(openCode()).toBe('opened');
    const stamp = readFileSync(stampPath(path), 'utf8');
    expect(JSON.parse(stamp)).toMatchObject({ format: FORMAT, size: String(statSync(good).size) });
    expect(openCode()).toBe('opened');
    expect(readFileSync(stampPath(path), 'utf8')).toBe(stamp);
  });

  it('does not help a file that was changed after it', () => {
    expect(openCode()).toBe('opened');
    appendFileSync(path, 'x');
    expect(openCode()).toBe('corrupt');
    copyFileSync(good, path);
    expect(openCode()).toBe('opened');
    const { atime, mtime } = statSync(path);
    const bytes = readFileSync(path);
    bytes[20_000] = (bytes[20_000] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    utimesSync(path, atime, mtime);
    expect(openCode()).toBe('corrupt');
    truncateSync(path, 8192);
    expect(openCode()).toBe('corrupt');
  });

  it.each(['', 'nonsense', 'null', '[]', '{"digest":1}'])('is made anew when it is %j', (text) => {
    writeFileSync(stampPath(path), text);
    expect(openCode()).toBe('opened');
    expect(readFileSync(stampPath(path), 'utf8')).toContain('sha256:');
  });

  it('is not believed for more than a day', () => {
    rot(statSync(good).size - 5000, 0xff);
    expect(openCode()).toBe('opened');
    const stamp = JSON.parse(readFileSync(stampPath(path), 'utf8')) as { verifiedAt: string };
    stamp.verifiedAt = new Date(Date.now() - 25 * 3600 * 1000).toISOString();
    writeFileSync(stampPath(path), JSON.stringify(stamp));
    expect(openCode()).toBe('corrupt');
  });
});

describe('rot under a valid stamp', () => {
  it('never changes an answer: it is the same, or an error, or nothing is found under that name', () => {
    const expected = answers();
    expect(expected[7]).toBe('CVE-7 7');
    const wrong: [at: number, answer: string | undefined][] = [];
    let errors = 0;
    let lost = 0;
    for (const at of spread(200, statSync(good).size - 64)) {
      rot(at, 1 << (at % 8));
      if (openCode() !== 'opened') {
        errors++;
        continue;
      }
      for (const [index, answer] of answers().entries()) {
        if (answer === expected[index]) continue;
        if (answer === 'corrupt') errors++;
        else if (answer === '') lost++;
        else wrong.push([at, answer]);
      }
    }
    expect(wrong).toEqual([]);
    expect(errors).toBeGreaterThan(50);
    expect(lost).toBeLessThan(errors);
  });
});
