import { limits } from '../../internal/limit.ts';
import { parentOf } from '../layer/path.ts';

/** Symbolic links of a tree by their real path, without leading slash. */
export type Links = ReadonlyMap<string, string>;

/**
 * The real path behind a path: links followed in all parts (or all but the last), the root of the image being the
 * ceiling of `..` and the start of absolute targets (path_resolution(7)). `undefined` on a cycle.
 */
export function realPath(links: Links, path: string, followLast: boolean): string | undefined {
  if (!passesLink(links, path, followLast)) return path;
  const rest = path.split('/').toReversed();
  const done: string[] = [];
  let followed = 0;
  while (rest.length > 0) {
    const part = rest.pop();
    if (part === undefined || part === '' || part === '.') continue;
    if (part === '..') {
      done.pop();
      continue;
    }
    done.push(part);
    const target = rest.length > 0 || followLast ? links.get(done.join('/')) : undefined;
    if (target === undefined) continue;
    if (++followed > limits.linkDepth) return undefined;
    done.pop();
    if (target.startsWith('/')) done.length = 0;
    rest.push(...target.split('/').toReversed());
    if (rest.length > limits.pathBytes) return undefined;
  }
  return done.join('/');
}

/** Most paths pass no link at all: looked at before anything is split. */
function passesLink(links: Links, path: string, followLast: boolean): boolean {
  if (links.size === 0) return false;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    if (links.has(path.slice(0, at))) return true;
  }
  return followLast && links.has(path);
}

/** Calls with each folder above a path, nearest first, until told to stop by `true`; tells whether it was. */
export function someParent(path: string, test: (parent: string) => boolean): boolean {
  for (let parent = parentOf(path); parent !== ''; parent = parentOf(parent)) if (test(parent)) return true;
  return false;
}
