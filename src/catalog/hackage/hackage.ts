import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { type Gatherer, gather } from '../gather.ts';
import { readInstalled } from './installed.ts';
import { type Locked, readFreeze, readPlan, readStackLock } from './locked.ts';

/** Haskell packages: installed for GHC, those that Stack's and cabal's files name. */
export const hackage: Cataloger = {
  id: 'hackage',
  needs: [],
  endings: ['conf', 'lock', 'freeze', 'json'],
  selects: (path) =>
    path.endsWith('.conf')
      ? installed.test(path)
      : lockNames.has(path.slice(path.lastIndexOf('/') + 1)) || path.endsWith('/cache/plan.json'),
  catalog,
};

const installed = /(?:^|\/)(?:package\.conf\.d|package\.db)\/[^/]+\.conf$/;
const lockNames: ReadonlySet<string> = new Set(['stack.yaml.lock', 'cabal.project.freeze']);

const packageName = /^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/;
const packageVersion = /^\d+(?:\.\d+)*$/;

interface Unit {
  readonly id: string;
  readonly purl: string;
  readonly depends: readonly string[];
}

function catalog({ files }: CatalogInput): CatalogResult {
  const found = gather(hackage.id);
  const units: Unit[] = [];
  for (const file of files) {
    found.read(file, () => {
      if (file.path.endsWith('.conf')) units.push(...addInstalled(found, file));
      else if (file.path.endsWith('plan.json')) relateAll(found, addLocked(found, file, readPlan(file.bytes)));
      else addLocked(found, file, file.path.endsWith('.freeze') ? readFreeze(file.bytes) : readStackLock(file.bytes));
    });
  }
  relateAll(found, units);
  return found.result();
}

function relateAll(found: Gatherer, units: readonly Unit[]): void {
  const byId = new Map(units.map(({ id, purl }) => [id, purl]));
  for (const { purl, depends } of units) {
    for (const id of depends) {
      const to = byId.get(id);
      if (to !== undefined) found.relate('depends-on', purl, to);
    }
  }
}

/** The libraries that come with GHC are on Hackage too; its run-time system is not. */
function add(
  found: Gatherer,
  file: ImageFile,
  { name, version, own }: { readonly name: string; readonly version: string; readonly own?: boolean | undefined },
  more: Pick<Parameters<Gatherer['add']>[0], 'presence' | 'usage' | 'licenses' | 'metadata'>,
): string | undefined {
  if (!packageName.test(name) || !packageVersion.test(version)) {
    found.problem('corrupt', 'A package has no usable name or version', file, `${name} ${version}`.slice(0, 200));
    return undefined;
  }
  const ecosystem = own || name === 'rts' ? undefined : 'Hackage';
  return found.add({ name, version, purl: { type: 'hackage', name }, ecosystem, ...more }, file);
}

function addInstalled(found: Gatherer, file: ImageFile): Unit[] {
  const fields = readInstalled(file.bytes);
  // An internal library goes by the package that it is part of.
  const name = fields.get('package-name') ?? fields.get('name') ?? '';
  const [version = '', id, license, homepage] = ['version', 'id', 'license', 'homepage'].map((field) =>
    fields.get(field),
  );
  // `depends` and the paths of files stand behind `abi`; a record cut before names no version or no identifier.
  if (id === undefined) found.problem('corrupt', 'An installed package has no whole record', file);
  const purl = add(
    found,
    file,
    { name, version },
    {
      presence: 'installed',
      licenses: license === undefined ? [] : [license],
      metadata: homepage ? { homepage } : {},
    },
  );
  const depends = fields.get('depends')?.split(/\s+/) ?? [];
  return purl === undefined ? [] : [{ id: id ?? purl, purl, depends }];
}

function addLocked(found: Gatherer, file: ImageFile, locked: Locked | undefined): Unit[] {
  if (locked === undefined) {
    found.problem('corrupt', 'A lock file has no packages', file);
    return [];
  }
  if (locked.damaged.length > 0)
    found.problem('corrupt', 'A package has no usable name or version', file, locked.damaged.slice(0, 5).join(', '));
  return locked.packages.flatMap((item) => {
    const { name, version, id, depends = [], integrity, origin, local } = item;
    const purl = add(
      found,
      file,
      { name, version, own: local },
      {
        presence: 'locked',
        usage: local ? { root: true } : {},
        metadata: { ...(integrity && { integrity }), ...(origin && { origin }) },
      },
    );
    return purl === undefined ? [] : [{ id: id ?? purl, purl, depends }];
  });
}
