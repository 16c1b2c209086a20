import { join } from 'node:path';
import { eachAtMost } from './at-most.ts';
import { candidateOf, compareVersions } from './candidate.ts';
import type { ChangelogEntry } from './changelog.ts';
import { changelogOf, type SourceChangelog } from './changelog-of.ts';
import { ArchiveError, asArchiveError } from './error.ts';
import { flawsOf } from './flaws.ts';
import { type Offer, readIndexes } from './indexes.ts';
import type { ArchiveOptions, Candidate, Fix, Fixes, InstalledPackage } from './model.ts';
import type { OpenSuite } from './open-suite.ts';
import { prune } from './prune.ts';

const AT_ONCE = 4;

/** What the suites have for the packages: apt's candidate of each, and what its changelog says since the installed version. */
export async function findFixes(
  packages: readonly InstalledPackage[],
  suites: readonly OpenSuite[],
  options: ArchiveOptions,
): Promise<Fixes> {
  const problems: ArchiveError[] = [];
  const architectures = architecturesOf(packages);
  const native = architectures[0] ?? '';
  const wanted = {
    names: new Set(packages.map(({ name }) => name)),
    sources: new Set(packages.map(({ source }) => source.name)),
  };
  const offers = await readIndexes(suites, architectures, wanted, options, problems);
  const chosen = packages.map((installed) => choose(installed, candidateOf(installed, native, offers), problems));
  const changelogs = await readChangelogs(chosen, offers, options, problems);
  for (const folder of ['indexes', 'changelogs']) prune(join(options.cacheFolder, folder), options.clock.now());
  const fixes = chosen.map((choice) => fixOf(choice, changelogs.get(keyOf(choice))));
  return { fixes, problems };
}

/** A package with the version that apt would choose. */
interface Choice {
  readonly installed: InstalledPackage;
  readonly candidate: Candidate | undefined;
  readonly newer: boolean;
  /** Its source is newer too, so there is something to read. */
  readonly newerSource: boolean;
}

/** The most frequent first: it is the image's own. Where all packages are for all, the field is of no help. */
function architecturesOf(packages: readonly InstalledPackage[]): string[] {
  const counts = new Map<string, number>();
  for (const { architecture } of packages) {
    if (architecture !== 'all') counts.set(architecture, (counts.get(architecture) ?? 0) + 1);
  }
  const found = [...counts].toSorted((a, b) => b[1] - a[1]).map(([architecture]) => architecture);
  return found.length > 0 || packages.length === 0 ? found : ['amd64'];
}

function choose(installed: InstalledPackage, candidate: Candidate | undefined, problems: ArchiveError[]): Choice {
  if (candidate === undefined) return { installed, candidate, newer: false, newerSource: false };
  const order = compareVersions(candidate.version, installed.version);
  const sourceOrder = compareVersions(candidate.source.version, installed.source.version);
  const subject = `${installed.name} ${installed.version}`;
  if (order === undefined || sourceOrder === undefined) {
    problems.push(new ArchiveError('bad-package', 'the version of a package cannot be compared', { subject }));
  }
  const newer = order === 1;
  const isOther = newer && candidate.source.name !== installed.source.name;
  if (isOther) {
    const detail = `it comes from the source ${candidate.source.name} now, no longer from ${installed.source.name}`;
    problems.push(new ArchiveError('no-changelog', 'what a newer package closes cannot be told', { subject, detail }));
  }
  return { installed, candidate, newer, newerSource: newer && sourceOrder === 1 && !isOther };
}

function keyOf({ candidate }: Choice): string {
  return candidate === undefined
    ? ''
    : `${candidate.source.name} ${candidate.source.version} ${candidate.suite.digest}`;
}

async function readChangelogs(
  choices: readonly Choice[],
  offers: readonly Offer[],
  options: ArchiveOptions,
  problems: ArchiveError[],
): Promise<Map<string, SourceChangelog>> {
  const changelogs = new Map<string, SourceChangelog>();
  const wanted = new Map<string, Candidate>();
  for (const choice of choices) {
    if (choice.newerSource && choice.candidate !== undefined) wanted.set(keyOf(choice), choice.candidate);
  }
  await eachAtMost(AT_ONCE, [...wanted], async ([key, candidate]) => {
    try {
      changelogs.set(key, await changelogOf(candidate, offers, options));
    } catch (error) {
      const problem = asArchiveError(error, candidate.url);
      if (problem.code === 'aborted' || problem.code === 'unwritable') throw problem;
      problems.push(problem);
    }
  });
  return changelogs;
}

function fixOf({ installed, candidate, newer, newerSource }: Choice, changelog: SourceChangelog | undefined): Fix {
  const nothing = { package: installed, newer, closes: [], mentions: [] };
  if (candidate === undefined) return nothing;
  if (!newerSource || changelog === undefined) return { ...nothing, candidate };
  const { entries, ...read } = changelog;
  const { between, complete } = since(entries, installed.source.version, candidate.source.version);
  return { package: installed, candidate, newer, ...flawsOf(between), changelog: { ...read, complete } };
}

/**
 * Entries from the candidate's down to the installed version's, as they stand: a backport `2.0-1~deb12u1` stands above the
 * `2.0-1` that it was made of, which sorts after it. Where the installed version has no entry, it ends at what is not
 * newer. Complete when there is something below.
 */
function since(
  entries: readonly ChangelogEntry[],
  installed: string,
  candidate: string,
): { between: ChangelogEntry[]; complete: boolean } {
  const history = entries.slice(entries.findIndex(({ version }) => version === candidate));
  // What the installed version was made of is in its own history.
  const own = [installed, madeOf(installed)].map((one) => history.findIndex(({ version }) => version === one));
  const end = own.find((index) => index >= 0);
  if (end !== undefined) return { between: history.slice(0, end), complete: true };
  const isNewer = ({ version }: ChangelogEntry): boolean => compareVersions(version, installed) === 1;
  return { between: history.filter(isNewer), complete: !history.every(isNewer) };
}

/** `2.0-1` for `2.0-1~deb12u1` and `2.0-1~bpo12+1`. */
function madeOf(version: string): string {
  return version.replace(/(?<=-[^-~]*)~(?:deb|bpo|ubuntu)?\d[\w.+~]*$/, '');
}
