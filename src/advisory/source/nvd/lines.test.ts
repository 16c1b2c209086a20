import { describe, expect, it } from 'vitest';
import { generic } from '../../../version/generic.ts';
import { contains, intervalsOf } from '../../../version/range.ts';
import type { Affected } from '../../advisory.ts';
import { affectedIn } from './configurations.ts';

/** As the NVD has CVE-2023-22081: the versions that Oracle supported in October 2023. */
const october = [
  'oracle:graalvm_for_jdk:17.0.8:*',
  'oracle:graalvm_for_jdk:21:*',
  'oracle:graalvm:20.3.11:*',
  'oracle:jdk:1.8.0:update381',
  'oracle:jdk:11.0.20:*',
  'oracle:jdk:17.0.8:*',
  'oracle:jdk:21.0.0:*',
];

function affectedBy(names: readonly string[], bounds: object = {}): readonly Affected[] {
  const cpeMatch = names.map((name) => ({ vulnerable: true, criteria: `cpe:2.3:a:${name}:*:*:*:*:*:*`, ...bounds }));
  return affectedIn([{ nodes: [{ operator: 'OR', negate: false, cpeMatch }] }]).affected;
}

/** What is said of a version: the surest of all entries. */
function said(entries: readonly Affected[], product: string, text: string): string {
  const version = generic.parse(text);
  const speaking = entries.filter(
    ({ package: name, ranges }) =>
      name === product &&
      ranges.some(({ events }) => {
        const intervals = intervalsOf(events, generic);
        return !('kind' in intervals) && version.kind === 'version' && contains(intervals, version, generic);
      }),
  );
  return speaking.some(({ status }) => status === 'affected') ? 'affected' : (speaking[0]?.status ?? 'nothing');
}

describe('a product of which only the last version of each line is named', () => {
  it.each([
    ['oracle:jdk', '17.0.8', 'affected'],
    ['oracle:jdk', '17.0.6', 'undetermined'],
    ['oracle:jdk', '17', 'undetermined'],
    ['oracle:jdk', '17.0.9', 'nothing'],
    ['oracle:jdk', '11.0.19', 'undetermined'],
    ['oracle:jdk', '11.0.21', 'nothing'],
    ['oracle:jdk', '1.8.0_381', 'affected'],
    ['oracle:jdk', '1.8.0_372', 'undetermined'],
    ['oracle:jdk', '1.8.0_392', 'nothing'],
    ['oracle:jdk', '1.7.0_80', 'nothing'],
    ['oracle:jdk', '16.0.2', 'nothing'],
    ['oracle:jdk', '21', 'affected'],
    ['oracle:jdk', '21.0.1', 'nothing'],
    ['oracle:graalvm', '20.3.10', 'undetermined'],
    ['oracle:graalvm', '20.2.0', 'nothing'],
    ['oracle:graalvm', '21.3.1', 'nothing'],
  ])('%s %s: %s', (product, version, expected) => {
    expect(said(affectedBy(october), product, version)).toBe(expected);
  });
  it('says why', () => {
    const notes = affectedBy(october).flatMap(({ status, note }) => (status === 'undetermined' ? [note] : []));
    expect(new Set(notes)).toEqual(new Set(['earlier than the last version of its line, and only that one is named']));
  });
  it('of several of one line the highest counts, once', () => {
    const entries = affectedBy(['oracle:jdk:17.0.2:*', 'oracle:jdk:17.0.8:*', 'oracle:jdk:17.0.4:*']);
    const earlier = entries.filter(({ status }) => status === 'undetermined').map(({ ranges }) => ranges);
    expect(earlier).toEqual([[{ type: 'ecosystem', events: [{ introduced: '17' }, { fixed: '17.0.8' }] }]]);
  });
});

it.each<[string, object, string, string]>([
  ['redis:redis:7.0.8:*', {}, 'redis:redis', '7.0.6'],
  ['oracle:jdk:*:*', { versionStartIncluding: '17', versionEndExcluding: '17.0.8' }, 'oracle:jdk', '16.0.1'],
  ['oracle:openjdk:17:*', {}, 'oracle:openjdk', '16'],
])('of %s %o nothing more is said: %s %s', (name, bounds, product, version) => {
  expect(said(affectedBy([name], bounds), product, version)).toBe('nothing');
});
