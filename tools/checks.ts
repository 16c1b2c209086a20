import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { checkOwnDependencies } from './dependency-rule.ts';
import { checkSizes, countLines } from './sizes.ts';

/** What a check found: nothing to say when all is well but a few figures. */
export interface Outcome {
  readonly ok: boolean;
  /** A few words. */
  readonly summary: string;
  /** All that was said against the tree. */
  readonly details: string;
}

/** One check of the whole tree. */
export interface Check {
  readonly name: string;
  readonly run: () => Promise<Outcome>;
}

/** The root of the checkout. */
export const root: string = join(import.meta.dirname, '..');

const environment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: [join(root, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(delimiter),
};

/** Every check there is, in the order of how soon it answers. */
export const checks: readonly Check[] = [
  { name: 'types', run: () => runTool('tsc', ['--noEmit']) },
  { name: 'lint', run: () => runTool('oxlint', ['--deny-warnings']) },
  { name: 'format', run: () => runTool('biome', ['check', '--colors=off', '.']) },
  { name: 'dependencies', run: dependencies },
  { name: 'sizes', run: sizes },
  { name: 'unused', run: () => runTool('knip', ['--no-progress']) },
  { name: 'package', run: checkPackage },
];

/** Runs checks one after another, all of them even when one fails, and tells each outcome; returns how many failed. */
export async function runChecks(list: readonly Check[], tell: (text: string) => void): Promise<number> {
  let failed = 0;
  for (const { name, run } of list) {
    const start = performance.now();
    const { ok, summary, details } = await run().catch(crashed);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    tell(`${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(12)} ${seconds.padStart(5)} s  ${summary}`.trimEnd());
    if (ok) continue;
    failed += 1;
    tell(details);
  }
  return failed;
}

function crashed(error: unknown): Outcome {
  return { ok: false, summary: 'did not run', details: String(error) };
}

async function dependencies(): Promise<Outcome> {
  const { violations, modules, imports } = checkOwnDependencies(root);
  return {
    ok: violations.length === 0,
    summary: `${modules} modules, all that are listed; ${imports} imports; ${violations.length} violations`,
    details: violations.join('\n'),
  };
}

async function sizes(): Promise<Outcome> {
  const { violations, files, median, ninth, largest } = checkSizes(countLines(join(root, 'src')));
  return {
    ok: violations.length === 0,
    summary: `${files} files: half up to ${median} lines, nine in ten up to ${ninth}, the longest ${largest}`,
    details: violations.join('\n'),
  };
}

/** Packs what would be published and lets publint and attw look at that very file. */
async function checkPackage(): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-package-'));
  try {
    const built = await runTool(process.execPath, [join(root, 'tools/build.ts')]);
    if (!built.ok) return built;
    const packed = await runTool('npm', ['pack', '--ignore-scripts', '--pack-destination', folder]);
    const [name] = readdirSync(folder);
    if (!packed.ok || name === undefined) return { ...packed, ok: false };
    const file = join(folder, name);
    const verdicts = [
      await runTool('publint', ['run', '--strict', file]),
      await runTool('attw', ['--profile', 'esm-only', '--no-color', '--no-emoji', '--format', 'ascii', file]),
    ];
    return {
      ok: verdicts.every(({ ok }) => ok),
      summary: `${name}: publint, attw`,
      details: verdicts.flatMap(({ ok, details }) => (ok ? [] : [details])).join('\n'),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runTool(command: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const ok = code === 0;
      const details = `${Buffer.concat(output).toString('utf8').trimEnd()}\n${command}: ${signal ?? `exit code ${code}`}`;
      resolve({ ok, summary: '', details });
    });
  });
}
