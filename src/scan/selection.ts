import type { Detail } from '../catalog/catalog.ts';
import { distroFiles } from '../distro/release-files.ts';
import { catalogers } from './ecosystems.ts';

/** What a second reading wants besides what the catalogers select by path. */
export interface ExtraWants {
  readonly paths: ReadonlySet<string>;
  /** Real folder → the well-known folder that leads to it by a link. */
  readonly folders: ReadonlyMap<string, string>;
}

/** Nothing besides. */
export const noExtraWants: ExtraWants = { paths: new Set(), folders: new Map() };

/** Well-known folders of all catalogers. */
export const wellKnownFolders: readonly string[] = [...new Set(catalogers.flatMap(({ needs }) => needs))];

const releaseFiles: ReadonlySet<string> = new Set(distroFiles);

/** What is wanted of an image; plain data that can be handed to a worker thread. */
export interface Wanted {
  readonly detail: Detail;
  readonly extra: ExtraWants;
}

/** Whether some cataloger wants the file at a path. */
export function wanted(detail: Detail): (path: string) => boolean {
  return (path) => {
    for (const cataloger of catalogers) if (cataloger.selects(path, detail)) return true;
    return releaseFiles.has(path);
  };
}

/** Whether a file is to be kept in reading a layer. */
export function selection({ detail, extra }: Wanted): (path: string) => boolean {
  const selects = wanted(detail);
  if (extra.paths.size === 0 && extra.folders.size === 0) return selects;
  const folders = [...extra.folders];
  return (path) =>
    selects(path) ||
    extra.paths.has(path) ||
    folders.some(([real, known]) => path.startsWith(`${real}/`) && selects(known + path.slice(real.length)));
}
