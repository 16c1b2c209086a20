import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { nix } from './nix.ts';
import { isMaterial, readDerivationName, readStorePath } from './store-path.ts';

const testdata = new URL('testdata/', import.meta.url);
const layer = { index: 0, diffId: 'sha256:00' };
const path = 'nix/var/nix/db/db.sqlite';
const database = Uint8Array.from(readFileSync(new URL('db.sqlite', testdata)));
/** By Nix itself. */
const rows = readFileSync(new URL('listing.txt', testdata), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [store = '', name = '', version = '', output = '', references = ''] = line.split('\t');
    return { store, name, version, output: output === 'out' ? '' : output, references: references.split(' ') };
  });
const packages = rows.filter(({ store, version }) => version !== '' && !/\.(?:patch|gz)$/.test(store));
const purlOf = ({ name, version, output }: (typeof rows)[number]): string =>
  `pkg:nix/${name}@${version}${output === '' ? '' : `?output=${output}`}`;
const unique = (list: readonly string[]): string[] => [...new Set(list)].toSorted();

function catalog(files: Readonly<Record<string, Uint8Array>>, detail: 'names' | 'files' = 'files'): CatalogResult {
  const paths = Object.keys(files).toSorted();
  return nix.catalog({
    detail,
    files: paths.map((one) => ({ path: one, bytes: files[one] ?? Buffer.alloc(0), layer })),
  });
}

const listed = catalog({ [path]: database }).packages.map(({ name, version }) => `${name} ${version} -`);
describeCataloger(nix, [
  { name: 'a database', files: { [path]: database }, expected: listed.toSorted() },
  { name: 'one below another root', files: { [`srv/root/${path}`]: database }, expected: listed.toSorted() },
]);
describeMutations(nix, [{ [path]: database }], 9);

describe('a genuine database', () => {
  const { packages: found, relationships = [], problems } = catalog({ [path]: database });
  it('lists what Nix lists, with its outputs', () => {
    expect(found.map(({ id }) => id)).toEqual(unique(packages.map(purlOf)));
  });
  it('tells where each build lies', () => {
    const places = found.flatMap(({ purl, locations }) => locations.map(({ within }) => `${within} ${purl}`));
    expect(places.toSorted()).toEqual(packages.map((row) => `nix/store/${row.store} ${purlOf(row)}`).toSorted());
    expect(found.find(({ purl }) => purl === 'pkg:nix/openssl@3.0.11')?.locations).toHaveLength(2);
  });
  it('tells what has no version, and nothing else', () => {
    expect(problems).toMatchObject([{ code: 'unsupported', detail: 'bash, harbour-env', lossy: false }]);
  });
  it('relates what Nix relates, through what is no package too', () => {
    const purls = new Map(packages.map((row) => [row.store, purlOf(row)]));
    const direct = packages.flatMap((row) =>
      row.references.flatMap((reference) => {
        const to = purls.get(reference);
        return to === undefined ? [] : [`${purlOf(row)} ${to}`];
      }),
    );
    const environment = rows.find(({ name }) => name === 'harbour-env')?.references ?? [];
    const through = environment.map((reference) => `pkg:nix/apache-httpd@2.0.48 ${purls.get(reference)}`);
    expect(relationships.map(({ from, to }) => `${from} ${to}`).toSorted()).toEqual(unique([...direct, ...through]));
    expect(direct.length).toBeGreaterThan(10);
  });
  it('has the digest of each path', () => {
    const digests = found.map(({ metadata }) => (metadata.kind === 'language' ? metadata.integrity : undefined));
    expect(digests.filter((digest) => !/^sha256:[\da-f]{64}$/.test(digest ?? ''))).toEqual([]);
  });
  it('is not asked for references where only names are wanted', () => {
    expect(catalog({ [path]: database }, 'names').relationships).toEqual([]);
  });
});

describe('databases by SQLite itself', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'seaworthy-nix-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const bySqlite = (sql: string): Record<string, Uint8Array> => {
    const file = join(folder, 'db.sqlite');
    writeFileSync(file, database);
    const db = new DatabaseSync(file);
    db.exec(`PRAGMA wal_autocheckpoint = 0; ${sql}`);
    const [main, wal] = [readFileSync(file), readFileSync(`${file}-wal`)];
    db.close();
    return { [path]: main, [`${path}-wal`]: wal };
  };
  const insert = (store: string): string =>
    `INSERT INTO ValidPaths (path, hash, registrationTime) VALUES ('${store}', '', 0)`;
  const hash = '0123456789abcdfghijklmnpqrsvwxyz';

  it('with a log: what only that has is listed', () => {
    const files = bySqlite(insert(`/nix/store/${hash}-curl-8.4.0-bin`));
    const ids = catalog(files).packages.map(({ id }) => id);
    expect(ids).toContain('pkg:nix/curl@8.4.0?output=bin');
    expect(catalog({ [path]: files[path] ?? database }).packages.map(({ id }) => id)).not.toContain(
      'pkg:nix/curl@8.4.0?output=bin',
    );
  });
  it('a log without its database is told', () => {
    const { [`${path}-wal`]: log = database } = bySqlite(insert(`/nix/store/${hash}-curl-8.4.0`));
    expect(catalog({ [`${path}-wal`]: log })).toMatchObject({ packages: [], problems: [{ lossy: true }] });
  });
  it('with a damaged log: that is told', () => {
    const files = bySqlite(insert(`/nix/store/${hash}-curl-8.4.0`));
    const log = Buffer.from(files[`${path}-wal`] ?? []).subarray(0, -100);
    expect(catalog({ ...files, [`${path}-wal`]: log }).problems).toMatchObject([
      { path: `/${path}-wal`, lossy: true },
      { lossy: false },
    ]);
  });
  it.each([
    ['/nix/store/short-curl-8.4.0', 'A path is none of a Nix store'],
    [`/nix/store/${hash}-curl-8.4.0/bin`, 'A path is none of a Nix store'],
    [`/nix/store/${hash}-a b-1`, 'A path is none of a Nix store'],
    ['', 'Nix database with a path that can not be read'],
  ])('with the path %j: that is told', (store, message) => {
    const { problems } = catalog(bySqlite(insert(store)));
    expect(problems).toMatchObject([{ message, lossy: true }, { lossy: false }]);
  });
  it('without its tables is told, with nothing in them is empty', () => {
    const files = bySqlite('DELETE FROM Refs; DELETE FROM ValidPaths');
    expect(catalog(files)).toMatchObject({ packages: [], problems: [] });
    const renamed = bySqlite('DROP TABLE DerivationOutputs; ALTER TABLE Refs RENAME TO Other');
    expect(catalog(renamed)).toMatchObject({ packages: [], problems: [{ code: 'corrupt', lossy: true }] });
  });
  it('with fifty thousand paths and references in circles is read in bounded time', () => {
    const store = `'/nix/store/${hash}-'`;
    const files = bySqlite(`DELETE FROM Refs; DELETE FROM ValidPaths; BEGIN;
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
      INSERT INTO ValidPaths (id, path, hash, registrationTime)
        SELECT i, ${store} || iif(i % 2 = 0, 'p' || i || '-1.0', 'env' || i), '', 0 FROM n;
      INSERT INTO Refs SELECT id, id % 50000 + 1 FROM ValidPaths; COMMIT`);
    const { packages: found, relationships = [] } = catalog(files);
    expect([found.length, relationships.length]).toEqual([25_000, 25_000]);
  });
});

describe('names', () => {
  it.each([
    ['apache-httpd-2.0.48', 'apache-httpd', '2.0.48'],
    ['quay-unstable-2024-03-01', 'quay-unstable', '2024-03-01'],
    ['python3.11-requests-2.31.0', 'python3.11-requests', '2.31.0'],
    ['hello', 'hello', undefined],
    ['hello-', 'hello-', undefined],
    ['hello-world', 'hello-world', undefined],
    ['a--b', 'a', '-b'],
    ['a-_1', 'a', '_1'],
  ])('of derivations: %s', (full, name, version) => {
    expect(readDerivationName(full)).toEqual(version === undefined ? { name } : { name, version });
  });
  it.each([
    ['openssl-3.0.11-dev', undefined, '3.0.11', 'dev'],
    ['openssl-3.0.11-dev', 'openssl-3.0.11', '3.0.11', 'dev'],
    ['openssl-3.0.11-dev', 'openssl-3.0.11-dev', '3.0.11-dev', undefined],
    ['openssl-3.0.11-odd', 'openssl-3.0.11', '3.0.11', 'odd'],
    ['openssl-3.0.11-odd', 'another-1', '3.0.11-odd', undefined],
    ['openssl-3.0.11-odd', undefined, '3.0.11-odd', undefined],
    ['glibc-2.38-27', undefined, '2.38-27', undefined],
    ['nixos-system-harbour-23.11', undefined, '23.11', undefined],
  ])('of paths: %s by %s', (full, deriver, version, output) => {
    const hash = 'g7sbf6fkif2zlgwyn8i11yzg8r2m8zlf';
    const read = readStorePath(`/nix/store/${hash}-${full}`, deriver && `/nix/store/${hash}-${deriver}.drv`);
    expect([read?.version, read?.output]).toEqual([version, output]);
  });
  it.each([
    ['hello-2.12.1.tar.gz', true],
    ['CVE-2024-1.patch', true],
    ['hello-2.12.1.drv', true],
    ['source', true],
    ['hello-2.12.1-vendor', true],
    ['setup-hook.sh', true],
    ['hello-2.12.1', false],
    ['resource-1', false],
  ])('of material: %s: %s', (full, is) => {
    expect(isMaterial(`/nix/store/g7sbf6fkif2zlgwyn8i11yzg8r2m8zlf-${full}`)).toBe(is);
  });
});

it.each([
  [path, true],
  [`${path}-wal`, true],
  [`home/u/${path}`, true],
  ['nix/var/nix/db/schema', false],
  ['srv/db.sqlite', false],
  ['xnix/var/nix/db/db.sqlite', false],
])('wants %s: %s', (one, wanted) => {
  expect(nix.selects(one, 'files')).toBe(wanted);
});
