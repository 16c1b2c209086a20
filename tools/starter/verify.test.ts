import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type StarterFlaw, starterFlaws } from '../../src/advisory/source/starter/starter.ts';
import { parseChangelog } from './changelogs.ts';
import { checkAlmaLinux, checkAlpine, checkDebian } from './feeds.ts';

const feeds = join(import.meta.dirname, '../../../shared/feeds');
const absent = !existsSync(feeds);
const note = absent ? ' (skipped: ../shared/feeds is not there)' : '';
const checks = [
  ['AlmaLinux', checkAlmaLinux, 200],
  ['Alpine', checkAlpine, 400],
  ['Debian', checkDebian, 20],
] as const;

describe(`starter set against the feeds${note}`, () => {
  it.skipIf(absent).each(checks)('agrees with %s', (_, check, atLeast) => {
    const { checked, disagreements } = check(feeds, starterFlaws());
    expect(disagreements).toEqual([]);
    expect(checked).toBeGreaterThanOrEqual(atLeast);
  });

  it.skipIf(absent).each(checks)('would not agree with %s on another version', (name, check) => {
    const changed = starterFlaws().map(
      (flaw): StarterFlaw => ({
        ...flaw,
        affected: flaw.affected.map((said) =>
          said.ecosystems.some((release) => release.startsWith(name)) ? { ...said, fixed: '1' } : said,
        ),
      }),
    );
    const { checked, disagreements } = check(feeds, changed);
    expect(disagreements).toHaveLength(checked);
  });
});

describe('examples/expected', () => {
  it.each([
    ['debian-outdated', 'Debian:11', 36],
    ['alpine-outdated', 'Alpine:edge', 11],
  ])('%s holds only what the set says of %s', (name, release, count) => {
    const path = join(import.meta.dirname, '../../examples/expected', `${name}.json`);
    const rows = JSON.parse(readFileSync(path, 'utf8')) as { package: string; id: string; fixed: string }[];
    const said = new Set(
      starterFlaws().flatMap((flaw) =>
        flaw.affected.filter((one) => one.ecosystems.includes(release)).map((one) => `${flaw.id} ${one.fixed}`),
      ),
    );
    expect(rows).toHaveLength(count);
    expect(rows.filter((row) => !said.has(`${row.id} ${row.fixed}`))).toEqual([]);
    expect(new Set(rows.map((row) => `${row.package} ${row.id}`)).size).toBe(count);
  });
});

describe('parseChangelog', () => {
  it('takes entries apart, newest first', () => {
    const text = [
      'sudo (1.9.5p2-3+deb11u1) bullseye-security; urgency=high',
      '',
      '  * sudoedit: do not permit editor arguments to include "--" (CVE-2023-22809)',
      '',
      ' -- A B <a@example.org>  Sat, 14 Jan 2023 20:56:35 +0100',
      '',
      'sudo (1.9.5p2-3) unstable; urgency=medium',
      '',
      '  * older',
      '',
      ' -- A B <a@example.org>  Thu, 25 Feb 2021 21:44:05 +0100',
      '',
    ].join('\n');
    const entries = parseChangelog(text);
    expect(entries.map((entry) => [entry.version, entry.distribution])).toEqual([
      ['1.9.5p2-3+deb11u1', 'bullseye-security'],
      ['1.9.5p2-3', 'unstable'],
    ]);
    expect(entries[0]?.text).toContain('CVE-2023-22809');
    expect(entries[1]?.date.toISOString()).toBe('2021-02-25T20:44:05.000Z');
  });
});
