import { isAptFile } from '../archive/archive.ts';
import type { Detail } from '../catalog/catalog.ts';
import { distroFiles } from '../distro/release-files.ts';
import type { Extractor } from '../image/image.ts';
import { byEnding, endingOf } from '../internal/by-ending.ts';
import { catalogers, ecosystems } from './ecosystems.ts';

/** What a second reading wants besides what the catalogers select by path. */
export interface ExtraWants {
  /** Path → the path as which it is wanted, since a link leads to it. */
  readonly paths: ReadonlyMap<string, string>;
  /** Real folder → the well-known folder that leads to it by a link. */
  readonly folders: ReadonlyMap<string, string>;
}

/** Nothing besides. */
export const noExtraWants: ExtraWants = { paths: new Map(), folders: new Map() };

/** Well-known folders of all catalogers. */
export const wellKnownFolders: readonly string[] = [...new Set(catalogers.flatMap(({ needs }) => needs))];

const releaseFiles: ReadonlySet<string> = new Set(distroFiles);

const all: readonly Extractor[] = [...new Set(ecosystems.flatMap(({ extractors: own = [] }) => own))];
const named: readonly Extractor[] = all.filter(({ byName }) => byName);
/** A program is looked for in every file: what is known by its name comes first, wherever it stands in the list. */
const extractorsFor = byEnding([...named, ...all.filter(({ byName }) => !byName)]);
const namedFor = byEnding(named);
const catalogersFor = byEnding(catalogers);

/** What is wanted of an image; plain data that can be handed to a worker thread. */
export interface Wanted {
  readonly detail: Detail;
  readonly extra: ExtraWants;
}

/** Whether something wants the file at a path, as far as the path tells. */
export function wanted(detail: Detail): (path: string) => boolean {
  const kept = keptWhole(detail);
  return (path) => {
    const ending = endingOf(path);
    return kept(path, ending) || namedFor(ending).some((extractor) => extractor.selects(path));
  };
}

/** Whether it is a file of apt's settings, which only two folders hold. */
export function isSetting(path: string): boolean {
  return (path.startsWith('etc/apt/') || path.startsWith('usr/share/keyrings/')) && isAptFile(path);
}

/** Whether some cataloger wants the whole file at a path. */
function keptWhole(detail: Detail): (path: string, ending: string) => boolean {
  return (path, ending) => {
    for (const cataloger of catalogersFor(ending)) if (cataloger.selects(path, detail)) return true;
    return releaseFiles.has(path) || isSetting(path);
  };
}

/** Whether a file is to be kept in reading a layer: whole, or what the first extractor that wants it keeps of it. */
export function selection({ detail, extra }: Wanted): (path: string) => boolean | Extractor {
  const kept = keptWhole(detail);
  const folders = [...extra.folders];
  const usual = (path: string): boolean | Extractor => {
    const ending = endingOf(path);
    return kept(path, ending) || (extractorsFor(ending).find((extractor) => extractor.selects(path)) ?? false);
  };
  if (extra.paths.size === 0 && folders.length === 0) return usual;
  return (path) => {
    const own = usual(path);
    // A program is looked for in every file; what is known to be wanted as something else comes first.
    if (own === true || (own !== false && own.byName)) return own;
    const as = extra.paths.get(path);
    if (as !== undefined) return usual(as) || own;
    for (const [real, known] of folders) {
      const aliased = path.startsWith(`${real}/`) && usual(known + path.slice(real.length));
      if (aliased === true || (aliased && aliased.byName)) return aliased;
    }
    return own;
  };
}
