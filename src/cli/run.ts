import { type Command, CommanderError } from 'commander';
import { visible } from '../internal/terminal.ts';
import { type Exit, type ExitCode, exits } from './exit.ts';
import { type Actions, buildProgram } from './program.ts';
import { redact } from './redact.ts';
import type { World } from './world.ts';

/** Carries out one command line (without node and script) and resolves to the exit code. */
export async function run(argv: readonly string[], world: World): Promise<ExitCode> {
  let exit: Exit = { code: exits.clean };
  const actions = actionsFor(world, (outcome) => {
    exit = outcome;
  });
  const program = buildProgram(world.version, actions);
  const written: Promise<void>[] = [];
  configure(program, world, written);
  try {
    const failure = await program.parseAsync([...argv], { from: 'user' }).then(() => undefined, asError);
    await Promise.all(written);
    if (failure === undefined) return exit.code;
    if (failure instanceof CommanderError) return await misunderstood(failure, program, argv, world);
    throw failure;
  } catch (error) {
    if (world.signal.aborted) return exits.interrupted;
    const { describeFailure } = await import('./failure.ts');
    const failure = describeFailure(error, world.env, commandPath(program, argv));
    await world.stderr.write(failure.text);
    return failure.code;
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function actionsFor(world: World, done: (exit: Exit) => void): Actions {
  return {
    scan: async (reference, flags) =>
      done(await (await import('./scan-command.ts')).scanCommand(reference, flags, world)),
    scanAll: async (place, flags) =>
      done(await (await import('./scan-all-command.ts')).scanAllCommand(place, flags, world)),
    dbUpdate: async (flags) => done(await (await import('./db-command.ts')).updateCommand(flags, world)),
    dbStatus: async (flags) => done(await (await import('./db-command.ts')).statusCommand(flags, world)),
    dbSearch: async (text, flags) => done(await (await import('./db-command.ts')).searchCommand(text, flags, world)),
    dbConflicts: async (name, flags) =>
      done(await (await import('./conflicts-command.ts')).conflictsCommand(name, flags, world)),
    gate: async (reference, flags) =>
      done(await (await import('./gate-command.ts')).gateCommand(reference, flags, world)),
    baseline: async (reference, flags) =>
      done(await (await import('./baseline-command.ts')).baselineCommand(reference, flags, world)),
    policyTest: async (files) => done(await (await import('./policy-command.ts')).policyTestCommand(files, world)),
    policyExplain: async (name, report) =>
      done(await (await import('./policy-command.ts')).policyExplainCommand(name, report, world)),
    policyInit: async (flags) => done(await (await import('./policy-command.ts')).policyInitCommand(flags, world)),
    policySchema: async () => done(await (await import('./policy-command.ts')).policySchemaCommand(world)),
    cacheStatus: async (flags) => done(await (await import('./cache-command.ts')).cacheStatusCommand(flags, world)),
    cachePrune: async (flags) => done(await (await import('./cache-command.ts')).cachePruneCommand(flags, world)),
    completion: async (shell) => {
      const [{ completionScript }, { describeCommands }] = await Promise.all([
        import('./completion/completion.ts'),
        import('./completion/commands.ts'),
      ]);
      await world.stdout.write(
        completionScript(shell, describeCommands(buildProgram(world.version, actionsFor(world, done)))),
      );
    },
  };
}

/** Makes a command and those below it throw instead of exiting, and write where the world says. */
function configure(command: Command, world: World, written: Promise<void>[]): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => void written.push(world.stdout.write(text)),
    writeErr: (text) => void written.push(world.stderr.write(text)),
    outputError: () => {},
    getOutHelpWidth: () => Math.min(world.stdout.columns ?? 80, 120),
    getErrHelpWidth: () => Math.min(world.stderr.columns ?? 80, 120),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  for (const below of command.commands) configure(below, world, written);
}

/** Help and version end well; what commander could not make sense of is told in two lines. */
async function misunderstood(
  error: CommanderError,
  program: Command,
  argv: readonly string[],
  world: World,
): Promise<ExitCode> {
  if (error.exitCode === 0) return exits.clean;
  // Help that was printed because the command was missing says enough.
  if (error.code === 'commander.help') return exits.usage;
  const [what = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint = /^\(Did you mean (?:one of )?(.*)\?\)$/.exec(suggestion ?? '')?.[1];
  const next = `see \`${commandPath(program, argv)} --help\``;
  const lines = [
    `seaworthy: ${visible(redact(what))}`,
    `  ${hint === undefined ? next : `did you mean ${visible(hint)}? ${next}`}`,
  ];
  await world.stderr.write(`${lines.join('\n')}\n`);
  return exits.usage;
}

/** The longest run of known command names at the start of the line: `seaworthy db update`. */
function commandPath(program: Command, argv: readonly string[]): string {
  const names = [program.name()];
  let command = program;
  for (const word of argv) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next === undefined) break;
    names.push(next.name());
    command = next;
  }
  return names.join(' ');
}
