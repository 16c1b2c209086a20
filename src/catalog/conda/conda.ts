import type { OwnedFile, Ownership } from '../../inventory/inventory.ts';
import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { type Gatherer, gather } from '../gather.ts';
import { type CondaRecord, readRecord } from './record.ts';

/** Packages of conda environments (conda, mamba, pixi). */
export const conda: Cataloger = { id: 'conda', needs: [], endings: ['json'], selects: isRecord, catalog };

/** `conda-meta/name-version-build.json` in the folder of an environment. */
function isRecord(path: string): boolean {
  if (!path.endsWith('.json')) return false;
  const folder = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
  return folder === 'conda-meta' || folder.endsWith('/conda-meta');
}

const maximumOwnedFiles = 4_000_000;

/** A package in the folder of one environment. */
interface Installed {
  readonly purl: string;
  readonly record: CondaRecord;
  readonly file: ImageFile;
}

function catalog({ files, detail = 'files', owns }: CatalogInput): CatalogResult {
  const gathered = gather(conda.id);
  const environments = new Map<string, Map<string, Installed>>();
  for (const file of files) {
    gathered.read(file, () => {
      const record = readRecord(file.bytes, detail === 'files');
      const purl = addRecord(gathered, record, file);
      if (purl === undefined) return;
      const environment = environmentOf(file.path);
      const packages = environments.get(environment) ?? new Map<string, Installed>();
      environments.set(environment, packages.set(record.name, { purl, record, file }));
    });
  }
  for (const packages of environments.values()) relate(gathered, packages);
  if (detail !== 'files') return gathered.result();
  const ownership = ownershipOf(gathered, environments, owns);
  const result = gathered.result();
  const ids = new Map(result.packages.map(({ purl, id }) => [purl, id]));
  return {
    ...result,
    ownership: Array.from(ownership).flatMap(([purl, owned]): Ownership[] => {
      const id = ids.get(purl);
      return id === undefined || owned.length === 0 ? [] : [{ package: id, files: owned }];
    }),
  };
}

function addRecord(gathered: Gatherer, record: CondaRecord, file: ImageFile): string | undefined {
  const { name, version, build, channel, subdir, license, integrity, direct } = record;
  return gathered.add(
    {
      name,
      version,
      purl: { type: 'conda', name, qualifiers: { build, channel, subdir } },
      presence: 'installed',
      usage: direct ? { direct } : undefined,
      licenses: license === undefined ? [] : [license],
      metadata: integrity === undefined ? {} : { integrity },
    },
    file,
  );
}

/** The folder of the environment, empty at the top. */
function environmentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/conda-meta/'), 0));
}

/** Packages depend on others of their own environment. */
function relate(gathered: Gatherer, packages: ReadonlyMap<string, Installed>): void {
  for (const { purl, record } of packages.values()) {
    for (const name of record.depends) {
      const needed = packages.get(name);
      if (needed !== undefined) gathered.relate('depends-on', purl, needed.purl);
    }
  }
}

function ownershipOf(
  gathered: Gatherer,
  environments: ReadonlyMap<string, ReadonlyMap<string, Installed>>,
  owns: CatalogInput['owns'],
): ReadonlyMap<string, readonly OwnedFile[]> {
  const ownership = new Map<string, OwnedFile[]>();
  let total = 0;
  for (const [environment, packages] of environments) {
    const folder = environment === '' ? '' : `/${environment}`;
    for (const { purl, record, file } of packages.values()) {
      // The same build in several environments is one package.
      const owned = ownership.get(purl) ?? [];
      ownership.set(purl, owned);
      total += record.files.length;
      if (total > maximumOwnedFiles) {
        gathered.problem('too-large', 'Too many files of packages', file, `more than ${maximumOwnedFiles}`);
        return ownership;
      }
      for (const { path, ...rest } of record.files) {
        const absolute = `${folder}/${path}`;
        if (owns === undefined || owns(absolute)) owned.push({ path: absolute, ...rest });
      }
    }
  }
  return ownership;
}
