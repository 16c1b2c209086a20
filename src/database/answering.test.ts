import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AdvisorySource } from '../advisory/advisory.ts';
import { openDatabase, updateDatabase } from './database.ts';
import { advisory, fakeSource, feedText } from './testdata/fake-source.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'answering-'));
  path = join(folder, 'advisories.db');
  mkdirSync(join(folder, 'mirror/feeds.example'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function sourceOf(id: string, lists: 'fixes' | 'disclosures'): AdvisorySource {
  const feed = feedText([advisory(`${id}-1`, { ecosystem: 'AlmaLinux:9' })]);
  writeFileSync(join(folder, 'mirror/feeds.example', id), feed);
  return { ...fakeSource(id, [{ url: `https://feeds.example/${id}`, ecosystems: ['AlmaLinux'] }]), lists: () => lists };
}

it('tells every source that answers for an ecosystem, whoever is asked by default', async () => {
  const sources = [sourceOf('alma', 'fixes'), sourceOf('osv', 'disclosures')];
  const update = async (only?: string[]): Promise<void> => {
    await updateDatabase({ path, sources, only, mirror: join(folder, 'mirror'), tool: 'test', env: {} });
  };
  const said = (): string[][] => {
    const database = openDatabase(path);
    const answering = database.ecosystem('AlmaLinux:9').sources.map(({ name, lists }) => [name, lists]);
    const found = database.lookup('AlmaLinux:9', 'bash', 'source').map(({ id }) => id);
    database.close();
    return [...answering, found];
  };
  await update();
  expect(said()).toEqual([['alma', 'fixes'], ['alma-1']]);
  await update(['osv']);
  const both = [
    ['alma', 'fixes'],
    ['osv', 'disclosures'],
    ['alma-1', 'osv-1'],
  ];
  expect(said()).toEqual(both);
  // An update of everything keeps what was asked for by name, though it would not fetch it by itself.
  await update();
  expect(said()).toEqual(both);
});
