import { describe, expect, it } from 'vitest';
import type { StoredEntry } from '../database/database.ts';
import type { Package } from '../inventory/inventory.ts';
import { rpm as order } from '../version/rpm.ts';
import { isOfFlavour, ofOwnFlavour, ofPlainBuild } from './flavour.ts';
import { judge } from './judge.ts';

const rpm = (version: string): Package => ({
  id: 'openssl',
  name: 'openssl',
  version,
  type: 'rpm',
  kind: 'binary',
  purl: 'pkg:rpm/ol/openssl',
  locations: [],
  licenses: [],
  foundBy: 'rpm',
  metadata: { kind: 'rpm', release: version.slice(version.indexOf('-') + 1) },
});

describe('flavours of builds', () => {
  it.each([
    ['2:1.1.1g-15.el8_3', 'plain'],
    ['2:1.1.1g-15.ksplice1.el8_3', 'ksplice'],
    ['2:2.28-151.0.1.ksplice2.el8', 'ksplice'],
    ['10:1.1.1k-6.el8_5_fips', 'fips'],
    ['3.6.16-4.0.1.el8_fips', 'fips'],
    // "fips" and "ksplice" in other words are no flavour.
    ['1.0-1.fipscheck.el8', 'plain'],
    ['5.4.17-2136.el8uek', 'plain'],
  ] as const)('%s is only compared with %s', (version, own) => {
    const answers = (['plain', 'fips', 'ksplice'] as const).filter((flavour) => isOfFlavour(rpm(version), flavour));
    expect(answers).toEqual([own]);
  });

  it('does not matter where the record names none, or for what is no RPM', () => {
    const found = rpm('2:1.1.1g-15.ksplice1.el8_3');
    expect(isOfFlavour(found, undefined)).toBe(true);
    expect(isOfFlavour({ ...found, metadata: { kind: 'apk' } }, 'plain')).toBe(true);
  });
});

describe('a record on plain builds alone', () => {
  const entry = {
    id: 'ELSA-1',
    aliases: [],
    covers: ['CVE-1'],
    appliesTo: 'binary',
    status: 'affected',
    ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed: '1:1.1.1k-7.el8' }] }],
    qualifiers: { flavour: 'plain' },
    fixState: 'fixed',
    feed: 1,
    source: { name: 'oracle', url: 'u', digest: 'd', fetchedAt: 't' },
  } satisfies StoredEntry;
  const told = (version: string) =>
    ofPlainBuild({ ...judge(order.parse(version), entry, order), entry, searched: { version } }, order);
  it.each([
    ['10:1.1.1k-6.el8_5_fips', 'unknown'],
    ['2:1.1.1g-15.ksplice1.el8_3', 'unknown'],
    ['10:1.1.1k-12.el8_9.fips', undefined],
    ['2:1.1.1k-9.ksplice1.el8_6', undefined],
  ])('tells of %s: %s', (version, verdict) => {
    expect(told(version)?.verdict).toBe(verdict);
  });
  it('gives way to one on the own flavour', () => {
    const other = { otherFlavour: true } as const;
    expect([ofOwnFlavour([other, {}]), ofOwnFlavour([other])]).toEqual([[{}], [other]]);
  });
});
