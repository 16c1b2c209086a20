// A .deb is an ar archive (deb(5)):
//
//   ar     = "!<arch>" LF *member
//   member = name[16] date[12] uid[6] gid[6] mode[8] size[10] "`" LF content [ LF to an even length ]
//
// Its members: debian-binary, control.tar[.gz/.xz/.zst], data.tar[.gz/.xz/.zst/.bz2/.lzma], in this order.
import { UnpackError, unpack, unpackedChunks } from '../internal/unpack.ts';
import { ArchiveError } from './error.ts';
import { type TarMember, walkTar } from './tar-walk.ts';

/** What a package holds in the place of its changelog. */
export type FoundChangelog =
  | { readonly kind: 'text'; readonly path: string; readonly text: string }
  /** The documentation of this package stands for its own. */
  | { readonly kind: 'elsewhere'; readonly package: string }
  | { readonly kind: 'none' };

const FILE_BYTES = 16 << 20;
const TEXT_BYTES = 64 << 20;
const LINKS = 16;
/** A package unpacks to no more than this many times its size, and what a small one may have. */
const RATIO = 200;
const SMALL_BYTES = 64 << 20;
const DOC = 'usr/share/doc/';
/** Policy 12.7; native packages have no `Debian` in the name. */
const NAMES = ['changelog.Debian.gz', 'changelog.Debian', 'changelog.gz', 'changelog'];

/**
 * Looks for the Debian changelog of a package within it, following links of its folder of documentation. Throws
 * `ArchiveError`: `bad-package`.
 */
export async function findChangelog(deb: Buffer, name: string, subject: string): Promise<FoundChangelog> {
  try {
    const data = memberOf(deb, /^data\.tar(?:\.|$)/);
    if (data === undefined) throw new UnpackError('not-an-archive', 'the package has no data');
    if (data.name.endsWith('.lzma')) throw new UnpackError('unsupported', 'the package is packed by lzma');
    const chunks = unpackedChunks(data.bytes, Math.min(SMALL_BYTES + data.bytes.length * RATIO, 4 * 2 ** 30));
    const files = new Map<string, TarMember>();
    for await (const member of walkTar(chunks, { wants, maxBytes: FILE_BYTES })) {
      files.set(member.path, member);
      if (member.kind === 'file' && NAMES.slice(0, 2).some((one) => member.path === `${DOC}${name}/${one}`)) break;
    }
    return await resolve(files, name);
  } catch (error) {
    if (!(error instanceof UnpackError)) throw error;
    const detail = [error.message, error.detail].filter(Boolean).join(': ');
    throw new ArchiveError('bad-package', 'a package of the archive cannot be read', { subject, detail, cause: error });
  }
}

/** Folders of documentation that are links, and the changelogs in others. */
function wants(path: string): boolean {
  const [folder = '', file, ...deeper] = path.startsWith(DOC) ? path.slice(DOC.length).split('/') : [];
  return folder !== '' && deeper.length === 0 && (file === undefined || NAMES.includes(file));
}

async function resolve(files: ReadonlyMap<string, TarMember>, name: string): Promise<FoundChangelog> {
  for (const file of NAMES) {
    const at = follow(files, `${DOC}${name}/${file}`);
    if (at === undefined) continue;
    if (at.member !== undefined) {
      const text = Buffer.from(await unpack(at.member.bytes, TEXT_BYTES)).toString('utf8');
      return { kind: 'text', path: at.path, text };
    }
    const [, other = name] = /^usr\/share\/doc\/([a-z0-9][a-z0-9+.-]+)\/[^/]+$/.exec(at.path) ?? [];
    if (other !== name) return { kind: 'elsewhere', package: other };
  }
  return { kind: 'none' };
}

interface Followed {
  readonly path: string;
  /** Absent where the path leads out of this package. */
  readonly member?: Extract<TarMember, { kind: 'file' }>;
}

/** Follows links of the file and of its folder; undefined where they lead in circles. */
function follow(files: ReadonlyMap<string, TarMember>, start: string): Followed | undefined {
  let path = start;
  for (let links = 0; links < LINKS; links++) {
    const slash = path.lastIndexOf('/');
    const folder = files.get(path.slice(0, slash));
    const member = files.get(path);
    if (folder?.kind === 'link') path = `${targetOf(folder)}${path.slice(slash)}`;
    else if (member?.kind === 'link') path = targetOf(member);
    else return { path, ...(member !== undefined && { member }) };
  }
  return undefined;
}

/** Path from the root that a link leads to, lexically; nothing is opened by it. */
function targetOf({ path, target, hard }: Extract<TarMember, { kind: 'link' }>): string {
  const from = hard || target.startsWith('/') ? [] : path.split('/').slice(0, -1);
  const parts: string[] = [...from];
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** A member of an ar archive by its name. Throws `UnpackError`. */
function memberOf(archive: Buffer, wanted: RegExp): { name: string; bytes: Buffer } | undefined {
  if (archive.toString('latin1', 0, 8) !== '!<arch>\n')
    throw new UnpackError('not-an-archive', 'the package is not an ar archive');
  for (let at = 8; at + 60 <= archive.length; ) {
    const header = archive.toString('latin1', at, at + 60);
    const size = Number(header.slice(48, 58));
    const start = at + 60;
    if (!header.endsWith('`\n') || !/^\d+ *$/.test(header.slice(48, 58)) || start + size > archive.length) {
      throw new UnpackError('corrupt', 'the package has a member that cannot be read');
    }
    const name = header.slice(0, 16).trim().replace(/\/$/, '');
    if (wanted.test(name)) return { name, bytes: archive.subarray(start, start + size) };
    at = start + size + (size % 2);
  }
  return undefined;
}
