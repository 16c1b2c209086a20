/** What lock files ask of a repository; any other query may hold a secret. */
const harmless: ReadonlySet<string> = new Set(['branch', 'rev', 'ref', 'tag', 'subdirectory', 'egg', 'path']);

/** A text with addresses as a report may show it: without users and passwords, and without queries that may be secrets. */
export function shownOrigin(text: string): string {
  return text
    .slice(0, 2000)
    .replace(/(\/\/)([^/?#@\s]*(?:@[^/?#@\s]*)*)@/g, (_all, slashes: string, user: string) =>
      user === 'git' ? `${slashes}git@` : slashes,
    )
    .replace(/\?([^#\s]*)/g, (all, query: string) => (isHarmless(query) ? all : ''));
}

function isHarmless(query: string): boolean {
  return query.split('&').every((part) => harmless.has(part.split('=', 1)[0] ?? ''));
}
