import { describe, expect, it } from 'vitest';
import type { StoredEntry } from '../database/database.ts';
import type { Package } from '../inventory/inventory.ts';
import { rpm } from '../version/rpm.ts';
import { judge, type Match, matchPackages, ofOwnRelease, redHatProducts } from './match.ts';

const runc: Package = {
  id: 'pkg:rpm/redhat/runc@4:1.1.12-1.el9_2',
  name: 'runc',
  version: '4:1.1.12-1.el9_2',
  ecosystem: 'Red Hat:9',
  type: 'rpm',
  kind: 'binary',
  architecture: 'x86_64',
  source: { name: 'runc', version: '1.1.12-1.el9_2' },
  purl: 'pkg:rpm/redhat/runc@1.1.12-1.el9_2?epoch=4',
  locations: [],
  licenses: [],
  foundBy: 'rpm',
  metadata: { kind: 'rpm', release: '1.el9_2', contentSets: ['eus', 'openshift'] },
};

function entry(product: string, fixed: string | undefined, more: Partial<StoredEntry> = {}): StoredEntry {
  return {
    id: 'CVE-2026-1',
    aliases: [],
    covers: [],
    appliesTo: 'binary',
    status: 'affected',
    ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, ...(fixed === undefined ? [] : [{ fixed }])] }],
    fixState: fixed === undefined ? 'not-fixed' : 'fixed',
    qualifiers: { products: [product] },
    feed: 1,
    source: { name: 'redhat', url: 'https://x.test/', digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' },
    ...more,
  };
}

function verdicts(found: Package, ...entries: readonly StoredEntry[]): readonly string[] {
  const cpes: Readonly<Record<string, readonly string[]>> = {
    eus: ['cpe:/a:redhat:rhel_eus:9.2::appstream'],
    openshift: ['cpe:/a:redhat:openshift:4.13::el9'],
  };
  const lookup = (_: string, __: string, appliesTo: string): readonly StoredEntry[] =>
    entries.filter((one) => one.appliesTo === appliesTo);
  const productsOf = redHatProducts({ release: '9.2', productsOf: (name) => cpes[name] });
  const { packages } = matchPackages([found], { lookup }, new Map([['rpm', rpm]]), { productsOf });
  return packages.flatMap(({ matches }) => matches.map(({ verdict }) => verdict));
}

describe('an image of an extended release with a product upon it', () => {
  const openshift = entry('cpe:/a:redhat:openshift:4.13::el9', '3:1.1.6-5.rhaos4.13.el9');
  const main = entry('cpe:/a:redhat:enterprise_linux:9::appstream', undefined);
  const eus = entry('cpe:/a:redhat:rhel_eus:9.2::appstream', '4:1.1.12-1.el9_2');

  it('is not known to have builds of the product alone, whose fix says nothing of those of the release', () => {
    expect(verdicts(runc, openshift, main)).toContain('affected');
  });

  it('is judged by its own line of the release where something is said of that', () => {
    expect(verdicts(runc, openshift, main, eus)).toEqual([]);
  });

  it('is judged by its own version of the product rather than by the product as a whole', () => {
    expect(verdicts(runc, openshift, entry('cpe:/a:redhat:openshift:4', undefined))).toEqual([]);
  });

  it('is judged by the product as a whole where only the release is spoken of', () => {
    expect(verdicts(runc, eus, entry('cpe:/a:redhat:openshift:4', undefined))).toContain('affected');
  });
});

describe('architectures', () => {
  const limited = (architectures: readonly string[]): StoredEntry =>
    entry('cpe:/o:redhat:enterprise_linux:9', '9:9-9', { qualifiers: { architectures } });
  it.each<[string, readonly string[], readonly string[]]>([
    ['x86_64', ['x86_64', 'aarch64'], ['affected']],
    ['s390x', ['x86_64', 'aarch64'], []],
    ['noarch', ['x86_64'], ['affected']],
    // What is built for all of them now may have been built for each before.
    ['x86_64', ['noarch'], ['affected']],
    ['x86_64', ['aarch64', 'noarch'], ['affected']],
  ])('%s of %j', (architecture, said, expected) => {
    expect(verdicts({ ...runc, architecture }, limited(said))).toEqual(expected);
  });
});

// A manifest that was copied from another image, or a package of an older release.
describe('content sets of another major release', () => {
  it.each<[string, Partial<Extract<Package['metadata'], { kind: 'rpm' }>>]>([
    ['of the image', { contentSets: ['old'] }],
    ['of the package', { repository: 'old' }],
  ])('%s hide nothing that is said of this one', (_, more) => {
    const productsOf = redHatProducts({
      release: '9.4',
      productsOf: () => ['cpe:/o:redhat:enterprise_linux:8::baseos'],
    });
    const found: Package = { ...runc, metadata: { kind: 'rpm', release: '1.el9', ...more } };
    const record = entry('cpe:/a:redhat:enterprise_linux:9::appstream', undefined);
    const lookup = (): readonly StoredEntry[] => [record];
    const { packages } = matchPackages([found], { lookup }, new Map([['rpm', rpm]]), { productsOf });
    expect(packages[0]?.matches[0]?.verdict).toBe('affected');
  });
});

// Some notices of AlmaLinux do not name the stream of their builds, which are then compared with those of any.
describe('a fix of the own minor release', () => {
  const version = '7.4.1-1.module_el8.4.0+1+a';
  const matchOf = (fixed: string, module: string | undefined): Match => {
    const record = entry('', fixed, { qualifiers: module === undefined ? {} : { module } });
    return { ...judge(rpm.parse(version), record, rpm), entry: record, searched: { name: 'php', version } };
  };
  it.each<[string, string | undefined, number]>([
    ['of the stream', 'php:7.4', 0],
    ['of a stream that is not named', undefined, 1],
  ])('%s', (_, module, affected) => {
    const matches = [matchOf('7.2.9-1.module_el8.4.0+2+b', module), matchOf('7.4.20-1.module_el8.6.0+3+c', 'php:7.4')];
    expect(ofOwnRelease(matches).filter(({ verdict }) => verdict === 'affected')).toHaveLength(affected);
  });
});

// `mod_ssl` has an epoch of its own, `httpd`, its source, has none; the notices of Rocky Linux write one always.
describe('the epoch of a source, which an RPM package does not tell', () => {
  it.each<[string, string, string]>([
    ['1:2.4.37-64.el8', '0:2.4.37-65.el8', 'affected'],
    ['1:2.4.37-64.el8', '2.4.37-65.el8', 'affected'],
    ['1:2.4.37-65.el8', '0:2.4.37-65.el8', 'not-affected'],
    ['2.4.37-64.el8', '0:2.4.37-65.el8', 'affected'],
    ['1:11.0.12-1.el8', '1:11.0.13-1.el8', 'affected'],
    ['1:11.0.13-1.el8', '1:11.0.13-1.el8', 'not-affected'],
    ['2:5-1.el8', '1:6-1.el8', 'affected'],
    ['0:6-1.el8', '1:5-1.el8', 'affected'],
  ])('%s, fixed in %s: %s', (version, fixed, verdict) => {
    const record = { ...entry('', fixed), qualifiers: {}, appliesTo: 'source' } as const;
    expect(judge(rpm.parse(version), record, rpm).verdict).toBe(verdict);
  });

  it('is known of a binary package', () => {
    const record = { ...entry('', '0:2.4.37-65.el8'), qualifiers: {} };
    expect(judge(rpm.parse('1:2.4.37-64.el8'), record, rpm).verdict).toBe('not-affected');
  });
});
