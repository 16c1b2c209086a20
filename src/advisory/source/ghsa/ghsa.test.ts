import { describe, expect, it } from 'vitest';
import { archiveOf, describesNoRecords, manyRecords, parseFirst, recordsIn } from '../osv/publisher.contract.ts';
import { describeSource } from '../source.contract.ts';
import { ghsa } from './ghsa.ts';

const TOP = 'advisory-database-main/advisories';
const at = (id: string, folder = 'github-reviewed'): string => `${TOP}/${folder}/2024/01/${id}/${id}.json`;
const [nuget] = recordsIn(new URL('../osv/testdata/nuget.json', import.meta.url));
const npm = recordsIn(new URL('../osv/testdata/npm.json', import.meta.url)).find(({ id }) => id.startsWith('GHSA-'));
if (nuget === undefined || npm === undefined) throw new Error('no genuine advisories');
const genuine = archiveOf({
  'advisory-database-main/README.md': '#',
  [at(npm.id)]: npm,
  [at(nuget.id)]: nuget,
  [at('GHSA-2222-2222-2222', 'unreviewed')]: { id: 'GHSA-2222-2222-2222', affected: [] },
});

describeSource(ghsa, {
  ecosystem: 'npm',
  foreign: 'Debian:12',
  document: genuine,
  expected: {
    report: { read: 3, kept: 2, skipped: { unreviewed: 1 }, malformed: [] },
    ids: [npm.id, nuget.id],
  },
  empty: archiveOf({}),
  record: npm,
  around: (record) => archiveOf({ [at('A')]: record, [at('B')]: nuget }),
  many: (count) => manyRecords(count, 'npm', (record) => at(`GHSA-${record}`)),
});

describe('records', () => {
  describesNoRecords(ghsa, ['advisory-database-main/README.md', 'advisory-database-main/.github/x.json']);

  it('speak of packages of several ecosystems at once', async () => {
    const entry = (ecosystem: string, name: string): unknown => ({
      package: { ecosystem, name },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1.2.3' }] }],
    });
    const record = {
      id: 'GHSA-3333-3333-3333',
      affected: [entry('npm', 'a'), entry('Maven', 'g:a'), entry('npm', 'a'), entry('Bitnami', 'a')],
    };
    const { advisories } = await parseFirst(ghsa, archiveOf({ [at('GHSA-3333-3333-3333')]: record }));
    expect(
      advisories[0]?.affected.map(({ ecosystem, package: name, ranges }) => [ecosystem, name, ranges.length]),
    ).toEqual([
      ['npm', 'a', 2],
      ['Maven', 'g:a', 1],
    ]);
  });
});
