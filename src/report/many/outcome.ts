import type { SeverityLabel } from '../../advisory/advisory.ts';
import type { Report } from '../../finding/finding.ts';

/** Why one of many images has no report. */
export interface OutcomeError {
  /** Class of what was thrown: `ImageError`, `RegistryError`; empty for a defect or a thread that died. */
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
}

/** What came of one of many images, under all names by which it was listed. */
export type Outcome =
  | { readonly kind: 'report'; readonly references: readonly string[]; readonly report: Report }
  | { readonly kind: 'failed'; readonly references: readonly string[]; readonly error: OutcomeError }
  /** Further names of an image that was told of before. */
  | { readonly kind: 'same'; readonly references: readonly string[]; readonly as: string; readonly digest: string }
  /** An earlier run, which this one resumes, told of it. */
  | { readonly kind: 'remembered'; readonly references: readonly string[]; readonly summary: ImageSummary };

/** One of many images in a few numbers. */
export interface ImageSummary {
  readonly digest?: string;
  readonly packages: number;
  /** Packages that were to be assessed, and those that were. */
  readonly judged: number;
  readonly assessed: number;
  /** Findings `affected` by severity. */
  readonly affected: Readonly<Record<SeverityLabel, number>>;
  /** Of those, the ones with a fix. */
  readonly fixable: number;
  /** Findings that could not be told. */
  readonly untold: number;
  /** `Coverage.complete`. */
  readonly complete: boolean;
}

/** Sums a report up. */
export function summaryOf({ subject, packages, findings, coverage }: Report): ImageSummary {
  const affected = { critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 };
  let fixable = 0;
  let untold = 0;
  for (const { verdict, vulnerability, fix } of findings) {
    if (verdict === 'affected') {
      affected[vulnerability.severity.label]++;
      if (fix.state === 'fixed') fixable++;
    } else untold++;
  }
  const digest = subject.kind === 'image' ? (subject.digest ?? subject.configDigest) : undefined;
  const sum = (key: 'packages' | 'assessed'): number => coverage.ecosystems.reduce((total, one) => total + one[key], 0);
  return {
    ...(digest === undefined ? {} : { digest }),
    packages: packages.length,
    judged: sum('packages'),
    assessed: sum('assessed'),
    affected,
    fixable,
    untold,
    complete: coverage.complete,
  };
}
