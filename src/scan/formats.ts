import { apk } from '../version/apk.ts';
import { bitnami } from '../version/bitnami.ts';
import { conan } from '../version/conan.ts';
import { conda } from '../version/conda.ts';
import { cran } from '../version/cran.ts';
import { dpkg } from '../version/dpkg.ts';
import { gem } from '../version/gem.ts';
import { generic } from '../version/generic.ts';
import { go } from '../version/go.ts';
import { hackage } from '../version/hackage.ts';
import { hex } from '../version/hex.ts';
import { luarocks } from '../version/luarocks.ts';
import { maven } from '../version/maven.ts';
import { nuget } from '../version/nuget.ts';
import { packagist } from '../version/packagist.ts';
import { pacman } from '../version/pacman.ts';
import { pep440 } from '../version/pep440.ts';
import { portage } from '../version/portage.ts';
import { pub } from '../version/pub.ts';
import { rpm } from '../version/rpm.ts';
import { semver } from '../version/semver.ts';
import type { VersionScheme } from '../version/version.ts';

/** What is to be known of a package format to judge its packages. */
export interface Format {
  /** The purl type. */
  readonly type: string;
  /** Absent where no advisories speak of such packages: nothing is compared. */
  readonly versions?: VersionScheme;
  /** Whether its packages are what a distribution installs, which may own the files of others'. */
  readonly distribution?: true;
  /** Whether its packages may own files of others' without being the distribution's. */
  readonly owner?: true;
}

/**
 * The only list of package formats, in the order in which they are catalogued. It is apart from what reads them, which a
 * known image does not need (`ecosystems.ts`).
 */
export const formats: readonly Format[] = [
  { type: 'deb', versions: dpkg, distribution: true },
  { type: 'apk', versions: apk, distribution: true },
  { type: 'rpm', versions: rpm, distribution: true },
  { type: 'alpm', versions: pacman, distribution: true },
  { type: 'ebuild', versions: portage, distribution: true },
  { type: 'opkg', versions: dpkg, distribution: true },
  { type: 'npm', versions: semver },
  { type: 'pypi', versions: pep440 },
  { type: 'maven', versions: maven },
  { type: 'golang', versions: go },
  { type: 'cargo', versions: semver },
  { type: 'nuget', versions: nuget },
  { type: 'gem', versions: gem },
  { type: 'composer', versions: packagist },
  { type: 'pub', versions: pub },
  { type: 'hex', versions: hex },
  { type: 'swift', versions: semver },
  { type: 'cocoapods' },
  { type: 'cran', versions: cran },
  { type: 'luarocks', versions: luarocks },
  { type: 'hackage', versions: hackage },
  { type: 'conan', versions: conan },
  { type: 'bitnami', versions: bitnami },
  { type: 'conda', versions: conda, owner: true },
  { type: 'brew', owner: true },
  { type: 'wordpress', versions: generic },
  { type: 'nix' },
  { type: 'snap' },
  { type: 'flatpak' },
  { type: 'generic', versions: generic },
];

/** The version order of each package format, by its purl type. */
export const versionSchemes: ReadonlyMap<string, VersionScheme> = new Map(
  formats.flatMap(({ type, versions }) => (versions ? [[type, versions] as const] : [])),
);
