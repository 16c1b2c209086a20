import { describe, expect, it } from 'vitest';
import { gem } from './gem.ts';
import { maven } from './maven.ts';
import { skipped, versionsOf } from './osv-versions.contract.ts';
import { packagist } from './packagist.ts';
import { pep440 } from './pep440.ts';
import type { VersionScheme } from './version.ts';

/** What is refused, but for the classes that have a reason. */
function unexplained(
  scheme: VersionScheme,
  versions: readonly string[],
  classes: readonly RegExp[],
): readonly string[] {
  const refused = versions.filter((version) => scheme.parse(version).kind === 'unparsable');
  return refused.filter((version) => !classes.some((known) => known.test(version)));
}

describe.skipIf(skipped !== '')(`versions in OSV's advisories${skipped}`, () => {
  it.each([
    { ecosystem: 'Maven', scheme: maven, atLeast: 5000 },
    { ecosystem: 'RubyGems', scheme: gem, atLeast: 1000 },
    { ecosystem: 'Packagist', scheme: packagist, atLeast: 1200 },
  ])('of $ecosystem are all read', ({ ecosystem, scheme, atLeast }) => {
    const versions = versionsOf(ecosystem);
    expect(versions.length).toBeGreaterThan(atLeast);
    expect(unexplained(scheme, versions, [])).toEqual([]);
  });

  // Python's `packaging` refuses every one of these too: they were released before PEP 440 was enforced.
  const legacy = [
    // A letter or word after the release that PEP 440 does not know: "0.3.2d", "0.4m1", "0.7.11p1", "0.9-doduo".
    /^[0-9]+(?:\.[0-9]+)*[.-]?(?:[d-g](?:\.dev)?|m[0-9]+|p[0-9]+|n[0-9]+|fix[0-9]+|svn\.r[0-9]+|[a-z]{4,})$/,
    // Something after a pre-release: "1.0beta6.1", "2.0.1rc2-git", "3.0.0b3-".
    /^[0-9.]+(?:beta|rc|b)[0-9]+(?:\.[0-9]+|-git|-)$/,
    // A date, or a date and time.
    /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}[:-][0-9]{2}[:-][0-9]{2}(?:\+[0-9]{4})?)?$/,
    // No release number: "trunk", "a3", the name of a class.
    /^(?:trunk|a3|-class\.-jw\.util\.version\.Version-)$/,
  ];
  it('of PyPI are read, but for those of before PEP 440', () => {
    const versions = versionsOf('PyPI');
    expect(versions.length).toBeGreaterThan(12_000);
    expect(unexplained(pep440, versions, legacy)).toEqual([]);
    const refused = versions.filter((version) => pep440.parse(version).kind === 'unparsable');
    expect(refused.length).toBeLessThan(versions.length / 100);
  });
});
