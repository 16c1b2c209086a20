import { type DpkgVersion, dpkg } from '../version/dpkg.ts';
import type { Offer } from './indexes.ts';
import type { Candidate, InstalledPackage, Suite, Trust } from './model.ts';

/** -1, 0, 1 by dpkg's order; undefined where one of the versions can't be read. */
export function compareVersions(a: string, b: string): number | undefined {
  const [x, y] = [dpkg.parse(a), dpkg.parse(b)];
  return x.kind === 'version' && y.kind === 'version' ? dpkg.compare(x, y) : undefined;
}

const TRUST: readonly Trust[] = ['pinned', 'keyring', 'image', 'unverified'];

/**
 * The version that apt would choose without pins (apt_preferences(5)): the newest of suites with priority 500; of those
 * with `NotAutomatic` and `ButAutomaticUpgrades` (100) only where the installed version is newer than that.
 */
export function candidateOf(
  installed: InstalledPackage,
  native: string,
  offers: readonly Offer[],
): Candidate | undefined {
  const architectures = new Set(['all', installed.architecture === 'all' ? native : installed.architecture]);
  const own = offers.filter(({ row }) => row.name === installed.name && architectures.has(row.architecture));
  const automatic = newest(own.filter(({ suite }) => suite.automatic === 'yes'));
  const upgrades = newest(own.filter(({ suite }) => suite.automatic === 'upgrades'));
  const isBehind = automatic === undefined || compareVersions(installed.version, automatic.row.version) === 1;
  const chosen = isBehind && upgrades !== undefined ? upgrades : automatic;
  return chosen === undefined ? undefined : asCandidate(chosen);
}

/** Of equal versions the one that may be believed most, then the first. */
function newest(offers: readonly Offer[]): Offer | undefined {
  let best: { offer: Offer; version: DpkgVersion } | undefined;
  for (const offer of offers) {
    const version = dpkg.parse(offer.row.version);
    if (version.kind !== 'version') continue;
    const order = best === undefined ? 1 : dpkg.compare(version, best.version);
    const moreTrust = best !== undefined && rank(offer.suite) < rank(best.offer.suite);
    if (order > 0 || (order === 0 && moreTrust)) best = { offer, version };
  }
  return best?.offer;
}

function rank(suite: Suite): number {
  return TRUST.indexOf(suite.trust);
}

/** An offer as others see it. */
export function asCandidate({ row, suite }: Offer): Candidate {
  const { name, version, architecture, source, sourceVersion, sha256, size, path } = row;
  const url = `${suite.uri}${addressPath(path)}`;
  return {
    name,
    version,
    architecture,
    source: { name: source, version: sourceVersion },
    suite,
    url,
    path,
    sha256,
    size,
  };
}

/** A path below an archive as part of an address. */
export function addressPath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
