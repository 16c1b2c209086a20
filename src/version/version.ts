/** A version text that its scheme understands. */
export interface Version {
  readonly kind: 'version';
  /** The text as given. */
  readonly text: string;
}

/** A version text that its scheme does not understand; never compared, never read as "not affected". */
export interface Unparsable {
  readonly kind: 'unparsable';
  readonly text: string;
  /** Which rule of the grammar it breaks, in words for the user. */
  readonly reason: string;
}

/** -1 when the first sorts before the second, 0 when they are the same version, 1 when it sorts after. */
export type Ordering = -1 | 0 | 1;

/** The total order of one package manager's versions. `V` is what `parse` keeps for `compare`. */
export interface VersionScheme<V extends Version = Version> {
  /** Identifier of the scheme: `dpkg`, `apk`, `rpm`, … */
  readonly id: string;
  parse(text: string): V | Unparsable;
  compare(a: V, b: V): Ordering;
  /**
   * The version without what its builder added to it (PEP 440, "Local version identifiers"), or undefined when nothing was
   * added. Whoever speaks of a version without such an addition means its builds too.
   */
  publicVersion?(version: V): V | undefined;
  /**
   * The version without the epoch that it states, or undefined when it states none. A source package's name in the package
   * database has no epoch, and neither have records by source packages whose publisher does not know it.
   */
  withoutEpoch?(version: V): V | undefined;
}
