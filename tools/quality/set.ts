import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Package } from '../../src/inventory/inventory.ts';

/** A genuine document, at the address of the feed that it stands for. */
export interface QualityDocument {
  /** Identifier of the advisory source that reads it. */
  readonly source: string;
  readonly url: string;
  readonly ecosystems: readonly string[];
  /** Path in the repository; several are put into an archive, as the feed is one. */
  readonly files: readonly string[];
  readonly pack?: 'zip' | 'zip-of-list';
}

/** What is known, from elsewhere, of one package and one flaw. */
export interface Label {
  /** `name@version` as the list has it. */
  readonly package: string;
  /** The name that the finding must have. */
  readonly flaw: string;
  readonly verdict: 'affected' | 'not-affected' | 'unknown';
  /** The version that fixes it, where the label knows it. */
  readonly fix?: string;
  /** How it is known, without this program. */
  readonly because: string;
}

/** A package as a list has it: what the catalogers would say, without what makes no difference. */
export type ListedPackage = Pick<Package, 'name' | 'version' | 'type'> &
  Partial<Pick<Package, 'ecosystem' | 'source' | 'architecture' | 'metadata' | 'usage' | 'presence'>>;

/** One labelled list: every finding in it is either labelled or wrong. */
export interface QualitySet {
  readonly name: string;
  readonly about: string;
  readonly documents: readonly QualityDocument[];
  /** `VERSION_ID` of the image that the list stands for. */
  readonly release?: string;
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
export function wholePackage(listed: ListedPackage): Package {
  const { type, name, version } = listed;
  const id = `pkg:${type}/${name}@${version}`;
  const metadata = metadataOf(type);
  return {
    kind: 'binary',
    purl: id,
    id,
    locations: [{ path: '/list', layer: { index: 0, diffId: '' } }],
    licenses: [],
    foundBy: 'list',
    metadata,
    ...listed,
  };
}

function metadataOf(type: string): Package['metadata'] {
  if (type === 'deb') return { kind: 'dpkg' };
  if (type === 'apk') return { kind: 'apk' };
  return type === 'rpm' ? { kind: 'rpm', release: '' } : { kind: 'language' };
}
