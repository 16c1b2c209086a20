import { setImmediate } from 'node:timers/promises';
import type { Report } from '../finding/finding.ts';
import { wantsColor } from './color.ts';
import { type Exit, exitOf } from './exit.ts';
import { imageOptions } from './image-flags.ts';
import { checkTarget, writeTarget } from './output.ts';
import { createProgress } from './progress.ts';
import type { ScanFlags } from './scan-flags.ts';
import { scanOptions } from './scan-options.ts';
import type { World } from './world.ts';

/** `seaworthy scan`: scans, prints the report, and says how the process is to end. */
export async function scanCommand(reference: string, flags: ScanFlags, world: World): Promise<Exit> {
  const target = flags.output === '-' ? undefined : flags.output;
  if (target !== undefined) checkTarget(target);
  const report = await scanned(reference, flags, world);
  const text = await presented(report, flags, world, target === undefined);
  // An interrupt that came during the last of the work finds its handler only now.
  await setImmediate();
  world.signal.throwIfAborted();
  if (target !== undefined) writeTarget(target, text);
  else for (const piece of text) await world.stdout.write(piece);
  const exit = exitOf(report, flags.failOn);
  const untold = target !== undefined || flags.format !== 'table';
  if (untold && !flags.quiet && exit.reason !== undefined) await world.stderr.write(`seaworthy: ${exit.reason}\n`);
  return exit;
}

async function scanned(reference: string, flags: ScanFlags, world: World): Promise<Report> {
  const { env, signal } = world;
  const options = { ...imageOptions(flags, world), ...scanOptions(flags, env) };
  const progress = createProgress(world.stderr, {
    env,
    quiet: flags.quiet === true,
    color: flags.color,
    now: world.now,
  });
  try {
    const scan = await world.loadScan();
    return await scan(reference, {
      ...options,
      signal,
      onProgress: progress.show,
    });
  } finally {
    await progress.clear();
  }
}

async function presented(report: Report, flags: ScanFlags, world: World, toStdout: boolean): Promise<Iterable<string>> {
  const { presenters } = await import('../report/report.ts');
  const load = presenters.get(flags.format);
  if (load === undefined) throw new Error(`no presenter ${flags.format}`);
  const presenter = await load();
  const isTerminal = toStdout && world.stdout.isTerminal;
  const options = {
    width: (isTerminal ? world.stdout.columns : undefined) ?? 80,
    color: wantsColor(flags.color, world.env, isTerminal),
    verbose: flags.verbose === true,
  };
  return presenter.pieces?.(report) ?? [presenter.present(report, options)];
}
