import { describe, expect, it } from 'vitest';
import type { EcosystemInfo, StoredEntry } from '../database/database.ts';
import type { Package, PackageMetadata } from '../inventory/inventory.ts';
import { type Advisories, assess } from './assess.ts';
import { versionSchemes } from './ecosystems.ts';
import { judgedOf, judgedProblems } from './judged.ts';
import { precedence } from './precedence.ts';

const source = { name: 'osv', url: 'https://osv.test/', digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' };

function packageOf(type: string, name: string, ecosystem: string | undefined, more: Partial<Package> = {}): Package {
  return {
    id: `pkg:${type}/${name}@1.0`,
    name,
    version: '1.0',
    ...(ecosystem === undefined ? {} : { ecosystem }),
    type,
    kind: 'binary',
    purl: `pkg:${type}/${name}@1.0`,
    locations: [{ path: `/${name}`, layer: { index: 0, diffId: '' } }],
    licenses: [],
    foundBy: type,
    metadata: { kind: 'language' },
    ...more,
  };
}

function entry(id: string, more: Partial<StoredEntry> = {}): StoredEntry {
  return {
    id,
    aliases: [],
    covers: [],
    appliesTo: 'source',
    status: 'affected',
    ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed: '2.0' }] }],
    fixState: 'fixed',
    feed: 1,
    source,
    ...more,
  };
}

/** Which ecosystems list what, and the records by `ecosystem name`. */
function advisories(
  lists: Readonly<Record<string, 'disclosures' | 'fixes'>>,
  records: Readonly<Record<string, readonly StoredEntry[]>>,
): Advisories {
  return {
    lookup: (ecosystem, name, appliesTo) =>
      (records[`${ecosystem} ${name}`] ?? []).filter((one) => one.appliesTo === appliesTo),
    details: () => undefined,
    ecosystem: (ecosystem): EcosystemInfo => {
      const said = lists[ecosystem];
      return { ecosystem, sources: said ? [{ ...source, lists: said, advisories: 1 }] : [], missing: [] };
    },
    facts: () => [],
    close: () => undefined,
  };
}

const rpm = (modularityLabel: string): PackageMetadata => ({ kind: 'rpm', release: '1', modularityLabel });

describe('what belongs to a package of the distribution', () => {
  const dpkg: PackageMetadata = { kind: 'dpkg' };
  const log4j = { ownedBy: 'pkg:deb/search@1.0' };
  const records = { 'Debian:12 search': [entry('CVE-2020-1')] };
  const both = { 'Debian:12': 'disclosures', Maven: 'disclosures' } as const;
  it.each<[string, Package, Advisories, string | undefined, boolean]>([
    [
      'is judged with it',
      packageOf('deb', 'search', 'Debian:12', { metadata: dpkg }),
      advisories(both, records),
      'Maven',
      true,
    ],
    [
      'not where somebody else built it',
      packageOf('deb', 'search', 'Debian:12', { metadata: { kind: 'dpkg', thirdParty: 'Elastic' } }),
      advisories(both, records),
      'Maven',
      false,
    ],
    [
      'not where the distribution never spoke of it',
      packageOf('deb', 'search', 'Debian:12', { metadata: dpkg }),
      advisories(both, {}),
      'Maven',
      false,
    ],
    [
      'not where only fixes are listed, although nobody else is loaded',
      packageOf('deb', 'search', 'Debian:12', { metadata: dpkg }),
      advisories({ 'Debian:12': 'fixes' }, records),
      'Maven',
      false,
    ],
    [
      'where nobody else could be asked',
      packageOf('deb', 'search', 'Debian:12', { metadata: dpkg }),
      advisories({ 'Debian:12': 'fixes' }, {}),
      undefined,
      true,
    ],
    [
      'not where the release is not known',
      packageOf('deb', 'search', undefined),
      advisories(both, records),
      'Maven',
      false,
    ],
  ])('%s', (_, owner, known, ecosystem, expected) => {
    const inner = packageOf('maven', 'g:log4j', ecosystem, log4j);
    const { owned } = judgedOf([owner, inner], { advisories: known, schemes: versionSchemes });
    expect(owned.map(({ name }) => name)).toEqual(expected ? ['g:log4j'] : []);
  });
});

describe('a file that could not be read, of a package of the distribution', () => {
  const owner = packageOf('deb', 'node-x', 'X:1');
  const problem = { code: 'corrupt', message: 'x', by: 'npm', lossy: true } as const;
  const spoken = { 'X:1 node-x': [entry('CVE-2026-1')] };
  it.each<[string, Advisories, string | undefined, boolean]>([
    ['whose advisories list what has no fix', advisories({ 'X:1': 'disclosures' }, spoken), owner.id, false],
    ['whose advisories list only fixes', advisories({ 'X:1': 'fixes' }, spoken), owner.id, true],
    ['whose advisories never spoke of it', advisories({ 'X:1': 'disclosures' }, {}), owner.id, true],
    ['of which nothing is loaded', advisories({}, {}), owner.id, true],
    ['that did not ship it so', advisories({ 'X:1': 'disclosures' }, spoken), undefined, true],
  ])('%s', (_, known, ownedBy, lossy) => {
    const [told] = judgedProblems([{ ...problem, ...(ownedBy === undefined ? {} : { ownedBy }) }], [owner], known);
    expect(told?.lossy).toBe(lossy);
  });
});

describe('a package that others built', () => {
  it.each<[string, PackageMetadata, boolean, string?]>([
    ['in a deb', { kind: 'dpkg', thirdParty: 'Docker' }, true],
    ['in an rpm', { kind: 'rpm', release: '1', thirdParty: 'EPEL' }, true],
    ['by the distribution', { kind: 'dpkg' }, false],
    ['in an rpm of who has notices of his own', { kind: 'rpm', release: '1', thirdParty: 'EPEL' }, false, 'EPEL:9'],
  ])('%s', (_, metadata, expected, ecosystem = 'Debian:12') => {
    const found = packageOf('deb', 'nginx', ecosystem, { metadata });
    const { packages, foreign } = judgedOf([found], { advisories: advisories({}, {}), schemes: versionSchemes });
    expect([packages.length, foreign.length]).toEqual(expected ? [0, 1] : [1, 0]);
  });
});

describe('a flaw that the advisories of the owner speak of', () => {
  const found = (owner: Package, spoken: StoredEntry): string[] => {
    const inner = packageOf('npm', 'tar', 'npm', { ownedBy: owner.id });
    const known = advisories(
      { 'AlmaLinux:8': 'fixes', npm: 'disclosures' },
      { 'AlmaLinux:8 nodejs': [spoken], 'Red Hat:8 nodejs': [spoken], 'npm tar': [entry('CVE-2021-1')] },
    );
    return assess([inner], known, { precedence, all: [owner, inner] }).findings.map(
      ({ vulnerability }) => vulnerability.id,
    );
  };
  const spoken = (module?: string): StoredEntry =>
    entry('ALSA-1', { covers: ['CVE-2021-1'], ...(module === undefined ? {} : { qualifiers: { module } }) });
  const of = (product: string): StoredEntry =>
    entry('CVE-2021-1', { qualifiers: { module: 'nodejs:12', products: [product] } });
  const redHat = packageOf('rpm', 'nodejs', 'Red Hat:8', { metadata: rpm('nodejs:12:1:2') });
  const nodejs = packageOf('rpm', 'nodejs', 'AlmaLinux:8', { metadata: rpm('nodejs:12:1:2') });
  it.each<[string, Package, StoredEntry, string[]]>([
    ['is not told again', nodejs, spoken('nodejs:12'), []],
    ['of another module stream is', nodejs, spoken('nodejs:14'), ['CVE-2021-1']],
    ['of its own products is not', redHat, of('cpe:/o:redhat:enterprise_linux:8'), []],
    ['of a product that the image does not have is', redHat, of('cpe:/a:redhat:satellite:6.13::el8'), ['CVE-2021-1']],
    [
      'is where somebody else built the owner',
      { ...nodejs, metadata: { kind: 'rpm', release: '1nodesource', thirdParty: 'NodeSource' } },
      spoken(),
      ['CVE-2021-1'],
    ],
  ])('%s', (_, owner, said, expected) => {
    expect(found(owner, said)).toEqual(expected);
  });
});
