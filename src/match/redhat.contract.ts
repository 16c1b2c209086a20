import type { Advisory } from '../advisory/advisory.ts';
import { readCsaf } from '../advisory/source/csaf/read.ts';
import { advisoriesIn } from '../advisory/source/redhat/record.ts';
import { newTally } from '../advisory/source/tally.ts';
import type { StoredEntry } from '../database/database.ts';
import type { Package } from '../inventory/inventory.ts';
import { rpm } from '../version/rpm.ts';
import { matchPackages } from './match.ts';
import { type ProductSource, redHatProducts } from './products.ts';

const source = { name: 'redhat', url: 'https://x.test/', digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' };

/** What is installed. */
export interface Installed {
  /** `openssl-libs-1:3.0.7-24.el9.x86_64` taken apart. */
  readonly name: string;
  readonly version: string;
  readonly major: number;
  readonly architecture?: string;
  /** `MODULARITYLABEL`. */
  readonly label?: string;
  /** Source package where its name is another one. */
  readonly source?: string;
  readonly repository?: string;
  readonly contentSets?: readonly string[];
}

/** An RPM package in an image of Red Hat's. */
export function installed({ name, version, major, label, repository, contentSets, ...more }: Installed): Package {
  const purl = `pkg:rpm/redhat/${name}@${version}`;
  return {
    id: purl,
    name,
    version,
    ecosystem: `Red Hat:${major}`,
    type: 'rpm',
    kind: 'binary',
    source: { name: more.source ?? name, version },
    ...(more.architecture === undefined ? {} : { architecture: more.architecture }),
    purl,
    locations: [{ path: '/var/lib/rpm/rpmdb.sqlite', layer: { index: 0, diffId: '' } }],
    licenses: [],
    foundBy: 'rpm',
    metadata: {
      kind: 'rpm',
      release: version.slice(version.lastIndexOf('-') + 1),
      ...(label === undefined ? {} : { modularityLabel: label }),
      ...(repository === undefined ? {} : { repository }),
      ...(contentSets === undefined ? {} : { contentSets }),
    },
  };
}

/** Judges packages by a document, as the advisory source reads it. */
export function judgedBy(document: Uint8Array): (found: Package, products?: ProductSource) => string {
  const advisories: Advisory[] = [];
  advisoriesIn(readCsaf(document), (advisory) => advisories.push(advisory), newTally());
  const byName = new Map<string, StoredEntry[]>();
  for (const { id, aliases, covers, affected } of advisories) {
    for (const one of affected) {
      const key = `${one.ecosystem} ${one.package} ${one.appliesTo}`;
      const entry: StoredEntry = { ...one, id, aliases, covers, feed: 1, source };
      const known = byName.get(key);
      if (known) known.push(entry);
      else byName.set(key, [entry]);
    }
  }
  const lookup = (ecosystem: string, name: string, to: string): readonly StoredEntry[] =>
    byName.get(`${ecosystem} ${name} ${to}`) ?? [];
  const schemes = new Map([['rpm', rpm]]);
  return (found, products) => {
    const context = products === undefined ? {} : { productsOf: redHatProducts(products) };
    const { packages } = matchPackages([found], { lookup }, schemes, context);
    const matches = packages[0]?.matches ?? [];
    const said =
      matches.find(({ verdict }) => verdict === 'affected') ?? matches.find(({ verdict }) => verdict === 'unknown');
    if (said === undefined) return 'not affected';
    const { state, version, note } = said.fix;
    return [said.verdict, version ?? state, ...(note === undefined ? [] : [`(${note})`])].join(' ');
  };
}
