export type CliErrorCode = 'usage' | 'output';

/** A command that can't be carried out as it was given. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;
  /** What varies: a path, a name. */
  readonly detail: string | undefined;
  constructor(code: CliErrorCode, message: string, detail?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
  }
}
