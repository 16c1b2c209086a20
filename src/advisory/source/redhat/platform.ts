/*
 * Red Hat's names of products (CPE 2.2 URIs):
 *
 *   cpe = "cpe:/" ("a" / "o") ":redhat:" product ":" version [ ":" update ":" edition ]
 *
 *   enterprise_linux:9::appstream, enterprise_linux:10.1     a major release, as its newest minor release carries it on
 *   rhel_eus:9.2::baseos, enterprise_linux_eus:10.0          a minor release that is looked after for longer
 *   rhel_els:7                                               a major release after its end of maintenance
 *   openshift:4.13::el9, satellite:6                         what is laid upon a release, `::el9` where that is said
 *
 * The part (`a`, `o`) and channel (`baseos`) tell repositories of one release apart, never builds of one package, and Red
 * Hat drops them with RHEL 10: they are left out of what is stored.
 */

/** Which line of builds a product is. */
export type Line = 'main' | 'extended' | 'els' | 'layered';

/** What builds a product, and for which releases. */
export interface Platform {
  /** As stored: `cpe:/o:redhat:enterprise_linux:9`, `cpe:/o:redhat:rhel_eus:9.2`, `cpe:/a:redhat:openshift:4.13::el9`. */
  readonly cpe: string;
  readonly line: Line;
  /** Major release; absent for a product that does not say upon which it is laid. */
  readonly major?: number;
}

/** A CPE of Red Hat's; undefined for what is none. */
export function platformOf(cpe: string): Platform | undefined {
  const match = /^cpe:\/[ao]:redhat:([\w.+~%-]+)(?::([^:]*))?(?::([^:]*))?(?::(.*))?$/.exec(cpe.trim());
  if (match === null) return undefined;
  const [, product = '', version = '', , edition = ''] = match;
  const line = lineOf(product);
  if (line === 'layered') {
    const major =
      /^el(\d+)/.exec(edition)?.[1] ?? (product.startsWith('rhel_extras') ? /^\d+/.exec(version)?.[0] : undefined);
    return { cpe: cpe.trim(), line, ...(major === undefined ? {} : { major: Number(major) }) };
  }
  const major = /^\d+/.exec(version)?.[0];
  if (major === undefined) return undefined;
  const numbers = line === 'extended' ? (/^\d+(?:\.\d+)?/.exec(version)?.[0] ?? major) : major;
  const name = line === 'main' ? 'enterprise_linux' : product;
  return { cpe: `cpe:/o:redhat:${name}:${numbers}`, line, major: Number(major) };
}

function lineOf(product: string): Line {
  if (product === 'enterprise_linux') return 'main';
  const kind = /^(?:rhel|enterprise_linux)_(eus|aus|tus|e4s|els|eus_long_life|mission_critical)$/.exec(product)?.[1];
  return kind === undefined ? 'layered' : kind === 'els' ? 'els' : 'extended';
}
