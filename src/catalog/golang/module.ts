import type { Sighting } from '../gather.ts';
import { develVersion } from './versions.ts';

/** What stands in for a module; without a version it is a folder. */
export interface Stand {
  readonly path: string;
  readonly version?: string | undefined;
}

/** A module by its path and version; one that a folder replaces keeps its name, for nobody else has that source. */
export function moduleSighting(
  module: { readonly path: string; readonly version: string; readonly replacement?: Stand | undefined },
  more: Pick<Sighting, 'presence' | 'usage' | 'metadata'>,
): Sighting {
  const stand = module.replacement;
  const local =
    stand !== undefined && (stand.version === undefined || stand.version === '' || stand.version === develVersion);
  const name = stand === undefined || local ? module.path : stand.path;
  const version = (stand === undefined ? module.version : local ? develVersion : stand.version) || develVersion;
  const metadata = local ? { ...more.metadata, origin: stand.path } : more.metadata;
  return { ...more, name, version, purl: golangPurl(name), ecosystem: 'Go', metadata };
}

/** The parts of a module's purl but for its version. */
export function golangPurl(path: string): Sighting['purl'] {
  const slash = path.lastIndexOf('/');
  return { type: 'golang', namespace: slash < 0 ? undefined : path.slice(0, slash), name: path.slice(slash + 1) };
}
