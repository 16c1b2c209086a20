import type { Suite } from './model.ts';
import type { Release } from './release.ts';

/** A suite with the Release file that was verified. */
export interface OpenSuite {
  readonly suite: Suite;
  readonly release: Release;
  /** Address of the folder of the Release file; may hold credentials. */
  readonly folder: string;
}
