import { type Command, Option } from 'commander';
import { colorChoices } from './color.ts';
import { database, format, mirror, quiet, several } from './common-options.ts';
import { failOnChoices } from './exit.ts';
import { helpBelow } from './help.ts';
import { addImageOptions, type ImageFlags } from './image-flags.ts';
import { addPolicyOptions, type PolicyFlags } from './policy-flags.ts';

/** Options of `scan` as commander gives them. */
export interface ScanFlags extends ImageFlags, PolicyFlags {
  readonly sort?: 'severity' | 'risk';
  readonly explain?: string;
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

/** What `scan` does: one image by its reference, or all from a place. */
export interface ScanActions {
  scan(reference: string, options: ScanFlags): Promise<void>;
  scanAll(place: string, options: ScanFlags): Promise<void>;
}

const color = (): Option => new Option('--color <WHEN>', 'colours').choices([...colorChoices]).default('auto');
const vex = (): Option =>
  several(
    '--vex <PLACE>',
    'VEX: a file, a folder, a VEX repository, or an https address of one; image: those attached to the image',
  );
const failOn = (): Option =>
  new Option('--fail-on <SEVERITY>', 'the line: exit with 1 from this severity on; unknown is over every line but none')
    .choices([...failOnChoices])
    .default('any')
    .conflicts('policy');
const archive = (): Option =>
  new Option('--archive <PLACE>', "ask the distribution's archive for fixes: its address, image, machine").conflicts(
    'offline',
  );

/** Adds `scan` to the program. */
export function addScan(program: Command, actions: ScanActions): void {
  const scan = program
    .command('scan')
    .description('scan an image for known flaws, or many')
    .argument('[REFERENCE]', 'which image; below it says how to write it')
    .addOption(format())
    .option('-o, --output <FILE>', 'write the report there, whole or not at all')
    .addOption(failOn())
    .addOption(vex())
    .addOption(archive())
    .addOption(new Option('--sort <ORDER>', 'what comes first').choices(['severity', 'risk']).default('severity'))
    .option('--explain <FLAW>', 'how the risk of that flaw is reckoned')
    .option('-v, --verbose', 'all evidence and references')
    .addOption(color())
    .addOption(quiet())
    .optionsGroup('Advisories:')
    .option('--offline', "fetch no advisories, and nothing of a team's cache; images by name are still fetched")
    .addOption(mirror())
    .addOption(database());
  addPolicyOptions(scan);
  addImageOptions(scan);
  addManyOptions(scan);
  scan
    .optionsGroup('Caches:')
    .option('--no-cache', 'neither use nor keep what earlier scans found in the same image or layer')
    .option('--cache-from <REPOSITORY>', "a team's cache in a registry: what it says of layers is believed")
    .option('--cache-push', 'give it what is found')
    .addHelpText('after', () => helpBelow('scan'))
    .action((reference: string | undefined, options: ScanFlags) => {
      const wrong = contradiction(reference, options);
      // So that it is told as what commander itself finds wrong.
      if (wrong !== undefined) scan.error(wrong);
      return reference === undefined
        ? actions.scanAll(options.allFrom ?? '', options)
        : actions.scan(reference, options);
    });
}

function addManyOptions(scan: Command): void {
  scan
    .optionsGroup('Many images:')
    .option(
      '--all-from <PLACE>',
      'all images of a registry (registry:HOST[/PREFIX]), an engine (containerd[:NAMESPACE], docker, podman, cri), a folder, or a file that lists them (-: standard input)',
    )
    .option('--include <GLOB...>', 'of a registry or engine, only these: team/*:1.*')
    .option('--exclude <GLOB...>', 'of a registry or engine, none of these')
    .option('--latest <NUMBER>', 'of each repository, only so many tags, the newest')
    .option('--resume <FILE>', 'go on where an earlier run with the same file ended');
}

function contradiction(reference: string | undefined, flags: ScanFlags): string | undefined {
  const { allFrom, include, exclude, latest, resume } = flags;
  if (reference === undefined && allFrom === undefined)
    return 'there is nothing to scan: give a REFERENCE, or --all-from PLACE';
  if (reference !== undefined && allFrom !== undefined)
    return `that is either one image or all from a place: ${reference}, --all-from ${allFrom}`;
  const ofMany = Object.entries({ include, exclude, latest, resume }).find(([, value]) => value !== undefined)?.[0];
  if (ofMany !== undefined && allFrom === undefined) return `--${ofMany} goes with --all-from only`;
  const ofOne = Object.entries({
    policy: flags.policy,
    'ignore-file': flags.ignoreFile,
    last: flags.last,
    base: flags.base,
    explain: flags.explain,
    sort: flags.sort === 'risk' ? flags.sort : undefined,
  }).find(([, value]) => value !== undefined)?.[0];
  if (allFrom !== undefined && ofOne !== undefined) return `--${ofOne} is for one image`;
  if (flags.explain !== undefined && flags.format !== 'table')
    return '--explain goes with --format table; JSON has the numbers';
  if (allFrom === '-' && flags.passwordStdin) return 'standard input is either the list of images or the password';
  if (!flags.cache && (flags.cacheFrom !== undefined || flags.cachePush))
    return 'that is either --no-cache or --cache-from';
  if (flags.offline && (flags.cacheFrom !== undefined || flags.cachePush))
    return 'that is either --offline or --cache-from';
  return undefined;
}
