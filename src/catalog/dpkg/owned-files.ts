import type { OwnedFile } from '../../inventory/inventory.ts';

/**
 * The files of a package from its `list` (absolute paths, one a line, folders too) with the digests of its `md5sums`
 * (`digest SP SP path`, relative), or from the `md5sums` alone where there is no `list`. An empty folder can't be told
 * from a file.
 */
export function ownedFiles(list: Uint8Array | undefined, md5sums: Uint8Array | undefined): OwnedFile[] {
  const digests = readDigests(md5sums);
  if (list === undefined) {
    return [...digests].map(([path, digest]) => ({ path: `/${path}`, digest: `md5:${digest}` }));
  }
  const paths = decode(list).split('\n');
  const files: OwnedFile[] = [];
  const folders = new Set<string>();
  for (let index = 0; index < paths.length; index += 1) {
    const path = paths[index] ?? '';
    if (path.charCodeAt(0) !== slash || path.length === 1 || path === '/.') continue;
    const digest = digests.get(path.slice(1));
    // Folders are listed too, most right before what they hold; those that hold only links stand further ahead of it.
    if (digest === undefined) folders.add(path.slice(0, path.lastIndexOf('/')));
    const next = paths[index + 1] ?? '';
    const folder = next.charCodeAt(path.length) === slash && next.startsWith(path);
    if (!folder) files.push(digest === undefined ? { path } : { path, digest: `md5:${digest}` });
  }
  return files.filter((file) => file.digest !== undefined || !folders.has(file.path));
}

const slash = 0x2f;
const space = 0x20;
const digits = 32;

/** Hexadecimal digests by path without leading slash. */
function readDigests(md5sums: Uint8Array | undefined): Map<string, string> {
  const digests = new Map<string, string>();
  if (md5sums === undefined) return digests;
  for (const line of decode(md5sums).split('\n')) {
    // After the digits a space and a second one or `*`, as md5sum(1) writes.
    if (line.charCodeAt(digits) !== space || !/^[\da-f]{32}./.test(line)) continue;
    const path = line.slice(line.startsWith('./', digits + 2) ? digits + 4 : digits + 2);
    if (path !== '') digests.set(path.charCodeAt(0) === slash ? path.slice(1) : path, line.slice(0, digits));
  }
  return digests;
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
