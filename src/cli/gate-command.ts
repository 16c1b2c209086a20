import { lstatSync } from 'node:fs';
import type { Decision } from '../finding/decision.ts';
import type { Report } from '../finding/finding.ts';
import { safeJson } from '../internal/terminal-json.ts';
import { annotations, codeQuality } from './annotations.ts';
import { CliError } from './cli-error.ts';
import { wantsColor } from './color.ts';
import { type Exit, exitOfDecision, exits } from './exit.ts';
import { judgeOptions } from './policy-flags.ts';
import { judging, scanned } from './scan-command.ts';
import type { ScanFlags } from './scan-flags.ts';
import type { World } from './world.ts';

/** Options of `gate`. */
export interface GateFlags extends Omit<ScanFlags, 'format' | 'failOn' | 'output'> {
  readonly format: 'text' | 'json' | 'github' | 'gitlab';
  readonly failOpen?: boolean;
}

/** The policy of a folder, which a gate goes by unless it is told of another. */
const usualFile = 'seaworthy.policy.yaml';

/** What would be passed over in silence, and another policy decide. */
const misnamedFile = 'seaworthy.policy.yml';

/** A link that leads nowhere is a policy that can't be read, not one that nobody wrote. */
function isWritten(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** `seaworthy gate`: scans, and lets a policy decide: 0 allowed, 1 denied, 3 could not be decided. */
export async function gateCommand(reference: string, flags: GateFlags, world: World): Promise<Exit> {
  const written = isWritten(usualFile);
  if (!written && flags.policy === undefined && isWritten(misnamedFile))
    throw new CliError('usage', `the policy of a folder is called ${usualFile}`, misnamedFile);
  const judge = await judging(judgeOptions(flags, written ? `./${usualFile}` : 'default', Date.now()), flags, world);
  const report = await scannedOrOpen(reference, flags, world);
  if (report === undefined) return { code: exits.clean };
  const { decision } = judge(report);
  if (decision === undefined) throw new TypeError('a gate has a policy');
  await world.stdout.write(await text(reference, decision, flags, world));
  return exitOfDecision(decision);
}

/** Only what could not be scanned is let through: no mistake of the command line, and nothing of which a decision is known. */
async function scannedOrOpen(reference: string, flags: GateFlags, world: World): Promise<Report | undefined> {
  try {
    return await scanned(reference, { ...flags, format: 'table', failOn: 'none' }, world);
  } catch (error) {
    if (!flags.failOpen || world.signal.aborted) throw error;
    const { describeFailure } = await import('./failure.ts');
    const failure = describeFailure(error, world.env);
    if (failure.code === exits.usage) throw error;
    await world.stderr.write(failure.text);
    await world.stderr.write('seaworthy: it could not be decided, and is let through: --fail-open\n');
    return undefined;
  }
}

async function text(reference: string, decision: Decision, flags: GateFlags, { stdout, env }: World): Promise<string> {
  if (flags.format === 'json') return `${safeJson(JSON.stringify({ reference, decision }, null, 2))}\n`;
  if (flags.format === 'gitlab') return `${safeJson(JSON.stringify(codeQuality(reference, decision), null, 2))}\n`;
  const { decisionText } = await import('../report/table/decision.ts');
  const shown = decisionText(reference, decision, {
    width: stdout.columns ?? 80,
    color: wantsColor(flags.color, env, stdout.isTerminal),
    verbose: flags.verbose === true,
  });
  return flags.format === 'github' ? `${shown}${annotations(decision)}` : shown;
}
