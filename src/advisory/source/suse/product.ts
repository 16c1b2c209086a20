/*
 * Which of our ecosystems a criterion of SUSE's means. The comment names the product, the test its release package and version:
 *
 *   product  = name blank version [variant] " is installed"     sles-release == 15.6
 *   version  = major [" SP" digit] / major "." minor            "15 SP6", "16.0"
 *   variant  = ("-" / blank) ("LTSS" / "ESPOS" / "BCL" / …)     "15 SP1-LTSS", tested by sles-ltss-release, "15 SP1-BCL" by sles-release
 *
 * Modules and extensions are added to the four products of SUSE Linux Enterprise; most of what a server has comes from modules.
 * Those of release 12 go with any of its service packs.
 */
import type { Product } from '../oval/oval.ts';
import table from './products.json' with { type: 'json' };

/** An ecosystem that a criterion means. */
export interface SuseProduct {
  readonly ecosystem: string;
  /** The paid service that alone has it: `LTSS`. */
  readonly service?: string;
}

const BY_NAME: ReadonlyMap<string, string> = new Map(Object.entries(table.names));
const BY_RELEASE: ReadonlyMap<string, string> = new Map(Object.entries(table.releases));

const COMMENT = /^(.+) (\d+(?:\.\d+)?)(?: SP(\d+))?(?:[- ](\D.*))? is installed$/;
/** Support beyond the general one: the same code with more fixes. Other variants (Teradata) are built anew. */
const SERVICE = /\b(?:LTSS|ESPOS|BCL)\b/i;

/** The ecosystems that the product stands for, out of those asked for; none for products that are not ours. */
export function suseProducts(product: Product, wanted: readonly string[]): readonly SuseProduct[] {
  const { comment, release = '' } = product;
  if (comment === 'openSUSE Tumbleweed is installed') return among([{ ecosystem: 'openSUSE:Tumbleweed' }], wanted);
  const [, name, major, pack, variant = ''] = COMMENT.exec(comment) ?? [];
  if (name === undefined || major === undefined) return byRelease(product, wanted);
  const version = pack === undefined ? major : `${major}.${pack}`;
  const service = SERVICE.exec(variant)?.[0] ?? SERVICE.exec(release.replaceAll(/[-_]/g, ' '))?.[0];
  if (variant !== '' && service === undefined) return [];
  const base = BY_NAME.get(name.toLowerCase());
  const ecosystems = base === undefined ? added(name, version, wanted) : [ecosystemOf(base, version)];
  return among(
    ecosystems.map((ecosystem) => ({
      ecosystem,
      ...(service === undefined ? {} : { service: service.toUpperCase() }),
    })),
    wanted,
  );
}

/** `SUSE Linux Enterprise Server:15.6`, `openSUSE:Leap 15.6`. */
export function ecosystemOf(name: string, version: string): string {
  return name.startsWith('openSUSE:') ? `${name} ${version}`.trim() : `${name}:${version}`;
}

function among(products: readonly SuseProduct[], wanted: readonly string[]): readonly SuseProduct[] {
  return products.filter(({ ecosystem }) => wanted.includes(ecosystem));
}

/** Without a comment that can be read there is still the release package; a service has one of its own. */
function byRelease({ release = '', version = '' }: Product, wanted: readonly string[]): readonly SuseProduct[] {
  const name = BY_RELEASE.get(release);
  if (name === undefined) return [];
  const ecosystem = ecosystemOf(name, version);
  return among([release.includes('ltss') ? { ecosystem, service: 'LTSS' } : { ecosystem }], wanted);
}

/** A module or an extension of SUSE Linux Enterprise; a server "for" something else is a product of its own. */
function added(name: string, version: string, wanted: readonly string[]): readonly string[] {
  if (!/^SUSE (?:Linux Enterprise (?!Server|Desktop|Micro)|Package Hub|Real Time Module)/i.test(name)) return [];
  const isAnyPack = version === '12';
  return wanted.filter((ecosystem) => {
    const [base = '', own = ''] = ecosystem.split(':');
    return table.bases.includes(base) && (own === version || (isAnyPack && own.startsWith('12.')));
  });
}
