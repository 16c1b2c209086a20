import { createHash } from 'node:crypto';
import { PathIndex, type PathIndexData } from '../image/layer/path-index.ts';
import { catalogers, ecosystems } from './ecosystems.ts';
import type { ExtraWants, Wanted } from './selection.ts';
import { version } from './version.ts';

/** Changes with what is kept of a layer, where neither the program's version nor a list below tells. */
const layout = 2;

const readers: readonly string[] = [
  ...catalogers.map(({ id }) => id),
  ...new Set(ecosystems.flatMap(({ extractors = [] }) => extractors.map(({ id }) => id))),
];

/**
 * What is wanted of a layer, by whom and of which version, in one word: contents of one layer that were read for the same
 * are the same. `paths`, what is known to be in the layer, leaves out whatever wishes can't concern it. `digest` is the
 * blob's: a configuration may name the diffID of another one, which older podman unpacks all the same.
 */
export function wantsOf({ detail, extra }: Wanted, digest?: string, paths?: PathIndexData): string {
  const concerning = paths === undefined ? extra : concerned(extra, new PathIndex(paths));
  const asked = [[...concerning.paths].toSorted(([a], [b]) => (a < b ? -1 : 1)), [...concerning.folders]];
  return createHash('sha256')
    .update(JSON.stringify([layout, version, readers, detail, asked, digest]))
    .digest('hex');
}

function concerned({ paths, folders }: ExtraWants, index: PathIndex): ExtraWants {
  return {
    paths: new Map([...paths].filter(([path]) => index.has(path))),
    folders: new Map([...folders].filter(([folder]) => index.hasBelow(folder))),
  };
}
