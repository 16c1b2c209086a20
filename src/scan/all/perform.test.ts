import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { ScanOptions } from '../options.ts';
import { perform } from './perform.ts';
import { writeMany } from './testdata/many-images.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-perform-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const [path = ''] = writeMany(folder, { images: 1, bases: 1, middles: 1 });

it.each<{ name: string; options: ScanOptions; readsAhead: boolean }>([
  { name: 'are read ahead', options: {}, readsAhead: true },
  { name: 'are not where nothing is kept', options: { cacheFolder: false }, readsAhead: false },
  { name: 'are not by tables of contents', options: { lazy: true }, readsAhead: false },
  { name: "are not from a team's cache", options: { cacheFrom: 'registry.example/team/layers' }, readsAhead: false },
])('layers $name', async ({ options, readsAhead }) => {
  const result = await perform(
    { kind: 'open', references: [path] },
    { databasePath: join(folder, 'none.db'), cacheFolder: join(folder, 'cache'), ...options },
  );
  expect(result).toMatchObject({ kind: 'opened', opened: [{ kind: 'image', readsAhead }] });
});
