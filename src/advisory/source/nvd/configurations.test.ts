import { describe, expect, it } from 'vitest';
import { generic } from '../../../version/generic.ts';
import { contains, intervalsOf } from '../../../version/range.ts';
import type { Affected } from '../../advisory.ts';
import { affectedIn } from './configurations.ts';

const match = (criteria: string, bounds: object = {}, vulnerable = true): object => ({
  vulnerable,
  criteria: `cpe:2.3:${criteria}`,
  ...bounds,
});
const node = (matches: object[], operator = 'OR'): object => ({ operator, negate: false, cpeMatch: matches });
const REDIS = 'a:redis:redis:*:*:*:*:*:*:*:*';
const LINUX = 'o:linux:linux_kernel:-:*:*:*:*:*:*:*';
const WINDOWS = 'o:microsoft:windows:-:*:*:*:*:*:*:*';
const MACOS = 'o:apple:macos:-:*:*:*:*:*:*:*';

function affectedBy(configurations: unknown): readonly Affected[] {
  const { affected, whole } = affectedIn(configurations);
  expect(whole).toBe(true);
  return affected;
}

/** Versions out of these that the entry covers. */
function covered({ ranges, versions = [] }: Affected, candidates: readonly string[]): string[] {
  return candidates.filter(
    (text) =>
      versions.includes(text) ||
      ranges.some(({ events }) => {
        const intervals = intervalsOf(events, generic);
        const version = generic.parse(text);
        return !('kind' in intervals) && version.kind === 'version' && contains(intervals, version, generic);
      }),
  );
}

describe('versions of a match', () => {
  const candidates = ['0.1', '1.0', '1.5-rc1', '1.5', '1.5.1', '2.0'];
  it.each<[string, object, string[], string, string?]>([
    ['*', {}, candidates, 'unknown'],
    ['*', { versionEndExcluding: '1.5' }, ['0.1', '1.0', '1.5-rc1'], 'fixed'],
    ['*', { versionEndIncluding: '1.5' }, ['0.1', '1.0', '1.5-rc1', '1.5'], 'unknown'],
    ['*', { versionStartIncluding: '1.0', versionEndExcluding: '1.5.1' }, ['1.0', '1.5-rc1', '1.5'], 'fixed'],
    ['*', { versionStartIncluding: '1.5' }, ['1.5', '1.5.1', '2.0'], 'unknown'],
    ['*', { versionStartExcluding: '1.5' }, ['1.5', '1.5.1', '2.0'], 'unknown', '1.5 itself is not affected'],
    ['1.5', {}, ['1.5'], 'unknown'],
    ['1.5.0', {}, ['1.5'], 'unknown'],
  ])('%s with %j', (version, bounds, versions, fixState, note) => {
    const [entry, ...others] = affectedBy([{ nodes: [node([match(`a:v:p:${version}:*:*:*:*:*:*:*`, bounds)])] }]);
    expect(others).toEqual([]);
    expect(entry && covered(entry, candidates)).toEqual(versions);
    expect(entry).toMatchObject({
      ecosystem: 'CPE',
      package: 'v:p',
      appliesTo: 'binary',
      status: 'affected',
      fixState,
    });
    expect(entry?.note).toBe(note);
  });
  it.each([
    ['1.5:rc1', '1.5-rc1'],
    ['1.5:-', '1.5'],
    ['1.5:*', '1.5'],
    ['1.5\\+x:*', '1.5+x'],
  ])('%s is %s', (version, text) => {
    const [entry] = affectedBy([{ nodes: [node([match(`a:v:p:${version}:*:*:*:*:*:*`)])] }]);
    expect(entry?.ranges).toEqual([{ type: 'ecosystem', events: [{ introduced: text }, { lastAffected: text }] }]);
  });
  it('one that has no place in the order is listed', () => {
    const [entry] = affectedBy([{ nodes: [node([match('a:v:p:r\\(2\\):*:*:*:*:*:*:*')])] }]);
    expect(entry).toMatchObject({ status: 'affected', ranges: [], versions: ['r(2)'] });
  });
  it.each([
    ['-', 'of a version that is not told'],
    ['8.*', 'of versions 8.*'],
  ])('%s can not be told', (version, note) => {
    const [entry] = affectedBy([{ nodes: [node([match(`a:v:p:${version}:*:*:*:*:*:*:*`)])] }]);
    expect(entry).toMatchObject({ status: 'undetermined', ranges: [], note });
  });
});

describe('a configuration', () => {
  const redis = match(REDIS, { versionEndExcluding: '7.0.5' });
  const off = (criteria: string): object => match(criteria, {}, false);
  it.each<[string, unknown, [string, string, string?][]]>([
    [
      'of alternatives',
      [{ nodes: [node([redis]), node([match('a:v:p:1.0:*:*:*:*:*:*:*')])] }],
      [
        ['redis:redis', 'affected'],
        ['v:p', 'affected'],
      ],
    ],
    ['on Linux', [{ operator: 'AND', nodes: [node([redis]), node([off(LINUX)])] }], [['redis:redis', 'affected']]],
    [
      'on a distribution',
      [{ operator: 'AND', nodes: [node([redis]), node([off('o:debian:debian_linux:10.0:*:*:*:*:*:*:*')])] }],
      [['redis:redis', 'affected']],
    ],
    [
      'on Linux or Windows',
      [{ operator: 'AND', nodes: [node([redis]), node([off(WINDOWS), off(LINUX)])] }],
      [['redis:redis', 'affected']],
    ],
    [
      'on Windows',
      [{ operator: 'AND', nodes: [node([redis]), node([off(WINDOWS)])] }],
      [['redis:redis', 'undetermined', 'only with microsoft:windows']],
    ],
    [
      'on Windows, in the other order',
      [{ operator: 'AND', nodes: [node([off(WINDOWS)]), node([redis])] }],
      [['redis:redis', 'undetermined', 'only with microsoft:windows']],
    ],
    [
      'on many',
      [
        {
          operator: 'AND',
          nodes: [
            node([redis]),
            node([WINDOWS, MACOS, MACOS, 'h:v:a:-:*:*:*:*:*:*:*', 'h:v:b:-:*:*:*:*:*:*:*'].map(off)),
          ],
        },
      ],
      [['redis:redis', 'undetermined', 'only with microsoft:windows or apple:macos or v:a or others']],
    ],
    [
      'on hardware',
      [{ operator: 'AND', nodes: [node([redis]), node([off('h:cisco:asa:-:*:*:*:*:*:*:*')])] }],
      [['redis:redis', 'undetermined', 'only with cisco:asa']],
    ],
    [
      'with another application',
      [{ operator: 'AND', nodes: [node([redis]), node([match('a:v:p:1.0:*:*:*:*:*:*:*')])] }],
      [
        ['redis:redis', 'undetermined', 'only with v:p'],
        ['v:p', 'undetermined', 'only with redis:redis'],
      ],
    ],
    [
      'of what runs on another application',
      [{ operator: 'AND', nodes: [node([redis]), node([off('a:php:php:-:*:*:*:*:*:*:*')])] }],
      [['redis:redis', 'undetermined', 'only with php:php']],
    ],
    [
      'of many alternatives',
      [{ nodes: [node(Array.from({ length: 500 }, () => redis))] }],
      [['redis:redis', 'affected']],
    ],
    [
      'of a node whose matches go together',
      [{ nodes: [node([redis, off(WINDOWS)], 'AND')] }],
      [['redis:redis', 'undetermined', 'only with microsoft:windows']],
    ],
    ['that is negated', [{ negate: true, nodes: [node([redis])] }], [['redis:redis', 'undetermined', 'negated']]],
    [
      'with a node that is negated',
      [{ nodes: [{ ...node([redis]), negate: true }] }],
      [['redis:redis', 'undetermined', 'negated']],
    ],
    [
      'of both, alone and on Windows',
      [{ nodes: [node([redis])] }, { operator: 'AND', nodes: [node([redis]), node([off(WINDOWS)])] }],
      [
        ['redis:redis', 'affected'],
        ['redis:redis', 'undetermined', 'only with microsoft:windows'],
      ],
    ],
    ['of an operating system or a device', [{ nodes: [node([match(LINUX), match('h:v:p:-:*:*:*:*:*:*:*')])] }], []],
    ['of any product', [{ nodes: [node([match('a:v:*:1.0:*:*:*:*:*:*:*'), match('a:-:p:1.0:*:*:*:*:*:*:*')])] }], []],
    ['for Linux', [{ nodes: [node([match('a:v:p:*:*:*:*:*:linux:*:*')])] }], [['v:p', 'affected']]],
    [
      'for WordPress',
      [{ nodes: [node([match('a:v:p:*:*:*:*:*:wordpress:*:*')])] }],
      [['v:p', 'undetermined', 'only for wordpress']],
    ],
    [
      'on one architecture',
      [{ nodes: [node([match('a:v:p:*:*:*:*:*:*:x86:*')])] }],
      [['v:p', 'undetermined', 'only on x86']],
    ],
    [
      'of an edition',
      [{ nodes: [node([match('a:v:p:*:*:*:*:enterprise:*:*:*')])] }],
      [['v:p', 'undetermined', 'only the enterprise edition']],
    ],
    [
      'of long-term support',
      [{ nodes: [node([match('a:nodejs:node.js:*:*:*:*:lts:*:*:*')])] }],
      [['nodejs:node.js', 'affected']],
    ],
    [
      'of a name with punctuation',
      [{ nodes: [node([match('a:v\\:w:c\\+\\+:*:*:*:*:*:*:*:*')])] }],
      [['v\\:w:c\\+\\+', 'affected']],
    ],
  ])('%s', (_name, configurations, expected) => {
    const affected = affectedBy(configurations);
    expect(
      affected.map(({ package: name, status, note }) => [name, status, ...(note === undefined ? [] : [note])]),
    ).toEqual(expected);
  });
});
