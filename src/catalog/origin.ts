/** An address as a report may show it: without user and password, and without a query that looks like a secret. */
export function shownOrigin(address: string): string {
  return address
    .slice(0, 2000)
    .replace(/^((?:[a-z][a-z\d+.-]*:)?\/\/)([^/?#]*)@/i, (_all, start: string, user: string) =>
      user === 'git' ? `${start}git@` : start,
    )
    .replace(/\?[^#]*(?:auth|key|pass|secret|sig|token)[^#]*/i, '');
}
