import { readFileSync } from 'node:fs';
import { DatabaseError } from './error.ts';

/** A mirror's file may have gone or be closed to us, which is that feed's failure alone. */
export function readDocument(path: string): Buffer | DatabaseError {
  try {
    return readFileSync(path);
  } catch (cause) {
    return new DatabaseError('fetch-failed', 'the feed cannot be read', {
      subject: path,
      detail: String(cause),
      cause,
    });
  }
}
