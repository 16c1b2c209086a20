/**
 * Looks at the bytes of a capture as soon as there are as many as it wanted; gives how many it wants next, or
 * `undefined` when it is done. `last`: there are no more.
 */
export type Step = (bytes: Buffer, last: boolean) => number | undefined;

/** Collects bytes from given places of a file as they pass. */
export interface Captures {
  /** Begins at an offset of the file: from the current piece on. Dropped (`false`) when too many are under way. */
  begin(start: number, wanted: number, step: Step): boolean;
  /** Takes the next piece of the file. */
  feed(piece: Buffer, at: number): void;
  /** Shows every unfinished capture what it has. */
  end(): void;
}

interface Capture {
  readonly start: number;
  readonly step: Step;
  wanted: number;
  bytes: Buffer;
  length: number;
  done: boolean;
}

const maximumCaptures = 256;
/** More is wanted by nothing that is no lie. */
const maximumBytes = 8 << 20;

/** No captures yet. */
export function captures(): Captures {
  let open: Capture[] = [];
  return {
    begin(start, wanted, step) {
      if (open.length >= maximumCaptures) return false;
      open.push({ start, step, wanted, bytes: Buffer.alloc(0), length: 0, done: false });
      return true;
    },
    feed(piece, at) {
      // A step may begin further ones, in the same piece.
      for (let index = 0; index < open.length; index++) fill(open[index] as Capture, piece, at);
      if (open.some(({ done }) => done)) open = open.filter(({ done }) => !done);
    },
    end() {
      for (const capture of open.splice(0)) {
        if (!capture.done) capture.step(capture.bytes.subarray(0, capture.length), true);
      }
    },
  };
}

function fill(capture: Capture, piece: Buffer, at: number): void {
  while (!capture.done) {
    const from = capture.start + capture.length - at;
    if (from < 0 || (capture.length < capture.wanted && from >= piece.length)) {
      // What has passed before it was asked for does not come again.
      capture.done = from < 0;
      if (capture.done) capture.step(Buffer.alloc(0), true);
      return;
    }
    const missing = Math.max(0, capture.wanted - capture.length);
    append(capture, piece.subarray(from, from + missing));
    if (capture.length < capture.wanted) return;
    const wanted = capture.step(capture.bytes.subarray(0, capture.length), false);
    capture.done = wanted === undefined || wanted > maximumBytes;
    if (wanted !== undefined && capture.done) capture.step(capture.bytes.subarray(0, capture.length), true);
    capture.wanted = Math.max(wanted ?? 0, capture.length + 1);
  }
}

function append(capture: Capture, part: Buffer): void {
  const length = capture.length + part.length;
  if (length > capture.bytes.length) {
    const larger = Buffer.allocUnsafeSlow(Math.max(length, Math.min(capture.wanted, capture.bytes.length * 2)));
    capture.bytes.copy(larger, 0, 0, capture.length);
    capture.bytes = larger;
  }
  part.copy(capture.bytes, capture.length);
  capture.length = length;
}
