import { count } from '../internal/terminal-figures.ts';
import { safeJson } from '../internal/terminal-json.ts';
import { flow, type Line, render, span } from '../internal/terminal-layout.ts';
import type { ConflictList } from '../scan/scan.ts';
import { wantsColor } from './color.ts';
import { type Exit, exits } from './exit.ts';
import type { DbReadFlags } from './program.ts';
import type { World } from './world.ts';

/** `seaworthy db conflicts`; that there are none is an answer. */
export async function conflictsCommand(name: string | undefined, flags: DbReadFlags, world: World): Promise<Exit> {
  const [{ databasePath, openDatabase }, list] = await Promise.all([
    import('../database/database.ts'),
    world.loadConflicts(),
  ]);
  const database = openDatabase(flags.db ?? databasePath(world.env));
  try {
    const found = list(database, name);
    const { stdout, env } = world;
    const color = wantsColor('auto', env, stdout.isTerminal);
    const text =
      flags.format === 'json'
        ? `${safeJson(JSON.stringify(found, null, 2))}\n`
        : render(conflictLines(found, stdout.columns ?? 80), color);
    await stdout.write(text);
  } finally {
    database.close();
  }
  return { code: exits.clean };
}

/** A line for each disagreement, and what was compared. */
export function conflictLines({ conflicts, packages, unordered }: ConflictList, width: number): Line[] {
  const under = { first: 2, rest: 4 };
  return [
    ...conflicts.flatMap(({ ecosystem, package: name, flaw, version, affected, notAffected }) => [
      ...flow([span(flaw, 'title'), span(`${ecosystem} ${name}`)], width, { first: 0, rest: 2 }),
      ...flow([span(`version ${version}:`)], width, under),
      ...flow([span(`${affected.advisory} (${affected.source}) says affected`, 'warn')], width, under),
      ...flow([span(`${notAffected.advisory} (${notAffected.source}) says it is not`, 'good')], width, under),
    ]),
    ...flow(
      [
        span(count(conflicts.length, 'disagreement'), 'title'),
        span(`among the records of ${count(packages, 'package')} of which several speak.`),
      ],
      width,
      { first: 0, rest: 2 },
    ),
    ...(unordered.length === 0
      ? []
      : flow(
          [span(`not compared, their versions have no order here: ${unordered.join(', ')}`, 'quiet')],
          width,
          under,
        )),
  ];
}
