// Feeds whose records replace those of others: the NVD's of recent changes.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Advisory, AdvisorySource, Feed } from '../advisory/advisory.ts';
import { type Database, openDatabase, updateDatabase } from './database.ts';
import type { UpdateResult } from './progress.ts';
import { advisory, fakeSource, feedText } from './testdata/fake-source.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recent-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(url: string, content: string): void {
  const file = join(folder, 'mirror', url.slice('https://'.length));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

async function update({ sources }: { readonly sources: readonly AdvisorySource[] }): Promise<UpdateResult> {
  const path = join(folder, 'advisories.db');
  return await updateDatabase({ path, sources, mirror: join(folder, 'mirror'), tool: 'test', env: {} });
}

function read<T>(use: (database: Database) => T): T {
  const database = openDatabase(join(folder, 'advisories.db'));
  try {
    return use(database);
  } finally {
    database.close();
  }
}

describe('a feed of recent records', () => {
  const year = (name: string): Feed => ({
    url: `https://nvd.example/2.0-${name}`,
    ecosystems: ['CPE'],
    facts: ['flaw'],
  });
  const modified: Feed = { ...year('modified'), revises: 'https://nvd.example/2.0-', optional: true };
  const record = (number: number, fixed: string): Advisory =>
    advisory(`CVE-2026-${number}`, { ecosystem: 'CPE', package: 'p', fixed });
  const rated = (number: number, summary: string): object => {
    return { kind: 'flaw', key: `CVE-2026-${number}`, summary, severities: [], weaknesses: [], references: [] };
  };
  const nvd = fakeSource('nvd', [modified, year('2025'), year('2026')]);
  const answers = (): unknown[] =>
    read((database) => [
      database
        .lookup('CPE', 'p', 'source')
        .map(({ id, source: from }) => `${id.slice(9)} ${from.url.slice(24)}`)
        .toSorted(),
      [1, 2, 3].map((number) =>
        database
          .facts('flaw', `CVE-2026-${number}`)
          .map(({ summary }) => summary)
          .join(),
      ),
    ]);

  it('replaces the records of older ones, also when it has no advisory of a flaw any more', async () => {
    put(year('2025').url, feedText([record(1, '1')], { facts: [rated(1, 'old')] }));
    put(year('2026').url, feedText([record(2, '1'), record(3, '1')], { facts: [rated(2, 'old'), rated(3, 'old')] }));
    put(modified.url, feedText([record(1, '2')], { facts: [rated(1, 'new'), rated(2, 'rejected')] }));
    await update({ sources: [nvd] });
    const expected = [
      ['1 modified', '3 2026'],
      ['new', 'rejected', 'old'],
    ];
    expect(answers()).toEqual(expected);
    expect((await update({ sources: [nvd] })).feeds.filter(({ kind }) => kind !== 'unchanged')).toEqual([]);
    expect(answers()).toEqual(expected);
    // A year's feed that comes later is replaced as well, though the recent records are the same.
    put(year('2025').url, feedText([record(1, '1'), record(4, '1')], { facts: [rated(1, 'older')] }));
    await update({ sources: [nvd] });
    expect(answers()).toEqual([
      ['1 modified', '3 2026', '4 2025'],
      ['new', 'rejected', 'old'],
    ]);
  });

  it('that fails replaces nothing in what came after it', async () => {
    put(year('2025').url, feedText([record(1, '1')]));
    put(year('2026').url, feedText([record(2, '1')]));
    put(modified.url, feedText([record(1, '2')]));
    await update({ sources: [nvd] });
    expect(answers()[0]).toEqual(['1 modified', '2 2026']);
    put(year('2025').url, feedText([record(1, '3')]));
    put(modified.url, '<html>');
    await update({ sources: [nvd] });
    expect(answers()[0]).toEqual(['1 2025', '1 modified', '2 2026']);
  });
});
