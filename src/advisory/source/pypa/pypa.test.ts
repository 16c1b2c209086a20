import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { archiveOf, describesNoRecords, manyRecords, parseFirst } from '../osv/publisher.contract.ts';
import { describeSource } from '../source.contract.ts';
import { pypa } from './pypa.ts';

const text = readFileSync(new URL('testdata/PYSEC-2008-1.yaml', import.meta.url), 'utf8');
const at = (name: string): string => `advisory-database-main/vulns/django/${name}.yaml`;
const genuine = archiveOf({ 'advisory-database-main/README.md': '#', [at('PYSEC-2008-1')]: text });
/** As the file has it, in JSON, which is YAML too. */
const record = {
  id: 'PYSEC-2008-1',
  aliases: ['CVE-2008-2302'],
  details: 'XSS',
  modified: '2021-07-15T02:22:07.778598Z',
  affected: [
    {
      package: { name: 'django', ecosystem: 'PyPI' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1.1' }] }],
      versions: ['1.0.1', '1.0.2'],
    },
  ],
};

describeSource(pypa, {
  ecosystem: 'PyPI',
  foreign: 'npm',
  document: genuine,
  expected: { report: { read: 1, kept: 1, skipped: {}, malformed: [] }, ids: ['PYSEC-2008-1'] },
  empty: archiveOf({}),
  record,
  around: (changed) => archiveOf({ [at('A')]: changed, [at('B')]: text }),
  many: (count) => manyOf(count),
});

/** As many small files: a YAML reader is slow, and a record of its own has at most some hundred versions. */
function manyOf(count: number): Uint8Array {
  return manyRecords(count, 'PyPI', (number) => at(`PYSEC-2024-${number}`));
}

describe('records in YAML', () => {
  describesNoRecords(pypa, ['advisory-database-main/README.md', 'advisory-database-main/vulns/README.yaml']);

  it('are read as they stand', async () => {
    const { advisories } = await parseFirst(pypa, genuine);
    expect(advisories).toMatchObject([
      {
        id: 'PYSEC-2008-1',
        aliases: ['CVE-2008-2302'],
        published: '2008-05-23T15:32:00Z',
        affected: [
          {
            ecosystem: 'PyPI',
            package: 'django',
            versions: ['1.0.1', '1.0.2', '1.0.3', '1.0.4'],
            ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed: '1.1' }] }],
            fixState: 'fixed',
          },
        ],
      },
    ]);
  });

  it('keep versions as texts: 1.10 is not 1.1', async () => {
    const bare = text.replace("'1.1'", '1.10').replace('1.0.4', '2e3');
    const { advisories } = await parseFirst(pypa, archiveOf({ [at('X')]: bare }));
    expect(advisories[0]?.affected[0]?.ranges[0]?.events[1]).toEqual({ fixed: '1.10' });
    expect(advisories[0]?.affected[0]?.versions?.at(-1)).toBe('2e3');
  });

  it.each([
    ['no YAML', 'id: [', 'malformed'],
    ['a list', '- id: PYSEC-1', 'malformed'],
    ['two documents', 'id: A\n---\nid: B\n', 'malformed'],
    ['nodes that stand in several places', 'a: &a [1]\nid: X\naffected: [*a, *a]\n', 'malformed'],
    ['types of its own', 'id: !!js/function "x"\n', 'malformed'],
    ['a date of withdrawal', `${text}withdrawn: '2024-01-01T00:00:00Z'\n`, 'withdrawn'],
  ])('are counted when they are %s', async (_, content, reason) => {
    const { report } = await parseFirst(pypa, archiveOf({ [at('X')]: content }));
    expect(report.skipped).toEqual({ [reason]: 1 });
  });
});
