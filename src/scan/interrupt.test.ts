import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeOciLayout } from '../../test/images/oci-image.ts';
import { scan } from './scan.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-interrupt-'));
afterAll(() => rmSync(folder, { recursive: true }));

const image = join(folder, 'image');
const osRelease = { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\n' };
const layers = Array.from({ length: 40 }, (_, index) => ({
  entries: index === 0 ? [osRelease] : [{ name: `srv/data-${index}`, body: 'x'.repeat(300_000 + index) }],
}));
writeOciLayout(image, { layers });

describe('an interrupted scan', () => {
  const options = { offline: true, databasePath: join(folder, 'none.db') };
  const caches = (): string[] => readdirSync(folder).filter((name) => name === 'inventories');

  it.each(['before', 'while reading'])('%s gives no report and keeps no inventory', async (moment) => {
    const controller = new AbortController();
    const reason = new Error('the user had enough');
    if (moment === 'before') controller.abort(reason);
    const running = scan(image, { ...options, signal: controller.signal });
    // As a signal's handler runs: only when the event loop gets to it.
    if (moment !== 'before') setTimeout(() => controller.abort(reason), 0);
    await expect(running).rejects.toBe(reason);
    expect(caches()).toEqual([]);
  });

  it('goes on to its end when nobody interrupts', async () => {
    const { subject } = await scan(image, { ...options, signal: new AbortController().signal });
    expect(subject.layers.length).toBe(40);
    expect(caches()).toEqual(['inventories']);
  });
});
