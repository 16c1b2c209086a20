const folder = 'var/lib/dpkg/';
const documents = 'usr/share/doc/';

/** Files of `status.d` that stand beside a package's record, by what follows the last dot. */
const companions =
  /\.(?:md5sums|list|conffiles|config|preinst|postinst|prerm|postrm|triggers|shlibs|symbols|templates)$/;

/** Path of the database without leading slash. */
export const statusPath: string = `${folder}status`;

/** Whether the file is the database, or a package's record in `status.d`. */
export function isStatus(path: string): boolean {
  return path === statusPath || (isIn(path, `${folder}status.d/`) && !companions.test(path));
}

/** Whether the file lists what belongs to a package. */
export function isOwnership(path: string): boolean {
  return (
    (path.endsWith('.list') || path.endsWith('.md5sums')) &&
    (isIn(path, `${folder}info/`) || isIn(path, `${folder}status.d/`))
  );
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
