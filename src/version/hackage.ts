// Haskell package versions: `Distribution.Version` of Cabal, and the Haskell Package Versioning Policy (PVP).
//
//   version = number *( "." number )        number = "0" | digit from 1 to 9, digit*
//
// Order: the numbers one by one, as numbers; where one version is the start of the other, the shorter is first
// ("1.0" < "1.0.0"). Cabal refuses zeros in front and, in a number, more than nine digits; the latter is not refused
// here. Tags ("1.0-beta") were dropped in Cabal 2 and are refused.
import { compareRows, type Numeral, numeralOf } from './numeral.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version, VersionScheme } from './version.ts';

/** A Haskell version as its numbers. */
export interface HackageVersion extends Version {
  readonly numbers: readonly Numeral[];
}

const grammar = /^(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*$/;

/** The order of Haskell's packages (Cabal, PVP); refuses what Cabal refuses, but for long numbers. */
export const hackage: VersionScheme<HackageVersion> = { id: 'hackage', parse, compare };

function parse(text: string): HackageVersion | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  if (!grammar.test(text)) return unparsable(text, 'the version is not numbers without zeros in front between dots');
  return { kind: 'version', text, numbers: text.split('.').map(numeralOf) };
}

function compare(a: HackageVersion, b: HackageVersion): Ordering {
  return compareRows(a.numbers, b.numbers);
}
