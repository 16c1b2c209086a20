import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Affected, SourceRef } from '../advisory/advisory.ts';
import { decodeEntries, encodeEntry, newProductIndex } from './codec.ts';
import { type DetailPart, decodeFull, encodeDetails } from './details.ts';
import { checkedText, rowChecksum } from './format.ts';
import { advisory } from './testdata/fake-source.ts';

const source: SourceRef = { name: 's', url: 'https://x/', digest: 'sha256:0', fetchedAt: '2026-01-01T00:00:00Z' };

const text = fc.string({ unit: 'binary', maxLength: 12 }).map((value) => value.toWellFormed());
const severity = fc.record({
  label: fc.constantFrom('critical', 'high', 'medium', 'low', 'negligible', 'unknown'),
  scheme: text,
  value: text,
  by: text,
});
const event = fc.oneof(
  fc.record({ introduced: text }),
  fc.record({ fixed: text }),
  fc.record({ lastAffected: text }),
  fc.record({ limit: text }),
);
const affected: fc.Arbitrary<Affected> = fc.record(
  {
    ecosystem: text,
    package: text,
    appliesTo: fc.constantFrom('source', 'binary'),
    status: fc.constantFrom('affected', 'not-affected', 'undetermined'),
    ranges: fc.array(fc.record({ type: fc.constantFrom('ecosystem', 'semver', 'git'), events: fc.array(event) })),
    versions: fc.array(text),
    fixState: fc.constantFrom('fixed', 'not-fixed', 'will-not-fix', 'deferred', 'end-of-life', 'unknown'),
    severity,
    note: text,
    qualifiers: fc
      .record(
        {
          module: text,
          architectures: fc.array(text),
          products: fc.array(
            fc.oneof(
              text,
              text.map((value) => `cpe:/${value}`),
            ),
          ),
          flavour: fc.constantFrom('plain', 'fips', 'ksplice'),
          service: text,
          imports: fc.array(fc.record({ path: text, symbols: fc.array(text) })),
          systems: fc.array(text),
        },
        { requiredKeys: [] },
      )
      .filter((one) => Object.keys(one).length > 0),
  },
  { requiredKeys: ['ecosystem', 'package', 'appliesTo', 'status', 'ranges', 'fixState'] },
) as fc.Arbitrary<Affected>;

describe('an entry', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(text, fc.array(text), fc.array(text), affected, (id, aliases, covers, one) => {
        const products = newProductIndex(['cpe:/a']);
        const data = `[${encodeEntry(advisory(id, {}, { aliases, covers }), one, products.find)}]`;
        const { ecosystem: _ecosystem, package: _package, ...rest } = one;
        expect(decodeEntries(data, { appliesTo: one.appliesTo, feed: 7, source, products: products.list() })).toEqual([
          { id, aliases, covers, feed: 7, source, ...rest },
        ]);
      }),
    );
  });
});

describe('an index of products', () => {
  it('gives each its place, and no place when there are too many', () => {
    const { find, list } = newProductIndex(['a', 'b']);
    expect(['b', 'c', 'a', 'c'].map(find)).toEqual([1, 2, 0, 2]);
    expect(list()).toEqual(['a', 'b', 'c']);
    const many = Array.from({ length: 20_000 }, (_, index) => find(`p${index}`));
    expect([many[9996], many[9997], many.at(-1)]).toEqual([9999, 'p9997', 'p19999']);
    expect(list()).toHaveLength(10_000);
    expect(find('p1')).toBe(4);
  });
});

const details: fc.Arbitrary<DetailPart> = fc.record(
  {
    aliases: fc.uniqueArray(text),
    covers: fc.uniqueArray(text),
    summary: text,
    published: text,
    modified: text,
    severities: fc.uniqueArray(severity, { selector: (one) => Object.values(one).join('\0') }),
    references: fc.uniqueArray(
      fc.record({ type: fc.constantFrom('advisory', 'fix', 'report', 'article', 'web'), url: text }),
      { selector: (one) => one.url },
    ),
  },
  { requiredKeys: ['aliases', 'covers', 'severities', 'references'] },
) as fc.Arbitrary<DetailPart>;

describe('the details of an advisory', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(details, text, (part, name) => {
        const packages = [{ ecosystem: 'npm', name, appliesTo: 'source' as const }];
        const row = `[${encodeDetails(part, packages)}]`;
        expect(decodeFull([row], 'X', 7, source)).toEqual({ id: 'X', ...part, packages, feed: 7, source });
      }),
    );
  });

  it('of several records are joined', () => {
    const first = encodeDetails(
      { aliases: ['A'], covers: [], modified: '2026-02', severities: [], references: [{ type: 'fix', url: 'u' }] },
      [{ ecosystem: 'Debian:12', name: 'a', appliesTo: 'source' }],
    );
    const second = encodeDetails(
      {
        aliases: ['A', 'B'],
        covers: [],
        summary: 'words',
        published: '2026-01',
        modified: '2026-03',
        severities: [],
        references: [{ type: 'web', url: 'u' }],
      },
      [{ ecosystem: 'Debian:12', name: 'b', appliesTo: 'binary' }],
    );
    const joined = {
      id: 'X',
      aliases: ['A', 'B'],
      covers: [],
      summary: 'words',
      published: '2026-01',
      modified: '2026-03',
      severities: [],
      references: [{ type: 'fix', url: 'u' }],
      packages: [
        { ecosystem: 'Debian:12', name: 'a', appliesTo: 'source' },
        { ecosystem: 'Debian:12', name: 'b', appliesTo: 'binary' },
      ],
      feed: 7,
      source,
    };
    expect(decodeFull([`[${first},${second}]`], 'X', 7, source)).toEqual(joined);
    expect(decodeFull([`[${first}]`, `[${second}]`], 'X', 7, source)).toEqual(joined);
  });
});

describe('a row', () => {
  it('is refused when its data or its key is another', () => {
    const crc = rowChecksum('data', 1, 'bash', 0);
    expect(checkedText({ crc, data: 'data' }, 1, 'bash', 0)).toBe('data');
    for (const [data, ...key] of [
      ['dat0', 1, 'bash', 0],
      ['data', 2, 'bash', 0],
      ['data', 1, 'bush', 0],
    ] as const) {
      expect(() => checkedText({ crc, data }, ...key)).toThrow('damaged');
    }
    expect(() => checkedText({}, 1)).toThrow('damaged');
  });
});
