import fc from 'fast-check';
import { expect, describe as group, it } from 'vitest';
import { apk } from './apk.ts';
import { dpkg } from './dpkg.ts';
import { contains, describe, type Interval, intervalsOf, lowestFix, type RangeEvent } from './range.ts';
import { rpm } from './rpm.ts';
import type { Version, VersionScheme } from './version.ts';

/** The evaluation that the OSV schema prints ("Evaluation", `IncludedInRanges` of one range), word for word. */
function affectedByTheSpec<V extends Version>(
  scheme: VersionScheme<V>,
  version: string,
  events: readonly RangeEvent[],
) {
  if (!beforeLimits(scheme, version, events)) return false;
  let vulnerable = false;
  const sorted = events.toSorted((a, b) => {
    const [one = '', two = ''] = [Object.values(a)[0], Object.values(b)[0]];
    const [start, other] = ['introduced' in a && one === '0', 'introduced' in b && two === '0'];
    if (start || other) return Number(other) - Number(start);
    return 'limit' in a || 'limit' in b ? 0 : compareTexts(scheme, one, two);
  });
  for (const event of sorted) {
    if ('introduced' in event) {
      if (event.introduced === '0' || compareTexts(scheme, version, event.introduced) >= 0) vulnerable = true;
    } else if ('fixed' in event) {
      if (compareTexts(scheme, version, event.fixed) >= 0) vulnerable = false;
    } else if ('lastAffected' in event) {
      if (compareTexts(scheme, version, event.lastAffected) > 0) vulnerable = false;
    }
  }
  return vulnerable;
}

function beforeLimits<V extends Version>(scheme: VersionScheme<V>, version: string, events: readonly RangeEvent[]) {
  const limits = events.flatMap((event) => ('limit' in event ? [event.limit] : []));
  return limits.length === 0 || limits.some((limit) => limit === '*' || compareTexts(scheme, version, limit) < 0);
}

function compareTexts<V extends Version>(scheme: VersionScheme<V>, a: string, b: string): number {
  return scheme.compare(versionOf(scheme, a), versionOf(scheme, b));
}

function versionOf<V extends Version>(scheme: VersionScheme<V>, text: string): V {
  const version = scheme.parse(text);
  if (version.kind === 'unparsable') throw new Error(`${text}: ${version.reason}`);
  return version;
}

function intervals<V extends Version>(events: readonly RangeEvent[], scheme: VersionScheme<V>): readonly Interval<V>[] {
  const result = intervalsOf(events, scheme);
  if ('kind' in result) throw new Error(`${result.text}: ${result.reason}`);
  return result;
}

const schemes = [
  { scheme: dpkg as VersionScheme, texts: ['0~', '0', '1~rc1', '1', '1-0', '1-1', '1.0-1', '2', '2a', '1:0', '1:1-1'] },
  {
    scheme: rpm as VersionScheme,
    texts: ['0~', '0', '1~rc1', '1', '1-1', '1^git', '1.0-1', '2', '2a', '1:0', '1:1-1'],
  },
  {
    scheme: apk as VersionScheme,
    texts: ['0', '1_rc1', '1', '1-r0', '1-r1', '1_p1', '1.0', '1.00', '2', '2a', '3-r0'],
  },
];

const eventsOf = (texts: readonly string[]): fc.Arbitrary<readonly RangeEvent[]> => {
  const text = fc.constantFrom(...texts);
  return fc
    .tuple(
      fc.oneof(fc.constant('0'), text),
      fc.array(
        fc.oneof(
          text.map((introduced): RangeEvent => ({ introduced })),
          text.map((fixed): RangeEvent => ({ fixed })),
          text.map((lastAffected): RangeEvent => ({ lastAffected })),
        ),
        { maxLength: 7 },
      ),
      fc.oneof(fc.constant([]), fc.array(fc.oneof(text, fc.constant('*')), { maxLength: 2 })),
      fc.nat(7),
    )
    .map(([introduced, others, limits, at]) => [
      ...others.slice(0, at),
      { introduced },
      ...others.slice(at),
      ...limits.map((limit) => ({ limit })),
    ]);
};

group.each(schemes)('intervals under $scheme.id', ({ scheme, texts }) => {
  it("hold exactly the versions that the OSV schema's evaluation holds", () => {
    let covered = 0;
    fc.assert(
      fc.property(eventsOf(texts), (events) => {
        const result = intervals(events, scheme);
        for (const text of texts) {
          const expected = affectedByTheSpec(scheme, text, events);
          covered += Number(expected);
          expect([text, contains(result, versionOf(scheme, text), scheme)]).toEqual([text, expected]);
        }
      }),
      { numRuns: 3000 },
    );
    expect(covered).toBeGreaterThan(3000);
  });
  it('are sorted and apart', () => {
    fc.assert(
      fc.property(eventsOf(texts), (events) => {
        const result = intervals(events, scheme);
        for (const [index, { from }] of result.entries()) {
          if (index === 0) continue;
          const before = result[index - 1]?.to;
          if (before === undefined || from === undefined) throw new Error('an open end in the middle');
          const gap = scheme.compare(before.version, from.version);
          expect(gap < 0 || (gap === 0 && !before.inclusive && !from.inclusive)).toBe(true);
        }
      }),
    );
  });
  it('give a fix that is above the version, not affected, and the lowest such', () => {
    fc.assert(
      fc.property(eventsOf(texts), fc.constantFrom(...texts), (events, text) => {
        const version = versionOf(scheme, text);
        const sound = events
          .flatMap((event) => ('fixed' in event ? [event.fixed] : []))
          .filter((fix) => compareTexts(scheme, fix, text) > 0 && !affectedByTheSpec(scheme, fix, events));
        const lowest = sound.toSorted((a, b) => compareTexts(scheme, a, b))[0];
        expect(lowestFix(events, version, scheme)).toEqual(lowest && versionOf(scheme, lowest));
      }),
      { numRuns: 2000 },
    );
  });
});

group('intervals in words', () => {
  it.each<[string, RangeEvent[]]>([
    ['all versions', [{ introduced: '0' }]],
    ['< 1.2.3', [{ introduced: '0' }, { fixed: '1.2.3' }]],
    ['<= 1.2.3', [{ introduced: '0' }, { lastAffected: '1.2.3' }]],
    ['>= 1.0', [{ introduced: '1.0' }]],
    ['>= 1.0, < 1.2', [{ introduced: '1.0' }, { fixed: '1.2' }]],
    ['>= 1.0, < 1.2 or >= 3', [{ fixed: '1.2' }, { introduced: '3' }, { introduced: '1.0' }]],
    ['= 2', [{ introduced: '2' }, { lastAffected: '2' }]],
    ['>= 1, < 3', [{ introduced: '1' }, { fixed: '2' }, { introduced: '2' }, { fixed: '3' }]],
    ['no version', [{ introduced: '2' }, { fixed: '2' }]],
    ['no version', [{ introduced: '2' }, { limit: '2' }]],
    ['>= 1, < 2', [{ introduced: '1' }, { limit: '2' }]],
    ['>= 1, < 3', [{ introduced: '1' }, { limit: '2' }, { limit: '3' }]],
    ['>= 1', [{ introduced: '1' }, { limit: '2' }, { limit: '*' }]],
    ['< 1', [{ introduced: '0' }, { fixed: '1' }, { introduced: '2' }, { lastAffected: '4' }, { limit: '2' }]],
    ['< 0~', [{ introduced: '0' }, { fixed: '0~' }]],
  ])('%s', (words, events) => {
    expect(describe(intervals(events, dpkg))).toBe(words);
  });
});

group('bad bounds', () => {
  it.each<[string, RangeEvent[]]>([
    ['introduced', [{ introduced: '1:' }]],
    ['fixed', [{ introduced: '0' }, { fixed: '1:' }]],
    ['last affected', [{ introduced: '0' }, { lastAffected: '1:' }]],
    ['limit', [{ introduced: '0' }, { limit: '1:' }]],
    ['empty', [{ introduced: '0' }, { fixed: '' }]],
  ])('%s: unparsable, not "not affected"', (_, events) => {
    expect(intervalsOf(events, dpkg)).toMatchObject({ kind: 'unparsable' });
    expect(lowestFix(events, versionOf(dpkg, '1'), dpkg)).toMatchObject({ kind: 'unparsable' });
  });
  it.each<[RangeEvent[]]>([[[]], [[{ fixed: '1' }]], [[{ limit: '1' }]]])('nothing introduced: %j', (events) => {
    expect(intervalsOf(events, dpkg)).toMatchObject({ reason: 'the range has no "introduced" event' });
  });
});

group('the lowest fix', () => {
  const branches: RangeEvent[] = [
    { introduced: '0' },
    { fixed: '1.5' },
    { introduced: '2.0' },
    { fixed: '2.3' },
    { introduced: '3.0' },
    { fixed: '3.1' },
  ];
  it.each([
    ['1.0', '1.5'],
    ['2.1', '2.3'],
    ['2.3', '3.1'],
    ['3.1', undefined],
  ])('for %s is %s', (text, fix) => {
    expect(lowestFix(branches, versionOf(dpkg, text), dpkg)).toEqual(fix && versionOf(dpkg, fix));
  });
  it('is not one that another range still covers', () => {
    const affected = intervals([{ introduced: '0' }, { fixed: '2.0' }], dpkg);
    expect(lowestFix(branches, versionOf(dpkg, '1.0'), dpkg, affected)?.text).toBe('2.3');
  });
  it('stays quick on a hostile number of events', () => {
    const events = Array.from({ length: 20_000 }, (_, index): RangeEvent[] => [
      { introduced: `${2 * index}` },
      { fixed: `${2 * index + 1}` },
    ]).flat();
    expect(intervals(events, dpkg)).toHaveLength(20_000);
    expect(lowestFix(events, versionOf(dpkg, '0.5'), dpkg)?.text).toBe('1');
  });
});
