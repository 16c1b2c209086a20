// list    = *( line newline )        UTF-8; newline is LF or CR LF, the last may be missing
// line    = *WSP [ reference ] *WSP [ "#" comment ]
// A "#" begins a comment at the start of a line or after a blank, for a path may hold one.
import { constants, createReadStream, openSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { ScanAllError } from './error.ts';

/** Longer lines are no references, bytes; PATH_MAX and then some. */
const longestLine = 8192;
const newline = 0x0a;

/** References of a list, one a line; read as they are taken. Throws `ScanAllError` (`bad-list`) for what is no list. */
export async function* referencesIn(place: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let number = 1;
  let rest: Buffer = Buffer.alloc(0);
  const reference = (line: Buffer): string => {
    const text = textOf(line, `${place}, line ${number++}`);
    return text.replace(/(?:^|\s)#.*$/s, '').trim();
  };
  for await (const chunk of bytes) {
    const all = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = all.indexOf(newline); end !== -1; end = all.indexOf(newline, start)) {
      const found = reference(all.subarray(start, end));
      if (found !== '') yield found;
      start = end + 1;
    }
    rest = all.subarray(start);
    if (rest.length > longestLine) textOf(rest, `${place}, line ${number}`);
  }
  const last = reference(rest);
  if (last !== '') yield last;
}

function textOf(line: Buffer, where: string): string {
  if (line.length > longestLine)
    throw new ScanAllError('bad-list', 'A line of the list is longer than any reference', where);
  const text = line.toString('utf8').replace(/^\ufeff/, '');
  // oxlint-disable-next-line no-control-regex -- what no text file has
  if (/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text))
    throw new ScanAllError('bad-list', 'The list is no text file of references', where);
  return text;
}

/** The bytes of a file or a pipe. Throws `ScanAllError` (`bad-list`). */
export async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* statSync(path).isFIFO() ? pipe(path) : createReadStream(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new ScanAllError('bad-list', 'The list of images cannot be read', `${path} (${code})`, cause);
  }
}

/** Opening a pipe waits for whoever writes to it, and nothing can interrupt that. */
function pipe(path: string): AsyncIterable<Uint8Array> {
  return new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false });
}
