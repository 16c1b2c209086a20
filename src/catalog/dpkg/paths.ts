const folder = 'var/lib/dpkg/';
const documents = 'usr/share/doc/';

/** Names in `status.d` and `info` of the lists of what belongs to a package. */
const lists = /\.(?:md5sums|list)$/;

/** Files of a package that may stand beside its record in `status.d`, by what follows the last dot. */
const companions = /\.(?:conffiles|config|preinst|postinst|prerm|postrm|triggers|shlibs|symbols|templates)$/;

/** Path of the database without leading slash. */
export const statusPath: string = `${folder}status`;

/** Whether the file is the database, or may be a package's record in `status.d`. */
export function isStatus(path: string): boolean {
  return path === statusPath || (isIn(path, `${folder}status.d/`) && !lists.test(path));
}

/** Whether a file of `status.d` may, by its name, be something else than a record, which only its content can tell. */
export function isDoubtful(path: string): boolean {
  return path !== statusPath && companions.test(path);
}

/** Whether the file lists what belongs to a package. */
export function isOwnership(path: string): boolean {
  return lists.test(path) && (isIn(path, `${folder}info/`) || isIn(path, `${folder}status.d/`));
}

/** Whether the file is a list that every system has, and so tells one whose `status` has been removed. */
export function isWitness(path: string): boolean {
  return path === `${folder}info/base-files.list` || path === `${folder}info/dpkg.list`;
}

/** Whether the file is a package's copyright file. */
export function isCopyright(path: string): boolean {
  return path.startsWith(documents) && path.endsWith('/copyright') && path.split('/').length === 5;
}

/** Where a package's copyright file is, by name of the binary package (Debian policy 12.5). */
export function copyrightPath(name: string): string {
  return `${documents}${name}/copyright`;
}

/** Where the `list` or `md5sums` of a package may be: with the architecture where several may be installed at once. */
export function ownershipPaths(
  record: string,
  name: string,
  architecture: string | undefined,
  suffix: string,
): string[] {
  return record === statusPath
    ? [`${folder}info/${name}:${architecture ?? ''}.${suffix}`, `${folder}info/${name}.${suffix}`]
    : [`${record}.${suffix}`];
}

function isIn(path: string, parent: string): boolean {
  return path.startsWith(parent) && path.length > parent.length && !path.includes('/', parent.length);
}
