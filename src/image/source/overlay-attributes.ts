// Node.js reads no extended attributes. GNU tar does: of each path that it is given it writes, without the content of
// folders, an archive in which pax records `SCHILY.xattr.NAME` stand before the member.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parsePax } from '../../internal/pax.ts';
import { blockBytes, isZeroBlock, parseHeader, TarError } from '../../internal/tar-header.ts';

/** What overlayfs marks (kernel documentation, "Overlay Filesystem"), in the one of the two namespaces that was asked for. */
export interface OverlayAttributes {
  /** `y`: the folder hides that of the layers below; `x`: files in it may be whiteouts by attribute. */
  readonly opaque?: string;
  /** The name that the file or folder has in the layers below. */
  readonly redirect?: string;
  readonly metacopy: boolean;
  readonly whiteout: boolean;
  /** Marked in the other namespace, which counts only if the overlay is mounted so. */
  readonly foreign: boolean;
}

/** Attributes by path; what is not in it could not be read. */
export type AttributesByPath = ReadonlyMap<string, OverlayAttributes>;

/** What GNU tar says of paths that vanish or change; anything else may mean that it did not look at attributes. */
const harmless =
  /^$|: Cannot (?:stat|open): No such file or directory$|: File removed before we read it$|: file changed as we read it$|^tar: Exiting with failure status/;

const batch = 1_000;
/** Far more than the headers of a batch, and the files of which no more than their first bytes are looked at. */
const maximumOutput = 256 << 20;

/**
 * Reads the attributes of paths below a folder (`''` is itself). A text says why none can be: no GNU tar, or no right to
 * see those of the kernel's own (`trusted.…`).
 */
export function overlayAttributes(
  base: string,
  paths: readonly string[],
  userAttributes: boolean,
): AttributesByPath | string {
  if (!userAttributes && !seesTrusted()) return 'attributes trusted.overlay.* are shown to CAP_SYS_ADMIN only';
  const found = new Map<string, OverlayAttributes>();
  for (let at = 0; at < paths.length; at += batch) {
    const failed = readBatch(base, paths.slice(at, at + batch), userAttributes, found);
    if (failed !== undefined) return failed;
  }
  return found;
}

/** Whether this process is privileged in the first user namespace: to others the kernel hides such attributes (xattr(7)). */
function seesTrusted(): boolean {
  try {
    const capabilities = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
    const everyUser = /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'));
    return everyUser && ((BigInt(`0x${capabilities}`) >> 21n) & 1n) === 1n;
  } catch {
    return false;
  }
}

function readBatch(
  base: string,
  paths: readonly string[],
  userAttributes: boolean,
  found: Map<string, OverlayAttributes>,
): string | undefined {
  const options = ['--create', '--format=pax', '--xattrs', '--sparse', '--no-recursion', `--directory=${base}`];
  const { stdout, stderr, error } = spawnSync(
    'tar',
    [...options, '--null', '--verbatim-files-from', '--no-unquote', '--files-from=-'],
    {
      input: paths.map((path) => `./${path}\0`).join(''),
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      maxBuffer: maximumOutput,
      timeout: 60_000,
    },
  );
  if (error)
    return `attributes of files are read with GNU tar: ${(error as NodeJS.ErrnoException).code ?? error.message}`;
  const complaint = stderr
    .toString('utf8')
    .split('\n')
    .find((line) => !harmless.test(line));
  if (complaint !== undefined) return `attributes of files are read with GNU tar: ${complaint.slice(0, 200)}`;
  try {
    members(stdout, (name, records) => {
      found.set(name.replace(/^\.\/?/, '').replace(/\/$/, ''), attributesOf(records, userAttributes));
    });
  } catch (failure) {
    if (failure instanceof TarError) return `attributes of files are read with GNU tar: ${failure.message}`;
    throw failure;
  }
  return undefined;
}

function members(archive: Buffer, visit: (name: string, records: ReadonlyMap<string, string>) => void): void {
  let records = new Map<string, string>();
  for (let at = 0; at + blockBytes <= archive.length && !isZeroBlock(archive, at); ) {
    const { name, type, size } = parseHeader(archive, at);
    at += blockBytes;
    if (type === 'x') records = parsePax(archive.subarray(at, at + size));
    else if (type !== 'g') {
      visit(records.get('GNU.sparse.name') ?? records.get('path') ?? name, records);
      records = new Map();
    }
    at += Math.ceil(size / blockBytes) * blockBytes;
  }
}

function attributesOf(records: ReadonlyMap<string, string>, userAttributes: boolean): OverlayAttributes {
  const own = `SCHILY.xattr.${userAttributes ? 'user' : 'trusted'}.overlay.`;
  const other = `SCHILY.xattr.${userAttributes ? 'trusted' : 'user'}.overlay.`;
  const opaque = records.get(`${own}opaque`);
  const redirect = records.get(`${own}redirect`);
  return {
    ...(opaque === undefined ? {} : { opaque }),
    ...(redirect === undefined ? {} : { redirect }),
    metacopy: records.has(`${own}metacopy`),
    whiteout: records.has(`${own}whiteout`),
    foreign: ['opaque', 'redirect', 'metacopy', 'whiteout'].some((name) => records.has(`${other}${name}`)),
  };
}
