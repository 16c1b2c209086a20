/*
 * Requirements on gems (RubyGems, `Gem::Requirement`), as advisories list them:
 *
 *   requirement = constraint *( "," constraint )        all must hold; of a list of requirements any
 *   constraint  = blanks [ operator ] blanks version blanks
 *   operator    = "=" / "!=" / ">" / "<" / ">=" / "<=" / "~>"      "=" when absent
 *
 * "~> 5.0.7" is 5.0.7 and later before 5.1, pre-releases of 5.1 not included: whose release (the version without letters)
 * is below 5.1.
 */
import { type GemVersion, gem } from '../../../version/gem.ts';
import { type SetAlgebra, setAlgebra, type VersionSet } from '../cuts.ts';

/** Sets of gems' versions. */
export const gems: SetAlgebra<GemVersion> = setAlgebra(gem);

const CONSTRAINT = /^\s*(=|!=|>=|<=|~>|>|<)?\s*([0-9A-Za-z][0-9A-Za-z.-]*)\s*$/;

/** The versions that meet one of the requirements; undefined when one of them is not understood. */
export function versionsMeeting(requirements: readonly string[]): VersionSet<GemVersion> | undefined {
  const sets: VersionSet<GemVersion>[] = [];
  for (const requirement of requirements) {
    let set = gems.all;
    for (const text of requirement.split(',')) {
      const one = setOf(text);
      if (one === undefined) return undefined;
      set = gems.intersection(set, one);
    }
    sets.push(set);
  }
  return gems.union(sets);
}

function setOf(text: string): VersionSet<GemVersion> | undefined {
  const [, operator = '=', bound = ''] = CONSTRAINT.exec(text) ?? [];
  const version = gem.parse(bound);
  if (version.kind === 'unparsable') return undefined;
  switch (operator) {
    case '=':
      return gems.exactly(version);
    case '!=':
      return gems.without(gems.all, gems.exactly(version));
    case '>':
      return gems.after(version);
    case '>=':
      return gems.between(version, undefined);
    case '<':
      return gems.between(undefined, version);
    case '<=':
      return gems.upTo(version);
    default: {
      const end = gem.parse(`${bumped(bound)}.a`);
      return end.kind === 'unparsable' ? undefined : gems.between(version, end);
    }
  }
}

/** `Gem::Version#bump`: what is before the first letters, without its last number, the one before that raised. */
function bumped(version: string): string {
  const numbers: bigint[] = [];
  for (const part of version.split(/[.-]/)) {
    if (!/^\d+$/.test(part)) break;
    numbers.push(BigInt(part));
  }
  if (numbers.length > 1) numbers.pop();
  return [...numbers.slice(0, -1), (numbers.at(-1) ?? 0n) + 1n].join('.');
}
