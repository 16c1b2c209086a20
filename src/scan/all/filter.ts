// glob = *( "**" / "*" / "?" / character )      "*" and "?" stand for anything but "/" and ":", "**" for anything
// A glob without ":" speaks of the repository, whatever the tag.

/** Which images of a registry or an engine are meant. */
export interface ImageFilter {
  /** Globs on `repository:tag`; one of them must fit. Default: all. */
  readonly include?: readonly string[];
  /** Globs of which none may fit. */
  readonly exclude?: readonly string[];
  /** Only so many tags of each repository, the newest by their version. */
  readonly latest?: number;
}

/** Whether `repository:tag` is meant. */
export function matcher({ include = [], exclude = [] }: ImageFilter): (repository: string, tag: string) => boolean {
  const wanted = include.map(glob);
  const unwanted = exclude.map(glob);
  return (repository, tag) =>
    (wanted.length === 0 || wanted.some((fits) => fits(repository, tag))) &&
    !unwanted.some((fits) => fits(repository, tag));
}

function glob(text: string): (repository: string, tag: string) => boolean {
  const source = text.replace(/\*\*+|\*|[^*]/g, (part) => {
    if (part === '*') return '[^/:]*';
    if (part === '?') return '[^/:]';
    return part.startsWith('**') ? '.*' : part.replace(/[\\^$.+()[\]{}|]/, '\\$&');
  });
  const form = new RegExp(`^${source}$`, 's');
  const isOfRepository = !text.includes(':');
  return (repository, tag) => form.test(isOfRepository ? repository : `${repository}:${tag}`);
}

/** Tags under which signatures, attestations and referrers of an image are kept: no images. */
const attached = /^sha(?:256|512)-[0-9a-f]{64,128}(?:\.\w+)?$/;

/** Whether the tag is one that people give to an image. */
export function isImageTag(tag: string): boolean {
  return !attached.test(tag);
}

interface TagOrder {
  readonly tag: string;
  readonly numbers: readonly bigint[];
  /** What follows the numbers. */
  readonly rest: string;
}

const version = /^v?(\d+(?:[._]\d+)*)(.*)$/is;
const preRelease = /^[-._+]?(?:a|b|c|rc|alpha|beta|pre|preview|dev|snapshot|nightly|canary|m)(?![a-z])/i;

/** The newest tags by their version, newest first; those that are none come last, in the order of their names. */
export function newestTags(tags: readonly string[], most: number): string[] {
  const ordered = tags.map(orderOf).toSorted(byNewest);
  return ordered.slice(0, most).map(({ tag }) => tag);
}

function orderOf(tag: string): TagOrder {
  const [, digits = '', rest = tag] = version.exec(tag) ?? [];
  return { tag, numbers: digits === '' ? [] : digits.split(/[._]/).map(BigInt), rest };
}

function byNewest(a: TagOrder, b: TagOrder): number {
  for (let i = 0; i < Math.max(a.numbers.length, b.numbers.length); i++) {
    const [left = -1n, right = -1n] = [a.numbers[i], b.numbers[i]];
    if (left !== right) return left > right ? -1 : 1;
  }
  const early = Number(preRelease.test(a.rest)) - Number(preRelease.test(b.rest));
  if (early !== 0) return early;
  return a.rest < b.rest ? -1 : a.rest > b.rest ? 1 : 0;
}
