// deb-changelog(5), as dpkg-parsechangelog reads it:
//
//   changelog = *( entry / blank )  [ old-format rest ]
//   entry     = heading *detail trailer
//   heading   = source " (" version ")" 1*( " " distribution ) ";" options LF      from the first column
//   detail    = 2SP text LF / blank
//   trailer   = " -- " maintainer "  " date LF

/** What a changelog says of one version. */
export interface ChangelogEntry {
  readonly source: string;
  readonly version: string;
  /** Rebuilt without a change of the source (`binary-only=yes`). */
  readonly rebuild: boolean;
  /** Lines between heading and trailer, as they are. */
  readonly lines: readonly string[];
}

const HEADING = /^(\w[-+0-9a-z.]*) \(([^() \t]+)\)((?:\s+[-+0-9a-z.]+)+);(.*)$/i;
const TRAILER = /^ --(?: |$)/;
/** Lines of editors and of formats before this one, after which nothing is an entry (Dpkg::Changelog::Debian). */
const OLD_FORMAT = /^(?:Old Changelog:|Changes from version |Changes for [\w.+-]+:|Local variables:|vim:)/i;
const ENTRIES = 20_000;

/** The entries of a changelog, the newest first as written. */
export function parseChangelog(text: string): ChangelogEntry[] {
  const entries: ChangelogEntry[] = [];
  let lines: string[] | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, source, version, , options = ''] = /^\w/.test(line) ? (HEADING.exec(line) ?? []) : [];
    if (source !== undefined && version !== undefined) {
      if (entries.length >= ENTRIES) break;
      lines = [];
      entries.push({ source, version, rebuild: /\bbinary-only=yes\b/i.test(options), lines });
    } else if (OLD_FORMAT.test(line)) {
      lines = undefined;
    } else if (TRAILER.test(line)) {
      lines = undefined;
    } else if (lines !== undefined && !line.startsWith('#')) {
      lines.push(line);
    }
  }
  return entries;
}
