import { describe, expect, it } from 'vitest';
import type { Package } from '../inventory/inventory.ts';
import { isOfFlavour } from './flavour.ts';

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
