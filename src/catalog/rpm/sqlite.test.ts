import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSqlite } from './sqlite.ts';
import { catalogFiles, testBytes } from './testdata/samples.ts';

const schema = 'CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)';
let folder = '';
let made = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-rpm-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs SQLite itself over a new file, then gives the bytes of database and log as they lie there while it is open. */
function bySqlite(work: (db: DatabaseSync) => void, start?: Uint8Array): { file: Buffer; log: Buffer } {
  const path = join(folder, `${made++}.sqlite`);
  if (start) {
    writeFileSync(path, start);
  }
  const db = new DatabaseSync(path);
  work(db);
  const log =
    db.prepare('PRAGMA journal_mode').get()?.['journal_mode'] === 'wal' ? readFileSync(`${path}-wal`) : Buffer.alloc(0);
  const file = readFileSync(path);
  db.close();
  return { file, log };
}

function rows({ file, log }: { file: Buffer; log: Buffer }): string[] {
  return [...readSqlite(file, log)].map((record) =>
    record.kind === 'header' ? `${record.number} ${Buffer.from(record.bytes).toString('hex')}` : record.message,
  );
}

const operation = fc.oneof(
  { weight: 5, arbitrary: fc.record({ insert: fc.integer({ min: 0, max: 9000 }) }) },
  { weight: 1, arbitrary: fc.record({ insert: fc.constant(150_000) }) },
  { weight: 2, arbitrary: fc.record({ remove: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.constant({ commit: true }) },
);

describe('readSqlite', () => {
  it('reads what SQLite reads, at any page size, encoding and mix of insertions and deletions, with and without log', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(512, 1024, 4096, 65_536),
        fc.constantFrom('UTF-8', 'UTF-16le', 'UTF-16be'),
        fc.constantFrom('DELETE', 'WAL'),
        fc.array(operation, { maxLength: 60 }),
        (pageSize, encoding, mode, operations) => {
          let expected: string[] = [];
          const files = bySqlite((db) => {
            db.exec(`PRAGMA page_size = ${pageSize}; PRAGMA encoding = "${encoding}"; PRAGMA synchronous = OFF`);
            db.exec(`PRAGMA journal_mode = ${mode}; PRAGMA wal_autocheckpoint = 20; ${schema}; BEGIN`);
            apply(db, operations);
            db.exec('COMMIT');
            const all = db.prepare('SELECT hnum, hex(blob) AS hex FROM Packages ORDER BY hnum').all();
            expected = all.map((row) => `${Number(row['hnum'])} ${String(row['hex']).toLowerCase()}`);
          });
          expect(rows(files)).toEqual(expected);
        },
      ),
      { seed: 3, numRuns: 60 },
    );
  });
});

function apply(db: DatabaseSync, operations: readonly object[]): void {
  const insert = db.prepare('INSERT INTO Packages (blob) VALUES (?)');
  const remove = db.prepare('DELETE FROM Packages WHERE hnum = ?');
  for (const [index, step] of operations.entries()) {
    if ('insert' in step) {
      insert.run(Buffer.alloc(Number(step.insert), `${index} `));
    } else if ('remove' in step) {
      remove.run(Number(step.remove));
    } else {
      db.exec('COMMIT; BEGIN');
    }
  }
}

function names(files: Record<string, Uint8Array>): string[] {
  return catalogFiles(files).packages.map(({ name }) => name);
}

it('a package that is installed twice is there twice, under its own identifier', () => {
  const sql = `PRAGMA journal_mode = DELETE; INSERT INTO Packages (blob) SELECT blob FROM Packages`;
  const { file } = bySqlite((db) => db.exec(sql), testBytes('alma9/rpmdb.sqlite'));
  const { packages, ownership } = catalogFiles({ 'var/lib/rpm/rpmdb.sqlite': file });
  expect(packages.map(({ id, purl }) => id.slice(purl.length))).toEqual(
    Array.from({ length: 18 }, (_, index) => (index % 2 === 0 ? '' : '#2')),
  );
  expect(new Set(ownership?.map((one) => one.package)).size).toBe(18);
});

describe('write-ahead log', () => {
  const alma = testBytes('alma9/rpmdb.sqlite');
  const path = 'var/lib/rpm/rpmdb.sqlite';
  const wal = 'PRAGMA foreign_keys = OFF; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0';

  it('has packages that the database does not have yet', () => {
    const files = bySqlite((db) => {
      db.exec(
        `PRAGMA journal_mode = DELETE; PRAGMA foreign_keys = OFF; CREATE TEMP TABLE kept AS SELECT * FROM Packages`,
      );
      db.exec(`DELETE FROM Packages WHERE hnum > 4; ${wal}; INSERT INTO Packages SELECT * FROM kept WHERE hnum > 4`);
    }, alma);
    const before = names({ [path]: files.file });
    const after = names({ [path]: files.file, [`${path}-wal`]: files.log });
    expect(before.length).toBeLessThan(after.length);
    expect(after).toEqual(names({ [path]: alma }));
  });
  it('of a transaction that was not committed does not count', () => {
    const files = bySqlite((db) => {
      db.exec(`${wal}; PRAGMA cache_size = 5; ${schema}; INSERT INTO Packages (blob) VALUES (x'01'); BEGIN`);
      apply(
        db,
        Array.from({ length: 50 }, () => ({ insert: 9000 })),
      );
    });
    expect(files.log.length).toBeGreaterThan(100_000);
    expect(rows(files)).toEqual(['1 01']);
  });
  it('ends where frames of an earlier use begin', () => {
    const files = bySqlite((db) => {
      db.exec(`${wal}; ${schema}`);
      apply(
        db,
        Array.from({ length: 50 }, () => ({ insert: 9000 })),
      );
      db.exec('DELETE FROM Packages; PRAGMA wal_checkpoint(RESTART)');
      db.exec("INSERT INTO Packages (hnum, blob) VALUES (99, x'02')");
    });
    expect(rows(files)).toEqual(['99 02']);
  });

  const { file, log } = bySqliteLater();
  it.each<[string, (bytes: Buffer) => Buffer, string]>([
    ['cut inside a frame', (bytes) => bytes.subarray(0, -100), 'write-ahead log is damaged'],
    ['with a changed page', (bytes) => changed(bytes, 32 + 24 + 77), 'write-ahead log is damaged'],
    ['with a changed salt', (bytes) => changed(bytes, 32 + 8), 'write-ahead log is damaged'],
    ['with a changed header', (bytes) => changed(bytes, 17), 'write-ahead log can not be read'],
    ['of zeros', (bytes) => Buffer.alloc(bytes.length), 'write-ahead log can not be read'],
    ['of ten bytes', (bytes) => bytes.subarray(0, 10), 'write-ahead log can not be read'],
  ])('%s is a lossy problem of the log', (_name, damage, message) => {
    const { problems } = catalogFiles({ [path]: file(), [`${path}-wal`]: damage(log()) });
    expect(problems.filter((one) => one.path === `/${path}-wal`)).toMatchObject([
      { code: 'corrupt', message, lossy: true },
    ]);
  });
  it('with another page size than its database is a lossy problem of the log', () => {
    const small = bySqlite((db) => db.exec(`PRAGMA page_size = 512; ${wal}; CREATE TABLE other (a)`));
    const frame = small.log.subarray(32, 32 + 24 + 512);
    expect(frame.readUInt32BE(0)).toBe(1);
    const result = catalogFiles({ [path]: alma, [`${path}-wal`]: small.log.subarray(0, 32) });
    expect(result.packages).toHaveLength(9);
    expect(result.problems).toMatchObject([{ path: `/${path}-wal`, lossy: true }]);
  });
  it('without its database is a lossy problem', () => {
    const said = [{ code: 'corrupt', path: `/${path}-wal`, lossy: true }];
    expect(catalogFiles({ [`${path}-wal`]: log() })).toMatchObject({ packages: [], problems: said });
    const emptied = {
      [path]: new Uint8Array(),
      [`${path}-wal`]: log(),
      'var/lib/rpm/Packages': testBytes('rhel8/Packages'),
    };
    expect(catalogFiles(emptied).problems).toMatchObject(said);
  });

  function bySqliteLater(): { file: () => Buffer; log: () => Buffer } {
    let both: { file: Buffer; log: Buffer } | undefined;
    const make = (): { file: Buffer; log: Buffer } => {
      both ??= bySqlite((db) => db.exec(`${wal}; UPDATE Packages SET hnum = hnum + 100 WHERE hnum > 8`), alma);
      return both;
    };
    return { file: () => make().file, log: () => make().log };
  }
});

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8((copy[at] ?? 0) ^ 0xff, at);
  return copy;
}
