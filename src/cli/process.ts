import { readFileSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { setFlagsFromString } from 'node:v8';
import type { scan } from '../scan/scan.ts';
import { exits } from './exit.ts';
import { run } from './run.ts';
import type { Output, World } from './world.ts';

/** How long what is under way may take to clean up after itself when it is interrupted, ms. */
const grace = 300;

/** Runs the command line of a process and ends the process. */
export async function runProcess(process: NodeJS.Process): Promise<void> {
  // Young objects would get 48 MB as soon as they are many; a scan is as fast with less.
  setFlagsFromString('--semi-space-growth-factor=1');
  const controller = new AbortController();
  let stopped: number | undefined;
  const stop = (code: number): void => {
    if (stopped !== undefined) process.exit(stopped);
    stopped = code;
    controller.abort();
    // What is under way may be deep in work that no signal reaches.
    setTimeout(() => leave(process, code), grace);
  };
  process.on('SIGINT', () => stop(exits.interrupted));
  process.on('SIGTERM', () => stop(exits.terminated));
  process.on('uncaughtException', (error) => void failed(process, error));
  const { version } = await import('../scan/version.ts');
  const code = await run(process.argv.slice(2), worldOf(process, version, controller.signal));
  leave(process, stopped ?? code);
}

/** Ends the process; what an interrupted task drew is taken off the terminal. */
function leave(process: NodeJS.Process, code: number): void {
  if (code >= exits.interrupted && process.stderr.isTTY) tell(process, '\r\u001b[K');
  process.exit(code);
}

/** What nobody was there to catch, such as a full disk behind a redirected stdout. */
async function failed(process: NodeJS.Process, error: unknown): Promise<void> {
  const { describeFailure } = await import('./failure.ts');
  const { code, text } = describeFailure(error, process.env);
  tell(process, text);
  process.exit(code);
}

function tell({ stderr }: NodeJS.Process, text: string): void {
  try {
    writeSync(stderr.fd, text);
  } catch {
    // Nobody can be told any more.
  }
}

function worldOf(process: NodeJS.Process, version: string, signal: AbortSignal): World {
  return {
    version,
    env: process.env,
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    readInput: () => (isatty(0) ? undefined : readFileSync(0, 'utf8')),
    signal,
    now: () => performance.now(),
    loadScan,
    loadJudgement: () => import('../scan/judgement.ts'),
    loadScanAll: () => import('../scan/all/scan-all.ts'),
    loadCaches: () => import('../scan/caches.ts'),
    loadConflicts: async () => (await import('../scan/conflicts.ts')).listConflicts,
    loadSources: async () => (await import('../scan/ecosystems.ts')).advisorySources(),
  };
}

async function loadScan(): Promise<typeof scan> {
  // Marking garbage beside the work takes some 20 MB more at the worst moment, and no less time in all.
  setFlagsFromString('--no-incremental-marking');
  return (await import('../scan/scan.ts')).scan;
}

/** A reader that went away (`| head`) is no error; what is left for it is thrown away. */
function outputOf(stream: NodeJS.WriteStream): Output {
  let gone = false;
  // Which error it was is told to whoever wrote.
  stream.on('error', () => {
    gone = true;
  });
  return {
    isTerminal: stream.isTTY ?? false,
    // A terminal that does not know its size says 0.
    columns: (stream.isTTY && stream.columns) || undefined,
    isOpen: () => !gone,
    write: (text) =>
      new Promise((resolve, reject) => {
        const done = (error?: NodeJS.ErrnoException | null): void => {
          if (error && error.code !== 'EPIPE') reject(error);
          else resolve();
        };
        if (gone || text === '') resolve();
        else stream.write(text, done);
      }),
  };
}
