import type { SeverityLabel } from '../advisory/advisory.ts';
import type { Decision } from '../finding/decision.ts';
import type { Finding, Report } from '../finding/finding.ts';
import type { Ending, Tally } from '../report/many/tally.ts';

/** What the process ends with; 130 and 143 are 128 + the signal's number, as shells have it. */
export type ExitCode = 0 | 1 | 2 | 3 | 130 | 143;

/** Exit codes by meaning. */
export const exits: Readonly<
  Record<'clean' | 'findings' | 'usage' | 'notAssessed' | 'interrupted' | 'terminated', ExitCode>
> = {
  clean: 0,
  findings: 1,
  usage: 2,
  notAssessed: 3,
  interrupted: 130,
  terminated: 143,
};

/** Where the user draws the line. */
export const failOnChoices = ['any', 'low', 'medium', 'high', 'critical', 'none'] as const;
export type FailOn = (typeof failOnChoices)[number];

/** Severities that are over each line. One that nobody has told may be any, so it is over every line there is. */
export const overTheLine: Readonly<Record<FailOn, readonly SeverityLabel[]>> = {
  any: ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'],
  low: ['critical', 'high', 'medium', 'low', 'unknown'],
  medium: ['critical', 'high', 'medium', 'unknown'],
  high: ['critical', 'high', 'unknown'],
  critical: ['critical', 'unknown'],
  none: [],
};

/** An exit code and, where it is not 0, why. */
export interface Exit {
  readonly code: ExitCode;
  readonly reason?: string;
}

/**
 * 1 with findings over the line; else 3 when something could not be assessed or told, since the line may have been
 * crossed unseen; else 0.
 */
export function exitOf({ findings, coverage }: Pick<Report, 'findings' | 'coverage'>, failOn: FailOn): Exit {
  const over = findings.filter((finding) => isOver(finding, failOn)).length;
  if (over > 0) {
    const line = failOn === 'any' ? '' : ` of severity ${failOn} or worse`;
    return { code: exits.findings, reason: `${over} ${over === 1 ? 'finding' : 'findings'}${line}` };
  }
  const untold = findings.filter(({ verdict }) => verdict === 'unknown').length;
  if (coverage.complete && untold === 0) return { code: exits.clean };
  const packages = sum(coverage.ecosystems.map((one) => one.packages));
  const assessed = sum(coverage.ecosystems.map((one) => one.assessed));
  const share = `${assessed} of ${packages} packages assessed`;
  const left = untold === 0 ? share : `${share}, ${untold} ${untold === 1 ? 'flaw' : 'flaws'} could not be told`;
  return { code: exits.notAssessed, reason: `coverage is incomplete: ${left}` };
}

/** How a run over many images ends, and why. */
export function exitOfMany(tally: Tally, ending: Ending, failOn: FailOn): Exit {
  const { images, failed, incomplete } = tally;
  if (ending === 'clean') return { code: exits.clean };
  if (ending === 'findings') {
    const over = sum(overTheLine[failOn].map((label) => tally.affected[label]));
    const line = failOn === 'any' ? '' : ` of severity ${failOn} or worse`;
    return {
      code: exits.findings,
      reason: `${over} ${over === 1 ? 'finding' : 'findings'}${line} in ${imagesText(images)}`,
    };
  }
  if (images === 0) return { code: exits.notAssessed, reason: 'there was no image to scan' };
  const parts = [
    ...(failed === 0 ? [] : [`${failed} could not be scanned`]),
    ...(incomplete === 0 ? [] : [`${incomplete} could not be assessed in full`]),
  ];
  return { code: exits.notAssessed, reason: `of ${imagesText(images)}, ${parts.join(', ')}` };
}

function imagesText(images: number): string {
  return `${images} ${images === 1 ? 'image' : 'images'}`;
}

/** 1 where a policy denies the image: incomplete coverage is a reason too, unless the policy says otherwise. */
export function exitOfDecision({ outcome, counts }: Pick<Decision, 'outcome' | 'counts'>): Exit {
  if (outcome !== 'deny') return { code: exits.clean };
  return {
    code: exits.findings,
    reason: `denied by policy: ${counts.deny} ${counts.deny === 1 ? 'reason' : 'reasons'}`,
  };
}

function isOver({ verdict, vulnerability }: Finding, failOn: FailOn): boolean {
  return verdict === 'affected' && overTheLine[failOn].includes(vulnerability.severity.label);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
