import { Argument, Command } from 'commander';
import type { CachePruneFlags, CacheStatusFlags } from './cache-command.ts';
import { database, everyFeed, format, mirror, quiet } from './common-options.ts';
import { helpBelow } from './help.ts';
import { addBaseline, addGate, addPolicy, type PolicyActions } from './policy-program.ts';
import { addScan, type ScanActions } from './scan-flags.ts';

/** What the commands do; each loads what it needs only when it is called. */
export interface Actions extends ScanActions, PolicyActions {
  dbUpdate(options: DbUpdateFlags): Promise<void>;
  dbStatus(options: DbReadFlags): Promise<void>;
  dbSearch(text: string, options: DbReadFlags): Promise<void>;
  dbConflicts(name: string | undefined, options: DbReadFlags): Promise<void>;
  cacheStatus(options: CacheStatusFlags): Promise<void>;
  cachePrune(options: CachePruneFlags): Promise<void>;
  completion(shell: string): Promise<void>;
}

/** Options of `db update`. */
export interface DbUpdateFlags {
  readonly verbose?: boolean;
  readonly mirror?: string;
  readonly only?: readonly string[];
  readonly db?: string;
  readonly quiet?: boolean;
}

/** Options of `db status` and `db search`. */
export interface DbReadFlags {
  readonly verbose?: boolean;
  readonly format: string;
  readonly db?: string;
}

/** The command line, by which help, parsing and completion all go. */
export function buildProgram(version: string, actions: Actions): Command {
  const program = new Command('seaworthy')
    .description('Finds known flaws in container images, and says what it could not look for.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [COMMAND]', 'print help for a command')
    .showSuggestionAfterError(true)
    .addHelpText('after', () => helpBelow(''));
  addScan(program, actions);
  addGate(program, actions);
  addBaseline(program, actions);
  addPolicy(program, actions);
  addDatabase(program, actions);
  addCache(program, actions);
  program
    .command('completion')
    .description('print the script that completes commands and options in a shell')
    .addArgument(new Argument('<SHELL>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', () => helpBelow('completion'))
    .action((shell: string) => actions.completion(shell));
  return program;
}

function addDatabase(program: Command, actions: Actions): void {
  const db = program
    .command('db')
    .description('the advisory database')
    .helpCommand('help [COMMAND]', 'print help for a command')
    .addHelpText('after', () => helpBelow('db'));
  db.command('update')
    .description('fetch advisories that are new')
    .addOption(mirror())
    .option('--only <NAME...>', 'only these publishers or ecosystems: debian, Alpine:v3.20')
    .addOption(database())
    .addOption(everyFeed())
    .addOption(quiet())
    .addHelpText('after', () => helpBelow('db update'))
    .action((options: DbUpdateFlags) => actions.dbUpdate(options));
  db.command('status')
    .description('what is loaded, how old it is, and what is missing')
    .addOption(format())
    .addOption(database())
    .addOption(everyFeed())
    .addHelpText('after', () => helpBelow('db status'))
    .action((options: DbReadFlags) => actions.dbStatus(options));
  db.command('search')
    .description('look up a flaw or a package')
    .argument('<CVE|PACKAGE>', 'identifier or alias of a flaw, or name of a package')
    .addOption(format())
    .addOption(database())
    .addHelpText('after', () => helpBelow('db search'))
    .action((text: string, options: DbReadFlags) => actions.dbSearch(text, options));
  db.command('conflicts')
    .description('list on what publishers disagree')
    .argument('[NAME]', 'only on this ecosystem, package or flaw')
    .addOption(format())
    .addOption(database())
    .addHelpText('after', () => helpBelow('db conflicts'))
    .action((name: string | undefined, options: DbReadFlags) => actions.dbConflicts(name, options));
}

function addCache(program: Command, actions: Actions): void {
  const cache = program
    .command('cache')
    .description('what earlier scans found in layers and images')
    .helpCommand('help [COMMAND]', 'print help for a command')
    .addHelpText('after', () => helpBelow('cache'));
  cache
    .command('status')
    .description('how much there is, and where')
    .addOption(format())
    .addOption(database())
    .addHelpText('after', () => helpBelow('cache status'))
    .action((options: CacheStatusFlags) => actions.cacheStatus(options));
  cache
    .command('prune')
    .description('make room: without options, to the bound')
    .option('--max-size <SIZE>', 'leave at most so much: 500M')
    .option('--older-than <DAYS>', 'remove what was not used for so many days: 30d')
    .option('--all', 'remove everything')
    .addOption(database())
    .addOption(quiet())
    .addHelpText('after', () => helpBelow('cache prune'))
    .action((options: CachePruneFlags) => actions.cachePrune(options));
}
