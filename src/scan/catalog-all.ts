import type { Cataloger, CatalogInput, CatalogResult, Detail } from '../catalog/catalog.ts';
import type { Distro } from '../distro/distro.ts';
import type { Snapshot } from '../image/tree/squash.ts';
import type { Inventory, LayerRef, Package, Problem } from '../inventory/inventory.ts';
import { type Ecosystem, ecosystems } from './ecosystems.ts';
import { onePerId } from './one-per-id.ts';
import { owned, ownerIndex } from './ownership.ts';
import { provenanceOf } from './provenance.ts';
import { dealer, historyOf, replacedPaths, type Share } from './share.ts';

/** What is known of the image before its packages are. */
export interface Surroundings {
  readonly distro: Distro | undefined;
  readonly detail: Exclude<Detail, 'names'>;
  readonly layers: readonly LayerRef[];
}

/** Whether its packages may own files of others'. */
function owning({ distribution, owner }: Ecosystem): boolean {
  return (distribution ?? owner) === true;
}

type Found = Pick<Inventory, 'packages' | 'ownership' | 'relationships' | 'runs' | 'problems'>;

interface Run {
  readonly ecosystem: Ecosystem;
  readonly result: CatalogResult;
}

/**
 * Runs all catalogers over the layers as they stand: those of languages first, since they tell of which files the
 * distribution's packages are asked whether they own them.
 */
export function catalogAll(snapshots: readonly Snapshot[], { distro, detail, layers }: Surroundings): Found {
  const deal = dealer(ecosystems, detail, layers);
  const standings = snapshots.map((snapshot) => ({
    layer: layers[snapshot.layer] ?? { index: snapshot.layer, diffId: '' },
    shares: deal(snapshot),
  }));
  const histories = new Map(ecosystems.map((ecosystem) => [ecosystem, historyOf(ecosystem, standings)]));
  const run = (ecosystem: Ecosystem, asked: Pick<CatalogInput, 'detail' | 'owns'>): Run[] => {
    const history = histories.get(ecosystem) ?? [];
    const last = history.at(-1);
    if (!last || last.files.length === 0) return [];
    const input = { ...asked, ...(distro ? { distro } : {}) };
    const result = catalogSafely(ecosystem.cataloger, { ...input, files: last.files });
    const trace = ecosystem.distribution ? traceDatabase : traceFiles;
    return [
      { ecosystem, result: { ...result, packages: trace(ecosystem.cataloger, result.packages, history, distro) } },
    ];
  };
  const languages = ecosystems.filter((one) => !owning(one)).flatMap((one) => run(one, { detail }));
  const index = ownerIndex(
    languages.flatMap(({ result }) => result.packages),
    languages.flatMap(({ result }) => result.problems),
  );
  const asked: Pick<CatalogInput, 'detail' | 'owns'> =
    detail === 'packages' && index.size > 0 ? { detail: 'files', owns: (path) => index.asks(path) } : { detail };
  const distributions = ecosystems.filter(owning).flatMap((one) => run(one, asked));
  return together(distributions, languages, { detail, files: snapshots.at(-1)?.files ?? new Map() });
}

function together(
  distributions: readonly Run[],
  languages: readonly Run[],
  { detail, files }: { readonly detail: Detail; readonly files: Snapshot['files'] },
): Found {
  const runs = [...distributions, ...languages];
  const all = onePerId(runs.flatMap(({ result }) => result.packages));
  const ownership = runs.flatMap(({ result }) => result.ownership ?? []);
  const said = runs.flatMap(({ result }) => result.problems);
  const { packages, relationships, problems } = owned(all, ownership, said, files);
  const told = new Set(packages.map(({ id }) => id));
  return {
    packages,
    ownership: detail === 'files' ? ownership : [],
    relationships: [...runs.flatMap(({ result }) => result.relationships ?? []), ...relationships],
    runs: runs.map(({ ecosystem: { cataloger }, result }) => ({
      cataloger: cataloger.id,
      status: statusOf(cataloger.id, result.packages.length, problems),
      packages: result.packages.filter(({ id }) => told.has(id)).length,
    })),
    problems,
  };
}

/** Judged by what is left of a cataloger's problems once it is known which files are the distribution's. */
function statusOf(id: string, packages: number, problems: readonly Problem[]): 'ok' | 'partial' | 'failed' {
  if (!problems.some(({ by, lossy, ownedBy }) => lossy && ownedBy === undefined && by === id)) return 'ok';
  return packages > 0 ? 'partial' : 'failed';
}

type Trace = (
  cataloger: Cataloger,
  packages: readonly Package[],
  history: readonly Share[],
  distro: Distro | undefined,
) => Package[];

/** A package database is one whole, which some layer replaces by the next. */
const traceDatabase: Trace = (cataloger, packages, history, distro) => {
  const last = history.at(-1);
  if (history.length === 1 || !last) return packages.map(ofItsLayer);
  const earlier = history.slice(0, -1).map(({ layer, files }) => ({
    layer,
    packages: catalogSafely(cataloger, { detail: 'names', files, ...(distro ? { distro } : {}) }).packages,
  }));
  return provenanceOf(packages, earlier, last.layer);
};

/** A package has files of its own: only those that a layer replaced have a past. */
const traceFiles: Trace = (cataloger, packages, history, distro) => {
  const replaced = replacedPaths(history);
  if (replaced.size === 0) return packages.map(ofItsLayer);
  const past = history.map(({ layer, files }) => ({ layer, files: files.filter(({ path }) => replaced.has(path)) }));
  const traced = traceDatabase(cataloger, packages, past, distro);
  return packages.map((found, at) => {
    const path = found.locations[0]?.path.slice(1);
    return path !== undefined && replaced.has(path) ? (traced[at] ?? found) : ofItsLayer(found);
  });
};

function ofItsLayer(found: Package): Package {
  const layer = found.locations[0]?.layer;
  return layer ? { ...found, provenance: { introduced: layer, changed: layer } } : found;
}

/** A cataloger that crashes loses its own packages, never the scan. */
function catalogSafely(cataloger: Cataloger, input: CatalogInput): CatalogResult {
  try {
    return cataloger.catalog(input);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const path = input.files[0]?.path;
    const problem: Problem = {
      code: 'crash',
      message: 'A cataloger failed on this image',
      detail,
      by: cataloger.id,
      lossy: true,
      ...(path === undefined ? {} : { path: `/${path}` }),
    };
    return { packages: [], problems: [problem] };
  }
}
