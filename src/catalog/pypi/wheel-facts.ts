import type { ProblemCode } from '../../inventory/inventory.ts';
import { asArray, asObject, asText, readJson } from '../document.ts';

/** One file of an archive that tells of packages. */
export interface WheelFile {
  /** As the archive names it: `pip-24.2.dist-info/METADATA`. */
  readonly path: string;
  /** Its bytes, one a character; empty where only the name matters. */
  readonly latin1: string;
}

/** What one wheel or egg says of itself. */
export interface WheelArchive {
  /** Its path inside the outermost archive, `!` between archives; empty for that one itself. */
  readonly path: string;
  readonly files: readonly WheelFile[];
}

/** Bad data met in an archive. */
export interface WheelProblem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly detail: string;
}

/** What was kept of one wheel or egg and of all wheels within it. */
export interface WheelFacts {
  readonly archives: readonly WheelArchive[];
  readonly problems: readonly WheelProblem[];
}

const format = 'wheel facts 1';

/** Facts as bytes in their own memory. */
export function packWheelFacts(facts: WheelFacts): Uint8Array {
  return Uint8Array.from(Buffer.from(JSON.stringify({ format, ...facts })));
}

/** Facts from `packWheelFacts`. Throws `DocumentError` or `TypeError` for other bytes. */
export function unpackWheelFacts(bytes: Uint8Array): WheelFacts {
  const value = asObject(readJson(bytes));
  if (asText(value?.['format']) !== format || !asArray(value?.['archives'])) throw new TypeError('these are no facts');
  return value as unknown as WheelFacts;
}
