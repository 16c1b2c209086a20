import type { Unparsable, Version, VersionScheme } from '../version/version.ts';
import type { Truth } from './policy.ts';

/** Orders of versions, by package type (`deb`, `npm`). */
export type VersionSchemes = ReadonlyMap<string, VersionScheme>;

/**
 * range      = conjunction *( "||" conjunction )
 * conjunction = comparison *( "," comparison )
 * comparison  = ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) version        (the version has no space and no comma)
 */
const comparison = /^(<=|>=|!=|<|>|=)\s*([^\s,|<>=!]+)$/;

interface Comparison {
  readonly operator: string;
  readonly version: string;
}

/** Whether a version is in a range, by the order of its package's type; unknown where it can't be compared. */
export function versionRange(
  text: string,
): ((version: string | undefined, type: string | undefined, schemes: VersionSchemes) => Truth) | undefined {
  const choices = text.split('||').map((choice) => choice.split(',').map(comparisonOf));
  if (choices.some((choice) => choice.includes(undefined))) return undefined;
  return (version, type, schemes) => {
    const scheme = type === undefined ? undefined : schemes.get(type);
    const parsed = version === undefined || version === '' ? undefined : scheme?.parse(version);
    if (scheme === undefined || parsed === undefined || parsed.kind === 'unparsable') return 'unknown';
    let truth: Truth = false;
    for (const choice of choices) {
      const one = choiceHolds(choice, parsed, scheme);
      if (one === true) return true;
      if (one === 'unknown') truth = one;
    }
    return truth;
  };
}

function comparisonOf(text: string): Comparison | undefined {
  const [, operator, version] = comparison.exec(text.trim()) ?? [];
  return operator === undefined || version === undefined ? undefined : { operator, version };
}

function choiceHolds(choice: readonly (Comparison | undefined)[], version: Version, scheme: VersionScheme): Truth {
  let truth: Truth = true;
  for (const part of choice) {
    const bound: Version | Unparsable | undefined = part === undefined ? undefined : scheme.parse(part.version);
    if (part === undefined || bound === undefined || bound.kind === 'unparsable') {
      truth = 'unknown';
      continue;
    }
    if (!holds(part.operator, scheme.compare(version, bound))) return false;
  }
  return truth;
}

function holds(operator: string, order: number): boolean {
  if (operator === '=') return order === 0;
  if (operator === '!=') return order !== 0;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}
