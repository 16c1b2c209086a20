import type { SeverityLabel } from '../../advisory/advisory.ts';
import type { Fix, UnassessedReason } from '../../finding/finding.ts';
import type { Tone } from '../../internal/terminal-layout.ts';

/** Worst first; unknown stands where it can't be overlooked, since it may be anything. */
export const severities: readonly SeverityLabel[] = ['critical', 'high', 'medium', 'unknown', 'low', 'negligible'];

/** How each severity looks. */
export const severityTone: Readonly<Record<SeverityLabel, Tone>> = {
  critical: 'worst',
  high: 'bad',
  medium: 'warn',
  unknown: 'odd',
  low: 'calm',
  negligible: 'quiet',
};

const unassessedWords: Readonly<Record<UnassessedReason, string>> = {
  'distro-unknown': 'the distribution or its release is unknown',
  'no-advisories': 'no advisories are loaded for it',
  'starter-only': 'only the starter set was looked for',
  'version-unparsable': 'the version could not be read',
  'identity-guessed': 'the name was guessed, so silence proves nothing',
  'third-party': "built by others, of whom the distribution's advisories do not speak",
};

/** Why packages were not assessed, in words. */
export function unassessedReason(reason: UnassessedReason): string {
  return unassessedWords[reason];
}

const fixWords: Readonly<Record<Fix['state'], string>> = {
  fixed: 'fixed, no version given',
  'not-fixed': 'no fix yet',
  'will-not-fix': 'will not be fixed',
  deferred: 'fix deferred',
  'end-of-life': 'end of life, no fix will come',
  unknown: 'fix unknown',
};

/** What can be expected of a fix, in words: `fixed in 3.0.13-1`, `no fix yet`. */
export function fixText(fix: Fix): string {
  return stateText(fix) + (fix.available === undefined ? '' : availableText(fix.available, fix.version));
}

function availableText({ version, suite, closes }: NonNullable<Fix['available']>, fixed: string | undefined): string {
  if (closes && version === fixed) return `, in ${suite} now`;
  return `; ${suite} has ${version} now${closes ? '' : ', whose changelog does not name it'}`;
}

function stateText(fix: Fix): string {
  const note = fix.note === undefined ? '' : ` (${fix.note})`;
  if (fix.version === undefined) return fixWords[fix.state] + note;
  if (fix.state === 'fixed') return `fixed in ${fix.version}${note}`;
  return `${fixWords[fix.state]}; ${fix.version} is not affected${note}`;
}
