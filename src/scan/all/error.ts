/** What kinds of trouble keep a run over many images from being begun. */
export type ScanAllErrorCode = 'bad-place' | 'bad-list' | 'not-a-journal' | 'unwritable';

/** A list of images that can't be had, or a file to resume by that is none. */
export class ScanAllError extends Error {
  override readonly name = 'ScanAllError';
  readonly code: ScanAllErrorCode;
  /** What varies: path, line, what was understood. */
  readonly detail: string | undefined;
  constructor(code: ScanAllErrorCode, message: string, detail?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
  }
}
