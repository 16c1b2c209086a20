// `npm run -s example`: scans an example image with no network, and checks that the verdict is the right one: the
// findings of the starter set that examples/expected/ lists, and exit code 1 for them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

interface Expected {
  readonly package: string;
  readonly id: string;
}

interface Report {
  readonly findings: readonly {
    readonly package: { readonly name: string };
    readonly vulnerability: { readonly id: string };
  }[];
}

const root = join(import.meta.dirname, '..');
const home = mkdtempSync(join(tmpdir(), 'seaworthy-example-'));
const image = relative(process.cwd(), join(root, 'examples/debian-outdated.tar'));
const report = join(home, 'report.json');

function scan(...flags: readonly string[]): number | null {
  const words = [join(root, 'dist/cli/main.js'), 'scan', '--offline', ...flags, image];
  return spawnSync(process.execPath, words, { stdio: 'inherit', env: { ...process.env, SEAWORTHY_HOME: home } }).status;
}

function pairs(list: readonly string[]): string {
  return list.toSorted().join('\n');
}

const code = scan();
scan('--quiet', '--format', 'json', '--output', report);
const { findings } = JSON.parse(readFileSync(report, 'utf8')) as Report;
const expected = JSON.parse(readFileSync(join(root, 'examples/expected/debian-outdated.json'), 'utf8')) as Expected[];
rmSync(home, { recursive: true });

const found = pairs(findings.map((finding) => `${finding.package.name} ${finding.vulnerability.id}`));
const right = code === 1 && found === pairs(expected.map((entry) => `${entry.package} ${entry.id}`));
console.log(
  right
    ? `\nExit code 1: findings over the line. All ${expected.length} are those that examples/expected/ lists.`
    : `\nExit code ${code}, ${findings.length} findings: not what examples/expected/ lists.`,
);
process.exitCode = right ? 0 : 1;
