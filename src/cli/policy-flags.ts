import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Report } from '../finding/finding.ts';
import type { JudgeOptions } from '../scan/judgement.ts';
import { CliError } from './cli-error.ts';
import { several } from './common-options.ts';

/** Options that say by what to judge, as commander gives them. */
export interface PolicyFlags {
  readonly policy?: readonly string[];
  readonly ignoreFile?: readonly string[];
  readonly last?: string;
  readonly base?: string;
}

/** Adds these options to a command. */
export function addPolicyOptions(command: Command): Command {
  return command
    .optionsGroup('Policy:')
    .addOption(
      several(
        '--policy <NAME|FILE>',
        'what to judge by: default, strict, bod-26-04, fedramp, pci-dss-4.0.1, cis, a file',
      ),
    )
    .addOption(several('--ignore-file <FILE>', "exceptions from Trivy's or Grype's ignore file"))
    .option('--last <REPORT>', 'JSON report of the last release: what is new, and since when the rest is known')
    .option('--base <REPORT>', 'JSON report of the base image');
}

/** What these options say; `undefined` where no policy is asked. Throws `CliError` (`usage`). */
export function judgeOptions(flags: PolicyFlags, usual: string | undefined, now: number): JudgeOptions | undefined {
  const policies = flags.policy ?? (usual === undefined ? undefined : [usual]);
  if (policies === undefined) {
    const { ignoreFile, last, base } = flags;
    const given = Object.entries({ ignoreFile, last, base });
    const [other] = given.flatMap(([name, value]) => (value === undefined ? [] : [name]));
    if (other !== undefined) throw new CliError('usage', 'that option goes with --policy', optionOf(other));
    return undefined;
  }
  return {
    policies,
    now,
    ...(flags.ignoreFile === undefined ? {} : { ignoreFiles: flags.ignoreFile }),
    ...(flags.last === undefined ? {} : { release: reportIn(flags.last, '--last') }),
    ...(flags.base === undefined ? {} : { base: reportIn(flags.base, '--base') }),
  };
}

function optionOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Reads a JSON report of this program. Throws `CliError` (`usage`). */
export function reportIn(path: string, flag: string): Report {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const code = cause instanceof SyntaxError ? 'it is not JSON' : ((cause as NodeJS.ErrnoException).code ?? '');
    throw new CliError('usage', `the report given by ${flag} cannot be read`, `${path} (${code})`, cause);
  }
  const report = value as Partial<Report> | null;
  if (report?.schemaVersion === '1' && Array.isArray(report.findings) && report.provenance !== undefined)
    return report as Report;
  throw new CliError('usage', `the file given by ${flag} is no JSON report of seaworthy`, path);
}
