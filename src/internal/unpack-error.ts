export type UnpackErrorCode = 'not-an-archive' | 'truncated' | 'corrupt' | 'too-large' | 'unsupported';

/** Packed bytes that cannot be unpacked, or ask for more than was allowed. */
export class UnpackError extends Error {
  override readonly name = 'UnpackError';
  readonly code: UnpackErrorCode;
  readonly detail: string | undefined;
  constructor(code: UnpackErrorCode, message: string, detail?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
  }
}

/** Bytes that go beyond what the caller allows. */
export function tooLarge(limit: number): UnpackError {
  return new UnpackError('too-large', 'the file unpacks to more than the size limit', `over ${limit} bytes`);
}
