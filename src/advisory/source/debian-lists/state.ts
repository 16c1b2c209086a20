import type { Affected, FixState, Severity, SeverityLabel } from '../../advisory.ts';
import { ecosystemOf } from '../debian/codename.ts';

/** A line on one package in one release. */
export interface PackageLine {
  readonly codename: string;
  readonly package: string;
  /** A version, or a word in angle brackets. */
  readonly state: string;
  readonly words: string | undefined;
}

const UNFIXED: ReadonlyMap<string, FixState> = new Map([
  ['<unfixed>', 'not-fixed'],
  ['<no-dsa>', 'not-fixed'],
  ['<postponed>', 'deferred'],
  ['<ignored>', 'will-not-fix'],
  ['<end-of-life>', 'end-of-life'],
]);

const URGENCIES: ReadonlyMap<string, SeverityLabel> = new Map([
  ['unimportant', 'negligible'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
]);

/** What the line says: a word that is not known says nothing for sure. Version 0 is that of a package that never had it. */
export function affectedOf({ codename, package: name, state, words }: PackageLine): Affected {
  const severity = severityIn(words);
  const base = {
    ecosystem: ecosystemOf(codename),
    package: name,
    appliesTo: 'source',
    ...(severity === undefined ? {} : { severity }),
    ...(words === undefined || severity !== undefined ? {} : { note: words.slice(0, 240) }),
  } as const;
  if (state === '<not-affected>' || state === '0')
    return { ...base, status: 'not-affected', ranges: [], fixState: 'unknown' };
  const unfixed = UNFIXED.get(state);
  if (unfixed !== undefined) return { ...base, status: 'affected', ranges: [], fixState: unfixed };
  if (state.startsWith('<'))
    return { ...base, status: 'undetermined', ranges: [], fixState: 'unknown', note: state.slice(0, 40) };
  const events = [{ introduced: '0' }, { fixed: state }];
  return { ...base, status: 'affected', ranges: [{ type: 'ecosystem', events }], fixState: 'fixed' };
}

/** `(high)`, `(bug #332424; medium)`: advisories on testing say how urgent they are. */
function severityIn(words: string | undefined): Severity | undefined {
  const value = words?.split(';').at(-1)?.trim() ?? '';
  const label = URGENCIES.get(value);
  return label === undefined ? undefined : { label, scheme: 'debian-urgency', value, by: 'debian' };
}
