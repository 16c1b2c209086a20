import type { StoredEntry } from '../database/database.ts';
import { rpm } from '../version/rpm.ts';
import type { Judgement } from './judge.ts';
import { minorOfRelease } from './stream.ts';

/** What a notice says of a package, and which version was looked up. */
type Said = Judgement & { readonly entry: StoredEntry; readonly searched: { readonly version: string } };

/**
 * What notices say of one flaw, without those on later minor releases where an earlier notice names a fix of the package's
 * own release that it has: distributions after Red Hat's repeat `1.27-1.el9_7` as `1.27-1.el9_8` when the next one begins.
 */
export function ofOwnRelease<M extends Said>(matches: readonly M[]): readonly M[] {
  const version = matches[0]?.searched.version;
  const own = version === undefined ? undefined : minorOf(version);
  if (version === undefined || own === undefined || matches.length < 2) return matches;
  const isFixed = matches.some(
    ({ verdict, entry }) =>
      verdict === 'not-affected' &&
      isOfStream(version, entry) &&
      fixesIn(entry).some((fix) => minorOf(fix) === own && isAtLeast(version, fix)),
  );
  return isFixed ? matches.filter((match) => match.verdict !== 'affected' || !isOfLater(match.entry, own)) : matches;
}

/** Whether a notice is known to be on the stream of a modular build: the fix of another stream is none. */
function isOfStream(version: string, { qualifiers }: StoredEntry): boolean {
  return qualifiers?.module !== undefined || !/\.module[_+]/.test(version);
}

function minorOf(version: string): number | undefined {
  return minorOfRelease(version.slice(version.lastIndexOf('-') + 1));
}

function fixesIn({ status, ranges }: StoredEntry): readonly string[] {
  if (status !== 'affected') return [];
  return ranges.flatMap(({ events }) => events.flatMap((event) => ('fixed' in event ? event.fixed : [])));
}

function isAtLeast(version: string, fix: string): boolean {
  const [a, b] = [rpm.parse(version), rpm.parse(fix)];
  return a.kind === 'version' && b.kind === 'version' && rpm.compare(a, b) >= 0;
}

function isOfLater(entry: StoredEntry, own: number): boolean {
  const fixes = fixesIn(entry);
  return fixes.length > 0 && fixes.every((fix) => (minorOf(fix) ?? own) > own);
}
