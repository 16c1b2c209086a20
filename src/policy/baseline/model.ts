/** One recommendation of a standard: how it is checked, or why an image does not tell. */
export interface Control {
  /** As the standard numbers it, or by a short name of ours where it does not. */
  readonly id: string;
  readonly title: string;
  /** Key of `checks`. */
  readonly check?: string;
  readonly why?: string;
}

/** A standard, as far as it is about images and what runs of them. */
export interface Standard {
  readonly id: string;
  readonly title: string;
  readonly controls: readonly Control[];
}

/** Whether an image meets a control. `unknown` is never counted as met. */
export type ControlStatus = 'pass' | 'fail' | 'unknown';

/** What came of one control. */
export interface ControlResult {
  readonly id: string;
  readonly title: string;
  readonly status: ControlStatus;
  /** Constant text. */
  readonly why: string;
  /** What shows it, at most ten. */
  readonly evidence: readonly string[];
}
