import { type Distro, ecosystemFor } from '../../distro/distro.ts';
import type { Location, Package, RpmMetadata } from '../../inventory/inventory.ts';
import { packagePurl } from '../../purl/purl.ts';
import { numbersOf, type RpmHeader, textOf } from './header.ts';
import namespaces from './purl-namespaces.json' with { type: 'json' };
import { parseSourceRpm, versionText } from './source-rpm.ts';
import type { Surroundings } from './surroundings.ts';
import { tags } from './tags.ts';

/** Longest name, version, release or architecture, characters: together they are the name of the package's file. */
const maxIdentity = 255;

/** Names the vendor as the purl type `rpm` wants it, where that is not the distribution's identifier. */
const vendors: ReadonlyMap<string, string> = new Map(Object.entries(namespaces));

/** What is recorded of a package, wherever it is. */
export interface PackageFacts {
  readonly name: string;
  readonly version: string;
  readonly architecture?: string | undefined;
  readonly license?: string | undefined;
  readonly metadata: RpmMetadata;
}

/** Where a package is: which file tells it, on what distribution, and what else of the image tells of packages. */
export interface PackageContext {
  readonly location: Location;
  readonly distro: Distro | undefined;
  readonly surroundings: Surroundings | undefined;
}

function factsOf(header: RpmHeader): PackageFacts | undefined {
  const name = identity(header, tags.name);
  const version = identity(header, tags.version);
  const release = identity(header, tags.release);
  if (name === undefined || version === undefined || release === undefined) {
    header.faults.push('no name, version or release');
    return undefined;
  }
  const architecture = identity(header, tags.arch);
  const license = textOf(header, tags.license);
  return { name, version, architecture, license, metadata: metadataOf(header, release) };
}

function metadataOf(header: RpmHeader, release: string): RpmMetadata {
  const epoch = numbersOf(header, tags.epoch)?.[0];
  const vendor = textOf(header, tags.vendor);
  const packager = textOf(header, tags.packager);
  const modularityLabel = textOf(header, tags.modularityLabel);
  const sourceRpm = textOf(header, tags.sourceRpm);
  return {
    kind: 'rpm',
    ...(epoch !== undefined && { epoch }),
    release,
    ...(vendor && { vendor }),
    ...(packager && { packager }),
    ...(modularityLabel && { modularityLabel }),
    ...(sourceRpm && { sourceRpm }),
  };
}

/** The package that a header describes; undefined when it is none (then the header has a fault). */
export function packageOfHeader(header: RpmHeader, context: PackageContext): Package | undefined {
  const facts = factsOf(header);
  return facts && packageOf(facts, context);
}

/** The package of these facts, its `id` still the bare purl. */
export function packageOf(facts: PackageFacts, { location, distro, surroundings }: PackageContext): Package {
  const { name, version, architecture, license, metadata } = facts;
  const { epoch, release, sourceRpm, vendor } = metadata;
  const source = sourceRpm === undefined ? undefined : parseSourceRpm(sourceRpm, epoch);
  const purl = packagePurl({
    type: 'rpm',
    namespace: distro && (vendors.get(distro.id) ?? distro.id),
    name,
    version: `${version}-${release}`,
    qualifiers: {
      arch: architecture,
      epoch: epoch ? String(epoch) : undefined,
      distro: distro?.versionId ? `${distro.id}-${distro.versionId}` : distro?.id,
      upstream: sourceRpm,
    },
  });
  const told = surroundings?.tell({ name, epoch, version, release, architecture, vendor });
  const ecosystem = ecosystemFor(distro, 'rpm', { repository: told?.repository, builder: told?.thirdParty });
  return {
    id: purl,
    name,
    version: versionText(epoch, version, release),
    ...(ecosystem && { ecosystem }),
    type: 'rpm',
    kind: 'binary',
    ...(source && { source }),
    ...(architecture && { architecture }),
    purl,
    locations: [location],
    licenses: license ? [license] : [],
    foundBy: 'rpm',
    metadata: told === undefined ? metadata : { ...metadata, ...told },
  };
}

function identity(header: RpmHeader, tag: number): string | undefined {
  const text = textOf(header, tag);
  if (text !== undefined && text.length > maxIdentity) {
    header.faults.push(`${text.length} characters of name, version, release or architecture`);
    return undefined;
  }
  return text;
}
