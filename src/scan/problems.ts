import type { LayerContent, LayerProblem, LazyReading } from '../image/layer/collector.ts';
import { PathIndex } from '../image/layer/path-index.ts';
import type { Squashed } from '../image/tree/squash.ts';
import type { Problem } from '../inventory/inventory.ts';

const messages: Readonly<Record<LayerProblem['code'], string>> = {
  'path-escape':
    'A layer has an entry whose name climbs out of the image; it was taken as containerd does, below the root',
  'too-large': 'A file that holds packages is too large to be read',
  unreadable: 'A file or folder cannot be read',
  rewritten: 'A layer writes a file again after a hard link to it, so the link may have other content than was read',
};

/** What was odd in reading one layer. */
export function layerProblems({ index, problems, lazy }: LayerContent): Problem[] {
  const odd = problems.map<Problem>(({ code, path, detail }) => ({
    code: code === 'rewritten' ? 'corrupt' : code,
    message: messages[code],
    path: `/${path}`,
    layer: index,
    by: 'image',
    lossy: code !== 'path-escape',
    ...(detail === undefined ? {} : { detail }),
  }));
  return lazy === undefined ? odd : [...odd, ...lazyProblems(index, lazy)];
}

function lazyProblems(layer: number, { format, unseen, largestUnseen, unread }: LazyReading): Problem[] {
  const problem = (message: string, detail: string): Problem => ({
    code: 'not-fetched',
    message,
    detail,
    layer,
    by: 'image',
    lossy: true,
  });
  const names = 'Files that are neither executable nor named as programs or libraries were not looked into (--lazy)';
  const ends =
    'Of programs in the folders of a distribution only the beginnings were looked into (--lazy): lists of Rust crates in them would be missed';
  const table =
    'A layer was read by its table of contents (--lazy): files that are in it but not in the table were not seen';
  return [
    problem(table, format),
    ...(unseen === 0 ? [] : [problem(names, `${unseen} files of ${largestUnseen} bytes at most`)]),
    ...(unread === 0 ? [] : [problem(ends, `${unread} programs`)]),
  ];
}

/** What was odd in putting the layers on top of each other; `whole` when no reading showed yet more to read. */
export function treeProblems({ cycles, missing }: Squashed, whole: boolean): Problem[] {
  const round = cycles.map(
    ({ path, layer }): Problem => ({
      code: 'link-cycle',
      message: 'A symbolic link leads only round, so what it should lead to was not read',
      path: `/${path}`,
      layer,
      by: 'image',
      lossy: true,
    }),
  );
  const unread = [...missing.keys()].map(
    (path): Problem => ({
      code: 'unreadable',
      message: 'A file that a link leads to cannot be read from its layer',
      path: `/${path}`,
      by: 'image',
      lossy: true,
    }),
  );
  const further: Problem = {
    code: 'unreadable',
    message: 'Links lead on and on to files that were not read',
    by: 'image',
    lossy: true,
  };
  return [...round, ...unread, ...(whole ? [] : [further])];
}

/** Folders whose files are packages that only a database names, and the cataloger that reads it. */
const stores = [{ folder: 'nix/store', by: 'nix' }] as const;

/** Stores of packages whose database is not there: what is in them is not listed. */
export function storeProblems(
  contents: readonly LayerContent[],
  runs: readonly { readonly cataloger: string }[],
): Problem[] {
  return stores.flatMap(({ folder, by }): Problem[] => {
    const there = contents.some(({ paths }) => new PathIndex(paths).hasBelow(folder));
    if (!there || runs.some(({ cataloger }) => cataloger === by)) return [];
    const message = 'A store of packages has no database, so its packages are not listed';
    return [{ code: 'unsupported', message, path: `/${folder}`, by, lossy: true }];
  });
}
