/**
 * A package as conan writes it, in lock files, manifests and graphs alike:
 *
 *   reference = name "/" version ["@" [user ["/" channel]]] ["#" revision] [":" package-id ["#" revision]] ["%" time]
 *
 * Name, version, user and channel are of letters, digits, `_`, `+`, `.`, `-`; `_` stands for no user or channel; a version
 * in brackets is a range.
 */
export interface Reference {
  readonly name: string;
  readonly version: string;
  readonly user?: string | undefined;
  readonly channel?: string | undefined;
}

const part = '[A-Za-z0-9_][\\w+.-]{0,199}';
const form = new RegExp(`^(${part})/(${part})(?:@(?:(${part})(?:/(${part}))?)?)?(?:[#:%].*)?$`);
const range = /^[\w+.-]+\/\[[^\]]*\]/;

/** Reads a reference; `range` where it leaves the version open, undefined where it is none. */
export function readReference(text: string): Reference | 'range' | undefined {
  if (text.length > 1000) return undefined;
  const [, name, version, user, channel] = form.exec(text) ?? [];
  if (name === undefined || version === undefined) return range.test(text) ? 'range' : undefined;
  return { name, version, user: said(user), channel: said(channel) };
}

function said(word: string | undefined): string | undefined {
  return word === '_' ? undefined : word;
}
