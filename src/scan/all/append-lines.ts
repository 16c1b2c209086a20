import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

/** A file of lines that one run after the other adds to. */
export interface AppendedLines {
  /** Whole lines. */
  write(text: string): void;
  close(): void;
}

/**
 * Opens the NDJSON that a resumed run goes on with: what earlier runs wrote stays, but for a last line that was torn and
 * for a last line that says that the run came to its end. Throws what the file system throws.
 */
export function openAppending(path: string): AppendedLines {
  const file = openSync(path, 'a+');
  const { size } = fstatSync(file);
  const whole = size === 0 ? 0 : startOfLine(file, size, size);
  const last = whole === 0 ? 0 : startOfLine(file, whole - 1, whole);
  ftruncateSync(file, isTotal(file, last, whole) ? last : whole);
  return {
    write: (text) => void writeSync(file, text),
    close: () => closeSync(file),
  };
}

/** Where the line begins that has the byte before `end`: after the last line break before that, looked for backwards. */
function startOfLine(file: number, end: number, size: number): number {
  const chunk = Buffer.alloc(1 << 16);
  for (let before = Math.min(end, size); before > 0; ) {
    const start = Math.max(0, before - chunk.length);
    const length = readSync(file, chunk, 0, before - start, start);
    const found = chunk.subarray(0, length).lastIndexOf(0x0a);
    if (found !== -1) return start + found + 1;
    before = start;
  }
  return 0;
}

function isTotal(file: number, start: number, end: number): boolean {
  const head = Buffer.alloc(Math.min(64, end - start));
  readSync(file, head, 0, head.length, start);
  return head.toString('latin1').startsWith('{"schemaVersion":"1","total":');
}
