import type { OutcomeError } from '../../report/many/outcome.ts';

/** Takes apart what was thrown, of whatever class of errors; a defect has no code. */
export function outcomeError(error: unknown): OutcomeError {
  if (!(error instanceof Error)) return { name: '', code: '', message: String(error) };
  const text = (key: string): string => {
    const value: unknown = Reflect.get(error, key);
    return typeof value === 'string' ? value : '';
  };
  const detail = [text('subject'), text('detail')].filter((part) => part !== '').join(': ');
  const { name, message } = error;
  return { name, code: text('code'), message, ...(detail === '' ? {} : { detail }) };
}

/** What is said of an image in the midst of which a thread ended. */
export function threadEnded(cause: unknown): OutcomeError {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY')
    return { name: '', code: 'out-of-memory', message: 'The image needs more memory than a thread may have' };
  const detail = cause instanceof Error ? cause.message : String(cause);
  return { name: '', code: 'crashed', message: 'The thread that scanned the image ended before its end', detail };
}
