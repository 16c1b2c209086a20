import { describe, expect, it } from 'vitest';
import type { EcosystemInfo, EcosystemSource, StoredEntry } from '../database/database.ts';
import type { Finding } from '../finding/finding.ts';
import type { Inventory, Package } from '../inventory/inventory.ts';
import { readVex } from '../vex/vex.ts';
import { type Advisories, assess } from './assess.ts';
import { coverageOf } from './coverage.ts';
import { onePerId } from './one-per-id.ts';
import { applyVex } from './vex.ts';

const layer = { index: 0, diffId: '' };
const found: Package = {
  id: 'pkg:golang/stdlib@1.4.0',
  name: 'stdlib',
  version: '1.4.0',
  ecosystem: 'Go',
  type: 'golang',
  kind: 'binary',
  purl: 'pkg:golang/stdlib@1.4.0',
  locations: [{ path: '/bin/tool', layer }],
  licenses: [],
  foundBy: 'go',
  metadata: { kind: 'language' },
};

function entry(id: string, more: Partial<StoredEntry> = {}): StoredEntry {
  return {
    id,
    aliases: [],
    covers: [],
    appliesTo: 'binary',
    status: 'affected',
    ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed: '1.4.3' }] }],
    fixState: 'fixed',
    feed: 1,
    source: { name: 'osv', url: 'https://osv.test/', digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' },
    ...more,
  };
}

function findingsOf(...entries: readonly StoredEntry[]): readonly Finding[] {
  const advisories: Advisories = {
    lookup: (_, __, appliesTo) => entries.filter((one) => one.appliesTo === appliesTo),
    details: () => undefined,
    ecosystem: (ecosystem) => ({ ecosystem, sources: [], missing: [] }),
    facts: () => [],
    close: () => undefined,
  };
  return assess([found], advisories, { precedence: ['osv'] }).findings;
}

const inventory: Inventory = {
  subject: { kind: 'image', reference: 'x', layers: [], entries: 10 },
  packages: [found],
  ownership: [],
  relationships: [],
  runs: [],
  problems: [],
};

describe('a record that stands for several CVEs', () => {
  // GO-2021-0159 as the Go vulnerability database has it.
  const record = entry('GO-2021-0159', { aliases: ['CVE-2015-5739', 'CVE-2015-5740', 'CVE-2015-5741'] });

  it('lends none of them the name of another', () => {
    const told = findingsOf(record).map(({ vulnerability: { id, aliases } }) => [id, ...aliases]);
    expect(told).toEqual([
      ['CVE-2015-5739', 'GO-2021-0159'],
      ['CVE-2015-5740', 'GO-2021-0159'],
      ['CVE-2015-5741', 'GO-2021-0159'],
    ]);
  });

  it('leaves the others open when VEX settles one', () => {
    const vex = {
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': 'https://x.test/1',
      author: 'maker',
      timestamp: '2026-11-24T00:00:00Z',
      version: 1,
      statements: [
        {
          // Who writes VEX names the record beside the CVE.
          vulnerability: { name: 'CVE-2015-5740', aliases: ['GO-2021-0159'] },
          products: [{ '@id': 'pkg:golang/stdlib' }],
          status: 'not_affected',
          justification: 'vulnerable_code_not_present',
        },
      ],
    };
    const document = readVex(Buffer.from(JSON.stringify(vex)), 'vex.json');
    const { findings, suppressed } = applyVex(findingsOf(record), { documents: [document], passedOver: [] }, inventory);
    expect(findings.map(({ vulnerability }) => vulnerability.id)).toEqual(['CVE-2015-5739', 'CVE-2015-5741']);
    expect(suppressed.map(({ finding }) => finding.vulnerability.id)).toEqual(['CVE-2015-5740']);
  });
});

describe('coverage of what only supplements speak of', () => {
  const lists: EcosystemSource = {
    name: 'debian-lists',
    url: 'https://lists.test/',
    digest: 'sha256:0',
    fetchedAt: '2026-11-24T00:00:00Z',
    lists: 'fixes',
    advisories: 5,
    role: 'supplement',
  };
  const coverageWith = (...sources: readonly EcosystemSource[]): ReturnType<typeof coverageOf> =>
    coverageOf(
      inventory,
      {
        ecosystem: (ecosystem): EcosystemInfo => ({ ecosystem, sources, missing: [] }),
        starter: false,
        precedence: ['debian', 'debian-lists'],
        judged: { packages: [found], owned: [], development: [], own: [], foreign: [] },
      },
      { findings: [], unjudged: [], elsewhere: [] },
      [],
    );

  it('is not complete', () => {
    const { complete, ecosystems } = coverageWith(lists);
    expect([complete, ecosystems[0]?.assessed, ecosystems[0]?.unassessed[0]?.reason]).toEqual([
      false,
      0,
      'no-advisories',
    ]);
  });

  it('is not complete where the one that they supplement has nothing at all', () => {
    const { role: _, ...decides } = lists;
    const { complete, ecosystems } = coverageWith({ ...decides, name: 'debian', advisories: 0 }, lists);
    expect([complete, ecosystems[0]?.unassessed[0]?.detail]).toEqual([
      false,
      'the advisories that are loaded say nothing of this release',
    ]);
  });

  it('is complete with the one that they supplement', () => {
    const { role: _, ...decides } = lists;
    expect(coverageWith({ ...decides, name: 'debian' }, lists).complete).toBe(true);
  });
});

describe('a Go module that two catalogers found', () => {
  const used = (packages: readonly string[] | undefined): Package => ({
    ...found,
    metadata: { kind: 'language', ...(packages === undefined ? {} : { packages }) },
  });
  it.each<[string, readonly (readonly string[] | undefined)[], readonly string[] | undefined]>([
    ['has what either has', [['a'], ['b', 'a']], ['a', 'b']],
    ['has nobody knows what where one does not tell', [['a'], undefined], undefined],
    ['so it is in any order', [undefined, ['a']], undefined],
  ])('%s', (_, several, expected) => {
    const [one] = onePerId(several.map(used));
    expect(one?.metadata).toEqual({ kind: 'language', ...(expected === undefined ? {} : { packages: expected }) });
  });
});
