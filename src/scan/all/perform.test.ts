import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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

it('an image in folders that may have changed does not go by its digest', async () => {
  const store = join(folder, 'store');
  cpSync(new URL('../../engine/podman/testdata/overlay-store', import.meta.url), store, { recursive: true });
  const conf = join(folder, 'storage.conf');
  writeFileSync(conf, `[storage]\ndriver = "overlay"\ngraphroot = "${store}"\n`);
  const engines = { home: folder, env: { CONTAINERS_STORAGE_CONF: conf } };
  const open = (): Promise<unknown> => perform({ kind: 'open', references: ['podman://d037eb45ffe8'] }, { engines });
  expect(await open()).toMatchObject({ opened: [{ kind: 'image', digest: expect.stringMatching(/^sha256:/) }] });
  const layers = join(store, 'overlay-layers');
  for (const name of readdirSync(layers)) if (name.endsWith('.tar-split.gz')) rmSync(join(layers, name));
  expect(await open()).toEqual({
    kind: 'opened',
    opened: [{ kind: 'image', readsAhead: true, image: expect.objectContaining({ kind: 'layered' }) }],
  });
});
