import { limits } from '../../internal/limit.ts';
import { digestOf, fieldsOf, listOf } from './fields.ts';
import { StoreProblem } from './store-file.ts';
import { sha256Digest } from './unpacked.ts';

/** The diffIDs that a configuration names (`rootfs.diff_ids`), once it is shown to have the digest. Throws `StoreProblem`. */
export function verifiedDiffIds(config: Buffer, digest: string): readonly string[] {
  if (sha256Digest(config) !== digest) throw new StoreProblem('damaged', `not the bytes of ${digest}`);
  const diffIds = listOf(fieldsOf(fieldsOf(parsed(config, digest))['rootfs'])['diff_ids']).map(digestOf);
  if (diffIds.length > limits.layers) throw new StoreProblem('unsupported', `too many layers in ${digest}`);
  if (!diffIds.every((diffId) => diffId !== undefined))
    throw new StoreProblem('unsupported', `layers of another kind in ${digest}`);
  return diffIds;
}

/** JSON of checked bytes. Throws `StoreProblem`. */
export function parsed(bytes: Buffer, digest: string): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (cause) {
    throw new StoreProblem('damaged', `not JSON: ${digest}`, cause);
  }
}
