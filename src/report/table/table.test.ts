import { describe, expect, it } from 'vitest';
import type { Report } from '../../finding/finding.ts';
import { age, day, thousands } from '../../internal/terminal-figures.ts';
import { sampleReports } from '../testdata/sample-reports.ts';
import { instruction } from './findings.ts';
import { compareNatural, groupFindings } from './groups.ts';
import { table } from './table.ts';
import { fixText } from './words.ts';

const { flawed, clean, partial, empty } = sampleReports;
const present = (report: Report, width = 80): string => table.present(report, { width, color: false, verbose: false });

describe('transcripts', () => {
  const views = [
    { name: '80', width: 80, color: false, verbose: false },
    { name: '40', width: 40, color: false, verbose: false },
    { name: 'verbose', width: 100, color: false, verbose: true },
    { name: 'color', width: 80, color: true, verbose: false },
  ];
  it.each(Object.entries(sampleReports))('%s reads as in testdata', async (name, report) => {
    for (const { name: view, ...options } of name === 'flawed' ? views : views.slice(0, 1)) {
      const text = table.present(report, options);
      await expect(text).toMatchFileSnapshot(`../testdata/${name}.${view}.txt`);
    }
  });
});

describe('what was read', () => {
  const used = (image: NonNullable<Report['provenance']['image']>): string | undefined =>
    /^ {2}read {6}(.*)$/m.exec(present({ ...clean, provenance: { ...clean.provenance, image } }, 120))?.[1];
  const none = { known: 0, shared: 0, bytes: 5_040_000 };
  const lazy = [
    { format: 'estargz', fetched: 100_000, of: 9_000_000 },
    { format: 'zstd:chunked', fetched: 400_000, of: 1_000_000 },
  ];

  it.each([
    [{ layers: none }, undefined],
    [{ foundAt: { place: 'registry', address: 'r.example.org' } }, undefined],
    [{ layers: { ...none, known: 1 } }, '5.0 MB; 1 of 2 layers known from before'],
    [
      { layers: { known: 2, shared: 1, bytes: 0 } },
      "0.0 MB; 1 of 2 layers known from before, 1 of 2 layers from the team's cache",
    ],
    [{ layers: none, lazy }, '5.0 MB; 0.5 MB of 10.0 MB of 2 layers by a table of contents'],
  ])('%j reads %j', (image, line) => {
    expect(used(image)).toBe(line);
  });
});

describe('a zero', () => {
  const promise = /no (?:known )?vulnerabilities/i;

  it('is called one only when everything was assessed', () => {
    expect(present(clean)).toMatch(promise);
    const incomplete = { ...clean, coverage: { ...clean.coverage, complete: false } };
    for (const report of [incomplete, partial, empty, flawed, sampleReports['starter-empty']]) {
      expect(present(report)).not.toMatch(promise);
    }
  });

  it('is not one where a flaw could not be told', () => {
    const text = present({ ...clean, findings: flawed.findings.filter(({ verdict }) => verdict === 'unknown') });
    expect(text).not.toMatch(promise);
    expect(text).toContain('Nothing is known to be affected, but 1 flaw could not be told;');
  });

  it('is not one where VEX settles what was found', () => {
    const text = present({ ...clean, suppressed: flawed.suppressed });
    expect(text).not.toMatch(promise);
    expect(text).toContain('Nothing left but what VEX settles: 1 finding settled by VEX;');
  });

  it.each([
    [partial, 'None found in what was assessed: 2 of 3 packages.'],
    [empty, 'Nothing could be assessed: there is not one file in it.'],
    [
      sampleReports['starter-empty'],
      'None of the 60 flaws in the starter set found; 0 of 2 packages assessed in full.',
    ],
  ])('of $subject.reference reads %j', (report, sentence) => {
    expect(present(report, 200)).toContain(sentence);
  });
});

describe('groupFindings', () => {
  const groups = groupFindings(flawed.findings.filter(({ verdict }) => verdict === 'affected'));

  it('puts binary packages of one source together, worst first', () => {
    expect(groups.map(({ name, members }) => [name, members.map((member) => member.name)])).toEqual([
      ['openssl', ['libssl3', 'openssl']],
      ['curl', ['curl']],
      ['bash', ['bash']],
    ]);
    expect(groups[0]?.findings.map(({ vulnerability }) => vulnerability.id)).toEqual([
      'CVE-2023-6129',
      'CVE-2024-0727',
    ]);
  });

  it('keeps packages of one source apart when they differ in a flaw', () => {
    const without = flawed.findings.filter(({ id }) => id !== 'CVE-2024-0727@libssl3');
    const names = groupFindings(without).map(({ name, members }) => `${name}/${members.length}`);
    expect(names.filter((name) => name.startsWith('openssl'))).toEqual(['openssl/1', 'openssl/1']);
  });

  it('does not depend on the order of the findings', () => {
    const reversed = { ...flawed, findings: flawed.findings.toReversed() };
    expect(present(reversed)).toBe(present(flawed));
  });

  it('loses no finding', () => {
    const shown = groups.reduce((sum, { findings, members }) => sum + findings.length * members.length, 0);
    expect(shown).toBe(6);
  });
});

describe('words', () => {
  it.each([
    ['CVE-2024-9', 'CVE-2024-10', -1],
    ['CVE-2024-10', 'CVE-2024-10', 0],
    ['DSA-5-1', 'CVE-2024-10', 1],
    ['CVE-2024-00012', 'CVE-2024-3', 1],
    ['a', 'a1', -1],
  ])('%s and %s sort %i', (a, b, order) => {
    expect(Math.sign(compareNatural(a, b))).toBe(order);
    expect(Math.sign(compareNatural(b, a))).toBe(-order || 0);
  });

  it.each([
    ['/bin/sh -c #(nop) ADD file:a in / ', 'ADD file:a in /'],
    ['/bin/sh -c apt-get update', 'RUN apt-get update'],
    ['RUN /bin/sh -c apt-get update # buildkit', 'RUN apt-get update'],
    ['RUN |1 V=2 /bin/sh -c make # buildkit', 'RUN make'],
    ['|1 V=2 /bin/sh -c make', 'RUN make'],
    ['COPY app / # buildkit', 'COPY app /'],
  ])('instruction %j reads %j', (recorded, shown) => {
    expect(instruction(recorded)).toBe(shown);
  });

  it.each([
    [{ state: 'fixed', version: '1.2' } as const, 'fixed in 1.2'],
    [{ state: 'fixed' } as const, 'fixed, no version given'],
    [{ state: 'deferred', note: 'postponed' } as const, 'fix deferred (postponed)'],
    [{ state: 'end-of-life', version: '2' } as const, 'end of life, no fix will come; 2 is not affected'],
  ])('fix %j reads %j', (fix, text) => {
    expect(fixText(fix)).toBe(text);
  });

  it.each([
    ['2026-08-22T18:00:00Z', '3 months old'],
    ['2026-11-24T01:00:00Z', 'today'],
    ['2026-11-23T01:00:00Z', '1 day old'],
    ['2026-10-10', '45 days old'],
    ['2020-01-01', '6 years old'],
    ['2027-01-01', 'dated in the future'],
    ['nonsense', ''],
  ])('%s is %j', (then, text) => {
    expect(age(then, '2026-11-24T09:30:00Z')).toBe(text);
  });

  it('writes days and numbers', () => {
    expect(day('2026-08-22T18:00:00Z')).toBe('2026-08-22');
    expect(day('last week')).toBe('last week');
    expect([0, 999, 1000, 1_234_567].map(thousands)).toEqual(['0', '999', '1,000', '1,234,567']);
  });
});
