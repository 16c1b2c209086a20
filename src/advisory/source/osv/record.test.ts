import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Advisory } from '../../advisory.ts';
import { type Ecosystem, ecosystemNamed } from './ecosystem.ts';
import { readRecord } from './record.ts';

function ecosystem(name: string): Ecosystem {
  const found = ecosystemNamed(name);
  if (found === undefined) throw new Error(`no ecosystem ${name}`);
  return found;
}

function read(name: string, record: unknown): Advisory {
  const advisory = readRecord(record, [ecosystem(name)]);
  if (typeof advisory === 'string') throw new Error(advisory);
  return advisory;
}

function testdata(file: string, index = 0): unknown {
  return JSON.parse(readFileSync(new URL(`testdata/${file}.json`, import.meta.url), 'utf8'))[index];
}

/** A record with one affected entry. */
function withAffected(entry: object): unknown {
  return { id: 'GHSA-1', affected: [{ package: { ecosystem: 'PyPI', name: 'django' }, ...entry }] };
}

describe('a record', () => {
  it('of a language is read whole', () => {
    expect(read('npm', testdata('npm', 1))).toMatchObject({
      id: 'GHSA-35jh-r3h4-6jhm',
      aliases: ['CVE-2021-23337'],
      covers: [],
      summary: 'Command Injection in lodash',
      published: '2021-05-06T16:05:51Z',
      modified: '2022-02-08T21:35:09Z',
      severities: [
        { label: 'high', scheme: 'github-severity', value: 'HIGH', by: 'github' },
        { label: 'unknown', scheme: 'CVSS_V3', value: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H', by: 'github' },
      ],
      affected: [
        {
          ecosystem: 'npm',
          package: 'lodash',
          appliesTo: 'binary',
          status: 'affected',
          ranges: [{ type: 'semver', events: [{ introduced: '0' }, { fixed: '4.17.21' }] }],
          fixState: 'fixed',
        },
        { package: 'lodash-es' },
      ],
    });
  });

  it('of Ubuntu is the same flaw as its upstream, in source packages', () => {
    expect(read('Ubuntu', testdata('ubuntu'))).toMatchObject({
      id: 'UBUNTU-CVE-2014-9913',
      aliases: ['CVE-2014-9913'],
      covers: [],
      severities: [
        { label: 'negligible', scheme: 'ubuntu-priority', value: 'negligible', by: 'ubuntu' },
        { label: 'unknown', scheme: 'CVSS_V3', by: 'ubuntu' },
      ],
      affected: [
        { ecosystem: 'Ubuntu:14.04:LTS', appliesTo: 'source', qualifiers: { service: 'esm-infra' } },
        { ecosystem: 'Ubuntu:16.04:LTS', appliesTo: 'source' },
      ],
    });
  });

  it('of a notice covers its flaws', () => {
    expect(read('Ubuntu', testdata('ubuntu', 1))).toMatchObject({
      id: 'USN-5614-1',
      aliases: [],
      covers: ['CVE-2021-3782'],
    });
  });

  it('of Rocky Linux covers what is related, in source packages of a module', () => {
    const advisory = read('Rocky Linux', testdata('rocky'));
    expect(advisory).toMatchObject({
      id: 'RLSA-2024:3671',
      covers: ['CVE-2024-27280', 'CVE-2024-27281', 'CVE-2024-27282'],
      severities: [{ label: 'medium', scheme: 'redhat-impact', value: 'Moderate', by: 'rocky' }],
    });
    expect(advisory.affected.map((entry) => [entry.package, entry.appliesTo, entry.qualifiers?.module])).toEqual([
      ['ruby', 'source', 'ruby:3.3'],
      ['rubygem-mysql2', 'source', 'ruby:3.3'],
      ['rubygem-pg', 'source', 'ruby:3.3'],
    ]);
  });

  it('is read only for its ecosystem, of the several that it may name', () => {
    const record = testdata('nuget');
    expect(read('NuGet', record).affected.map((entry) => entry.ecosystem)).toEqual(['NuGet']);
    expect(read('Maven', record).affected.map((entry) => entry.ecosystem)).toEqual(['Maven']);
    expect(readRecord(record, [ecosystem('crates.io')])).toBe('no-package');
  });

  it('has the severity of a package where that is given', () => {
    expect(read('Bitnami', testdata('bitnami'))).toMatchObject({
      severities: [{ label: 'critical', scheme: 'bitnami-severity' }],
      affected: [{ severity: { label: 'unknown', scheme: 'CVSS_V3' } }],
    });
  });

  it('notes what RustSec calls informational', () => {
    expect(read('crates.io', testdata('crates')).affected[0]?.note).toBe('unmaintained');
  });

  it('of another repository is kept where its packages are asked for', () => {
    const named = { ecosystem: 'Packagist:https://packages.drupal.org/8', name: 'drupal/token' };
    const record = { id: 'DRUPAL-CONTRIB-2026-1', affected: [{ package: named, versions: ['1.0.0'] }] };
    expect(read('Packagist', record).affected).toMatchObject([{ ecosystem: 'Packagist', package: 'drupal/token' }]);
  });

  it('has one entry for a package, unless they differ in more than versions', () => {
    const named = { ecosystem: 'npm', name: 'tool' };
    const entry = (events: readonly object[], more: object = {}): object => {
      return { package: named, ranges: [{ type: 'SEMVER', events }], ...more };
    };
    const [first, second] = [[{ introduced: '0' }, { fixed: '1.2.5' }], [{ introduced: '2.0.0' }]];
    const apart = [
      entry([{ introduced: '3.0.0' }], { severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:L' }] }),
      entry([{ introduced: '4.0.0' }], { database_specific: { informational: 'unsound' } }),
      entry([{ introduced: '5.0.0' }], { database_specific: { last_known_affected_version_range: '< 5.1.0' } }),
      { package: named },
      { ...entry(second), package: { ecosystem: 'npm', name: 'other' } },
    ];
    const affected = [entry(first, { versions: ['1.0.0'] }), ...apart, entry(second, { versions: ['1.0.0', '2.0.0'] })];
    expect(read('npm', { id: 'GHSA-1', affected }).affected).toMatchObject([
      {
        ranges: [
          { type: 'semver', events: first },
          { type: 'semver', events: second },
        ],
        versions: ['1.0.0', '2.0.0'],
        fixState: 'fixed',
      },
      { severity: { value: 'CVSS:3.1/AV:L' } },
      { note: 'unsound' },
      { ranges: [{ events: [{ introduced: '5.0.0' }, { fixed: '5.1.0' }] }], fixState: 'unknown' },
      { status: 'undetermined' },
      { package: 'other' },
    ]);
  });

  it('takes over only references that are web addresses, and not without end', () => {
    const urls = ['https://a.example/x', 'javascript:alert(1)', 'http://b.example/"onclick="', 7, 'http://c.example'];
    const references = [...urls, ...Array.from({ length: 200 }, () => 'https://d.example')].map((url) => ({
      url,
      type: 'FIX',
    }));
    const advisory = read('PyPI', {
      id: 'PYSEC-1',
      affected: [{ package: { ecosystem: 'PyPI', name: 'x' } }],
      references,
    });
    expect(advisory.references.slice(0, 3)).toEqual([
      { type: 'fix', url: 'https://a.example/x' },
      { type: 'fix', url: 'http://c.example' },
      { type: 'fix', url: 'https://d.example' },
    ]);
    expect(advisory.references).toHaveLength(100);
  });
});

describe('affected versions', () => {
  const introduced = { introduced: '1' };

  it.each<[string, object, object]>([
    [
      'all kinds of events',
      {
        ranges: [
          {
            type: 'ECOSYSTEM',
            events: [introduced, { fixed: '2' }, { introduced: '3' }, { last_affected: '4' }, { limit: '5' }],
          },
        ],
      },
      {
        ranges: [
          {
            type: 'ecosystem',
            events: [introduced, { fixed: '2' }, { introduced: '3' }, { lastAffected: '4' }, { limit: '5' }],
          },
        ],
        fixState: 'fixed',
      },
    ],
    [
      'several kinds in one event, as old records have',
      { ranges: [{ type: 'SEMVER', events: [{ introduced: '1', fixed: '2' }] }] },
      { ranges: [{ type: 'semver', events: [introduced, { fixed: '2' }] }] },
    ],
    ['no fix', { ranges: [{ type: 'SEMVER', events: [introduced] }] }, { status: 'affected', fixState: 'not-fixed' }],
    [
      'a last affected version',
      { ranges: [{ type: 'SEMVER', events: [introduced, { last_affected: '2' }] }] },
      { fixState: 'unknown' },
    ],
    [
      'only listed versions',
      { versions: ['1', '2', 3, ''] },
      { status: 'affected', versions: ['1', '2'], ranges: [], fixState: 'unknown' },
    ],
    [
      'only commits',
      { ranges: [{ type: 'GIT', events: [introduced, { fixed: 'abc' }] }] },
      { status: 'undetermined', ranges: [{ type: 'git' }], fixState: 'unknown' },
    ],
    [
      'commits and listed versions',
      { ranges: [{ type: 'GIT', events: [introduced] }], versions: ['1'] },
      { status: 'affected' },
    ],
    ['nothing', {}, { status: 'undetermined', ranges: [] }],
    [
      'a range of unknown type',
      { ranges: [{ type: 'MAGIC', events: [introduced] }] },
      { status: 'undetermined', ranges: [] },
    ],
    ['a range without events', { ranges: [{ type: 'SEMVER', events: [] }] }, { status: 'undetermined' }],
    [
      'an event of unknown kind',
      { ranges: [{ type: 'SEMVER', events: [introduced, { vanished: '2' }] }] },
      { status: 'undetermined' },
    ],
    [
      'an event that is no text',
      { ranges: [{ type: 'SEMVER', events: [introduced, { fixed: 2 }] }] },
      { status: 'undetermined' },
    ],
  ])('are read from %s', (_, entry, expected) => {
    expect(read('PyPI', withAffected(entry)).affected).toMatchObject([expected]);
  });

  it.each([
    [null],
    [{ id: '', affected: [] }],
    [{ id: 'A' }],
    [{ id: 'A', affected: {} }],
    [{ id: 'A', affected: [null] }],
    [{ id: 'A', affected: [{ package: { ecosystem: 'PyPI' } }] }],
  ])('make %j malformed', (record) => {
    expect(readRecord(record, [ecosystem('PyPI')])).toBe('malformed');
  });
});
