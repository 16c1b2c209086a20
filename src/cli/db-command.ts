import type { UpdateProgress, UpdateResult } from '../database/database.ts';
import { visible } from '../internal/terminal.ts';
import { safeJson } from '../internal/terminal-json.ts';
import type { ScanProgress } from '../scan/scan.ts';
import { CliError } from './cli-error.ts';
import { wantsColor } from './color.ts';
import { statusText } from './db-status-text.ts';
import { type DbTextOptions, searchText } from './db-text.ts';
import { updateText } from './db-update-text.ts';
import { type Exit, exits } from './exit.ts';
import type { DbReadFlags, DbUpdateFlags } from './program.ts';
import { createProgress } from './progress.ts';
import type { World } from './world.ts';

/** `seaworthy db update`: 3 when something that was asked for could not be had. */
export async function updateCommand(flags: DbUpdateFlags, world: World): Promise<Exit> {
  const result = await updated(flags, world);
  if (!flags.quiet) await world.stdout.write(updateText(result, textOptions(world, flags.verbose)));
  if (!flags.quiet) await world.stderr.write(result.barren.map(barrenText).join(''));
  const failed = result.feeds.filter(({ kind }) => kind === 'failed').length;
  if (failed === 0 && result.unserved.length === 0) return { code: exits.clean };
  const reason = `${failed} of ${result.feeds.length} feeds failed; what was loaded of them before is still there`;
  if (failed > 0) await world.stderr.write(`seaworthy: ${reason}\n  run it again later, or use --mirror URL|DIR\n`);
  return { code: exits.notAssessed, reason };
}

/** As little a failure as a release without advisories is, and as much a slip as one that does not exist. */
function barrenText(ecosystem: string): string {
  return `seaworthy: no record of what was loaded is about ${visible(ecosystem)}\n  check its name: \`seaworthy db status --verbose\` lists what there is\n`;
}

async function updated({ db, only, mirror, quiet }: DbUpdateFlags, world: World): Promise<UpdateResult> {
  const { env, signal } = world;
  const progress = createProgress(world.stderr, { env, quiet: quiet === true, color: 'auto', now: world.now });
  try {
    const { databasePath, updateDatabase } = await import('../database/database.ts');
    return await updateDatabase({
      path: db ?? databasePath(env),
      sources: await world.loadSources(),
      only,
      mirror,
      tool: `seaworthy/${world.version}`,
      env,
      signal,
      onProgress: (event) => progress.show(progressOf(event)),
    });
  } finally {
    await progress.clear();
  }
}

function progressOf(event: UpdateProgress): ScanProgress {
  if (event.kind === 'fetching') {
    const { url, received, total } = event;
    return { stage: 'fetching', done: received, label: url, ...(total === undefined ? {} : { total }) };
  }
  return event.kind === 'compiling' ? { stage: event.kind, label: event.url } : { stage: event.kind };
}

/** `seaworthy db status`; throws `DatabaseError` where there is no database that can be trusted. */
export async function statusCommand({ db, format, verbose }: DbReadFlags, world: World): Promise<Exit> {
  const { databasePath, databaseStatus } = await import('../database/database.ts');
  const info = databaseStatus(db ?? databasePath(world.env));
  await world.stdout.write(format === 'json' ? jsonText(info) : statusText(info, textOptions(world, verbose)));
  return { code: exits.clean };
}

/** `seaworthy db search`; an empty answer is an answer. */
export async function searchCommand(text: string, { db, format }: DbReadFlags, world: World): Promise<Exit> {
  if (text.trim() === '') throw new CliError('usage', 'there is nothing to search for');
  const { databasePath, openDatabase } = await import('../database/database.ts');
  const database = openDatabase(db ?? databasePath(world.env));
  try {
    const result = database.search(text);
    await world.stdout.write(format === 'json' ? jsonText(result) : searchText(result, text, textOptions(world)));
  } finally {
    database.close();
  }
  return { code: exits.clean };
}

function jsonText(value: unknown): string {
  return `${safeJson(JSON.stringify(value, null, 2))}\n`;
}

function textOptions({ stdout, env }: World, verbose = false): DbTextOptions {
  return {
    width: stdout.columns ?? 80,
    color: wantsColor('auto', env, stdout.isTerminal),
    now: new Date().toISOString(),
    verbose,
  };
}
