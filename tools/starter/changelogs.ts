// Checks the starter set's Debian statements against changelogs, files SOURCE_RELEASE in one folder.
//   changelog = *( source " (" version ") " distribution… ";" … details " -- " maintainer "  " date )   deb-changelog(5)
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StarterFlaw, StarterStatement } from '../../src/advisory/source/starter/starter.ts';
import { dpkg } from '../../src/version/dpkg.ts';
import { each, type Outcome } from './feeds.ts';

interface Entry {
  readonly version: string;
  readonly distribution: string;
  readonly text: string;
  readonly date: Date;
}

const releases: Readonly<Record<string, { readonly codename: string; readonly day: Date }>> = {
  '11': { codename: 'bullseye', day: new Date('2021-08-14') },
  '12': { codename: 'bookworm', day: new Date('2023-06-10') },
  '13': { codename: 'trixie', day: new Date('2025-08-09') },
};

/** Every Debian statement, by the rule of its kind of evidence. */
export function checkChangelogs(folder: string, flaws: readonly StarterFlaw[]): Outcome {
  const known = new Map<string, readonly Entry[]>();
  const read = (name: string): readonly Entry[] | undefined => {
    const path = join(folder, name);
    if (!known.has(name) && existsSync(path)) known.set(name, parseChangelog(readFileSync(path, 'utf8')));
    return known.get(name);
  };
  let checked = 0;
  const { disagreements } = each(flaws, undefined, (flaw, statement, ecosystem, name) => {
    if (!ecosystem.startsWith('Debian:')) return undefined;
    checked += 1;
    const release = ecosystem.slice(7);
    const entries = read(`${name}_${release}`);
    if (entries === undefined) return 'no changelog';
    if (statement.evidence.kind === 'upstream-range') return neverShipped(entries, statement);
    return statement.evidence.kind === 'debian-advisory'
      ? announced(entries, flaw, statement)
      : firstNamed(entries, flaw, statement, release);
  });
  return { checked, disagreements };
}

/** The entries of a changelog, newest first. */
export function parseChangelog(text: string): Entry[] {
  const entries: Entry[] = [];
  let head: RegExpExecArray | null = null;
  let body: string[] = [];
  for (const line of text.split('\n')) {
    const next = /^\S+ \(([^)]+)\) ([^;]+);/.exec(line);
    if (next !== null) [head, body] = [next, []];
    else if (head !== null && line.startsWith(' -- ')) {
      const date = new Date(line.slice(line.lastIndexOf('  ') + 2));
      entries.push({ version: head[1] ?? '', distribution: head[2] ?? '', text: body.join('\n'), date });
    } else body.push(line);
  }
  return entries;
}

/** The first entry that names the flaw, of those for this release or for unstable before its release day. */
function firstNamed(
  entries: readonly Entry[],
  flaw: StarterFlaw,
  statement: StarterStatement,
  release: string,
): string | undefined {
  const { codename, day } = releases[release] ?? { codename: '', day: new Date(0) };
  const naming = entries.filter((entry) => names(entry, flaw, statement));
  const first = naming.findLast(
    (entry) =>
      entry.distribution.includes(codename) || (/^(unstable|sid)$/.test(entry.distribution) && entry.date < day),
  );
  return first?.version === statement.fixed ? undefined : `the changelog says ${first?.version ?? 'nothing'}`;
}

function announced(entries: readonly Entry[], flaw: StarterFlaw, statement: StarterStatement): string | undefined {
  // A rebuild for the release may be left out of later changelogs: then what was rebuilt stands there.
  const rebuilt = statement.fixed?.replace(/~deb\d+u\d+$/, '');
  const at = entries.findIndex((entry) => entry.version === statement.fixed || entry.version === rebuilt);
  if (at < 0) return 'the changelog has no such version';
  return entries.slice(at).some((entry) => names(entry, flaw, statement))
    ? undefined
    : 'the changelog does not name it';
}

function neverShipped(entries: readonly Entry[], statement: StarterStatement): string | undefined {
  const first = dpkg.parse((statement.evidence.ref ?? '').replace(/^from /, ''));
  const newest = dpkg.parse((entries[0]?.version ?? '').replace(/^\d+:/, ''));
  if (first.kind === 'unparsable' || newest.kind === 'unparsable') return 'a version cannot be read';
  return dpkg.compare(newest, first) < 0 ? undefined : `the release has ${newest.text}`;
}

function names(entry: Entry, flaw: StarterFlaw, statement: StarterStatement): boolean {
  const { words } = statement.evidence;
  return words === undefined ? new RegExp(`${flaw.id}(?!\\d)`).test(entry.text) : entry.text.includes(words);
}
