import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { type Gatherer, gather } from '../gather.ts';
import { readLock, readRockspec } from './rockspec.ts';

/** Rocks installed by LuaRocks, and those that `luarocks.lock` pins. */
export const luarocks: Cataloger = {
  id: 'luarocks',
  needs: [],
  endings: ['rockspec', 'lock'],
  selects: (path) =>
    path.endsWith('.rockspec') ? installed.test(path) : path === 'luarocks.lock' || path.endsWith('/luarocks.lock'),
  catalog,
};

/** `rocks-5.4/<name>/<version>/<name>-<version>.rockspec`; older trees are called `rocks`. */
const installed = /(?:^|\/)rocks(?:-\d+\.\d+)?\/([^/]+)\/([^/]+)\/\1-\2\.rockspec$/;
const rockName = /^[A-Za-z0-9_][\w.-]*$/;
/** LuaRocks, "Rockspec format": a version and the revision of the rockspec. */
const rockVersion = /^[\w.+-]*\w-\d+$/;

function catalog({ files }: CatalogInput): CatalogResult {
  const found = gather(luarocks.id);
  const byName = new Map<string, string[]>();
  const rocks: { readonly purl: string; readonly depends: readonly string[] }[] = [];
  for (const file of files) {
    const [, name = '', version = ''] = installed.exec(file.path) ?? [];
    if (name === '') found.read(file, () => addLocked(found, file));
    else {
      const { purl, depends } = addInstalled(found, file, name, version);
      if (purl === undefined) continue;
      rocks.push({ purl, depends });
      byName.set(name.toLowerCase(), [...(byName.get(name.toLowerCase()) ?? []).slice(-7), purl]);
    }
  }
  for (const { purl, depends } of rocks) {
    for (const name of depends) for (const to of byName.get(name) ?? []) found.relate('depends-on', purl, to);
  }
  return found.result();
}

/** LuaRocks itself goes by the folders; what the rockspec says besides may be lost. */
function addInstalled(
  found: Gatherer,
  file: ImageFile,
  name: string,
  version: string,
): { readonly purl: string | undefined; readonly depends: readonly string[] } {
  let spec: ReturnType<typeof readRockspec> = { depends: [] };
  found.read(file, () => void (spec = readRockspec(file.bytes)));
  const { license, homepage, depends } = spec;
  const metadata = homepage === undefined ? {} : { homepage };
  const licenses = license === undefined ? [] : [license];
  return { purl: add(found, file, { name, version, presence: 'installed', licenses, metadata }), depends };
}

function addLocked(found: Gatherer, file: ImageFile): void {
  const pinned = readLock(file.bytes);
  if (pinned === undefined) return found.problem('corrupt', 'A lock file has no packages', file);
  for (const { name, version, build } of pinned) {
    const usage = build ? { scope: 'dev' as const } : {};
    add(found, file, { name, version, presence: 'locked', usage });
  }
}

function add(found: Gatherer, file: ImageFile, rock: Omit<Parameters<Gatherer['add']>[0], 'purl'>): string | undefined {
  const name = rock.name.toLowerCase();
  if (!rockName.test(name) || !rockVersion.test(rock.version)) {
    found.problem('corrupt', 'A package has no usable name or version', file, `${name} ${rock.version}`.slice(0, 200));
    return undefined;
  }
  return found.add({ ...rock, name, purl: { type: 'luarocks', name } }, file);
}
