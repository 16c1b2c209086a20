import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { layerCache } from './layer-cache.ts';
import { isSample, sampleContent } from './testdata/sample-content.ts';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-layers-'));
afterAll(() => rmSync(root, { recursive: true }));

const script = join(import.meta.dirname, 'testdata', 'hammer-child.ts');
const maxBytes = 600_000;

interface Hammer {
  readonly begun: Promise<unknown>;
  readonly ended: Promise<{ readonly code: unknown; readonly out: string }>;
  readonly kill: () => void;
}

function hammer(folder: string, seconds: number): Hammer {
  const child = spawn(process.execPath, [script, folder, String(maxBytes), String(seconds)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'close');
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      out += text;
    });
  }
  return {
    begun: once(child.stdout, 'data'),
    ended: exited.then(([code]) => ({ code, out })),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** How many of the samples are there, each whole. */
function soundIn(folder: string): number {
  const cache = layerCache(folder, { maxBytes });
  let sound = 0;
  for (let number = 0; number < 60; number++) {
    const known = cache.read(sampleContent(number, 20_000).diffId, 'wants');
    if (known === undefined) continue;
    expect(isSample(known, number, 20_000)).toBe(true);
    sound++;
  }
  return sound;
}

const temporariesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.tmp'))
    .map((name) => join(folder, name));

describe('many processes on one folder', () => {
  it('ten read nothing but what was written, and keep the bound', async () => {
    const folder = join(root, 'ten');
    const ended = await Promise.all(Array.from({ length: 10 }, () => hammer(folder, 3).ended));
    for (const { code, out } of ended)
      expect([code, out]).toEqual([0, expect.stringMatching(/^begun\n[1-9]\d* read\n$/)]);
    expect(temporariesIn(folder)).toEqual([]);
    // Each of the ten may just have written one before it looked.
    expect(layerCache(folder, { maxBytes }).status().bytes).toBeLessThanOrEqual(maxBytes + 10 * 20_500);
    expect(soundIn(folder)).toBeGreaterThan(5);
  });

  it('killed in the midst of it they leave whole entries, and leftovers that go when they are old', async () => {
    const folder = join(root, 'killed');
    for (let round = 0; round < 8; round++) {
      const hammers = Array.from({ length: 3 }, () => hammer(folder, 20));
      await Promise.all(hammers.map(({ begun }) => begun));
      await setTimeout(20 + Math.random() * 150);
      for (const one of hammers) one.kill();
      await Promise.all(hammers.map(({ ended }) => ended));
      soundIn(folder);
    }
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.layer'));
    // None had to be thrown away for being half a file.
    expect(soundIn(folder)).toBe(names.length);
    const old = new Date(Date.now() - 2 * 3_600_000);
    for (const path of temporariesIn(folder)) utimesSync(path, old, old);
    const cache = layerCache(folder, { maxBytes });
    cache.prune({});
    expect(temporariesIn(folder)).toEqual([]);
    cache.write(sampleContent(99, 10), 'wants');
    expect(cache.read(sampleContent(99, 10).diffId, 'wants')).toBeDefined();
    expect(statSync(join(folder, 'usage')).size).toBeLessThan(1 << 17);
  });
});
