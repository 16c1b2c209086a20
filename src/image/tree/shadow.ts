import type { LayerContent } from '../layer/collector.ts';
import { PathIndex, type PathKind } from '../layer/path-index.ts';
import { type Links, realPath, someParent } from './links.ts';

/** What a layer hides of the tree below it. */
export interface Hidden {
  /** Real paths of files and links that are there no more. */
  readonly hidden: readonly string[];
  /** Entries of the layer that replace a file of the tree through a link. */
  readonly behindLinks: readonly Replaced[];
}

/** A file of the tree, and the path by which the layer replaces it. */
export interface Replaced {
  readonly file: string;
  readonly at: string;
}

/**
 * Finds out what a layer hides: by whiteouts, by opaque folders, by an entry of its own at the path, or by one that is
 * no folder above it.
 */
export function hiddenBy(content: LayerContent, files: Iterable<string>, links: Links): Hidden {
  const removed = new Set(content.whiteouts.map((path) => realPath(links, path, false) ?? path));
  const opaque = new Set(content.opaques.map((path) => realPath(links, path, true) ?? path));
  const index = new PathIndex(content.paths);
  links.work(links.size * 50);
  const emptied = opaque.has('');
  const gone = (path: string): boolean =>
    emptied || removed.has(path) || someParent(path, (parent) => removed.has(parent) || opaque.has(parent));
  const replaced = (path: string): boolean =>
    index.get(path) !== 'nothing' || someParent(path, (parent) => index.get(parent) === 'other');

  const hidden: string[] = [];
  const behindLinks: Replaced[] = [];
  for (const path of links.keys()) if (gone(path) || replaced(path)) hidden.push(path);
  const aliases = linkedFolders(links, hidden);
  for (const path of [...links.keys(), ...files]) {
    if (gone(path) || replaced(path)) hidden.push(path);
    else {
      const { at, kind } = replacedBehindLink(path, aliases, index, links);
      if (kind === 'directory' || (kind === 'other' && at === undefined)) hidden.push(path);
      else if (at !== undefined) behindLinks.push({ file: path, at });
    }
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
    else known.push(link);
  }
  return folders;
}

/** What the layer puts in the place of a path through a link to a folder above it. */
interface Replacement {
  readonly kind: PathKind;
  /** The path of the layer, when it is the very entry and no folder above it. */
  readonly at?: string;
}

function replacedBehindLink(
  path: string,
  aliases: ReadonlyMap<string, readonly string[]>,
  index: PathIndex,
  links: Links,
): Replacement {
  let found: Replacement = { kind: 'nothing' };
  someParent(path, (parent) =>
    (aliases.get(parent) ?? []).some((alias) => {
      links.work(alias.length);
      const at = alias + path.slice(parent.length);
      const kind = index.get(at);
      if (kind !== 'nothing') found = { kind, at };
      else if (fileAbove(at, alias, index)) found = { kind: 'other' };
      return found.kind !== 'nothing';
    }),
  );
  return found;
}

/** Whether an entry between the link and the path is no folder. */
function fileAbove(at: string, alias: string, index: PathIndex): boolean {
  return someParent(at, (parent) => parent.length > alias.length && index.get(parent) === 'other');
}
