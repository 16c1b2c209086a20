import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ChangelogEntry, parseChangelog } from './changelog.ts';
import { flawsOf } from './flaws.ts';

const entry = (lines: readonly string[], version = '1'): ChangelogEntry => ({
  source: 'x',
  version,
  rebuild: false,
  lines,
});

function told(...lines: string[]): { closes: string[]; mentions: string[] } {
  const { closes, mentions } = flawsOf([entry(lines)]);
  return { closes: closes.map(({ id }) => id), mentions: mentions.map(({ id, why }) => `${id} ${why}`) };
}

const A = 'CVE-2026-1001';
const B = 'CVE-2026-1002';

describe('closes', () => {
  it.each<[string, string[]]>([
    ['a plain fix', [`  * Fix ${A}: buffer overflow.`]],
    ['an identifier with what it is', [`  * ${A}: does not verify certificates.`]],
    ['one in parentheses', [`  * Drop an unused argument (${A}).`]],
    ['a patch', [`  * debian/patches/${A}.patch: check the size.`]],
    ['one of many digits', ['  * Fix CVE-2026-1001.']],
    ['a verb in what it is', [`  * ${A}: reject names with a slash.`]],
    ['a removal that is the fix', [`  * ${A}: drop analyzed from uploads.`]],
    ['incomplete in what it is', [`  * ${A}: Incomplete cleanup in a decoder.`]],
    ['a new upstream version', [`  * New upstream version 2.0, fixes ${A}.`]],
    ['an update to an upstream version', [`  * Update to upstream release 2.0 (${A})`]],
    ['the second line of an item', ['  * Fix a crash on', `    start (${A}).`]],
    ['an identifier broken over lines', ['  * Fix CVE-2026-', '    1001.']],
    ['a blank in the place of a hyphen', ['  * Fix CVE 2026-1001.']],
    [
      'an upstream list without bullets',
      ['  * New upstream version', '    Fixed issues:', `    ${A}: incomplete cleanup`],
    ],
    ['a sub-item', ['  * Security update:', `    - ${A}: overflow`]],
    ['a fix that drops something else first', [`  * Remove the plugin to fix ${A}.`]],
    ['a flaw introduced by patches', [`  * Fix ${A} introduced by the patches.`]],
    ['a kernel regression by its number', [`  * net: fix oops (${A}) (regression in 5.10.76)`]],
  ])('%s', (_, lines) => {
    expect(told(...lines)).toEqual({ closes: [A], mentions: [] });
  });

  it.each<[string, string]>([
    ['and', `  * Fix ${A} and ${B}.`],
    ['a comma', `  * Fix ${A}, ${B}.`],
    ['a slash', `  * Fix ${A} / ${B}.`],
    ['parentheses of their own', `  * Fix a (${A}), b (${B}).`],
  ])('two by %s', (_, line) => {
    expect(told(line).closes).toEqual([A, B]);
  });

  it('a range that says so', () => {
    expect(told('  * Includes fixes to CVE-2026-1001 - CVE-2026-1004 inclusive.').closes).toEqual([
      'CVE-2026-1001',
      'CVE-2026-1002',
      'CVE-2026-1003',
      'CVE-2026-1004',
    ]);
  });

  it('a name of before 2005, and no such name of today', () => {
    expect(told('  * Fix CAN-2004-1001.')).toEqual({ closes: ['CVE-2004-1001'], mentions: [] });
    expect(told('  * Apply upstream fix for CAN-2026-2034440.')).toEqual({ closes: [], mentions: [] });
  });

  it('no numbers of bugs', () => {
    expect(told(`  * ${A}, 8360937: Enhance certificates`).closes).toEqual([A]);
  });
});

describe('only mentions', () => {
  it.each<[string, string, string[]]>([
    ['a revert', 'reverted', [`  * Revert fix for ${A}, it breaks things.`]],
    ['a revert of a patch', 'reverted', [`  * Revert ${A}.patch.`]],
    ['a revert said behind', 'reverted', [`  * ${A}: reverted, as it breaks things.`]],
    ['a patch that is reverted', 'reverted', [`  * debian/patches/${A}.patch: revert.`]],
    ['a revert of a list', 'reverted', ['  * Revert the following patches:', `    - ${A}`]],
    ['backing out', 'reverted', [`  * Back out the fix for ${A}.`]],
    ['not affected', 'not-affected', [`  * Not affected by ${A}.`]],
    ['not vulnerable', 'not-affected', [`  * The version is not vulnerable to ${A}.`]],
    ['not affected, behind', 'not-affected', [`  * ${A}: Debian is not affected.`]],
    ['code that is not there', 'not-affected', [`  * ${A}: vulnerable code not present.`]],
    ['not affecting us', 'not-affected', [`  * ${A} doesn't affect Debian.`]],
    ['does not fix', 'not-fixed', [`  * This does not fix ${A}.`]],
    ['not yet fixed', 'not-fixed', [`  * ${A} is not yet fixed.`]],
    ['isn’t fixed', 'not-fixed', [`  * ${A}: isn't fixed yet.`]],
    ['does not fix, in short', 'not-fixed', [`  * This doesn't fix ${A}.`]],
    ['still open', 'not-fixed', [`  * ${A}: still open.`]],
    ['partly', 'not-fixed', [`  * Partially mitigate ${A}.`]],
    ['an incomplete fix', 'not-fixed', [`  * Complete the incomplete fix for ${A}.`]],
    ['a fix that was incomplete', 'not-fixed', [`  * The fix for ${A} was incomplete.`]],
    ['a list of what is not fixed', 'not-fixed', ['  * The following are not yet fixed:', `    - ${A}`]],
    ['postponed', 'not-fixed', [`  * Postpone ${A}.`]],
    ['a dropped patch', 'earlier-fix', [`  * Drop ${A}.patch, applied upstream.`]],
    ['a dropped patch, behind', 'earlier-fix', [`  * d/p/${A}.patch: removed, applied by upstream`]],
    ['a refreshed patch', 'earlier-fix', [`  * Refresh the existing ${A} patch.`]],
    ['a regression', 'earlier-fix', [`  * Fix a regression in the fix for ${A}.`]],
    ['a regression, behind', 'earlier-fix', [`  * Fix ${A} regression: trust strings.`]],
    ['a better fix', 'earlier-fix', [`  * Improve fix for ${A}: overflow.`]],
    ['a follow-up', 'earlier-fix', [`  * Add follow-up patch for ${A}.`]],
    ['a word in the changelog', 'earlier-fix', [`  * Mention ${A} in the changelog of 1.0.`]],
    ['a name given later', 'earlier-fix', [`  * What was fixed before is now tracked as ${A}.`]],
    ['fixed already', 'earlier-fix', [`  * ${A} was already fixed in 1.0.`]],
    ['a test', 'related', [`  * Fix test for ${A}.`]],
    ['something similar', 'related', [`  * Similar to ${A} elsewhere.`]],
    ['a hardening', 'related', [`  * Mount it nodev (this is a hardening measure related to ${A})`]],
    ['a preparation', 'related', [`  * Add an option as prerequisite for fixing ${A}.`]],
  ])('%s', (_, why, lines) => {
    expect(told(...lines)).toEqual({ closes: [], mentions: [`${A} ${why}`] });
  });

  it('one, while its neighbour is closed', () => {
    expect(told(`  * Fix ${A}. Partially mitigate ${B}.`)).toEqual({ closes: [A], mentions: [`${B} not-fixed`] });
    expect(told(`  * ${A}: the fix for ${B} was incomplete.`)).toEqual({ closes: [A], mentions: [`${B} not-fixed`] });
  });
});

describe('over several entries', () => {
  const fix = entry([`  * Fix ${A}.`], '1');
  const revert = entry([`  * Revert fix for ${A}.`], '2');
  const again = entry([`  * Fix ${A} again.`], '3');
  it.each<[string, ChangelogEntry[], string[], string[]]>([
    ['what a later one reverts is not closed', [revert, fix], [], [`${A} reverted 2`]],
    ['what is mended after that is', [again, revert, fix], [`${A} 3`], []],
    ['a mention after the fix does not undo it', [entry([`  * Refresh ${A}.patch.`], '2'), fix], [`${A} 1`], []],
    [
      'a mention after the revert does not hide it',
      [entry([`  * See ${A}.`], '3'), revert, fix],
      [],
      [`${A} reverted 2`],
    ],
    ['a revert of what was there before', [revert], [], [`${A} reverted 2`]],
  ])('%s', (_, entries, closes, mentions) => {
    const found = flawsOf(entries);
    expect(found.closes.map(({ id, version }) => `${id} ${version}`)).toEqual(closes);
    expect(found.mentions.map(({ id, why, version }) => `${id} ${why} ${version}`)).toEqual(mentions);
  });
});

describe('genuine entries', () => {
  // Read by eye; one line of the table is all that the entries of a file say.
  it.each<[string, number, string[]]>([
    ['python3.9', 6, ['CVE-2025-12084 earlier-fix', 'CVE-2025-15366 reverted', 'CVE-2025-15367 reverted']],
    ['openjpeg2', 5, ['CVE-2023-39327 not-fixed']],
    ['libxml-parser-perl', 1, ['CVE-2006-10002 earlier-fix']],
    ['nagios4', 6, ['CVE-2026-48548 earlier-fix']],
    ['pgbouncer', 2, ['CVE-2021-23214 related']],
    ['git-lfs', 1, ['CVE-2024-53263 related']],
    ['udisks2', 0, ['CVE-2025-6019 related']],
    ['dnsmasq', 7, []],
    ['openexr', 26, ['CVE-2024-31047 earlier-fix']],
    ['ruby3.3', 19, ['CVE-2025-27221 earlier-fix']],
    ['python-aiohttp', 26, ['CVE-2023-47627 earlier-fix', 'CVE-2024-52304 earlier-fix']],
  ])('%s', (source, closed, mentioned) => {
    const text = readFileSync(join(import.meta.dirname, 'testdata/changelogs', `${source}.txt`), 'utf8');
    const { closes, mentions } = flawsOf(parseChangelog(text));
    expect(mentions.map(({ id, why }) => `${id} ${why}`)).toEqual(mentioned);
    expect(closes).toHaveLength(closed);
  });
});

it.each<[string, string[]]>([
  ['words that begin patterns', [`  * ${'drop not fix partial '.repeat(20_000)} ${A}`]],
  ['one word without an end', [`  * revert${'e'.repeat(500_000)} ${A} ${'('.repeat(100_000)}`]],
  [
    'many identifiers',
    [`  * ${Array.from({ length: 20_000 }, (_, number) => `drop CVE-2026-${10_000 + number}`).join(' ')}`],
  ],
  ['many levels', Array.from({ length: 50_000 }, (_, number) => `${' '.repeat(number % 300)}- drop patch ${A}`)],
  ['many lines of one item', Array.from({ length: 100_000 }, () => '    revert')],
  ['blanks', [`  * ${' '.repeat(500_000)}${A}${' '.repeat(500_000)}`]],
])('is done at once with %s', (_, lines) => {
  const start = performance.now();
  flawsOf([entry(lines)]);
  expect(performance.now() - start).toBeLessThan(3000);
});
