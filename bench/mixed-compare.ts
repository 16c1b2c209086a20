// Compares what Seaworthy and Trivy list of the mixed image (bench/mixed.sh), and Seaworthy's list with the package
// managers' own. Usage: mixed-compare.ts [--rounds N] [--samples N]; with rounds it measures both, too.
// Prints Markdown; exits with 1 when a difference has no explanation in mixed/differences.json or a manager's package
// is missing.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Contender, interleave, medians, output } from './measure.ts';
import { compare, tables } from './mixed/compare.ts';
import { fromSeaworthy, fromTrivy } from './mixed/listed.ts';
import { checkManagers, managersTable } from './mixed/managers.ts';
import { installTrivy, trivyImage, trivyStart } from './trivy.ts';

const root = join(import.meta.dirname, '..');
const work = process.env['SEAWORTHY_BENCH_DIR'] ?? join(root, '.cache/bench');
const mixed = join(work, 'mixed');
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '0' }, samples: { type: 'string', default: '3' } },
});

const options = ['--offline', '--no-cache', '--quiet', '--fail-on', 'none', '--format', 'json'];
const archive = `oci-archive:${join(mixed, 'oci.tar')}`;
const own: Contender = {
  name: 'Seaworthy',
  command: [process.execPath, join(root, 'dist/cli/main.js'), 'scan', ...options, archive],
  env: { SEAWORTHY_HOME: join(mixed, 'home') },
  // 3: without all advisories not everything can be assessed; the list is whole all the same.
  accepts: [0, 3],
};
const program = installTrivy(work);
// It reads no archive of an OCI layout, so it gets the layout that the archive is of.
const theirs = trivyImage(work, program, join(mixed, 'oci'));

const privates = new Set(readFileSync(join(mixed, 'lists/private.txt'), 'utf8').split('\n'));
const ours = fromSeaworthy(kept('seaworthy', own));
const result = compare(ours, fromTrivy(kept('trivy', theirs), privates));
const checks = checkManagers(join(mixed, 'lists'), ours);
process.stdout.write(`${tables(result, Number(values.samples))}\n${managersTable(checks)}`);
if (Number(values.rounds) > 0) process.stdout.write(`\n${measured(Number(values.rounds))}`);
if (result.unexplained.length > 0 || checks.some(({ missing }) => missing.length > 0)) process.exitCode = 1;

/** Runs it and keeps what it printed beside the archive. */
function kept(name: string, contender: Contender): string {
  const text = output(contender);
  writeFileSync(join(mixed, `${name}.json`), text);
  return text;
}

function measured(rounds: number): string {
  const rows = Array.from(interleave([own, trivyStart(program), theirs], rounds), ([name, samples]) => {
    const { wallMs, cpuMs, peakMb } = medians(samples);
    return `| ${name} | ${(wallMs / 1000).toFixed(1)} | ${(cpuMs / 1000).toFixed(1)} | ${peakMb.toFixed(0)} |\n`;
  });
  return `| whole process | wall s | CPU s | peak MB |\n|---|--:|--:|--:|\n${rows.join('')}`;
}
