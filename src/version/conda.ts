// Versions of conda packages, as conda's `VersionOrder` reads and orders them.
//
//   text      = blank* [ digit+ "!" ] row [ "+" row ] blank*        the epoch, the version, the local version
//   row       = component ( ( "." | "_" ) component )*             "-" stands for "_" in a text that has no "_"
//   component = ( digit+ | "*"+ | other+ )+                        other = letters, in any case
//
// An underscore at the end of a version belongs to its last component (`1.1.1_` < `1.1.1a`), as one that stands alone
// does. A component that does not start with a digit has a 0 put in front. Components compare part by part, and an
// absent part is 0, an absent component empty. Parts: texts before numbers, "post" after every number; among texts "*"
// is first, then "dev", then "_", then the others by their letters. The local version compares last.
import { isDigit } from './digits.ts';
import { compareNumerals, type Numeral, numeralOf } from './numeral.ts';
import { refusal, unparsable } from './unparsable.ts';
import type { Ordering, Unparsable, Version, VersionScheme } from './version.ts';

type Part = Numeral | string;
type Row = readonly (readonly Part[])[];

/** A conda version taken apart; `Infinity` stands for "post", `DEV` for "dev". */
export interface CondaVersion extends Version {
  readonly epoch: Numeral;
  readonly version: Row;
  readonly local: Row;
}

/** The order of conda's `VersionOrder`. */
export const conda: VersionScheme<CondaVersion> = { id: 'conda', parse, compare };

const allowed = /^[*.+!_0-9a-z]+$/;
const number = /^\d+$/;
const parts = /\d+|\*+|[^\d*]+/g;
const none: readonly never[] = [];

function parse(text: string): CondaVersion | Unparsable {
  const refused = refusal(text);
  if (refused !== undefined) return unparsable(text, refused);
  const lower = text.trim().toLowerCase();
  const word = lower.includes('_') ? lower : lower.replaceAll('-', '_');
  if (!allowed.test(word)) return unparsable(text, 'the version has a character that conda does not allow');
  const [before = '', after, ...more] = word.split('!');
  if (more.length > 0) return unparsable(text, 'the version has a second "!"');
  if (after !== undefined && !number.test(before)) return unparsable(text, 'the epoch is not a number');
  const [main = '', local, ...others] = (after ?? before).split('+');
  if (others.length > 0) return unparsable(text, 'the version has a second "+"');
  const version = readRow(main, true);
  const rest = local === undefined ? none : readRow(local, false);
  if (version === undefined || rest === undefined) return unparsable(text, 'a component of the version is empty');
  return { kind: 'version', text, epoch: after === undefined ? 0 : numeralOf(before), version, local: rest };
}

function readRow(text: string, main: boolean): Row | undefined {
  const ends = main && text.endsWith('_');
  const components = (ends ? text.slice(0, -1) : text).replaceAll('_', '.').split('.');
  if (ends) components.push(`${components.pop() ?? ''}_`);
  if (components.includes('')) return undefined;
  return components.map((component) => {
    const row = (component.match(parts) ?? []).map(readPart);
    return isDigit(component.charCodeAt(0)) ? row : [0, ...row];
  });
}

function readPart(part: string): Part {
  if (isDigit(part.charCodeAt(0))) return numeralOf(part);
  if (part === 'post') return Infinity;
  return part === 'dev' ? 'DEV' : part;
}

function compare(a: CondaVersion, b: CondaVersion): Ordering {
  return compareNumerals(a.epoch, b.epoch) || compareRows(a.version, b.version) || compareRows(a.local, b.local);
}

function compareRows(a: Row, b: Row): Ordering {
  const longer = Math.max(a.length, b.length);
  for (let index = 0; index < longer; index++) {
    const order = compareComponents(a[index] ?? none, b[index] ?? none);
    if (order !== 0) return order;
  }
  return 0;
}

function compareComponents(a: readonly Part[], b: readonly Part[]): Ordering {
  const longer = Math.max(a.length, b.length);
  for (let index = 0; index < longer; index++) {
    const x = a[index] ?? 0;
    const y = b[index] ?? 0;
    if (typeof x === 'string' && typeof y === 'string') {
      if (x !== y) return x < y ? -1 : 1;
    } else if (typeof x === 'string') return -1;
    else if (typeof y === 'string') return 1;
    else {
      const order = compareNumerals(x, y);
      if (order !== 0) return order;
    }
  }
  return 0;
}
