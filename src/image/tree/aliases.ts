import type { LayerContent } from '../layer/collector.ts';
import { PathIndex } from '../layer/path-index.ts';
import { type Links, realPath } from './links.ts';

/**
 * Folders of layers' own paths that lead through a link into a folder whose files are wanted, with the well-known path
 * that they stand for: what a layer writes below them is wanted though its path does not say so. `wanted` has real
 * folders by the well-known name.
 */
export function aliasFolders(
  links: Links,
  contents: readonly LayerContent[],
  wanted: ReadonlyMap<string, string>,
): Map<string, string> {
  const indexes = contents.map(({ paths }) => new PathIndex(paths));
  const aliases = new Map<string, string>();
  for (const link of links.keys()) {
    const target = realPath(links, link, true);
    if (target === undefined || target === link) continue;
    for (const [folder, known] of wanted) {
      links.work(link.length);
      if (isWithin(target, folder)) {
        if (indexes.some((index) => index.hasBelow(link))) aliases.set(link, known + target.slice(folder.length));
      } else if (isWithin(folder, target)) {
        const alias = `${link}/${folder.slice(target === '' ? 0 : target.length + 1)}`;
        if (indexes.some((index) => index.has(alias))) aliases.set(alias, known);
      }
    }
  }
  return aliases;
}

function isWithin(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}
