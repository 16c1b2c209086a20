// A Packages index is a file of deb822 stanzas, one for each binary package (wiki of Debian, DebianRepository/Format).
// Used of each: Package, Version, Architecture, Source ( name [ "(" version ")" ] ), Size, SHA256, Filename.
import { ArchiveError } from './error.ts';

/** A binary package of an index. */
export interface Row {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly source: string;
  readonly sourceVersion: string;
  readonly size: number;
  readonly sha256: string;
  /** Path below the archive's base address. */
  readonly path: string;
}

const PIECE_BYTES = 1 << 16;
/** No stanza is longer; Debian's longest are some 30 kB. */
const STANZA_BYTES = 1 << 20;

/**
 * The packages of an index that comes in pieces, a batch for each piece; undefined stands for a stanza that can't be used.
 * Throws `ArchiveError` (`bad-index`) for what is no index.
 */
export async function* readRows(
  chunks: AsyncIterable<Uint8Array>,
  subject: string,
): AsyncGenerator<(Row | undefined)[]> {
  let rest = '';
  for await (const chunk of small(chunks)) {
    // The wanted fields are ASCII; one byte is one character, so that no piece ends within one.
    const text = rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    const rows: (Row | undefined)[] = [];
    let at = 0;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n', at)) {
      if (end > at) rows.push(rowOf(text.slice(at, end)));
      at = end + 2;
      while (text[at] === '\n') at++;
    }
    rest = text.slice(at);
    if (rest.length > STANZA_BYTES)
      throw new ArchiveError('bad-index', 'the index of packages has no stanzas', { subject });
    yield rows;
  }
  if (rest.trim() !== '') yield [rowOf(rest.trimEnd())];
}

/** Texts of a megabyte would be garbage faster than it is collected. */
async function* small(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) yield chunk.subarray(at, at + PIECE_BYTES);
  }
}

function rowOf(stanza: string): Row | undefined {
  const text = `\n${stanza}\n`;
  const name = field(text, '\nPackage: ');
  const version = field(text, '\nVersion: ');
  const architecture = field(text, '\nArchitecture: ');
  const size = field(text, '\nSize: ');
  const sha256 = field(text, '\nSHA256: ');
  const path = field(text, '\nFilename: ');
  const [, source = name, sourceVersion = version] = /^(\S+)(?:\s+\((\S+)\))?$/.exec(field(text, '\nSource: ')) ?? [];
  const sound =
    /^[a-z0-9][\w+.-]*$/i.test(name) &&
    /^[\w.+:~-]+$/.test(version) &&
    /^[a-z0-9-]+$/.test(architecture) &&
    /^[a-z0-9][\w+.-]*$/i.test(source) &&
    /^[\w.+:~-]+$/.test(sourceVersion) &&
    /^\d{1,12}$/.test(size) &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    isSafePath(path);
  return sound ? { name, version, architecture, source, sourceVersion, size: Number(size), sha256, path } : undefined;
}

function field(text: string, start: string): string {
  const at = text.indexOf(start);
  return at < 0 ? '' : text.slice(at + start.length, text.indexOf('\n', at + start.length)).trim();
}

/** Below the base address, whatever a server or a file system makes of it. */
function isSafePath(path: string): boolean {
  return (
    /^[!-~]{1,1000}$/.test(path) &&
    !/[\\?#]|^[/]|\/\/|^[a-z][a-z0-9+.-]*:\//i.test(path) &&
    !/(?:^|\/)\.\.(?:\/|$)/.test(path) &&
    !/%2e|%2f|%5c/i.test(path)
  );
}
