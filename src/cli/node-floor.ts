// Only syntax that Node.js 14 knows: see main.ts.

/** Lowest Node.js that has what is needed: zstd and the compile cache. The same as `engines` in package.json. */
export const nodeFloor = '22.15';

/** What to tell the user of a Node.js that is too old; undefined when it is new enough. */
export function nodeTooOld(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [floorMajor = 0, floorMinor = 0] = nodeFloor.split('.').map(Number);
  if (major > floorMajor || (major === floorMajor && minor >= floorMinor)) return undefined;
  return (
    `seaworthy needs Node.js ${nodeFloor} or newer; this is v${version}: install a newer one from your package manager ` +
    'or run it by `npx -p node@24 -p seaworthy seaworthy …`'
  );
}
