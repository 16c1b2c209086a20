import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Frees at once what is not used any more, in some 20 ms: for work that fills its memory and empties it again and again,
 * where the engine would let the heap grow to several times of that.
 */
export function collectGarbage(): void {
  collect ??= collector();
  collect();
}

/** The function is there only for contexts that are made while the flag is set. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return typeof found === 'function' ? (): void => void found() : (): void => undefined;
}
