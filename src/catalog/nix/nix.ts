import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { type Gatherer, gather } from '../gather.ts';
import { readDatabase, type ValidPath } from './database.ts';
import { isMaterial, readStorePath } from './store-path.ts';

const database = 'nix/var/nix/db/db.sqlite';
const log = `${database}-wal`;

/**
 * What is in a Nix store by its database. A path without a version is not told from a package's configuration, and sources
 * and patches are no packages. The purl specification has no type for them yet; its proposals and other tools write
 * `pkg:nix/name`, with `output`. The hash of the path is no part of the purl, for it changes with every input: two builds of
 * one version are one package in two places.
 */
export const nix: Cataloger = {
  id: 'nix',
  needs: ['nix/var/nix/db'],
  endings: ['sqlite', 'sqlite-wal'],
  selects: (path) => (path.endsWith('/db.sqlite') || path.endsWith('/db.sqlite-wal')) && isDatabase(path),
  catalog,
};

function isDatabase(path: string): boolean {
  return path === database || path === log || path.endsWith(`/${database}`) || path.endsWith(`/${log}`);
}

function catalog({ files, detail = 'files' }: CatalogInput): CatalogResult {
  const found = gather(nix.id);
  const byPath = new Map(files.map((file) => [file.path, file]));
  for (const file of files) {
    if (file.path.endsWith('-wal')) {
      const main = byPath.get(file.path.slice(0, -'-wal'.length));
      if (main === undefined && file.bytes.length > 0)
        found.problem('corrupt', 'A log of the Nix database is there without the database', file);
      continue;
    }
    found.read(file, () => {
      addStore(found, file, byPath.get(`${file.path}-wal`), detail !== 'names');
    });
  }
  return found.result();
}

const maximumNames = 10;
/** Paths that are no packages and that are gone through, in all. */
const maximumSteps = 1_000_000;

function addStore(found: Gatherer, file: ImageFile, wal: ImageFile | undefined, references: boolean): void {
  const purls = new Map<number, string>();
  const graph = new Map<number, number[]>();
  const versionless: string[] = [];
  for (const record of readDatabase(file.bytes, wal?.bytes, references)) {
    if (record.kind === 'damage') {
      const at = record.file === 'log' && wal !== undefined ? wal : file;
      found.problem(record.code, record.message, at, record.detail, record.lossy);
    } else if (record.kind === 'reference') {
      const known = graph.get(record.from);
      if (known === undefined) graph.set(record.from, [record.to]);
      else known.push(record.to);
    } else {
      const purl = addPath(found, file, record, versionless);
      if (purl !== undefined) purls.set(record.id, purl);
    }
  }
  relatePaths(found, purls, graph);
  if (versionless.length === 0) return;
  const more = versionless.length > maximumNames ? ` and ${versionless.length - maximumNames} more` : '';
  const detail = `${versionless.slice(0, maximumNames).join(', ')}${more}`;
  found.problem('unsupported', 'Paths of a Nix store have no version', file, detail, false);
}

/** References are what a path needs to run; what leads through a path that is no package (an environment) counts too. */
function relatePaths(
  found: Gatherer,
  purls: ReadonlyMap<number, string>,
  graph: ReadonlyMap<number, readonly number[]>,
): void {
  let steps = 0;
  for (const [id, from] of purls) {
    const todo = [id];
    const seen = new Set(todo);
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      for (const to of graph.get(next) ?? []) {
        if (seen.has(to)) continue;
        seen.add(to);
        const purl = purls.get(to);
        if (purl !== undefined) {
          if (purl !== from) found.relate('depends-on', from, purl);
        } else if (steps++ < maximumSteps) todo.push(to);
      }
    }
  }
}

function addPath(
  found: Gatherer,
  file: ImageFile,
  { path, hash, deriver, ca }: ValidPath,
  versionless: string[],
): string | undefined {
  if (isMaterial(path) || ca?.startsWith('text:')) return undefined;
  const read = readStorePath(path, deriver);
  if (read === undefined) {
    found.problem('corrupt', 'A path is none of a Nix store', file, path.slice(0, 200));
    return undefined;
  }
  const { name, version, output } = read;
  if (version === undefined) {
    versionless.push(name.slice(0, 80));
    return undefined;
  }
  return found.add(
    {
      name,
      version,
      purl: { type: 'nix', name, qualifiers: { output } },
      presence: 'installed',
      metadata: hash === undefined ? {} : { integrity: hash },
      within: path.slice(path.startsWith('/') ? 1 : 0, 1024),
    },
    file,
  );
}
