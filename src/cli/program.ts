import { Argument, Command, Option } from 'commander';
import type { CachePruneFlags, CacheStatusFlags } from './cache-command.ts';
import { CliError } from './cli-error.ts';
import { colorChoices } from './color.ts';
import { failOnChoices } from './exit.ts';
import { helpBelow } from './help.ts';
import { addImageOptions, type ImageFlags } from './image-flags.ts';

/** What the commands do; each loads what it needs only when it is called. */
export interface Actions {
  scan(reference: string, options: ScanFlags): Promise<void>;
  scanAll(place: string, options: ScanFlags): Promise<void>;
  dbUpdate(options: DbUpdateFlags): Promise<void>;
  dbStatus(options: DbReadFlags): Promise<void>;
  dbSearch(text: string, options: DbReadFlags): Promise<void>;
  dbConflicts(name: string | undefined, options: DbReadFlags): Promise<void>;
  cacheStatus(options: CacheStatusFlags): Promise<void>;
  cachePrune(options: CachePruneFlags): Promise<void>;
  completion(shell: string): Promise<void>;
}

/** Options of `scan` as commander gives them. */
export interface ScanFlags extends ImageFlags {
  readonly format: string;
  readonly output?: string;
  readonly failOn: (typeof failOnChoices)[number];
  readonly offline?: boolean;
  readonly mirror?: string;
  readonly db?: string;
  readonly vex?: readonly string[];
  readonly archive?: string;
  readonly allFrom?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly latest?: string;
  readonly resume?: string;
  readonly cacheFrom?: string;
  readonly cachePush?: boolean;
  readonly cache: boolean;
  readonly verbose?: boolean;
  readonly color: (typeof colorChoices)[number];
  readonly quiet?: boolean;
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

/** The formats of reports; the same as `presenters` of `report/report.ts`, which would have to be loaded. */
export const formats = ['table', 'json'] as const;

const color = (): Option => new Option('--color <WHEN>', 'colours').choices([...colorChoices]).default('auto');
const format = (): Option => new Option('--format <FORMAT>', 'how to print it').choices([...formats]).default('table');
const database = (): Option => new Option('--db <FILE>', 'the advisory database, if not the usual one');
const mirror = (): Option =>
  new Option(
    '--mirror <URL|DIR>',
    'where to fetch advisories instead of from their publishers: holds HOST/PATH of each',
  );
const everyFeed = (): Option => new Option('-v, --verbose', 'every feed, instead of a line for each publisher');
/** Given once for each place: one that takes all that follows would take the reference too. */
const vex = (): Option =>
  new Option(
    '--vex <PLACE>',
    'VEX: a file, a folder, a VEX repository; image: those attached to the image; may be given several times',
  ).argParser((place: string, before: readonly string[] | undefined) => [...(before ?? []), place]);
const quiet = (): Option => new Option('-q, --quiet', 'no progress and no remarks');

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

function addScan(program: Command, actions: Actions): void {
  const scan = program
    .command('scan')
    .description('scan an image for known flaws')
    .argument(
      '[REFERENCE]',
      'a name (debian:12), one at a place (registry://, containerd://, docker-daemon://, podman://NAME), container://ID, or a path (oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE, dir:DIR, or bare)',
    )
    .addOption(format())
    .option('-o, --output <FILE>', 'write the report there, whole or not at all')
    .addOption(
      new Option(
        '--fail-on <SEVERITY>',
        'the line: exit with 1 from this severity on; unknown is over every line but none',
      )
        .choices([...failOnChoices])
        .default('any'),
    )
    .option('--offline', 'fetch no advisories')
    .addOption(mirror())
    .addOption(database())
    .addOption(vex())
    .addOption(
      new Option(
        '--archive <PLACE>',
        "ask the distribution's archive for fixes: its address, image, machine",
      ).conflicts('offline'),
    )
    .option(
      '--all-from <PLACE>',
      'scan all images of a registry, an engine, a folder, or a file that lists them (-: stdin)',
    )
    .option('--include <GLOB...>', 'of a registry or engine, only these: team/*:1.*')
    .option('--exclude <GLOB...>', 'of a registry or engine, none of these')
    .option('--latest <NUMBER>', 'of each repository, only so many tags, the newest')
    .option('--resume <FILE>', 'go on where an earlier run with the same file ended')
    .option('--cache-from <REPOSITORY>', 'what a team found in layers, which is then believed')
    .option('--cache-push', 'give it what is found')
    .option('--no-cache', 'neither use nor keep what earlier scans found in the same image or layer')
    .option('-v, --verbose', 'all evidence and references')
    .addOption(color())
    .addOption(quiet());
  addImageOptions(scan)
    .addHelpText('after', () => helpBelow('scan'))
    .action((reference: string | undefined, options: ScanFlags) => {
      const { allFrom } = options;
      if ((reference === undefined) === (allFrom === undefined)) {
        const what =
          reference === undefined ? 'there is nothing to scan' : 'that is either one image or all from a place';
        throw new CliError('usage', what, reference ?? 'give a REFERENCE, or --all-from PLACE');
      }
      return reference === undefined ? actions.scanAll(allFrom ?? '', options) : actions.scan(reference, options);
    });
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
