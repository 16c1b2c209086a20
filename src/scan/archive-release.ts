import { type Archive, ArchiveError, type Fix } from '../archive/archive.ts';
import type { Distro } from '../distro/distro.ts';

/** Whether a suite is one of a release: `bookworm`, `bookworm-security`, `buster/updates`. */
export function isOfRelease(suite: string, codename: string): boolean {
  return suite === codename || suite.startsWith(`${codename}-`) || suite.startsWith(`${codename}/`);
}

/**
 * What the distribution's own archive has in another release can be installed, but is an upgrade of the release: versions
 * there say nothing of what is fixed in this one. Suites of others, and testing, which bears many names, are as they are.
 */
export function ofRelease(fix: Fix, distro: Distro | undefined): Fix {
  const { candidate } = fix;
  const { versionId, codename } = distro ?? {};
  if (candidate === undefined || versionId === undefined || codename === undefined) return fix;
  const { trust, codename: other } = candidate.suite;
  if (trust !== 'pinned' || other === undefined || isOfRelease(other, codename)) return fix;
  const { candidate: _candidate, changelog: _changelog, ...rest } = fix;
  return { ...rest, newer: false, closes: [], mentions: [] };
}

/** The suites of other releases that had a candidate, as told to the user. */
export function othersIn(all: readonly Fix[], own: readonly Fix[]): ArchiveError[] {
  const suites = all.flatMap(({ candidate }, at) =>
    candidate === undefined || own[at]?.candidate !== undefined ? [] : [candidate.suite.name],
  );
  return [...Map.groupBy(suites, (name) => name)].map(([name, packages]) => {
    const detail = `${packages.length} of the packages`;
    return new ArchiveError('other-release', 'a suite is of another release than the image', { subject: name, detail });
  });
}

/** Debian and Ubuntu publish security updates in a suite of their own, which an archive need not have. */
export function withoutSecurity({ suites }: Archive, distro: Distro | undefined): ArchiveError[] {
  const { id, codename, versionId } = distro ?? {};
  if ((id !== 'debian' && id !== 'ubuntu') || versionId === undefined || suites.length === 0) return [];
  if (suites.some(({ name }) => /-security$|\/updates$/.test(name))) return [];
  const message = 'no suite of security updates was asked, so what they fix is not told';
  return [new ArchiveError('no-security', message, { subject: `${codename}-security` })];
}
