import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Package } from '../../src/inventory/inventory.ts';

/** A genuine document, at the address of the feed that it stands for. */
export interface QualityDocument {
  /** Identifier of the advisory source that reads it. */
  readonly source: string;
  readonly url: string;
  /** Empty where it holds facts alone. */
  readonly ecosystems: readonly string[];
  /** Paths in the repository; several are put into an archive, as the feed is one. */
  readonly files: readonly string[];
  /** How the publisher packs them: `of-list` makes one file of each record of a JSON list. */
  readonly pack?: 'zip' | 'tar' | 'tar.gz' | 'tar.zst' | 'gz' | 'zip-of-list' | 'tar.zst-of-list';
  /** Folder within the archive; files lie there by their own names, records of a list by their identifiers. */
  readonly within?: string;
}

/** What is known, from elsewhere, of one package and one flaw. */
export interface Label {
  /** `name@version` as the list has it, and behind a space what it calls this one of several. */
  readonly package: string;
  /** The name that the finding must have. */
  readonly flaw: string;
  readonly verdict: 'affected' | 'not-affected' | 'unknown';
  /** The version that fixes it, where the label knows it; `none` where there is none. */
  readonly fix?: string;
  /** How it is known, without this program. */
  readonly because: string;
}

/** A package as a list has it: what the catalogers would say, without what makes no difference. */
export type ListedPackage = Pick<Package, 'name' | 'version' | 'type'> &
  Partial<Pick<Package, 'ecosystem' | 'source' | 'architecture' | 'metadata' | 'usage' | 'presence' | 'ownedBy'>> & {
    /** Tells packages of one name and version apart: `nodejs:18`, `aarch64`. */
    readonly called?: string;
  };

/** One labelled list: every finding in it is either labelled or wrong. */
export interface QualitySet {
  readonly name: string;
  readonly about: string;
  readonly documents: readonly QualityDocument[];
  /** `VERSION_ID` of the image that the list stands for. */
  readonly release?: string;
  /** Paid services that the image has. */
  readonly services?: readonly string[];
  readonly packages: readonly ListedPackage[];
  readonly labels: readonly Label[];
}

/** Reads all sets of a folder, by name. */
export function readSets(folder: string): QualitySet[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && name !== 'baseline.json')
    .toSorted()
    .map((name) => {
      const set = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Omit<QualitySet, 'name'>;
      return { ...set, name: name.slice(0, -'.json'.length) };
    });
}

/** A package of a list, whole. */
export function wholePackage({ called, ...listed }: ListedPackage): Package {
  const { type, name, version } = listed;
  const purl = `pkg:${type}/${name}@${version}`;
  const id = called === undefined ? purl : `${purl}#${called}`;
  return {
    kind: 'binary',
    purl: id,
    id,
    locations: [{ path: '/list', layer: { index: 0, diffId: '' } }],
    licenses: [],
    foundBy: 'list',
    metadata: metadataOf(type, version),
    ...listed,
  };
}

/** What labels call a package of a list. */
export function labelName({ name, version, called }: Pick<ListedPackage, 'name' | 'version' | 'called'>): string {
  return called === undefined ? `${name}@${version}` : `${name}@${version} ${called}`;
}

function metadataOf(type: string, version: string): Package['metadata'] {
  if (type === 'deb') return { kind: 'dpkg' };
  if (type === 'apk') return { kind: 'apk' };
  return type === 'rpm' ? { kind: 'rpm', release: version.slice(version.lastIndexOf('-') + 1) } : { kind: 'language' };
}
