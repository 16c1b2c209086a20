import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { updateDatabase } from './database.ts';
import type { UpdateResult } from './progress.ts';
import { advisory, fakeSource, feedText } from './testdata/fake-source.ts';

const sources = [
  fakeSource('debian', [{ url: 'https://feeds.example/debian', ecosystems: ['Debian'] }]),
  fakeSource('osv', [
    { url: 'https://feeds.example/osv-debian', ecosystems: ['Debian'], optional: true },
    { url: 'https://feeds.example/npm', ecosystems: ['npm'], optional: true },
  ]),
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'asked-'));
  mkdirSync(join(folder, 'mirror/feeds.example'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, ...ids: string[]): void {
  writeFileSync(join(folder, 'mirror/feeds.example', name), feedText(ids.map((id) => advisory(id, {}))));
}

async function update(...only: string[]): Promise<UpdateResult> {
  return await updateDatabase({
    path: join(folder, 'advisories.db'),
    sources,
    only: only.length === 0 ? undefined : only,
    mirror: join(folder, 'mirror'),
    tool: 'test',
    env: {},
  });
}

const kinds = ({ feeds }: UpdateResult): string[] =>
  feeds.map(({ url, kind }) => `${url.slice('https://feeds.example/'.length)} ${kind}`);

describe('what was asked for', () => {
  it('is told of where no record speaks of it', async () => {
    put('debian', 'CVE-1');
    put('npm');
    expect((await update('Debian:12', 'debian:99', 'NPM')).barren).toEqual(['Debian:99', 'npm']);
    expect((await update()).barren).toEqual([]);
    rmSync(join(folder, 'mirror/feeds.example/debian'));
    expect(await update('Debian:99', 'npm')).toMatchObject({ barren: ['npm'] });
  });

  it('stays up to date where it is of a source that another one goes before', async () => {
    put('debian', 'CVE-1');
    put('osv-debian', 'CVE-1');
    expect(kinds(await update())).toEqual(['debian updated', 'npm absent']);
    expect(kinds(await update('osv'))).toEqual(['osv-debian updated', 'npm absent']);
    put('osv-debian', 'CVE-1', 'CVE-2');
    expect(kinds(await update())).toEqual(['debian unchanged', 'npm absent', 'osv-debian updated']);
    expect(kinds(await update())).toEqual(['debian unchanged', 'npm absent', 'osv-debian unchanged']);
  });
});
