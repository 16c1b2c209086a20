import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { zipFile } from '../../../internal/testdata/zip-file.ts';
import { gem } from '../../../version/gem.ts';
import { contains, intervalsOf } from '../../../version/range.ts';
import type { Affected } from '../../advisory.ts';
import { archiveOf, describesNoRecords, parseFirst } from '../osv/publisher.contract.ts';
import { describeSource } from '../source.contract.ts';
import { rubysec } from './rubysec.ts';

const file = (name: string): string => readFileSync(new URL(`testdata/${name}`, import.meta.url), 'utf8');
const TOP = 'ruby-advisory-db-master';
const genuine = archiveOf({
  [`${TOP}/gems/ckeditor/CVE-2021-32808.yml`]: file('CVE-2021-32808.yml'),
  [`${TOP}/gems/nokogiri/CVE-2022-23476.yml`]: file('CVE-2022-23476.yml'),
  [`${TOP}/gems/nokogiri/GHSA-xxx9-3xcr-gjj3.yml`]: file('GHSA-xxx9-3xcr-gjj3.yml'),
  [`${TOP}/rubies/eol.yml`]: 'ruby: {}\n',
  [`${TOP}/rubies/jruby/CVE-2012-5370.yml`]: file('CVE-2012-5370.yml'),
  [`${TOP}/rubies/ruby/CVE-2008-2662.yml`]: file('CVE-2008-2662.yml'),
});
const at = (name: string): string => `${TOP}/gems/x/${name}.yml`;

describeSource(rubysec, {
  ecosystem: 'RubyGems',
  foreign: 'npm',
  document: genuine,
  expected: {
    report: { read: 5, kept: 4, skipped: { 'no-version': 1 }, malformed: [] },
    ids: ['CVE-2022-23476', 'CVE-2022-23437', 'CVE-2012-5370', 'CVE-2008-2662'],
  },
  empty: archiveOf({}),
  record: {
    gem: 'nokogiri',
    platform: 'jruby',
    cve: '2022-23437',
    ghsa: 'xxx9-3xcr-gjj3',
    url: 'https://example.org/',
    title: 'XML',
    date: '2022-04-11',
    cvss_v3: '6.5',
    unaffected_versions: ['< 1.0'],
    patched_versions: ['~> 1.13.4', '>= 2'],
    related: { url: ['https://example.org/2'] },
  },
  around: (record) => archiveOf({ [at('A')]: record, [at('B')]: file('CVE-2022-23476.yml') }),
  many: (count) => {
    const text = '{gem: x, cve: 2024-1000, patched_versions: ["~> 1.2.3", ">= 2"]}';
    const one = { name: at('X'), bytes: Buffer.from(text), stored: true };
    return zipFile(
      Array.from({ length: count }, () => one),
      true,
    );
  },
});

function line({ ecosystem, package: name, ranges, fixState, note = '' }: Affected): string {
  const events = ranges.map((range) => range.events.flatMap((event) => Object.entries(event).flat()).join(' '));
  return [ecosystem, name, fixState, events.join(', '), note].join(' | ');
}

describe('genuine files', () => {
  describesNoRecords(rubysec, [`${TOP}/rubies/eol.yml`, `${TOP}/README.md`, `${TOP}/spec/gem_example.yml`]);

  it.each<[string, string]>([
    ['CVE-2022-23476', 'RubyGems | nokogiri | fixed | introduced 1.13.7.1 fixed 1.13.10 | '],
    ['CVE-2022-23437', 'RubyGems | nokogiri | fixed | introduced 0 fixed 1.13.4 | only on jruby'],
    ['CVE-2012-5370', 'Ruby | jruby | fixed | introduced 0 fixed 1.7.1 | '],
    [
      'CVE-2008-2662',
      'Ruby | ruby | fixed | introduced 0 fixed 1.8.5.231, introduced 1.8.6.a fixed 1.8.6.230, introduced 1.8.7.a fixed 1.8.7.22, introduced 1.8.8.a fixed 1.9.0.2 | ',
    ],
  ])('%s', async (id, expected) => {
    const { advisories } = await parseFirst(rubysec, genuine);
    expect(advisories.find((one) => one.id === id)?.affected.map(line)).toEqual([expected]);
  });

  it('have other names, a day, a rating and references', async () => {
    const { advisories } = await parseFirst(rubysec, genuine);
    expect(advisories.at(-1)).toMatchObject({
      id: 'CVE-2008-2662',
      aliases: ['GHSA-c4h6-p7gp-39x2', 'OSVDB-46550'],
      published: '2008-06-20',
      severities: [{ label: 'high', scheme: 'rubysec-cvss_v2', value: '10.0', by: 'rubysec' }],
    });
    expect(advisories.at(-1)?.references.map(({ type }) => type)).toEqual(['advisory', 'web', 'web', 'web']);
  });
});

describe('requirements', () => {
  type Row = readonly [patched: string[], unaffected: string[], affected: string[], others: string[]];
  const rows: readonly Row[] = JSON.parse(file('requirements.json'));

  it(`are what RubyGems takes them for, ${rows.length} lists`, async () => {
    const files = rows.map(([patched_versions, unaffected_versions], row) => [
      at(`${row}`),
      JSON.stringify({ gem: 'x', cve: `2024-${row}`, patched_versions, unaffected_versions }),
    ]);
    const { advisories } = await parseFirst(rubysec, archiveOf(Object.fromEntries(files)));
    const wrong: string[] = [];
    for (const [row, [patched, unaffected, affected, others]] of rows.entries()) {
      const ranges = advisories.find(({ id }) => id === `CVE-2024-${row}`)?.affected[0]?.ranges ?? [];
      const has = (text: string): boolean =>
        ranges.some(({ events }) => {
          const [intervals, version] = [intervalsOf(events, gem), gem.parse(text)];
          if ('kind' in intervals || version.kind === 'unparsable') throw new Error(text);
          return contains(intervals, version, gem);
        });
      for (const text of affected)
        if (!has(text)) wrong.push(`${[...patched, ...unaffected].join(' or ')}: ${text} is affected`);
      for (const text of others)
        if (has(text)) wrong.push(`${[...patched, ...unaffected].join(' or ')}: ${text} is not`);
    }
    expect(wrong).toEqual([]);
    expect(rows.flatMap((row) => [...row[2], ...row[3]]).length).toBeGreaterThan(2000);
  });

  it.each<[string, object, string]>([
    ['none at all: every version', {}, 'not-fixed | introduced 0'],
    ['only unaffected ones: no fix', { unaffected_versions: ['< 2'] }, 'not-fixed | introduced 2'],
    ['a bare version', { patched_versions: ['2.0'] }, 'fixed | introduced 0 fixed 2.0, introduced 2.0.1'],
    ['all but one', { patched_versions: ['!= 2.0'] }, 'fixed | introduced 2.0 lastAffected 2.0'],
    ['~> of one number', { patched_versions: ['~> 2'] }, 'fixed | introduced 0 fixed 2, introduced 3.a'],
    [
      '~> of a pre-release',
      { patched_versions: ['~> 2.1.0.rc1'] },
      'fixed | introduced 0 fixed 2.1.0.rc1, introduced 2.2.a',
    ],
    ['what is not understood', { patched_versions: ['~~> 2'] }, 'unknown | '],
    ['what is no list', { patched_versions: { a: 'b' } }, 'unknown | '],
    ['what is no text', { patched_versions: [['>= 2']] }, 'unknown | '],
  ])('%s', async (_, fields, expected) => {
    const { advisories } = await parseFirst(rubysec, archiveOf({ [at('X')]: { gem: 'x', cve: '2024-1', ...fields } }));
    const [entry] = advisories[0]?.affected ?? [];
    expect(entry && line(entry).split(' | ').slice(2, 4).join(' | ')).toBe(expected);
    expect(entry?.status).toBe(expected.startsWith('unknown') ? 'undetermined' : 'affected');
  });
});
