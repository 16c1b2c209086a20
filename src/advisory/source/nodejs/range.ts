/*
 * Version ranges of npm (node-semver), as far as the list of Node.js uses them:
 *
 *   range      = comparators *( "||" comparators )
 *   comparators = comparator *( blanks comparator )                  all must hold
 *   comparator = [ "^" / "~" / ">=" / "<=" / ">" / "<" / "=" ] blanks partial
 *   partial    = number [ "." number [ "." number ] ]                ".x" for what is left out
 *
 * Pre-releases count as inside: "8.x" begins before 8.0.0 with its pre-releases and ends before those of 9.0.0.
 */
import { semver } from '../../../version/semver.ts';
import type { SemverVersion } from '../../../version/semver-parts.ts';
import { type SetAlgebra, setAlgebra, type VersionSet } from '../cuts.ts';

/** Sets of versions of Node.js. */
export const nodes: SetAlgebra<SemverVersion> = setAlgebra(semver);

const COMPARATOR = /^(\^|~|>=|<=|>|<|=)?v?(\d{1,9})(?:\.(\d{1,9}|x))?(?:\.(\d{1,9}|x))?$/i;

/** The versions in a range; undefined when it is not understood. */
export function versionsIn(range: string): VersionSet<SemverVersion> | undefined {
  const sets: VersionSet<SemverVersion>[] = [];
  for (const part of range.split('||')) {
    let set = nodes.all;
    const words = part
      .replace(/(\^|~|>=|<=|>|<|=)\s+/g, '$1')
      .trim()
      .split(/\s+/);
    for (const word of words) {
      const one = setOf(word);
      if (one === undefined) return undefined;
      set = nodes.intersection(set, one);
    }
    sets.push(set);
  }
  return nodes.union(sets);
}

function setOf(word: string): VersionSet<SemverVersion> | undefined {
  const [, operator = '', ...texts] = COMPARATOR.exec(word) ?? [];
  if (texts[0] === undefined) return undefined;
  const given = texts.filter((text) => text !== undefined && !/x/i.test(text)).map(Number);
  const low = [given[0] ?? 0, given[1] ?? 0, given[2] ?? 0];
  const isWhole = given.length === 3;
  const first = versionOf(low, isWhole ? '' : '-0');
  const next = versionOf(raised(low, given.length - 1), '-0');
  switch (operator) {
    case '>=':
      return nodes.between(first, undefined);
    case '>':
      return isWhole ? nodes.after(first) : nodes.between(next, undefined);
    case '<':
      return nodes.between(undefined, first);
    case '<=':
      return isWhole ? nodes.upTo(first) : nodes.between(undefined, next);
    case '^': {
      const at = low.findIndex((number) => number > 0);
      return nodes.between(
        first,
        versionOf(raised(low, at < 0 ? given.length - 1 : Math.min(at, given.length - 1)), '-0'),
      );
    }
    case '~':
      return nodes.between(first, versionOf(raised(low, Math.min(1, given.length - 1)), '-0'));
    default:
      return isWhole ? nodes.exactly(first) : nodes.between(first, next);
  }
}

function raised(numbers: readonly number[], at: number): readonly number[] {
  return numbers.map((number, place) => (place < at ? number : place === at ? number + 1 : 0));
}

function versionOf(numbers: readonly number[], suffix: string): SemverVersion {
  const version = semver.parse(numbers.join('.') + suffix);
  if (version.kind === 'unparsable') throw new TypeError('numbers are always a version');
  return version;
}
