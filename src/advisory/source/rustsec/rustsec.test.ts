import { describe, expect, it } from 'vitest';
import { archiveOf, describesNoRecords, manyRecords, parseFirst, recordsIn } from '../osv/publisher.contract.ts';
import { describeSource } from '../source.contract.ts';
import { rustsec } from './rustsec.ts';

const records = recordsIn(new URL('testdata/records.json', import.meta.url));
const at = (id: string): string => `advisory-db-osv/crates/${id}.json`;
const genuine = archiveOf({
  'advisory-db-osv/README.md': 'Exported advisories',
  ...Object.fromEntries(records.map((record) => [at(record.id), record])),
});

describeSource(rustsec, {
  ecosystem: 'crates.io',
  foreign: 'npm',
  document: genuine,
  expected: {
    report: { read: 3, kept: 3, skipped: {}, malformed: [] },
    ids: ['RUSTSEC-2016-0001', 'RUSTSEC-2020-0071', 'RUSTSEC-2021-0139'],
  },
  empty: archiveOf({}),
  record: records[0],
  around: (record) => archiveOf({ [at('A')]: record, [at('B')]: records[1] }),
  many: (count) => manyRecords(count, 'crates.io', (record) => at(`RUSTSEC-2024-${record}`)),
});

describe('records', () => {
  describesNoRecords(rustsec, ['advisory-db-osv/README.md', 'advisory-db-osv/rust/RUSTSEC-1.json']);

  it('say when they are no flaw but a warning, and on which systems a flaw is', async () => {
    const { advisories } = await parseFirst(rustsec, genuine);
    const entries = advisories.map(({ affected: [entry] }) => [entry?.package, entry?.fixState, entry?.note]);
    expect(entries).toEqual([
      ['openssl', 'fixed', undefined],
      ['time', 'fixed', 'only on linux, redox, solaris, android, ios, macos, netbsd, openbsd, freebsd'],
      ['ansi_term', 'not-fixed', 'unmaintained'],
    ]);
  });
});
