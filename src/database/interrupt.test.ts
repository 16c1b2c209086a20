import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AdvisorySource } from '../advisory/advisory.ts';
import { databaseStatus, updateDatabase } from './database.ts';
import type { UpdateOptions, UpdateResult } from './progress.ts';
import { advisory, fakeSource, feedText } from './testdata/fake-source.ts';

const sources = [
  fakeSource('debian', [{ url: 'https://feeds.example/debian', ecosystems: ['Debian'] }]),
  fakeSource('alpine', [{ url: 'https://feeds.example/alpine', ecosystems: ['Alpine:v3.20'] }]),
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interrupt-'));
  mkdirSync(join(folder, 'mirror/feeds.example'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, id: string): void {
  const ecosystem = name === 'debian' ? 'Debian:12' : 'Alpine:v3.20';
  writeFileSync(join(folder, 'mirror/feeds.example', name), feedText([advisory(id, { ecosystem })]));
}

async function update(more: Partial<UpdateOptions> = {}): Promise<UpdateResult> {
  const path = join(folder, 'advisories.db');
  return await updateDatabase({ path, sources, mirror: join(folder, 'mirror'), tool: 'test', env: {}, ...more });
}

describe('an interrupt', () => {
  it.each(['compiling', 'sealing'] as const)('in %s ends the update before anything is replaced', async (at) => {
    put('debian', 'CVE-1');
    put('alpine', 'CVE-2');
    const { digest, path } = await update();
    put('debian', 'CVE-3');
    put('alpine', 'CVE-4');
    const controller = new AbortController();
    // As a signal's handler runs: only when the event loop gets to it.
    const onProgress: UpdateOptions['onProgress'] = ({ kind }) => {
      if (kind === at) setImmediate(() => controller.abort());
    };
    await expect(update({ signal: controller.signal, onProgress })).rejects.toMatchObject({ code: 'aborted' });
    expect(databaseStatus(path).digest).toBe(digest);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('ends the update in the middle of a feed', async () => {
    put('debian', 'CVE-1');
    const { digest, path } = await update({ sources: sources.slice(0, 1) });
    put('debian', 'CVE-3 is longer');
    const controller = new AbortController();
    let kept = 0;
    const endless: AdvisorySource = {
      ...fakeSource('debian', [{ url: 'https://feeds.example/debian', ecosystems: ['Debian'] }]),
      async parse(_feed, _bytes, keep) {
        for (; kept < 1_000_000; kept++) {
          keep(advisory('CVE-3', {}));
          if (kept % 100 === 0) await new Promise((done) => setImmediate(done));
        }
        return { read: kept, kept, skipped: {}, malformed: [] };
      },
    };
    setTimeout(() => controller.abort(), 20);
    await expect(update({ sources: [endless], signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' });
    expect(kept).toBeLessThan(1_000_000);
    expect(databaseStatus(path).digest).toBe(digest);
  });
});
