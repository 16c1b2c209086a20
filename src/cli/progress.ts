import { styleText } from 'node:util';
import { truncate, visible } from '../internal/terminal.ts';
import type { ImagesProgress } from '../scan/all/scan-all.ts';
import type { ScanProgress } from '../scan/scan.ts';
import { type ColorChoice, type Env, wantsColor } from './color.ts';
import type { Output } from './world.ts';

/** How far a task is. */
type Event = ScanProgress | ImagesProgress;

const stages: Readonly<Record<Event['stage'], string>> = {
  images: 'scanning images',
  reading: 'reading layers',
  fetching: 'fetching advisories',
  asking: 'asking the archive',
  compiling: 'compiling advisories',
  sealing: 'writing the advisory database',
  waiting: 'waiting for another update',
};

/** One line on a terminal that says how far a long task is. */
export interface Progress {
  /** Draws the event, unless another was drawn a moment ago. */
  readonly show: (event: Event) => void;
  /** Takes the line off the screen while something else is written, and draws it again below. */
  readonly aside: (write: () => Promise<void>) => Promise<void>;
  /** Takes the line off the screen for good; call it before anything else is written. */
  readonly clear: () => Promise<void>;
}

/** What progress needs to know. */
export interface ProgressOptions {
  readonly env: Env;
  readonly quiet: boolean;
  readonly color: ColorChoice;
  /** Milliseconds, from any moment on. */
  readonly now: () => number;
}

const betweenDrawings = 100;
const barColumns = 20;
const eraseLine = '\r\u001b[K';

/** Progress on a terminal; elsewhere, with --quiet, in CI and on a dumb terminal it does nothing. */
export function createProgress(output: Output, options: ProgressOptions): Progress {
  const { env } = options;
  const inCi = env['CI'] !== undefined && !['', '0', 'false'].includes(env['CI']);
  if (!output.isTerminal || options.quiet || inCi || env['TERM'] === 'dumb') {
    return { show: () => {}, aside: (write) => write(), clear: () => Promise.resolve() };
  }
  const color = wantsColor(options.color, env, output.isTerminal);
  let latest: Event | undefined;
  let drawn = false;
  let last = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> = Promise.resolve();
  const draw = (event: Event): void => {
    last = options.now();
    drawn = true;
    writing = output.write(eraseLine + progressLine(event, (output.columns ?? 80) - 1, color));
  };
  const wipe = async (): Promise<void> => {
    last = Number.POSITIVE_INFINITY;
    await writing;
    if (drawn) await output.write(eraseLine);
    drawn = false;
  };
  return {
    show: (event) => {
      latest = event;
      if (options.now() - last >= betweenDrawings) draw(event);
    },
    aside: async (write) => {
      await wipe();
      await write();
      last = Number.NEGATIVE_INFINITY;
      if (latest !== undefined) draw(latest);
    },
    clear: async () => {
      latest = undefined;
      await wipe();
    },
  };
}

/** `fetching advisories [##########----------]  50% https://…`, cut to the columns. */
export function progressLine(event: Event, columns: number, color: boolean): string {
  const { label } = event;
  const head = truncate(stages[event.stage] + howFar(event), columns);
  const room = columns - head.length - 1;
  const tail = label === undefined || room < 4 ? '' : truncate(visible(label), room);
  if (tail === '') return head;
  return `${head} ${color ? styleText('dim', tail, { validateStream: false }) : tail}`;
}

function howFar({ stage, done = 0, total = 0 }: Event): string {
  const images = stage === 'images';
  if (total > 0) return ` ${bar(done / total)}${images ? ` ${done} of ${total}` : ''}`;
  return done > 0 ? ` ${images ? done : bytes(done)}` : '';
}

function bytes(number: number): string {
  return number < 1e6 ? `${Math.ceil(number / 1e3)} kB` : `${(number / 1e6).toFixed(1)} MB`;
}

function bar(share: number): string {
  const part = Math.min(1, Math.max(0, share));
  const filled = Math.round(part * barColumns);
  const percent = String(Math.floor(part * 100)).padStart(3);
  return `[${'#'.repeat(filled)}${'-'.repeat(barColumns - filled)}] ${percent}%`;
}
