import type { ImageFile } from '../catalog.ts';
import { asObject, DocumentError, entriesOf, readToml } from '../document.ts';
import { readDnfHistory } from './dnf-history.ts';

/*
 * Where package managers record the repository of each package that they installed:
 *
 *   dnf 5   nevras.toml              [nevras] "name-[epoch:]version-release.arch" = { from_repo = "…" }
 *   dnf 4   history.sqlite           see dnf-history.ts; microdnf's as well
 *   zypper  history                  date "|install|" name "|" [epoch ":"] version "-" release "|" arch "|" who "|" repository "|" …
 *   yum     yumdb/a/DIGEST-name-version-release-arch/from_repo     ; no epoch; the file is the repository's name
 */
const history = 'history.sqlite';
const dnfFolders: readonly string[] = ['var/lib/dnf', 'usr/lib/sysimage/dnf'];
const nevras = 'usr/lib/sysimage/libdnf5/nevras.toml';
const zypper = 'var/log/zypp/history';
const yumFolder = 'var/lib/yum/yumdb';
const paths: ReadonlySet<string> = new Set([
  nevras,
  zypper,
  ...dnfFolders.flatMap((folder) => [`${folder}/${history}`, `${folder}/${history}-wal`]),
]);

/** Well-known folders in which repositories are recorded. */
export const repositoryFolders: readonly string[] = [
  ...dnfFolders,
  'usr/lib/sysimage/libdnf5',
  'var/log/zypp',
  yumFolder,
];

/** Whether the file may tell the repositories of packages. */
export function isRepositoryRecord(path: string): boolean {
  return path.endsWith('/from_repo') ? path.startsWith(`${yumFolder}/`) : paths.has(path);
}

/** What identifies an installed package; an epoch of 0 is none. */
export interface Nevra {
  readonly name: string;
  readonly epoch?: number | undefined;
  readonly version: string;
  readonly release: string;
  readonly architecture?: string | undefined;
}

/** Repositories of packages, and what was wrong in the files that tell them. */
export interface Repositories {
  of(nevra: Nevra): string | undefined;
  readonly faults: readonly RepositoryFault[];
}

/** Damage of such a file: packages are all there, some without their repository. */
export interface RepositoryFault {
  readonly file: ImageFile;
  readonly code: 'corrupt' | 'too-large' | 'unsupported';
  readonly message: string;
  readonly detail?: string | undefined;
}

/** Longest name of a repository, characters. */
const maxRepository = 256;
/** Most packages kept of one file. */
const maxPackages = 500_000;

/** Reads all records among the files; where several tell of a package, the newer manager's counts. */
export function readRepositories(files: readonly ImageFile[]): Repositories {
  const faults: RepositoryFault[] = [];
  const known = new Map<string, string>();
  const withoutEpoch = new Map<string, string>();
  const byPath = new Map(files.map((file) => [file.path, file]));
  const readers: readonly (readonly [ImageFile | undefined, Reader])[] = [
    [byPath.get(nevras), readNevras],
    ...dnfFolders.map((folder) => {
      const log = byPath.get(`${folder}/${history}-wal`);
      return [byPath.get(`${folder}/${history}`), historyReader(log)] as const;
    }),
    [byPath.get(zypper), readZypper],
  ];
  for (const [file, read] of readers) {
    if (file === undefined || file.bytes.length === 0) continue;
    const told = new Map<string, string>();
    read(file, told, faults);
    for (const [key, repository] of told) {
      if (!known.has(key) && isRepository(repository)) known.set(key, repository);
    }
  }
  for (const file of files) {
    if (file.path.endsWith('/from_repo')) addYum(file, withoutEpoch);
  }
  return {
    faults,
    of(nevra) {
      if (known.size === 0 && withoutEpoch.size === 0) return undefined;
      const { name, version, release, architecture = '' } = nevra;
      return (
        known.get(keyOf(nevra)) ??
        (withoutEpoch.size > 0 ? withoutEpoch.get(`${name}-${version}-${release}-${architecture}`) : undefined)
      );
    },
  };
}

type Reader = (file: ImageFile, told: Map<string, string>, faults: RepositoryFault[]) => void;

function keyOf({ name, epoch = 0, version, release, architecture = '' }: Nevra): string {
  return `${name}-${epoch}:${version}-${release}.${architecture}`;
}

/** `@System` and an empty name stand for what the manager did not know itself. */
function isRepository(name: string): boolean {
  return name !== '' && name !== '@System' && name.length <= maxRepository && !/[\p{Cc}\uFFFD]/u.test(name);
}

function readNevras(file: ImageFile, told: Map<string, string>, faults: RepositoryFault[]): void {
  try {
    for (const [nevra, value] of entriesOf(readToml(file.bytes)['nevras']).slice(0, maxPackages)) {
      const match = /^(.+)-(?:(\d+):)?([^-:]+)-([^-]+)\.([^.]+)$/.exec(nevra);
      const repository = asObject(value)?.['from_repo'];
      if (match && typeof repository === 'string') {
        const [, name, epoch = '0', version, release, architecture] = match;
        told.set(`${name}-${Number(epoch)}:${version}-${release}.${architecture}`, repository);
      }
    }
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    const code = error.code === 'too-large' ? 'too-large' : 'corrupt';
    faults.push({ file, code, message: "dnf's record of repositories can not be read", detail: error.detail });
  }
}

function historyReader(log: ImageFile | undefined): Reader {
  return (file, told, faults) => {
    let said = false;
    for (const entry of readDnfHistory(file.bytes, log?.bytes)) {
      if (entry.kind === 'installation') {
        told.set(keyOf(entry), entry.repository);
      } else if (!said) {
        said = true;
        const { code, message, detail } = entry;
        const at = (entry.file === 'log' && log) || file;
        faults.push({ file: at, code, message: "dnf's history can not be read whole", detail: detail ?? message });
      }
    }
  };
}

function readZypper({ bytes }: ImageFile, told: Map<string, string>): void {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0, end = 0; at < text.length && told.size < maxPackages; at = end + 1) {
    end = text.indexOf(0x0a, at);
    // A line that does not end is still being written.
    if (end === -1) return;
    if (text[at] === 0x23 || end - at > 4096) continue;
    const [, action, name, edition = '', architecture, , repository] = text.toString('utf8', at, end).split('|');
    if (action?.trim() === 'install' && name && architecture && repository !== undefined) {
      told.set(`${name}-${edition.includes(':') ? edition : `0:${edition}`}.${architecture}`, repository);
    }
  }
}

function addYum({ path, bytes }: ImageFile, told: Map<string, string>): void {
  const folder = path.split('/').at(-2) ?? '';
  const identity = folder.slice(folder.indexOf('-') + 1);
  if (bytes.length > maxRepository || told.size >= maxPackages || !folder.includes('-')) return;
  const repository = new TextDecoder().decode(bytes).trim();
  if (isRepository(repository)) told.set(identity, repository);
}
