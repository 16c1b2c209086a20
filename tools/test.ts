// `npm test`: every check and every test; arguments go to vitest. The last line counts both together.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checks, root, runChecks } from './checks.ts';
import { countTests, summaryLine, type TestRun } from './test-count.ts';

const tell = (text: string): void => void process.stdout.write(`${text}\n`);
const failedChecks = await runChecks(checks, tell);

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-'));
const file = join(folder, 'result.json');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
const { status } = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
});
const run = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as TestRun) : undefined;
rmSync(folder, { recursive: true, force: true });

const tests = countTests(run, status);
const total = {
  passed: tests.passed + checks.length - failedChecks,
  failed: tests.failed + failedChecks,
  skipped: tests.skipped,
};
tell(summaryLine(total));
process.exitCode = total.failed > 0 ? 1 : 0;
