/*
 * Lines of builds of Red Hat Enterprise Linux, by the product that ships them (CPE 2.2 URIs) and by the release of an RPM
 * package:
 *
 *   cpe     = "cpe:/" part ":redhat:" product ":" version [ ":" update ":" edition ]
 *   product = "enterprise_linux" / "rhel"                       main: version is major [ "." minor ]
 *           / ( "enterprise_linux_" / "rhel_" ) ( "eus" / … )   extended: a minor release that is looked after for longer
 *           / any other                                         layered upon a release
 *   release = … "el" major [ ( "_" / "." ) minor ] …
 */

/** A product by what matters for matching. */
export interface Stream {
  readonly line: 'main' | 'extended' | 'layered';
  readonly product: string;
  readonly version: string;
  readonly edition: string;
  /** Numbers of a release; not of layered products. */
  readonly major?: number;
  readonly minor?: number;
}

const known = new Map<string, Stream | undefined>();

/** Takes a CPE of Red Hat's apart; undefined for what is none. Each is read once. */
export function streamOf(cpe: string): Stream | undefined {
  if (!known.has(cpe)) known.set(cpe, read(cpe));
  return known.get(cpe);
}

function read(cpe: string): Stream | undefined {
  if (!/^cpe:\/[aoh]:redhat:./.test(cpe)) return undefined;
  const [, , , product = '', version = '', , edition = ''] = cpe.split(':');
  const isMain = product === 'enterprise_linux' || product === 'rhel';
  const isExtended = /^(?:rhel|enterprise_linux)_(?:eus|aus|tus|e4s|els|eus_long_life|mission_critical)$/.test(product);
  if (!isMain && !isExtended) return { line: 'layered', product, version, edition };
  const [major, minor] = version.split('.').map(Number);
  if (major === undefined || Number.isNaN(major)) return undefined;
  const line = isMain ? 'main' : 'extended';
  return { line, product, version, edition, major, ...(minor === undefined || Number.isNaN(minor) ? {} : { minor }) };
}

/** The minor release that a build was made for: 4 of `27.el9_4.1` and of `module+el8.4.0+…`; undefined on the trunk. */
export function minorOfRelease(release: string): number | undefined {
  const minor = /(?:^|[.+_])el\d+[._](\d+)/.exec(release)?.[1];
  return minor === undefined ? undefined : Number(minor);
}

/**
 * Whether a layered product of a statement is that of an image: the `same`, or a `whole` of which it is a part, as
 * `openshift:4` is of `openshift:4.13::el8`.
 */
export function layeredRelation(said: Stream, had: Stream): 'same' | 'whole' | undefined {
  if (said.product !== had.product || (said.edition !== '' && said.edition !== had.edition)) return undefined;
  if (said.version === had.version) return 'same';
  return said.version === '' || had.version.startsWith(`${said.version}.`) ? 'whole' : undefined;
}
