import { type Command, Option } from 'commander';
import type { BaselineFlags } from './baseline-command.ts';
import { colorChoices } from './color.ts';
import { database, format, mirror, quiet, several } from './common-options.ts';
import type { GateFlags } from './gate-command.ts';
import { helpBelow } from './help.ts';
import { addImageOptions } from './image-flags.ts';
import type { PolicyInitFlags } from './policy-command.ts';
import { addPolicyOptions } from './policy-flags.ts';

/** What `gate` and `policy` do. */
export interface PolicyActions {
  gate(reference: string, options: GateFlags): Promise<void>;
  baseline(reference: string, options: BaselineFlags): Promise<void>;
  policyTest(files: readonly string[]): Promise<void>;
  policyExplain(policy: string, report: string | undefined): Promise<void>;
  policyInit(options: PolicyInitFlags): Promise<void>;
  policySchema(): Promise<void>;
}

/** Adds `gate` to the program. */
export function addGate(program: Command, actions: PolicyActions): void {
  const gate = program
    .command('gate')
    .description('scan an image and let a policy decide: exit with 0, or with 1 and what would make it pass')
    .argument('<REFERENCE>', 'which image; `seaworthy scan --help` says how to write it')
    .addOption(
      new Option('--format <FORMAT>', 'how to print it').choices(['text', 'json', 'github', 'gitlab']).default('text'),
    )
    .option('--fail-open', 'let the image through where it could not be decided')
    .addOption(
      several(
        '--vex <PLACE>',
        'VEX: a file, a folder, a VEX repository, or an https address of one; image: those attached to the image',
      ),
    )
    .option('--archive <PLACE>', "ask the distribution's archive for fixes: its address, image, machine")
    .option('-v, --verbose', 'every reason, those too that are excused')
    .addOption(new Option('--color <WHEN>', 'colours').choices([...colorChoices]).default('auto'))
    .addOption(quiet());
  addScanOptions(gate);
  addPolicyOptions(gate);
  addImageOptions(gate)
    .addHelpText('after', () => helpBelow('gate'))
    .action((reference: string, options: GateFlags) => actions.gate(reference, options));
}

/** What both scan with. */
function addScanOptions(command: Command): void {
  command
    .optionsGroup('Advisories:')
    .option('--offline', 'fetch no advisories; images by name are still fetched')
    .addOption(mirror())
    .addOption(database())
    .option('--no-cache', 'neither use nor keep what earlier scans found in the same image or layer');
}

/** Adds `baseline` to the program. */
export function addBaseline(program: Command, actions: PolicyActions): void {
  const baseline = program
    .command('baseline')
    .description('hold an image against hardening guides: CIS Docker, Pod Security Standards, NSA')
    .argument('<REFERENCE>', 'which image; `seaworthy scan --help` says how to write it')
    .addOption(format())
    .addOption(several('--standard <ID>', 'only this one'))
    .option('--last <REPORT>', 'JSON report of the last time, to tell what has changed')
    .option('-v, --verbose', 'what is not known, too')
    .addOption(quiet());
  addScanOptions(baseline);
  addImageOptions(baseline)
    .addHelpText('after', () => helpBelow('baseline'))
    .action((reference: string, options: BaselineFlags) => actions.baseline(reference, options));
}

/** Adds `policy` to the program. */
export function addPolicy(program: Command, actions: PolicyActions): void {
  const policy = program
    .command('policy')
    .description('write, test and explain policies')
    .helpCommand('help [COMMAND]', 'print help for a command')
    .addHelpText('after', () => helpBelow('policy'));
  policy
    .command('test')
    .description('run the tests that stand in policy files')
    .argument('<FILE...>', 'policy files')
    .addHelpText('after', () => helpBelow('policy test'))
    .action((files: readonly string[]) => actions.policyTest(files));
  policy
    .command('explain')
    .description('list the rules of a policy and whence they are; with a report, why each applies')
    .argument('<NAME|FILE>', 'a built-in policy, or a file')
    .argument('[REPORT]', 'JSON report of a scan')
    .addHelpText('after', () => helpBelow('policy explain'))
    .action((name: string, report: string | undefined) => actions.policyExplain(name, report));
  policy
    .command('init')
    .description('write a policy to begin with')
    .option('--from <FILE>', "take over Trivy's or Grype's ignore file")
    .option('-o, --output <FILE>', 'write it there')
    .addHelpText('after', () => helpBelow('policy init'))
    .action((options: PolicyInitFlags) => actions.policyInit(options));
  policy
    .command('schema')
    .description('print the JSON Schema of policies, by which editors complete and check')
    .addHelpText('after', () => helpBelow('policy schema'))
    .action(() => actions.policySchema());
}
