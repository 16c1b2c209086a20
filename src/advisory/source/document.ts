import { JsonEntriesError, type JsonSlice, jsonSlices, jsonValue } from '../../internal/json-entries.ts';
import { AdvisoryError, type AdvisoryErrorCode } from '../advisory.ts';

const CODES: Readonly<Record<JsonEntriesError['code'], AdvisoryErrorCode>> = {
  html: 'not-the-format',
  'not-json': 'not-the-format',
  truncated: 'truncated',
  'too-large': 'too-large',
  'too-deep': 'too-large',
};

const MESSAGES: Readonly<Record<JsonEntriesError['code'], string>> = {
  html: 'a web page came instead of the feed; is a proxy or a log-in page in between?',
  'not-json': 'the feed is not valid JSON',
  truncated: 'the feed ends too early',
  'too-large': 'the feed has a value that exceeds the size limit',
  'too-deep': 'the feed nests deeper than any real one',
};

/** Members of a JSON feed's outer object, one at a time; what cannot be walked is an `AdvisoryError`. */
export function documentMembers(bytes: Uint8Array): Generator<JsonSlice> {
  return reworded(jsonSlices(objectOf(bytes)), 0);
}

/** Members of an object inside a feed; offsets in errors count from the start of the feed. */
export function innerMembers(slice: JsonSlice): Generator<JsonSlice> {
  return reworded(jsonSlices(slice.bytes), slice.offset);
}

/** The value of a member, as JSON.parse makes it. */
export function memberValue(slice: JsonSlice): unknown {
  try {
    return jsonValue(slice);
  } catch (error) {
    throw asAdvisoryError(error, 0);
  }
}

/** Whether the slice is an object, by its first byte. */
export function isObjectSlice(slice: JsonSlice): boolean {
  return slice.bytes[0] === 0x7b;
}

/** `value` as an object whose members may be looked at, or undefined. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `value` as a text that is not empty, or undefined. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function objectOf(bytes: Uint8Array): Uint8Array {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64)).toString('latin1');
  if (/^(ï»¿)?\s*\[/.test(start)) {
    throw new AdvisoryError('not-the-format', 'the feed is a JSON array where an object was expected');
  }
  return bytes;
}

function* reworded(slices: Generator<JsonSlice>, base: number): Generator<JsonSlice> {
  try {
    for (const slice of slices) yield base === 0 ? slice : { ...slice, offset: slice.offset + base };
  } catch (error) {
    throw asAdvisoryError(error, base);
  }
}

function asAdvisoryError(error: unknown, base: number): unknown {
  if (!(error instanceof JsonEntriesError)) return error;
  const detail = `${error.message} (byte ${error.offset + base})`;
  return new AdvisoryError(CODES[error.code], MESSAGES[error.code], detail, error);
}

/** Refuses a feed that is a JSON object where a list is expected. Throws `AdvisoryError`. */
export function refuseObject(bytes: Uint8Array): void {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64)).toString('latin1');
  if (/^(?:ï»¿)?\s*\{/.test(start)) {
    throw new AdvisoryError('not-the-format', 'the feed is a JSON object where an array was expected');
  }
}
