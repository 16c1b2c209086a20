import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type LayerSpec, writeOciLayout } from '../../test/images/oci-image.ts';
import type { Layer } from '../image/image.ts';
import { openImage } from '../image/open.ts';
import { readLayers } from './lanes.ts';
import { noExtraWants } from './selection.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-lanes-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function layersOf(name: string, layers: readonly LayerSpec[]): Promise<readonly Layer[]> {
  const path = join(folder, name);
  writeOciLayout(path, { layers });
  const image = await openImage(path);
  return image.kind === 'layered' ? image.layers : [];
}

const wanted = { detail: 'packages', extra: noExtraWants } as const;
const specs = Array.from(
  { length: 6 },
  (_, i): LayerSpec => ({
    entries: [
      { name: 'var/lib/dpkg/status', body: `Package: p${i}\n` },
      { name: `noise/${i}`, body: 'x'.repeat(i * 1000) },
    ],
    compression: i % 2 ? 'gzip' : 'zstd',
  }),
);

describe.each([
  ['one lane', undefined],
  ['as many lanes as cores', 1],
])('%s', (_, laneBytes) => {
  it('reads every layer, in the order of the image', async () => {
    const contents = await readLayers(await layersOf('sound', specs), wanted, { laneBytes });
    expect(contents.map(({ index, files }) => [index, Buffer.from(files[0]?.bytes ?? []).toString()])).toEqual(
      specs.map((__, i) => [i, `Package: p${i}\n`]),
    );
  });

  it('fails with what is wrong with one layer, and which', async () => {
    const layers = await layersOf('broken', specs.with(4, { entries: [], claimedDiffId: `sha256:${'a'.repeat(64)}` }));
    await expect(readLayers(layers, wanted, { laneBytes })).rejects.toMatchObject({
      code: 'digest-mismatch',
      detail: expect.stringContaining('layer 5'),
    });
  });
});
