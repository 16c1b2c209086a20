import { dirname, join } from 'node:path';
import type { SourceRef } from '../advisory/advisory.ts';
import {
  type AptFile,
  type AptSource,
  type Archive,
  ArchiveError,
  type Fix as ArchiveFix,
  aptSettings,
  type InstalledPackage,
  type Keyring,
  machineAptFiles,
  openArchive,
  settingSources,
} from '../archive/archive.ts';
import type { StoredEntry } from '../database/database.ts';
import type { ArchiveUse, Finding } from '../finding/finding.ts';
import { systemClock } from '../internal/clock.ts';
import { openHttpClient } from '../internal/http.ts';
import type { Inventory, Package } from '../inventory/inventory.ts';
import { isOfRelease, ofRelease, othersIn, withoutSecurity } from './archive-release.ts';
import type { Advisories } from './assess.ts';
import type { ScanOptions } from './options.ts';
import { version } from './version.ts';

/** What the archive answered. */
export interface ArchiveAnswer {
  /** By `Package.id`. */
  readonly fixes: ReadonlyMap<string, ArchiveFix>;
  /** What its changelogs close, as records on source packages, by ecosystem and name of the source. */
  readonly entries: ReadonlyMap<string, readonly StoredEntry[]>;
  readonly use: ArchiveUse;
}

/** Number that no feed has. */
const archiveFeed = -2;

/**
 * Asks a distribution's archive what can be installed of an image's packages now, and what that closes: the archive at an
 * address, those that the image is told of (`image`), or those that this machine is (`machine`). Throws `ArchiveError`
 * where there is none to ask.
 */
export async function askArchive(
  place: string,
  inventory: Inventory,
  options: ScanOptions,
  databasePath: string,
): Promise<ArchiveAnswer> {
  if (options.offline === true) {
    throw new ArchiveError('not-supported', 'nothing may be fetched, so no archive can be asked', { subject: place });
  }
  const packages = inventory.packages.filter(({ type, ecosystem }) => type === 'deb' && ecosystem !== undefined);
  if (packages.length === 0) {
    throw new ArchiveError(
      'no-sources',
      "the image has no packages of Debian's format, for which alone there are archives",
    );
  }
  const { sources, keyrings, problems: unread } = settingsFor(place, inventory);
  // What alone was to be asked says why it cannot be.
  if (sources.length === 0 && unread[0] !== undefined) throw unread[0];
  const http = await openHttpClient({ env: process.env, userAgent: `seaworthy/${version}` });
  try {
    const archive = await openArchive({
      sources,
      keyrings,
      http,
      cacheFolder: join(dirname(databasePath), 'archive'),
      clock: systemClock,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      onProgress: ({ url, received }) => options.onProgress?.({ stage: 'asking', label: url, done: received }),
    });
    const { fixes, problems } = await archive.fixes(packages.map(installed));
    const own = fixes.map((fix) => ofRelease(fix, inventory.distro));
    const others = othersIn(fixes, own);
    return answerOf(packages, own, archive, [
      ...unread,
      ...archive.problems,
      ...problems,
      ...others,
      ...withoutSecurity(archive, inventory.distro),
    ]);
  } finally {
    await http.close();
  }
}

interface Settings {
  readonly sources: readonly AptSource[];
  readonly keyrings: readonly Keyring[];
  /** Sources that were written down and cannot be asked. */
  readonly problems: readonly ArchiveError[];
}

function settingsFor(place: string, { distro, aptFiles = [] }: Inventory): Settings {
  const machine = aptSettings(machineAptFiles(), 'machine');
  const image = aptSettings(aptFiles.map(decoded), 'image');
  const keyrings = [...machine.keyrings, ...image.keyrings];
  if (place === 'image') return { sources: image.sources, keyrings, problems: image.problems };
  const { id, codename } = distro ?? {};
  if (id === undefined || codename === undefined) {
    throw new ArchiveError('no-sources', 'the release of the image is not known, so its suites are not');
  }
  if (place !== 'machine') return { sources: settingSources(place, { id, codename }), keyrings, problems: [] };
  const sources = machine.sources.filter(({ suite }) => isOfRelease(suite, codename));
  if (sources.length > 0) return { sources, keyrings, problems: machine.problems };
  const message = "none of this machine's apt sources is of the image's release";
  throw new ArchiveError('other-release', message, { subject: codename });
}

function decoded({ path, base64 }: NonNullable<Inventory['aptFiles']>[number]): AptFile {
  return { path, bytes: Buffer.from(base64, 'base64') };
}

function installed({ name, version: own, source, architecture }: Package): InstalledPackage {
  return { name, version: own, source: source ?? { name, version: own }, architecture: architecture ?? 'all' };
}

/** What the fixes of packages, in the same order, make known. */
export function answerOf(
  packages: readonly Package[],
  fixes: readonly ArchiveFix[],
  archive: Pick<Archive, 'suites'>,
  problems: readonly ArchiveError[],
): ArchiveAnswer {
  const byPackage = new Map<string, ArchiveFix>();
  const entries = new Map<string, StoredEntry[]>();
  const now = new Date().toISOString();
  let closed = 0;
  for (const [at, fix] of fixes.entries()) {
    const found = packages[at];
    if (found?.ecosystem === undefined) continue;
    byPackage.set(found.id, fix);
    if (fix.newer) closed += fix.closes.length;
    // One binary of a source may have a newer version and the next none, or start from an older one: what they tell adds up.
    const key = keyOf(found.ecosystem, fix.package.source.name);
    const known = entries.get(key) ?? [];
    const told = entriesOf(fix, now).filter(({ id }) => known.every((entry) => entry.id !== id));
    entries.set(key, [...known, ...told]);
  }
  return {
    fixes: byPackage,
    entries,
    use: {
      suites: archive.suites.map(({ name, uri, date, validUntil, trust, signedBy }) => ({
        name,
        uri,
        date,
        ...(validUntil === undefined ? {} : { validUntil }),
        trust,
        signedBy: signedBy.map(({ name: signer, fingerprint }) => `${signer} ${fingerprint}`),
      })),
      asked: packages.length,
      upgradable: fixes.filter(({ newer }) => newer).length,
      closed,
      problems: problems.map(({ code, message, subject, detail, next }) => ({
        code,
        message,
        ...(subject === undefined ? {} : { subject }),
        ...(detail === undefined ? {} : { detail }),
        next,
      })),
    },
  };
}

function keyOf(ecosystem: string, source: string): string {
  return `${ecosystem}\n${source}`;
}

function entriesOf({ closes, candidate, changelog }: ArchiveFix, now: string): StoredEntry[] {
  if (candidate === undefined || changelog === undefined) return [];
  const source: SourceRef = {
    name: 'archive',
    url: candidate.url,
    digest: `sha256:${changelog.digest}`,
    fetchedAt: now,
    publishedAt: candidate.suite.date,
  };
  return closes.map(({ id, version: fixed }) => ({
    id,
    aliases: [],
    covers: [],
    appliesTo: 'source',
    status: 'affected',
    ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed }] }],
    fixState: 'fixed',
    feed: archiveFeed,
    source,
  }));
}

/** The advisories, and beside them what the archive's changelogs say is closed. */
export function withArchive(advisories: Advisories, answer: ArchiveAnswer | undefined): Advisories {
  if (answer === undefined) return advisories;
  const { entries } = answer;
  return {
    ...advisories,
    lookup(ecosystem, name, appliesTo) {
      const own = appliesTo === 'source' ? (entries.get(keyOf(ecosystem, name)) ?? []) : [];
      return own.length === 0
        ? advisories.lookup(ecosystem, name, appliesTo)
        : [...advisories.lookup(ecosystem, name, appliesTo), ...own];
    },
    details: (id, feed) => (feed === archiveFeed ? undefined : advisories.details(id, feed)),
  };
}

/** Findings with what can be installed now, where that is newer. */
export function withAvailable(findings: readonly Finding[], answer: ArchiveAnswer | undefined): readonly Finding[] {
  if (answer === undefined) return findings;
  return findings.map((finding) => {
    const fix = answer.fixes.get(finding.package.id);
    if (fix?.candidate === undefined || !fix.newer) return finding;
    const { id, aliases } = finding.vulnerability;
    const closes = fix.closes.some((flaw) => flaw.id === id || aliases.includes(flaw.id));
    const { version: available, suite } = fix.candidate;
    return {
      ...finding,
      fix: { ...finding.fix, available: { version: available, suite: suite.name, trust: suite.trust, closes } },
    };
  });
}
