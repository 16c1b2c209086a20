import { describe, expect, it } from 'vitest';
import { bitnami } from './bitnami.ts';
import { conan } from './conan.ts';
import { conda } from './conda.ts';
import { go } from './go.ts';
import { hex } from './hex.ts';
import { luarocks } from './luarocks.ts';
import { nuget } from './nuget.ts';
import { pub } from './pub.ts';
import { contains, intervalsOf, lowestFix, type RangeEvent } from './range.ts';
import { semver } from './semver.ts';
import type { VersionScheme } from './version.ts';

const fixedAt = (fixed: string, introduced = '0'): readonly RangeEvent[] => [{ introduced }, { fixed }];
const lastAt = (lastAffected: string): readonly RangeEvent[] => [{ introduced: '0' }, { lastAffected }];

function isInside(scheme: VersionScheme, events: readonly RangeEvent[], text: string): boolean {
  const intervals = intervalsOf(events, scheme);
  const version = scheme.parse(text);
  if ('kind' in intervals || version.kind === 'unparsable') throw new Error(`unparsable: ${text}`);
  return contains(intervals, version, scheme);
}

describe('ranges of language packages', () => {
  // A pre-release of the fixed version is before it, thus still affected: no scheme has an exception for ranges.
  it.each([
    [semver, fixedAt('1.0.0'), '1.0.0-rc.1', true],
    [semver, fixedAt('1.0.0'), '1.0.0+build', false],
    [semver, fixedAt('1.0.0-rc.2'), '1.0.0-rc.1', true],
    [semver, fixedAt('1.0.0-rc.2'), '1.0.0-rc.2', false],
    [semver, fixedAt('2.0.0', '1.0.0'), '1.0.0-rc.1', false],
    [semver, fixedAt('2.0.0', '1.0.0-0'), '1.0.0-rc.1', true],
    [semver, fixedAt('13.0'), '12.9.9', true],
    [semver, lastAt('1.77'), '1.77.0', true],
    [semver, lastAt('1.77'), '1.77.1', false],
    [go, fixedAt('1.22.5', '1.22.0-0'), 'go1.22rc1', true],
    [go, fixedAt('1.22.5', '1.22.0-0'), 'go1.22.4-fips', true],
    [go, fixedAt('1.22.5', '1.22.0-0'), 'go1.22.5 X:boringcrypto', false],
    [go, fixedAt('1.22.5', '1.22.0-0'), '1.21.13', false],
    [go, fixedAt('0.0.0-20220906165146-f3363e06e74c'), 'v0.0.0-20220906165145-0123456789ab', true],
    [go, fixedAt('0.0.0-20220906165146-f3363e06e74c'), 'v0.0.0-20230119093715-30f75d79e424', false],
    [go, fixedAt('2.8.6+incompatible'), 'v2.8.5+incompatible', true],
    [go, fixedAt('2.8.6'), 'v2.8.6+incompatible', false],
    [nuget, fixedAt('13.0.1'), '13.0.1-beta1', true],
    [nuget, fixedAt('13.0.1'), '13.0.1.0', false],
    [nuget, fixedAt('4.3.1'), '4.3.0.9', true],
    [nuget, lastAt('6.12'), '6.12.0.0', true],
    [nuget, lastAt('6.12'), '6.12.0.1', false],
    [pub, fixedAt('0.13.3'), '0.13.3-nullsafety.0', true],
    [pub, fixedAt('0.13.3'), '0.13.3+1', false],
    [pub, lastAt('0.13.3'), '0.13.3+1', false],
    [hex, fixedAt('1.6.10'), '1.6.10-rc.0', true],
    [bitnami, fixedAt('6.8.2-1', '6.7.2-7'), '6.8.2-0', true],
    [bitnami, fixedAt('6.8.2-1', '6.7.2-7'), '6.8.2-1', false],
    [bitnami, fixedAt('16.4.1'), '16.4.1-3', false],
    [bitnami, fixedAt('1.21.5', '1.21.0-0'), '1.21.0', true],
    [bitnami, fixedAt('4.0.20-0', '4.0.0'), '4.0.20', false],
    [conan, fixedAt('1.1.1w'), '1.1.1t', true],
    [conan, fixedAt('3.0.8'), '3.0.8-alpha', true],
    [conda, fixedAt('2.0'), '2.0rc1', true],
    [conda, fixedAt('2.0'), '2.0.post1', false],
    [luarocks, fixedAt('1.0'), '1.0rc1-1', true],
    [luarocks, fixedAt('1.0'), '1.0-1', false],
  ] as const)('of %o with %j: %s is inside: %s', (scheme, events, text, inside) => {
    expect(isInside(scheme, events, text)).toBe(inside);
  });
  it('name the fix as the advisory writes it', () => {
    const version = go.parse('go1.22.4');
    if (version.kind === 'unparsable') throw new Error(version.reason);
    expect(lowestFix(fixedAt('1.22.5', '1.22.0-0'), version, go)).toMatchObject({ text: '1.22.5' });
  });
});
