import { exits } from './exit.ts';
import { run } from './run.ts';
import type { Output, World } from './world.ts';

/** How long what is under way may take to clean up after itself when it is interrupted, ms. */
const grace = 300;

/** Runs the command line of a process and ends the process. */
export async function runProcess(process: NodeJS.Process): Promise<void> {
  const controller = new AbortController();
  const interrupt = (code: number): void => {
    if (controller.signal.aborted) process.exit(code);
    controller.abort();
    // What is under way may be deep in work that no signal reaches.
    setTimeout(() => leave(process, code), grace);
  };
  process.on('SIGINT', () => interrupt(exits.interrupted));
  process.on('SIGTERM', () => interrupt(exits.terminated));
  const { version } = await import('../scan/version.ts');
  const code = await run(process.argv.slice(2), worldOf(process, version, controller.signal));
  process.exit(code);
}

function leave(process: NodeJS.Process, code: number): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  process.exit(code);
}

function worldOf(process: NodeJS.Process, version: string, signal: AbortSignal): World {
  return {
    version,
    env: process.env,
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    signal,
    now: () => performance.now(),
    loadScan: async () => (await import('../scan/scan.ts')).scan,
    loadSources: async () => (await import('../scan/ecosystems.ts')).advisorySources(),
  };
}

/** A reader that went away (`| head`) is no error; what is left for it is thrown away. */
function outputOf(stream: NodeJS.WriteStream): Output {
  let gone = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    gone = true;
  });
  return {
    isTerminal: stream.isTTY ?? false,
    columns: stream.isTTY ? stream.columns : undefined,
    write: (text) =>
      new Promise((resolve) => {
        if (gone || text === '') resolve();
        else stream.write(text, () => resolve());
      }),
  };
}
