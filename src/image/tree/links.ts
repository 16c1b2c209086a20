import { limits } from '../../internal/limit.ts';
import { ImageError } from '../image.ts';
import { parentOf } from '../layer/path.ts';

/** Symbolic links of a tree by their real path, without leading slash; counts the work that they make. */
export class Links extends Map<string, string> {
  #steps = 0;

  /** Throws `limit-exceeded` when so much has been looked at that the image must be made to take time. */
  work(steps: number): void {
    this.#steps += steps;
    if (this.#steps > limits.treeSteps) {
      throw new ImageError('limit-exceeded', 'The links and layers of the image take too long to follow');
    }
  }
}

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
    const here = done.join('/');
    links.work(here.length);
    const target = rest.length > 0 || followLast ? links.get(here) : undefined;
    if (target === undefined) continue;
    if (++followed > limits.linkDepth) return undefined;
    done.pop();
    if (target.startsWith('/')) done.length = 0;
    rest.push(...target.split('/').toReversed());
  }
  return done.join('/');
}

/** Most paths pass no link at all: looked at before anything is split. */
function passesLink(links: Links, path: string, followLast: boolean): boolean {
  if (links.size === 0) return false;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    links.work(at);
    if (links.has(path.slice(0, at))) return true;
  }
  links.work(path.length);
  return followLast && links.has(path);
}

/** Calls with each folder above a path, nearest first, until told to stop by `true`; tells whether it was. */
export function someParent(path: string, test: (parent: string) => boolean): boolean {
  for (let parent = parentOf(path); parent !== ''; parent = parentOf(parent)) if (test(parent)) return true;
  return false;
}
