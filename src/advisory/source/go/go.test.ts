import { describe, expect, it } from 'vitest';
import type { Affected } from '../../advisory.ts';
import { archiveOf, describesNoRecords, manyRecords, parseFirst, recordsIn } from '../osv/publisher.contract.ts';
import { describeSource } from '../source.contract.ts';
import { go } from './go.ts';

const records = recordsIn(new URL('testdata/records.json', import.meta.url));
const genuine = archiveOf({
  'index/db.json': { modified: '2026-08-21T00:00:00Z' },
  'index/modules.json': [],
  ...Object.fromEntries(records.map((record) => [`ID/${record.id}.json`, record])),
});

describeSource(go, {
  ecosystem: 'Go',
  foreign: 'npm',
  document: genuine,
  expected: {
    report: { read: 4, kept: 4, skipped: {}, malformed: [] },
    ids: records.map(({ id }) => id),
  },
  empty: archiveOf({}),
  record: records[0],
  around: (record) => archiveOf({ 'ID/GO-1.json': record, 'ID/GO-2.json': records[1] }),
  many: (count) => manyRecords(count, 'Go', (record) => `ID/GO-2024-${record}.json`),
});

describe('records', () => {
  describesNoRecords(go, ['index/db.json', 'index/vulns.json', 'index/modules.json.gz', 'README.md']);

  it('name the packages and symbols that have the flaw', async () => {
    const { advisories } = await parseFirst(go, genuine);
    const gin = advisories.find(({ id }) => id === 'GO-2020-0001');
    expect(gin).toMatchObject({ aliases: ['CVE-2020-36567', 'GHSA-6vm3-jj99-7229'] });
    expect(gin?.affected[0]).toMatchObject({
      package: 'github.com/gin-gonic/gin',
      qualifiers: {
        imports: [
          {
            path: 'github.com/gin-gonic/gin',
            symbols: ['Default', 'Logger', 'LoggerWithConfig', 'LoggerWithFormatter', 'LoggerWithWriter'],
          },
        ],
      },
    });
  });

  it('have the commands of Go as a module, whole packages without symbols, and systems', async () => {
    const { advisories } = await parseFirst(go, genuine);
    expect(advisories.find(({ id }) => id === 'GO-2021-0068')?.affected).toEqual([
      {
        ecosystem: 'Go',
        package: 'toolchain',
        appliesTo: 'binary',
        status: 'affected',
        ranges: [
          {
            type: 'semver',
            events: [{ introduced: '0' }, { fixed: '1.14.14' }, { introduced: '1.15.0-0' }, { fixed: '1.15.7' }],
          },
        ],
        fixState: 'fixed',
        note: 'only on windows',
        qualifiers: { imports: [{ path: 'cmd/go', symbols: [] }], systems: ['windows'] },
      },
    ]);
  });

  it('have what several entries say of one module as one, with the packages of all', async () => {
    const { advisories } = await parseFirst(go, genuine);
    const library = advisories.find(({ id }) => id === 'GO-2023-2185')?.affected;
    expect(library?.map(({ package: name, ranges }) => [name, ranges.length])).toEqual([['stdlib', 2]]);
    expect(library?.[0]?.qualifiers?.imports?.map(({ path }) => path)).toEqual([
      'path/filepath',
      'internal/safefilepath',
    ]);
    // One of the entries on go-redis without a major version names no package: the flaw may be anywhere.
    const redis = advisories.find(({ id }) => id === 'GO-2025-3540')?.affected;
    expect(redis?.map(({ package: name, qualifiers }) => [name, qualifiers?.imports?.length])).toEqual([
      ['github.com/redis/go-redis', undefined],
      ['github.com/redis/go-redis/v7', undefined],
      ['github.com/redis/go-redis/v8', undefined],
      ['github.com/redis/go-redis/v9', 1],
    ]);
  });

  it.each<[string, unknown[], Affected['qualifiers'][]]>([
    [
      'both of one system as one',
      [['windows'], ['windows']],
      [{ imports: [{ path: 'x', symbols: ['F'] }], systems: ['windows'] }],
    ],
    [
      'of several systems apart',
      [['windows'], ['windows', 'plan9']],
      [
        { imports: [{ path: 'x', symbols: ['F'] }], systems: ['windows'] },
        { imports: [{ path: 'x', symbols: ['F'] }], systems: ['windows', 'plan9'] },
      ],
    ],
    [
      'of one system and of all apart',
      [['windows'], undefined],
      [
        { imports: [{ path: 'x', symbols: ['F'] }], systems: ['windows'] },
        { imports: [{ path: 'x', symbols: ['F'] }] },
      ],
    ],
    ['of a system that is not known as of all', [['unix']], [{ imports: [{ path: 'x', symbols: ['F'] }] }]],
    ['of a system without a name as of all', [['windows', 7]], [{ imports: [{ path: 'x', symbols: ['F'] }] }]],
  ])('have entries %s', async (_, lists, expected) => {
    const affected = lists.map((goos, index) => ({
      package: { ecosystem: 'Go', name: 'x' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: `${index}` }, { fixed: `${index}.5.0` }] }],
      ecosystem_specific: { imports: [{ path: 'x', symbols: ['F'], goos }] },
    }));
    const { advisories } = await parseFirst(go, archiveOf({ 'ID/GO-1.json': { id: 'GO-1', affected } }));
    expect(advisories[0]?.affected.map(({ qualifiers }) => qualifiers)).toEqual(expected);
  });

  it.each<[string, unknown]>([
    ['no list', { path: 'x' }],
    ['a package without a path', [{ path: 'x' }, { symbols: ['F'] }]],
    ['symbols that are no list', [{ path: 'x', symbols: 'F' }]],
    ['a symbol that is no text', [{ path: 'x', symbols: ['F', 7] }]],
    ['nothing', []],
  ])('limit the flaw to no package where imports are %s', async (_, imports) => {
    const ranges = [{ type: 'SEMVER', events: [{ introduced: '0' }] }];
    const affected = [{ package: { ecosystem: 'Go', name: 'x' }, ranges, ecosystem_specific: { imports } }];
    const { advisories } = await parseFirst(go, archiveOf({ 'ID/GO-1.json': { id: 'GO-1', affected } }));
    expect(advisories[0]?.affected[0]).not.toHaveProperty('qualifiers');
  });
});
