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

/** Whether some cataloger wants the file at a path. */
export function wanted(path: string): boolean {
  for (const cataloger of catalogers) if (cataloger.selects(path)) return true;
  return releaseFiles.has(path);
}

/** Whether a file is to be kept in reading a layer. */
export function selection(extra: ExtraWants): (path: string) => boolean {
  if (extra.paths.size === 0 && extra.folders.size === 0) return wanted;
  const folders = [...extra.folders];
  return (path) =>
    wanted(path) ||
    extra.paths.has(path) ||
    folders.some(([real, known]) => path.startsWith(`${real}/`) && wanted(known + path.slice(real.length)));
}
