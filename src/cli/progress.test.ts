import { describe, expect, it } from 'vitest';
import type { Env } from './color.ts';
import { createProgress, type Progress, progressLine } from './progress.ts';

interface Screen {
  readonly progress: Progress;
  readonly written: string[];
  readonly pass: (milliseconds: number) => void;
}

function screen({
  env = {},
  isTerminal = true,
  quiet = false,
}: {
  env?: Env;
  isTerminal?: boolean;
  quiet?: boolean;
} = {}): Screen {
  const written: string[] = [];
  let time = 0;
  const output = {
    isTerminal,
    columns: 60,
    isOpen: () => true,
    write: async (text: string) => void written.push(text),
  };
  const progress = createProgress(output, { env, quiet, color: 'auto', now: () => time });
  return {
    progress,
    written,
    pass: (milliseconds) => {
      time += milliseconds;
    },
  };
}

describe('createProgress', () => {
  it('draws at most every 100 ms, and erases its line', async () => {
    const { progress, written, pass } = screen({ env: { NO_COLOR: '1' } });
    for (let done = 0; done < 25; done++) {
      progress.show({ stage: 'reading', done, total: 25 });
      pass(10);
    }
    await progress.clear();
    progress.show({ stage: 'reading', done: 25, total: 25 });
    expect(written).toEqual([
      '\r\u001b[Kreading layers [--------------------]   0%',
      '\r\u001b[Kreading layers [########------------]  40%',
      '\r\u001b[Kreading layers [################----]  80%',
      '\r\u001b[K',
    ]);
  });

  it('goes on after something else was written', async () => {
    const { progress, written, pass } = screen({ env: { NO_COLOR: '1' } });
    const write = async (): Promise<void> => void written.push('a report');
    await progress.aside(write);
    progress.show({ stage: 'images', done: 1, total: 4, label: 'a' });
    await progress.aside(write);
    pass(100);
    progress.show({ stage: 'images', done: 2, total: 4, label: 'b' });
    await progress.clear();
    await progress.aside(write);
    expect(written).toEqual([
      'a report',
      '\r\u001b[Kscanning images [#####---------------]  25% 1 of 4 a',
      '\r\u001b[K',
      'a report',
      '\r\u001b[Kscanning images [#####---------------]  25% 1 of 4 a',
      '\r\u001b[Kscanning images [##########----------]  50% 2 of 4 b',
      '\r\u001b[K',
      'a report',
    ]);
  });

  it('lets others write where it is silent', async () => {
    const { progress, written } = screen({ isTerminal: false });
    progress.show({ stage: 'images', done: 1 });
    await progress.aside(async () => void written.push('a report'));
    expect(written).toEqual(['a report']);
  });

  it('writes nothing at all when there was nothing to show', async () => {
    const { progress, written } = screen();
    await progress.clear();
    expect(written).toEqual([]);
  });

  it.each([
    ['no terminal', { isTerminal: false }],
    ['--quiet', { quiet: true }],
    ['CI', { env: { CI: 'true' } }],
    ['a dumb terminal', { env: { TERM: 'dumb' } }],
  ])('is silent with %s', async (_what, how) => {
    const { progress, written } = screen(how);
    progress.show({ stage: 'sealing' });
    await progress.clear();
    expect(written).toEqual([]);
  });

  it('draws when CI says that it is none', () => {
    const { progress, written } = screen({ env: { CI: 'false' } });
    progress.show({ stage: 'sealing' });
    expect(written).toHaveLength(1);
  });
});

describe('progressLine', () => {
  it.each([
    [{ stage: 'waiting' } as const, 'waiting for another update'],
    [
      { stage: 'fetching', done: 12_345_678, label: 'https://host/a' } as const,
      'fetching advisories 12.3 MB https://host/a',
    ],
    [{ stage: 'asking', done: 1_000, label: 'http://host/a' } as const, 'asking the archive 1 kB http://host/a'],
    [{ stage: 'fetching', done: 1_000, total: 0 } as const, 'fetching advisories 1 kB'],
    [{ stage: 'images', done: 12, label: 'debian:12' } as const, 'scanning images 12 debian:12'],
    [{ stage: 'images', done: 0, total: 3 } as const, 'scanning images [--------------------]   0% 0 of 3'],
    [{ stage: 'reading', done: 9, total: 3 } as const, 'reading layers [####################] 100%'],
    [{ stage: 'compiling', label: 'a\u001b[2J\r' } as const, 'compiling advisories a\\x1b[2J\\x0d'],
    [{ stage: 'compiling', label: 'x'.repeat(90) } as const, `compiling advisories ${'x'.repeat(37)}…`],
  ])('%j reads %j', (event, line) => {
    expect(progressLine(event, 59, false)).toBe(line);
  });

  it('fits any width', () => {
    for (let columns = 0; columns < 80; columns++) {
      const line = progressLine({ stage: 'reading', done: 1, total: 2, label: 'x'.repeat(90) }, columns, false);
      expect(line.length).toBeLessThanOrEqual(columns);
    }
  });
});
