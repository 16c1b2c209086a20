/*
 * A security database as apk distributions publish it, first of them Alpine:
 *
 *   { distroversion?: v3.20 / edge, reponame, packages: [ { pkg: { name: origin package, secfixes } } ], … }
 *   secfixes = { version that brought the fix, or "0" for never affected: [ entry ] }     entry: see identifier.ts
 */
import { apk } from '../../../version/apk.ts';
import { type Advisory, AdvisoryError, type Affected, type ParseReport } from '../../advisory.ts';
import { asObject, asText, documentMembers, memberValue } from '../document.ts';
import { newTally, type Tally } from '../tally.ts';
import { readSecfixEntry } from './identifier.ts';

/** What is to be known of a publisher to read its database. */
export interface SecdbRules {
  readonly ecosystem: string;
  /** The release that the document has to say it is of; absent where there are no releases. */
  readonly release?: string;
  /** The publisher's page on a flaw; undefined where it has none. */
  readonly pageOf: (id: string) => string | undefined;
}

/** A flaw of one package, as collected over all versions that list it. */
interface Flaw {
  readonly aliases: Set<string>;
  readonly notes: Set<string>;
  /** The version that completed the fix; `"0"` when only that is listed. */
  fixed: string;
}

/**
 * A record is one flaw of one origin package; the same flaw under several versions is one, fixed by the last of them.
 * Throws `AdvisoryError` for a document that is none.
 */
export function parseSecdb(bytes: Uint8Array, keep: (advisory: Advisory) => void, rules: SecdbRules): ParseReport {
  const tally = newTally();
  let packages: unknown;
  for (const member of documentMembers(bytes)) {
    if (member.key === 'packages') packages = memberValue(member);
    if (member.key === 'distroversion' && rules.release !== undefined) checkRelease(rules.release, memberValue(member));
  }
  if (!Array.isArray(packages)) throw new AdvisoryError('not-the-format', 'the feed has no list of packages');
  for (const entry of packages) keepPackage(rules, asObject(asObject(entry)?.['pkg']), keep, tally);
  return tally.report();
}

/** Another release's document would answer wrongly for every package. */
function checkRelease(expected: string, release: unknown): void {
  if (release === expected) return;
  throw new AdvisoryError('not-the-format', 'the feed is one of another release', asText(release)?.slice(0, 40));
}

function keepPackage(
  rules: SecdbRules,
  fields: Readonly<Record<string, unknown>> | undefined,
  keep: (advisory: Advisory) => void,
  tally: Tally,
): void {
  const name = asText(fields?.['name']);
  const secfixes = fields?.['secfixes'] === null ? {} : asObject(fields?.['secfixes']);
  if (name === undefined || secfixes === undefined) {
    tally.skip('malformed', `package ${name ?? 'without name'}`);
    return;
  }
  for (const [id, flaw] of collectFlaws(name, secfixes, tally)) {
    keep(advisoryOf(id, flaw, rules, name));
    tally.keep();
  }
}

function collectFlaws(name: string, secfixes: Readonly<Record<string, unknown>>, tally: Tally): Map<string, Flaw> {
  const flaws = new Map<string, Flaw>();
  for (const [version, entries] of Object.entries(secfixes)) {
    if (entries === null) continue;
    if (!Array.isArray(entries)) {
      tally.skip('malformed', `${name} ${version}`);
      continue;
    }
    for (const entry of entries) {
      const text = asText(entry) ?? '';
      const read = readSecfixEntry(text);
      if (read.flaws.length === 0) tally.skip('malformed', `${name} ${version} ${text}`);
      for (const { id, aliases } of read.flaws) addFlaw(flaws, id, version.trim(), aliases, read.note);
    }
  }
  return flaws;
}

function addFlaw(
  flaws: Map<string, Flaw>,
  id: string,
  version: string,
  aliases: readonly string[],
  note: string | undefined,
): void {
  const flaw = flaws.get(id) ?? { aliases: new Set(), notes: new Set(), fixed: version };
  flaws.set(id, flaw);
  for (const alias of aliases) flaw.aliases.add(alias);
  if (note !== undefined) flaw.notes.add(note);
  if (isLater(version, flaw.fixed)) flaw.fixed = version;
}

/** `"0"` is before every version; one that cannot be read is after all, so that its flaw ends as unknown, not as fixed. */
function isLater(version: string, than: string): boolean {
  if (version === '0' || version === than) return false;
  if (than === '0') return true;
  const [a, b] = [apk.parse(version), apk.parse(than)];
  if (b.kind === 'unparsable') return false;
  return a.kind === 'unparsable' || apk.compare(a, b) > 0;
}

function advisoryOf(id: string, flaw: Flaw, { ecosystem, pageOf }: SecdbRules, name: string): Advisory {
  const never = flaw.fixed === '0';
  const affected: Affected = {
    ecosystem,
    package: name,
    appliesTo: 'source',
    status: never ? 'not-affected' : 'affected',
    ranges: never ? [] : [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed: flaw.fixed }] }],
    fixState: never ? 'unknown' : 'fixed',
    ...(flaw.notes.size === 0 ? {} : { note: [...flaw.notes].join('; ') }),
  };
  const url = pageOf(id);
  return {
    id,
    aliases: [...flaw.aliases],
    covers: [],
    severities: [],
    affected: [affected],
    references: url === undefined ? [] : [{ type: 'advisory', url }],
  };
}
