/*
 * Where snaps lie (snapd, "snap format"); `instance` is the name, or `name "_" key` of a parallel one:
 *
 *   mounted  = [prefix] "snap/" instance "/" revision "/" file        revision = 1*DIGIT / "x" 1*DIGIT / "current"
 *   unpacked = file, at the root of the image
 *   packed   = "var/lib/snapd/" ( "snaps" / "seed/snaps" ) "/" instance "_" revision ".snap"       a squashfs
 *   file     = "meta/snap.yaml" / "snap/manifest.yaml" / "usr/share/snappy/dpkg.list"
 */

/** What a file of a snap tells. */
export type SnapFile = 'declaration' | 'manifest' | 'debs';

/** A file of a snap, by its path. */
export interface SnapPlace {
  /** The snap's folder with a slash at the end, empty at the root of the image. */
  readonly root: string;
  readonly kind: SnapFile;
  /** Absent where the path does not say. */
  readonly revision?: string;
}

const kinds: readonly (readonly [string, SnapFile])[] = [
  ['meta/snap.yaml', 'declaration'],
  ['snap/manifest.yaml', 'manifest'],
  ['usr/share/snappy/dpkg.list', 'debs'],
];

/** What the file at a path (no leading slash) is of a snap; `undefined` when it is none. */
export function placeOf(path: string): SnapPlace | undefined {
  if (!path.endsWith('.yaml') && !path.endsWith('/dpkg.list')) return undefined;
  for (const [end, kind] of kinds) {
    if (!path.endsWith(end)) continue;
    const root = path.slice(0, -end.length);
    if (root === '') return { root, kind };
    const [, revision] = /(?:^|\/)snap\/[^/]+\/(current|x?\d+)\/$/.exec(root) ?? [];
    if (revision !== undefined) return revision === 'current' ? { root, kind } : { root, kind, revision };
  }
  return undefined;
}

/** A packed snap, as its file is named. */
export interface PackedSnap {
  readonly name: string;
  readonly revision: string;
}

/** Whether the path is where snapd keeps packed snaps. */
export function isPacked(path: string): boolean {
  return path.endsWith('.snap') && /(?:^|\/)var\/lib\/snapd\/(?:seed\/)?snaps\/[^/]+\.snap$/.test(path);
}

/** What the name of a packed snap says; `undefined` when it is no name of one. */
export function packedSnap(path: string): PackedSnap | undefined {
  const [, name, revision] = /([a-z\d-]{1,40})(?:_[a-z\d]{1,10})?_(x?\d{1,10})\.snap$/.exec(path) ?? [];
  return name === undefined || revision === undefined ? undefined : { name, revision };
}
