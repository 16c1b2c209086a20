import { gunzipSync } from 'node:zlib';

/**
 * The digests of a package's files: `mtree` of pacman's local database, mtree(5) in gzip.
 *
 *   line = "./" path *(SP keyword "=" value)      ; bytes beyond letters and digits as "\" and three octal digits
 *
 * Lines that begin otherwise (comments, `/set`) are passed over.
 */
const maximumBytes = 256 << 20;

/** `sha256:…` or `md5:…` by path without leading slash; undefined when the file can't be read. */
export function readDigests(bytes: Uint8Array): ReadonlyMap<string, string> | undefined {
  let text: string;
  try {
    text = gunzipSync(bytes, { maxOutputLength: maximumBytes }).toString('latin1');
  } catch {
    return undefined;
  }
  const digests = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (!line.startsWith('./')) continue;
    const digest = digestOf(line, ' sha256digest=', 64, 'sha256') ?? digestOf(line, ' md5digest=', 32, 'md5');
    if (digest === undefined) continue;
    const end = line.indexOf(' ');
    digests.set(unescaped(line.slice(2, end)), digest);
  }
  return digests;
}

function digestOf(line: string, keyword: string, length: number, algorithm: string): string | undefined {
  const at = line.indexOf(keyword);
  if (at < 0) return undefined;
  const hex = line.slice(at + keyword.length, at + keyword.length + length);
  return hex.length === length && /^[\da-f]+$/.test(hex) ? `${algorithm}:${hex}` : undefined;
}

function unescaped(path: string): string {
  const raw = path.includes('\\')
    ? path.replaceAll(/\\([0-3][0-7]{2})/g, (_whole, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    : path;
  return Buffer.from(raw, 'latin1').toString('utf8');
}
