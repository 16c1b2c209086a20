import type { LayerRef, Package, Provenance } from '../inventory/inventory.ts';

/** The packages as they stood after one layer. */
export interface Standing {
  readonly layer: LayerRef;
  readonly packages: readonly Package[];
}

/**
 * Tells for each package which layer brought it and which last changed it, from how the package database stood after
 * the layers before (lowest first). A package that went and came again counts from when it came again.
 */
export function provenanceOf(packages: readonly Package[], earlier: readonly Standing[], last: LayerRef): Package[] {
  let names = new Map<string, LayerRef>();
  let versions = new Map<string, LayerRef>();
  for (const { layer, packages: standing } of [...earlier, { layer: last, packages }]) {
    names = carry(names, standing, nameKey, layer);
    versions = carry(versions, standing, versionKey, layer);
  }
  return packages.map((found) => {
    const provenance: Provenance = {
      introduced: names.get(nameKey(found)) ?? last,
      changed: versions.get(versionKey(found)) ?? last,
    };
    return { ...found, provenance };
  });
}

/** Keys that stand now, with the layer since which they have stood. */
function carry(
  before: ReadonlyMap<string, LayerRef>,
  now: readonly Package[],
  key: (found: Package) => string,
  layer: LayerRef,
): Map<string, LayerRef> {
  return new Map(now.map((found) => [key(found), before.get(key(found)) ?? layer]));
}

function nameKey({ type, name, architecture }: Package): string {
  return `${type} ${name} ${architecture ?? ''}`;
}

function versionKey(found: Package): string {
  return `${nameKey(found)} ${found.version}`;
}
