import type { Detail, ImageFile } from '../catalog/catalog.ts';
import type { Snapshot, SquashedFile } from '../image/tree/squash.ts';
import type { LayerRef } from '../inventory/inventory.ts';
import type { Ecosystem } from './ecosystems.ts';

/** The files of one ecosystem as some layer leaves them. */
export interface Share {
  readonly layer: LayerRef;
  /** Sorted by path. */
  readonly files: readonly ImageFile[];
}

/** What each ecosystem is given of a snapshot. */
export type Shares = ReadonlyMap<Ecosystem, readonly ImageFile[]>;

const nowhere: LayerRef = { index: 0, diffId: '' };

/** Deals the files of snapshots out to the ecosystems whose catalogers want them; each path is looked at once. */
export function dealer(
  ecosystems: readonly Ecosystem[],
  detail: Detail,
  layers: readonly LayerRef[],
): (snapshot: Snapshot) => Shares {
  const takersOf = new Map<string, readonly Ecosystem[]>();
  const takers = (path: string, { extractor }: SquashedFile): readonly Ecosystem[] => {
    const key = `${extractor ?? ''}:${path}`;
    let known = takersOf.get(key);
    if (known === undefined) {
      known = ecosystems.filter((one) =>
        extractor === undefined
          ? one.cataloger.selects(path, detail)
          : one.extractors?.some(({ id }) => id === extractor),
      );
      takersOf.set(key, known);
    }
    return known;
  };
  return ({ files }) => {
    const shares = new Map<Ecosystem, ImageFile[]>();
    for (const path of [...files.keys()].toSorted()) {
      const file = files.get(path);
      if (!file) continue;
      const { bytes, layer, extractor } = file;
      const given = { path, bytes, layer: layers[layer] ?? nowhere, ...(extractor === undefined ? {} : { extractor }) };
      for (const one of takers(path, file)) {
        const share = shares.get(one);
        if (share) share.push(given);
        else shares.set(one, [given]);
      }
    }
    return shares;
  };
}

/** How the files of one ecosystem stood after each layer that changed them, lowest first. */
export function historyOf(
  ecosystem: Ecosystem,
  standings: readonly { readonly layer: LayerRef; readonly shares: Shares }[],
): Share[] {
  const history: Share[] = [];
  let before: readonly ImageFile[] = [];
  for (const { layer, shares } of standings) {
    const files = shares.get(ecosystem) ?? [];
    const changed = files.length !== before.length || files.some((file, at) => !same(file, before[at]));
    if (changed) history.push({ layer, files });
    before = files;
  }
  return history;
}

/** Files of which a lower layer had other content at the same path. */
export function replacedPaths(history: readonly Share[]): Set<string> {
  const first = new Map<string, ImageFile>();
  const replaced = new Set<string>();
  for (const { files } of history) {
    for (const file of files) {
      const known = first.get(file.path);
      if (known === undefined) first.set(file.path, file);
      else if (known.bytes !== file.bytes) replaced.add(file.path);
    }
  }
  return replaced;
}

function same(a: ImageFile, b: ImageFile | undefined): boolean {
  return a.path === b?.path && a.bytes === b.bytes;
}
