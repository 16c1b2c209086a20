import { createHash } from 'node:crypto';
import { isCsaf, readCsaf } from './csaf.ts';
import { isCycloneDx, readCycloneDx } from './cyclonedx.ts';
import { fieldsOf } from './fields.ts';
import { isOpenVex, readOpenVex } from './openvex.ts';
import { type VexDocument, VexError } from './statement.ts';

/** Larger documents are no VEX of one image: Red Hat's largest has 15 MB. */
export const mostVexBytes: number = 128 * 1024 * 1024;

/** Reads a VEX document of any of the three formats; `place` is where it was found. Throws `VexError`. */
export function readVex(bytes: Uint8Array, place: string): VexDocument {
  if (bytes.length > mostVexBytes) {
    throw new VexError('too-large', 'a VEX document exceeds the size limit', place, `${bytes.length} bytes`);
  }
  const document = fieldsOf(parsed(bytes, place));
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (isOpenVex(document)) return { ...readOpenVex(document), place, digest };
  if (isCycloneDx(document)) return { ...readCycloneDx(document), place, digest };
  if (isCsaf(document)) return { ...readCsaf(document), place, digest };
  throw new VexError('not-vex', 'the document is neither OpenVEX nor CycloneDX nor CSAF', place);
}

function parsed(bytes: Uint8Array, place: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : undefined;
    throw new VexError('not-vex', 'the VEX document is not JSON', place, detail, cause);
  }
}
