import type { Report } from '../../finding/finding.ts';

/** What a baseline asks of an image; what is absent is not known. */
export interface BaselineFacts {
  /** As the configuration has it; the empty text where it names none. */
  readonly user?: string;
  readonly healthcheck?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  /** `created_by` of each entry of the history, lowest first; undefined in place of one that is not known. */
  readonly instructions?: readonly (string | undefined)[];
  /** `NAME=value`, of the configuration. */
  readonly environment?: readonly string[];
  /** Paths of files with setuid or setgid permissions. */
  readonly setuid?: readonly string[];
  readonly signed?: boolean;
  /** Names of packages, all there are as far as known. */
  readonly packages: readonly string[];
  /** Flaws, each with its package, that are critical or high or of unknown severity, and of which a fix exists or may. */
  readonly patches: { readonly missing: readonly string[]; readonly unclear: readonly string[] };
  /** Whether every package was assessed. */
  readonly complete: boolean;
}

/** What besides the report is known of an image. */
export type MoreFacts = Pick<BaselineFacts, 'environment' | 'instructions' | 'setuid' | 'signed'>;

/** Facts of a report. The instructions are those that made layers, where the whole history is not given. */
export function baselineFacts(report: Report, more: MoreFacts = {}): BaselineFacts {
  const { subject, packages, coverage } = report;
  const { config } = subject;
  return {
    ...(config === undefined
      ? {}
      : { user: config.user ?? '', healthcheck: config.healthcheck, labels: config.labels }),
    ...(subject.kind === 'image' ? { instructions: subject.layers.map(({ createdBy }) => createdBy) } : {}),
    ...more,
    packages: packages.map(({ name }) => name),
    patches: patchesOf(report),
    complete: coverage.complete,
  };
}

function patchesOf({ findings }: Report): BaselineFacts['patches'] {
  const missing: string[] = [];
  const unclear: string[] = [];
  for (const { vulnerability, package: found, fix, verdict } of findings) {
    const { label } = vulnerability.severity;
    const grave = label === 'critical' || label === 'high';
    if (!grave && label !== 'unknown') continue;
    if (fix.state !== 'fixed' && fix.version === undefined && fix.state !== 'unknown') continue;
    const name = `${vulnerability.id} ${found.name}`;
    const sure = grave && verdict === 'affected' && (fix.state === 'fixed' || fix.version !== undefined);
    (sure ? missing : unclear).push(name);
  }
  return { missing, unclear };
}
