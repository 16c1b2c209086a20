import type { LayerContent } from '../layer/collector.ts';
import { type PathIndex, pathIndex } from '../layer/path-index.ts';
import { type Links, realPath, someParent } from './links.ts';

/** What a layer hides of the tree below it. */
export interface Hidden {
  /** Real paths of files and links that are there no more. */
  readonly hidden: readonly string[];
  /** Paths of the layer, through a link, that replace a file of the tree. */
  readonly behindLinks: readonly string[];
}

/**
 * Finds out what a layer hides: by whiteouts, by opaque folders, by an entry of its own at the path, or by one that is
 * no folder above it.
 */
export function hiddenBy(content: LayerContent, files: Iterable<string>, links: Links): Hidden {
  const removed = new Set(content.whiteouts.map((path) => realPath(links, path, false) ?? path));
  const opaque = new Set(content.opaques.map((path) => realPath(links, path, true) ?? path));
  const index = pathIndex(content.paths);
  const emptied = opaque.has('');
  const gone = (path: string): boolean =>
    emptied || removed.has(path) || someParent(path, (parent) => removed.has(parent) || opaque.has(parent));
  const replaced = (path: string): boolean =>
    index.get(path) !== 'nothing' || someParent(path, (parent) => index.get(parent) === 'other');

  const hidden: string[] = [];
  const behindLinks: string[] = [];
  for (const path of links.keys()) if (gone(path) || replaced(path)) hidden.push(path);
  const aliases = linkedFolders(links, hidden);
  for (const path of files) {
    if (gone(path) || replaced(path)) hidden.push(path);
    else behindLinks.push(...replacedBehindLinks(path, aliases, index));
  }
  return { hidden, behindLinks };
}

/** Links to folders, by the folder they lead to. */
function linkedFolders(links: Links, without: readonly string[]): Map<string, string[]> {
  const gone = new Set(without);
  const folders = new Map<string, string[]>();
  for (const link of links.keys()) {
    if (gone.has(link)) continue;
    const real = realPath(links, link, true);
    if (real === undefined || real === link) continue;
    const known = folders.get(real);
    if (known === undefined) folders.set(real, [link]);
    // A folder to which hundreds of links lead is an attack or a font; the layer's own entries seldom go through them.
    else if (known.length < 100) known.push(link);
  }
  return folders;
}

function replacedBehindLinks(
  path: string,
  aliases: ReadonlyMap<string, readonly string[]>,
  index: PathIndex,
): string[] {
  const found: string[] = [];
  someParent(path, (parent) => {
    for (const alias of aliases.get(parent) ?? []) {
      const other = alias + path.slice(parent.length);
      if (index.get(other) !== 'nothing') found.push(other);
    }
    return false;
  });
  return found;
}
