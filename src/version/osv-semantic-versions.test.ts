import npm from 'semver';
import { describe, expect, it } from 'vitest';
import { bitnami } from './bitnami.ts';
import { go } from './go.ts';
import { nuget } from './nuget.ts';
import { skipped, versionsOf } from './osv-versions.contract.ts';
import { order } from './scheme.contract.ts';
import { semver } from './semver.ts';

describe.skipIf(skipped !== '')(`versions in OSV's advisories${skipped}`, () => {
  it.each([
    { ecosystem: 'npm', scheme: semver, atLeast: 1500, refused: [] },
    { ecosystem: 'crates.io', scheme: semver, atLeast: 500, refused: [] },
    { ecosystem: 'Go', scheme: go, atLeast: 2000, refused: [] },
    { ecosystem: 'NuGet', scheme: nuget, atLeast: 500, refused: [] },
    // The date of a nightly build has no place among the releases.
    { ecosystem: 'Bitnami', scheme: bitnami, atLeast: 3000, refused: ['nightly.2026-03-10.0'] },
  ])('of $ecosystem are read', ({ ecosystem, scheme, atLeast, refused }) => {
    const versions = versionsOf(ecosystem);
    expect(versions.length).toBeGreaterThan(atLeast);
    expect(versions.filter((version) => scheme.parse(version).kind === 'unparsable')).toEqual(refused);
  });
  it.each([
    ['npm', semver],
    ['crates.io', semver],
    ['Go', go],
  ])('of %s come in the order of the npm package semver', (ecosystem, scheme) => {
    const strict = versionsOf(ecosystem).filter((version) => npm.valid(version) !== null);
    const sorted = strict.toSorted(npm.compare);
    const wrong = sorted.slice(1).filter((version, index) => {
      const before = sorted[index] ?? '';
      return order(scheme, before, version) !== npm.compare(before, version);
    });
    expect(wrong).toEqual([]);
  });
});
