import type { Outcome } from '../report/many/outcome.ts';
import type { ImageRow } from '../report/many/table.ts';
import type { ScanAllOptions } from '../scan/all/scan-all.ts';
import { CliError } from './cli-error.ts';
import { wantsColor } from './color.ts';
import { type Exit, exits, overTheLine } from './exit.ts';
import { imageOptions } from './image-flags.ts';
import { checkTarget, writeTarget } from './output.ts';
import type { ScanFlags } from './program.ts';
import { createProgress } from './progress.ts';
import { scanOptions } from './scan-options.ts';
import type { World } from './world.ts';

/**
 * `seaworthy scan --all-from`: scans every image of a list. As JSON each report is a line of its own, written as soon as it is
 * made; the table comes at the end.
 */
export async function scanAllCommand(place: string, flags: ScanFlags, world: World): Promise<Exit> {
  const target = flags.output === '-' ? undefined : flags.output;
  if (target !== undefined) checkTarget(target);
  const [many, { endingOf, tallied, emptyTally }] = await Promise.all([
    world.loadScanAll(),
    import('../report/many/tally.ts'),
  ]);
  const { outcomeLine, totalLine } = await import('../report/many/ndjson.ts');
  const asJson = flags.format === 'json';
  const kept: string[] = [];
  const write = async (text: string): Promise<void> => {
    if (target === undefined) await world.stdout.write(text);
    else kept.push(text);
  };
  let tally = emptyTally();
  const rows: ImageRow[] = [];
  for await (const outcome of outcomes(many, place, flags, world)) {
    tally = tallied(tally, outcome);
    if (asJson) await write(outcomeLine(outcome));
    else rows.push(...(await rowsOf(outcome)));
  }
  world.signal.throwIfAborted();
  await write(asJson ? totalLine(tally) : await tableText(rows, tally, flags, world));
  if (target !== undefined) writeTarget(target, kept.join(''));
  const ending = endingOf(tally, overTheLine[flags.failOn]);
  if (ending === 'clean') return { code: exits.clean };
  return ending === 'findings'
    ? { code: exits.findings, reason: 'findings over the line' }
    : { code: exits.notAssessed, reason: 'not everything could be assessed' };
}

async function* outcomes(
  { listReferences, scanAll }: Awaited<ReturnType<World['loadScanAll']>>,
  place: string,
  flags: ScanFlags,
  world: World,
): AsyncGenerator<Outcome> {
  const { env, signal } = world;
  const quiet = flags.quiet === true;
  const progress = createProgress(world.stderr, { env, quiet, color: flags.color, now: world.now });
  const options: ScanAllOptions = { ...imageOptions(flags, world), ...scanOptions(flags) };
  const filter = {
    ...(flags.include === undefined ? {} : { include: flags.include }),
    ...(flags.exclude === undefined ? {} : { exclude: flags.exclude }),
    ...(flags.latest === undefined ? {} : { latest: countOf(flags.latest) }),
  };
  try {
    const list = listReferences(place, { ...filter, ...options });
    const resume = flags.resume === undefined ? {} : { resume: flags.resume };
    for await (const outcome of scanAll(list, { ...options, ...resume, signal, onProgress: progress.show })) {
      await progress.clear();
      yield outcome;
    }
  } finally {
    await progress.clear();
  }
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new CliError('usage', '--latest takes a number of tags, 1 or more', text);
}

async function rowsOf(outcome: Outcome): Promise<ImageRow[]> {
  const { rowOf } = await import('../report/many/table.ts');
  const row = rowOf(outcome);
  return row === undefined ? [] : [row];
}

async function tableText(
  rows: readonly ImageRow[],
  tally: Parameters<typeof import('../report/many/table.ts').manyTable>[1],
  flags: ScanFlags,
  { stdout, env }: World,
): Promise<string> {
  const { manyTable } = await import('../report/many/table.ts');
  const isTerminal = stdout.isTerminal && (flags.output === undefined || flags.output === '-');
  const width = (isTerminal ? stdout.columns : undefined) ?? 80;
  return manyTable(rows, tally, { width, color: wantsColor(flags.color, env, isTerminal) });
}
