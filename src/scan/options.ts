import type { OpenOptions } from '../image/image.ts';

/** How far a scan is. */
export interface ScanProgress {
  /** Reading layers; fetching, compiling and sealing advisories, or waiting for another process that does; asking an archive. */
  readonly stage: 'reading' | 'fetching' | 'compiling' | 'sealing' | 'waiting' | 'asking';
  /** Bytes. */
  readonly done?: number;
  readonly total?: number;
  readonly label?: string;
}

/** What came of fetching: sentences on what failed, and the ecosystems that nobody has. */
export interface FetchedAdvisories {
  readonly notes: readonly string[];
  readonly unserved: readonly string[];
}

/** How to scan. */
export interface ScanOptions extends Pick<OpenOptions, 'platform' | 'places' | 'registry' | 'engines'> {
  /** Fetches only what is needed of layers that have a table of contents, which is then trusted. */
  readonly lazy?: boolean;
  /** Fetches nothing. */
  readonly offline?: boolean;
  /** Folder or address that holds the feeds at `<host>/<path>`. */
  readonly mirror?: string;
  /** The advisory database; default: `databasePath(process.env)`. */
  readonly databasePath?: string;
  /** Where what is found in images and layers is kept; `false` keeps nothing; default: beside the database. */
  readonly cacheFolder?: string | false;
  /**
   * A repository of a registry in which a team shares what is found in layers, `registry.example/team/layers`; default:
   * `$SEAWORTHY_CACHE_REPOSITORY`. Whoever can write there decides what is found.
   */
  readonly cacheFrom?: string;
  /** Gives it what it does not know. */
  readonly cachePush?: boolean;
  /** VEX documents: files, folders, VEX repositories in a folder; `image` for those attached to the image. */
  readonly vex?: readonly string[];
  /** A distribution's archive to ask: an address, `image` for the image's own apt sources, `machine` for this machine's. */
  readonly archive?: string;
  /** Reads layers on the calling thread alone, for other threads scan too. */
  readonly oneLane?: boolean;
  /** Fetches the advisories of ecosystems that the database lacks; default: this scan does it itself. */
  readonly fetchAdvisories?: (ecosystems: readonly string[]) => Promise<FetchedAdvisories>;
  readonly onProgress?: (progress: ScanProgress) => void;
  /** Once it is aborted there is no report: the scan throws the signal's reason. */
  readonly signal?: AbortSignal;
}
