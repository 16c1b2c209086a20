import type { AdvisorySource } from '../advisory/advisory.ts';
import { apk } from '../catalog/apk/apk.ts';
import type { Cataloger } from '../catalog/catalog.ts';
import { dpkg } from '../catalog/dpkg/dpkg.ts';
import { ownershipExtractor } from '../catalog/dpkg/ownership-extractor.ts';
import { rpm } from '../catalog/rpm/rpm.ts';
import type { Extractor } from '../image/image.ts';
import { apk as apkVersions } from '../version/apk.ts';
import { dpkg as dpkgVersions } from '../version/dpkg.ts';
import { rpm as rpmVersions } from '../version/rpm.ts';
import type { VersionScheme } from '../version/version.ts';

/** What one package format brings. */
export interface Ecosystem {
  /** Package format, which is the purl type. */
  readonly type: string;
  readonly cataloger: Cataloger;
  readonly versions: VersionScheme;
  /** Whether its packages are what the distribution installs, which may own the files of others'. */
  readonly distribution?: true;
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
    extractors: [ownershipExtractor(mayShowPackage)],
  },
  { type: 'apk', cataloger: apk, versions: apkVersions, distribution: true },
  { type: 'rpm', cataloger: rpm, versions: rpmVersions, distribution: true },
];

/** Whether a file at the path may show a package that is not the distribution's: then it is asked whose it is. */
function mayShowPackage(path: string): boolean {
  return (
    isProgramPath(path) ||
    ecosystems.some(
      ({ cataloger, distribution, extractors = [] }) =>
        distribution === undefined &&
        (cataloger.selects(path, 'packages') || extractors.some((one) => one.byName && one.selects(path))),
    )
  );
}

/** Programs are known by content; this is where they lie. */
function isProgramPath(path: string): boolean {
  return /^(?:usr\/)?(?:s?bin|lib(?:exec|32|64)?)\/(?:.*\/)?[^./]*(?:\.so[^/]*)?$/.test(path);
}

/** Every cataloger, in the order in which they run. */
export const catalogers: readonly Cataloger[] = ecosystems.map(({ cataloger }) => cataloger);

/** The version order of each package format. */
export const versionSchemes: ReadonlyMap<string, VersionScheme> = new Map(
  ecosystems.map(({ type, versions }) => [type, versions]),
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
