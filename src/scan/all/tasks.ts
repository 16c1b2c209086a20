import type { Report } from '../../finding/finding.ts';
import type { Layer, LayeredImage } from '../../image/image.ts';
import type { OutcomeError } from '../../report/many/outcome.ts';
import type { FetchedAdvisories, ScanOptions, ScanProgress } from '../options.ts';

/** What of an image can be handed between threads. */
export type PlainImage = Omit<LayeredImage, 'attachments' | 'dispose'>;

/** What a thread is asked to do. */
export type Task =
  | { readonly kind: 'open'; readonly references: readonly string[] }
  /** Reads a layer into the layer cache. */
  | { readonly kind: 'layer'; readonly layer: Layer }
  /** Scans an image that is open, else the one that the reference names now. */
  | { readonly kind: 'scan'; readonly reference: string; readonly image?: PlainImage };

/** What came of opening one image. */
export type Opened =
  | {
      readonly kind: 'image';
      /** Absent where opening made something that had to be removed again: it is opened when it is scanned. */
      readonly image?: PlainImage;
      /** Digest of the manifest, else of the configuration; absent for a folder. */
      readonly digest?: string;
      /** Its layers are to be read before it is scanned. */
      readonly readsAhead: boolean;
    }
  | { readonly kind: 'failed'; readonly error: OutcomeError };

/** What came of a task. */
export type Result =
  | { readonly kind: 'opened'; readonly opened: readonly Opened[] }
  | { readonly kind: 'read' }
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'failed'; readonly error: OutcomeError };

/** What the threads of a run are started with: the options that are plain data. */
export type PlainOptions = Omit<ScanOptions, 'signal' | 'onProgress' | 'fetchAdvisories' | 'oneLane'>;

/** From a thread. */
export type FromThread =
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'fetch'; readonly ecosystems: readonly string[] }
  | { readonly kind: 'progress'; readonly progress: ScanProgress };

/** To a thread. */
export type ToThread =
  | { readonly kind: 'task'; readonly task: Task }
  | { readonly kind: 'fetched'; readonly fetched: FetchedAdvisories }
  | { readonly kind: 'not-fetched'; readonly message: string };
