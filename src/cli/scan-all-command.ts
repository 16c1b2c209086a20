import { statSync } from 'node:fs';
import type { Outcome } from '../report/many/outcome.ts';
import type { ImageRow } from '../report/many/table.ts';
import type { Tally } from '../report/many/tally.ts';
import type { ListOptions, ScanAllOptions } from '../scan/all/scan-all.ts';
import { CliError } from './cli-error.ts';
import { wantsColor } from './color.ts';
import { type Exit, exitOfMany, exits, overTheLine } from './exit.ts';
import { imageOptions } from './image-flags.ts';
import { checkTarget, openAppended, openTarget, type Target } from './output.ts';
import { createProgress, type Progress } from './progress.ts';
import type { ScanFlags } from './scan-flags.ts';
import { scanOptions } from './scan-options.ts';
import type { World } from './world.ts';

/** What the parts of one run share. */
interface Run {
  readonly place: string;
  readonly flags: ScanFlags;
  readonly world: World;
  readonly progress: Progress;
  /** Absent where the report goes to stdout. */
  readonly target: Target | undefined;
}

/**
 * `seaworthy scan --all-from`: scans every image of a list. As JSON each report is a line of its own, written as soon as it is
 * made; the table comes at the end.
 */
export async function scanAllCommand(place: string, flags: ScanFlags, world: World): Promise<Exit> {
  const path = flags.output === '-' ? undefined : flags.output;
  if (path !== undefined) checkTarget(path);
  const { env, stderr, now } = world;
  const progress = createProgress(stderr, { env, quiet: flags.quiet === true, color: flags.color, now });
  // Options that can't be right are told before anything is touched.
  const options = manyOptions(place, flags, world);
  const target = path === undefined ? undefined : await targetAt(path, flags);
  try {
    const { tally, isWhole } = await told({ place, flags, world, progress, target }, options);
    target?.finish();
    const { endingOf } = await import('../report/many/tally.ts');
    const exit = exitOfMany(tally, endingOf(tally, overTheLine[flags.failOn]), flags.failOn);
    if (!isWhole && exit.code === exits.clean) return { code: exits.notAssessed };
    const untold = target !== undefined || flags.format !== 'table';
    if (untold && !flags.quiet && exit.reason !== undefined) await stderr.write(`seaworthy: ${exit.reason}\n`);
    return exit;
  } finally {
    target?.abandon();
    await progress.clear();
  }
}

/** What a run that can be resumed has told is not told again, so it is kept line by line. */
async function targetAt(path: string, { resume, format }: ScanFlags): Promise<Target> {
  return resume !== undefined && format === 'json' ? await openAppended(path) : openTarget(path);
}

/** Scans, tells of each image, and in the end of all; what they come to, and whether that is all of them. */
async function told(run: Run, options: ManyOptions): Promise<{ readonly tally: Tally; readonly isWhole: boolean }> {
  const { place, flags, world, progress } = run;
  const { signal, stdout } = world;
  const [{ listReferences, scanAll }, { tallied, emptyTally }, { outcomeLine, totalLine }] = await Promise.all([
    world.loadScanAll(),
    import('../report/many/tally.ts'),
    import('../report/many/ndjson.ts'),
  ]);
  const asJson = flags.format === 'json';
  let tally = emptyTally();
  const rows: ImageRow[] = [];
  const list = listReferences(place, options.list);
  for await (const outcome of scanAll(list, { ...options.scan, signal, onProgress: progress.show })) {
    tally = tallied(tally, outcome);
    if (asJson) await write(outcomeLine(outcome), run);
    else rows.push(...(await rowsOf(outcome)));
    // Whoever has read enough (`| head`) wants no more images scanned.
    if (run.target === undefined && !stdout.isOpen()) return { tally, isWhole: false };
  }
  signal.throwIfAborted();
  await progress.clear();
  await write(asJson ? totalLine(tally) : await tableText(rows, tally, run), run);
  return { tally, isWhole: true };
}

async function write(text: string, { target, world: { stdout }, progress }: Run): Promise<void> {
  if (target !== undefined) target.write(text);
  else if (stdout.isTerminal) await progress.aside(() => stdout.write(text));
  else await stdout.write(text);
}

interface ManyOptions {
  readonly list: ListOptions;
  readonly scan: ScanAllOptions;
}

function manyOptions(place: string, flags: ScanFlags, world: World): ManyOptions {
  const { include, exclude, latest, resume } = flags;
  refuseLooseCredentials(place, flags, world);
  const options = { ...imageOptions(flags, world), ...scanOptions(flags, world.env) };
  const filter = {
    ...(include === undefined ? {} : { include }),
    ...(exclude === undefined ? {} : { exclude }),
    ...(latest === undefined ? {} : { latest: countOf(latest) }),
  };
  return { list: { ...filter, ...options }, scan: { ...options, ...(resume === undefined ? {} : { resume }) } };
}

/** A list may name registries that are not to see what another one's credentials are. Throws `CliError` (`usage`). */
function refuseLooseCredentials(place: string, { passwordStdin }: ScanFlags, { env }: World): void {
  if (place !== '-' && statSync(place, { throwIfNoEntry: false })?.isDirectory() !== false) return;
  const given = ['USERNAME', 'PASSWORD', 'TOKEN'].map((name) => `SEAWORTHY_REGISTRY_${name}`).find((name) => env[name]);
  const loose = passwordStdin ? '--password-stdin' : env['SEAWORTHY_REGISTRY_HOST'] ? undefined : given;
  if (loose === undefined) return;
  throw new CliError(
    'usage',
    'a list may name several registries: give credentials by --authfile, or with SEAWORTHY_REGISTRY_HOST',
    loose,
  );
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

async function tableText(rows: readonly ImageRow[], tally: Tally, { flags, world, target }: Run): Promise<string> {
  const { manyTable } = await import('../report/many/table.ts');
  const { stdout, env } = world;
  const isTerminal = stdout.isTerminal && target === undefined;
  const width = (isTerminal ? stdout.columns : undefined) ?? 80;
  return manyTable(rows, tally, { width, color: wantsColor(flags.color, env, isTerminal) });
}
