import type { AdvisorySource } from '../advisory/advisory.ts';
import { alpm } from '../catalog/alpm/alpm.ts';
import { apk } from '../catalog/apk/apk.ts';
import { bitnami } from '../catalog/bitnami/bitnami.ts';
import { brew } from '../catalog/brew/brew.ts';
import { cargo } from '../catalog/cargo/cargo.ts';
import type { Cataloger } from '../catalog/catalog.ts';
import { cocoapods } from '../catalog/cocoapods/cocoapods.ts';
import { composer } from '../catalog/composer/composer.ts';
import { conan } from '../catalog/conan/conan.ts';
import { conda } from '../catalog/conda/conda.ts';
import { cran } from '../catalog/cran/cran.ts';
import { copyrightExtractor } from '../catalog/dpkg/copyright-extractor.ts';
import { dpkg } from '../catalog/dpkg/dpkg.ts';
import { ownershipExtractor } from '../catalog/dpkg/ownership-extractor.ts';
import { executable } from '../catalog/executable/executable.ts';
import { flatpak } from '../catalog/flatpak/flatpak.ts';
import { gem } from '../catalog/gem/gem.ts';
import { golang } from '../catalog/golang/golang.ts';
import { hackage } from '../catalog/hackage/hackage.ts';
import { hex } from '../catalog/hex/hex.ts';
import { luarocks } from '../catalog/luarocks/luarocks.ts';
import { jarExtractor } from '../catalog/maven/jar-extractor.ts';
import { maven } from '../catalog/maven/maven.ts';
import { nix } from '../catalog/nix/nix.ts';
import { npm } from '../catalog/npm/npm.ts';
import { yarnCache } from '../catalog/npm/yarn-cache.ts';
import { dllExtractor } from '../catalog/nuget/dll-extractor.ts';
import { nuget } from '../catalog/nuget/nuget.ts';
import { opkg } from '../catalog/opkg/opkg.ts';
import { portage } from '../catalog/portage/portage.ts';
import { pub } from '../catalog/pub/pub.ts';
import { pypi } from '../catalog/pypi/pypi.ts';
import { wheelExtractor } from '../catalog/pypi/wheel-extractor.ts';
import { rpm } from '../catalog/rpm/rpm.ts';
import { snap } from '../catalog/snap/snap.ts';
import { snapExtractor } from '../catalog/snap/snap-extractor.ts';
import { swift } from '../catalog/swift/swift.ts';
import { wordpress } from '../catalog/wordpress/wordpress.ts';
import type { Extractor } from '../image/image.ts';
import { apk as apkVersions } from '../version/apk.ts';
import { bitnami as bitnamiVersions } from '../version/bitnami.ts';
import { conan as conanVersions } from '../version/conan.ts';
import { conda as condaVersions } from '../version/conda.ts';
import { cran as cranVersions } from '../version/cran.ts';
import { dpkg as dpkgVersions } from '../version/dpkg.ts';
import { gem as gemVersions } from '../version/gem.ts';
import { go } from '../version/go.ts';
import { hackage as hackageVersions } from '../version/hackage.ts';
import { hex as hexVersions } from '../version/hex.ts';
import { luarocks as luarocksVersions } from '../version/luarocks.ts';
import { maven as mavenVersions } from '../version/maven.ts';
import { nuget as nugetVersions } from '../version/nuget.ts';
import { packagist } from '../version/packagist.ts';
import { pacman } from '../version/pacman.ts';
import { pep440 } from '../version/pep440.ts';
import { portage as portageVersions } from '../version/portage.ts';
import { pub as pubVersions } from '../version/pub.ts';
import { rpm as rpmVersions } from '../version/rpm.ts';
import { semver } from '../version/semver.ts';
import type { VersionScheme } from '../version/version.ts';
import dullFolders from './dull-folders.json' with { type: 'json' };

/** What one package format brings. */
export interface Ecosystem {
  /** Package format, which is the purl type. */
  readonly type: string;
  readonly cataloger: Cataloger;
  /** Absent where no advisories speak of such packages: nothing is compared. */
  readonly versions?: VersionScheme;
  /** Whether its packages are what a distribution installs, which may own the files of others'. */
  readonly distribution?: true;
  /** Whether its packages may own files of others' without being the distribution's. */
  readonly owner?: true;
  /** Look into files for the cataloger. */
  readonly extractors?: readonly Extractor[];
}

/** The only list of package formats: one line each. */
export const ecosystems: readonly Ecosystem[] = [
  {
    type: 'deb',
    cataloger: dpkg,
    versions: dpkgVersions,
    distribution: true,
    extractors: [copyrightExtractor, ownershipExtractor(mayShowPackage)],
  },
  { type: 'apk', cataloger: apk, versions: apkVersions, distribution: true },
  { type: 'rpm', cataloger: rpm, versions: rpmVersions, distribution: true },
  { type: 'alpm', cataloger: alpm, versions: pacman, distribution: true },
  { type: 'ebuild', cataloger: portage, versions: portageVersions, distribution: true },
  { type: 'opkg', cataloger: opkg, versions: dpkgVersions, distribution: true },
  { type: 'npm', cataloger: npm, versions: semver, extractors: [yarnCache] },
  { type: 'pypi', cataloger: pypi, versions: pep440, extractors: [wheelExtractor] },
  { type: 'maven', cataloger: maven, versions: mavenVersions, extractors: [jarExtractor, executable] },
  { type: 'golang', cataloger: golang, versions: go, extractors: [executable] },
  { type: 'cargo', cataloger: cargo, versions: semver, extractors: [executable] },
  { type: 'nuget', cataloger: nuget, versions: nugetVersions, extractors: [dllExtractor] },
  { type: 'gem', cataloger: gem, versions: gemVersions },
  { type: 'composer', cataloger: composer, versions: packagist },
  { type: 'pub', cataloger: pub, versions: pubVersions },
  { type: 'hex', cataloger: hex, versions: hexVersions },
  { type: 'swift', cataloger: swift, versions: semver },
  { type: 'cocoapods', cataloger: cocoapods },
  { type: 'cran', cataloger: cran, versions: cranVersions },
  { type: 'luarocks', cataloger: luarocks, versions: luarocksVersions },
  { type: 'hackage', cataloger: hackage, versions: hackageVersions },
  { type: 'conan', cataloger: conan, versions: conanVersions },
  { type: 'bitnami', cataloger: bitnami, versions: bitnamiVersions },
  { type: 'conda', cataloger: conda, versions: condaVersions, owner: true },
  { type: 'brew', cataloger: brew, owner: true },
  { type: 'wordpress', cataloger: wordpress },
  { type: 'nix', cataloger: nix },
  { type: 'snap', cataloger: snap, extractors: [snapExtractor] },
  { type: 'flatpak', cataloger: flatpak },
];

/** Folders of `usr/share` and the root in which most of a distribution's files lie, and none that shows a package. */
const dull: ReadonlySet<string> = new Set(dullFolders);

/** Whether a file at the path may show a package that is not the distribution's: then it is asked whose it is. */
function mayShowPackage(path: string): boolean {
  if (dull.has(topFolder(path))) return false;
  return (
    isProgramPath(path) ||
    ecosystems.some(
      ({ cataloger, distribution, extractors = [] }) =>
        distribution === undefined &&
        (cataloger.selects(path, 'packages') || extractors.some((one) => one.byName && one.selects(path))),
    )
  );
}

/** `usr/share/doc` of `usr/share/doc/bash/copyright`; `usr/include` of what lies there. */
function topFolder(path: string): string {
  const second = path.indexOf('/', path.indexOf('/') + 1);
  return path.startsWith('usr/share/') ? path.slice(0, path.indexOf('/', second + 1)) : path.slice(0, second);
}

/** Programs are known by content; this is where they lie. */
function isProgramPath(path: string): boolean {
  const dot = path.indexOf('.', path.lastIndexOf('/') + 1);
  if (dot >= 0 && !path.startsWith('.so', dot)) return false;
  const folder = path.slice(0, path.indexOf('/', path.startsWith('usr/') ? 4 : 0));
  return programFolders.has(folder);
}

const programFolders: ReadonlySet<string> = new Set(
  ['bin', 'sbin', 'lib', 'libexec', 'lib32', 'lib64'].flatMap((name) => [name, `usr/${name}`]),
);

/** Every cataloger, in the order in which they run. */
export const catalogers: readonly Cataloger[] = ecosystems.map(({ cataloger }) => cataloger);

/** The version order of each package format. */
export const versionSchemes: ReadonlyMap<string, VersionScheme> = new Map(
  ecosystems.flatMap(({ type, versions }) => (versions ? [[type, versions] as const] : [])),
);

/**
 * The only list of advisory sources. Their order is their precedence: the first that speaks of a package decides, and
 * the first that has an ecosystem is fetched for it on first use. Loaded only where advisories are fetched.
 */
export async function advisorySources(): Promise<readonly AdvisorySource[]> {
  const [{ debian }, { alpine }, { osv }] = await Promise.all([
    import('../advisory/source/debian/debian.ts'),
    import('../advisory/source/alpine/alpine.ts'),
    import('../advisory/source/osv/osv.ts'),
  ]);
  return [debian, alpine, osv];
}
