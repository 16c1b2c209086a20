import { createHash } from 'node:crypto';
import { type Decision, messageOf, type Reason } from '../finding/decision.ts';
import { visible } from '../internal/terminal.ts';

/** GitHub shows ten errors and ten warnings of a step (workflow commands, "Setting an error message"). */
const mostShown = 10;

/** Workflow commands of GitHub Actions: `::error title=…::message`. */
export function annotations({ reasons }: Decision): string {
  return ['deny' as const, 'warn' as const]
    .flatMap((outcome) => reasons.filter((reason) => reason.outcome === outcome).slice(0, mostShown))
    .map(
      (reason) =>
        `::${reason.outcome === 'deny' ? 'error' : 'warning'} title=${property(reason.rule)}::${data(reason)}\n`,
    )
    .join('');
}

/** Of a workflow command: what would end it is written in percent signs. */
function data(reason: Reason): string {
  return escaped(`${messageOf(reason)} → ${reason.remedy}`);
}

function property(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replace(/\s+/g, ' ').split(' ').map(visible).join(' ');
}

/** One entry of GitLab's Code Quality report. */
export interface QualityEntry {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: 'info' | 'minor' | 'major' | 'critical' | 'blocker';
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

/** A Code Quality report of GitLab, which shows it in merge requests. */
export function codeQuality(reference: string, { reasons }: Decision): readonly QualityEntry[] {
  return reasons
    .filter(({ outcome }) => outcome !== 'allow')
    .map((reason) => ({
      description: `${messageOf(reason)} → ${reason.remedy}`,
      check_name: reason.rule,
      fingerprint: createHash('sha256')
        .update(JSON.stringify([reason.rule, reason.subject.name, reason.subject.package]))
        .digest('hex'),
      severity: reason.outcome === 'deny' ? 'blocker' : 'minor',
      location: { path: reference, lines: { begin: 1 } },
    }));
}
