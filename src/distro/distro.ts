import formats from './package-formats.json' with { type: 'json' };
import { type PackageOrigin, repositoryEcosystem } from './repository-ecosystem.ts';

/** The operating system distribution of an image or host. */
export interface Distro {
  /** `ID` of os-release(5), lower case: `debian`, `alpine`, `almalinux`, … */
  readonly id: string;
  /** `PRETTY_NAME` or the nearest thing the files offer. */
  readonly name: string;
  /** `VERSION_ID`, absent on rolling releases. */
  readonly versionId?: string;
  /** `VERSION_CODENAME` where given or known: `bookworm`. */
  readonly codename?: string;
  /** `ID_LIKE`, split. */
  readonly like: readonly string[];
  /** Path of the file that said so. */
  readonly source: string;
  /**
   * The OSV ecosystem of this release's own packages: `Debian:12`, `Alpine:v3.20`, `Alpine:edge`, `AlmaLinux:9`,
   * `Rocky Linux:9`. Absent when the release cannot be told or has no name there.
   */
  readonly ecosystem?: string;
  /** Paid services that packages come from, by name: `esm-infra`, `esm-apps` (Ubuntu Pro). Absent when there are none. */
  readonly services?: readonly string[];
}

/** The value of a purl's `distro` qualifier: `debian-12`, `alpine-3.20.3`, `debian-trixie`, `wolfi`. */
export function distroQualifier(distro: Distro): string {
  const release = distro.versionId ?? distro.codename;
  return release === undefined ? distro.id : `${distro.id}-${release}`;
}

/** How a distribution packages its software. */
export type PackageFormat = 'alpm' | 'apk' | 'deb' | 'ebuild' | 'opkg' | 'rpm';

/** Package format by base name of an OSV ecosystem. */
const formatOf: ReadonlyMap<string, string> = new Map(Object.entries(formats));

/**
 * The OSV ecosystem of a package of this format found there, of this origin where that is known; undefined
 * where the distribution's own packages are of another format, as its advisories say nothing of foreign ones.
 */
export function ecosystemFor(
  distro: Distro | undefined,
  format: PackageFormat,
  origin: PackageOrigin = {},
): string | undefined {
  const ecosystem = distro?.ecosystem;
  if (ecosystem === undefined || packageFormatOf(ecosystem) !== format) return undefined;
  return repositoryEcosystem(ecosystem, origin);
}

/** The format of the packages of a distribution's OSV ecosystem; undefined where it is none of a distribution. */
export function packageFormatOf(ecosystem: string): string | undefined {
  return formatOf.get(ecosystem.split(':', 1)[0] ?? '');
}
