/**
 * Ceilings that keep hostile input within bounded memory and time. Each is far above what real images hold; going over
 * one is said, never cut silently.
 */
export const limits: {
  readonly manifestBytes: number;
  readonly fileBytes: number;
  readonly selectedBytes: number;
  readonly selectedBytesPerImage: number;
  readonly entriesPerLayer: number;
  readonly entriesPerImage: number;
  readonly linksPerLayer: number;
  readonly layers: number;
  readonly pathBytes: number;
  readonly bombBytes: number;
  readonly bombRatio: number;
  readonly linkDepth: number;
  readonly treeSteps: number;
} = {
  /** Manifest, index or configuration, bytes. */
  manifestBytes: 8 << 20,
  /** One file that a cataloger wants, bytes. */
  fileBytes: 256 << 20,
  /** All files that catalogers want of one layer, bytes. */
  selectedBytes: 512 << 20,
  /** The same of all layers. */
  selectedBytesPerImage: 1 << 30,
  entriesPerLayer: 4_000_000,
  entriesPerImage: 8_000_000,
  /** Symbolic links kept of one layer. */
  linksPerLayer: 500_000,
  layers: 1_000,
  /** A path or the target of a link, as Linux has it (PATH_MAX). */
  pathBytes: 4096,
  /** A layer that has grown past `bombBytes` while unpacking to more than `bombRatio` times its size is a bomb. */
  bombBytes: 1 << 30,
  bombRatio: 500,
  /** Symbolic links followed in resolving one path, as Linux has it (path_resolution(7)). */
  linkDepth: 40,
  /** Characters of paths looked at in putting layers on top of each other: seconds. */
  treeSteps: 2_000_000_000,
};
