/** Folders into which package managers put packages, each with whatever it was published with. */
const packageFolders = ['node_modules', 'site-packages', 'dist-packages', 'gems'] as const;
const within: readonly string[] = packageFolders.map((name) => `/${name}/`);

/**
 * Whether a folder (no slash at its start) lies in an installed package, or is documentation: the lock files there are those with which
 * others developed it, and say nothing of the image.
 */
export function isWithinPackage(folder: string): boolean {
  if (folder.startsWith('usr/share/doc/')) return true;
  const path = `/${folder}/`;
  return within.some((name) => {
    const at = path.indexOf(name);
    return at >= 0 && at + name.length < path.length;
  });
}
