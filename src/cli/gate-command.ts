import { existsSync } from 'node:fs';
import type { Decision } from '../finding/decision.ts';
import { safeJson } from '../internal/terminal-json.ts';
import { annotations, codeQuality } from './annotations.ts';
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

/** `seaworthy gate`: scans, and lets a policy decide: 0 allowed, 1 denied, 3 could not be decided. */
export async function gateCommand(reference: string, flags: GateFlags, world: World): Promise<Exit> {
  const usual = existsSync(usualFile) ? `./${usualFile}` : 'default';
  const judge = await judging(judgeOptions(flags, usual, Date.now()), flags, world);
  try {
    const { decision } = judge(await scanned(reference, { ...flags, format: 'table', failOn: 'none' }, world));
    if (decision === undefined) throw new TypeError('a gate has a policy');
    await world.stdout.write(await text(reference, decision, flags, world));
    return exitOfDecision(decision);
  } catch (error) {
    if (!flags.failOpen || world.signal.aborted) throw error;
    const { describeFailure } = await import('./failure.ts');
    await world.stderr.write(describeFailure(error, world.env).text);
    await world.stderr.write('seaworthy: it could not be decided, and is let through: --fail-open\n');
    return { code: exits.clean };
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
