import { describe, expect, it } from 'vitest';
import { ArchiveError } from './error.ts';
import { checkDates, checkSuite, parseRelease } from './release.ts';
import { sourceOf } from './testdata/fake-archive.ts';

const digest = 'a'.repeat(64);
const sound = `Origin: Debian
Label: Debian-Security
Suite: oldstable-security
Version: 12
Codename: bookworm-security
Date: Sun, 22 Nov 2026 19:58:56 UTC
Valid-Until: Sun, 29 Nov 2026 19:58:56 UTC
Acquire-By-Hash: yes
Architectures: amd64 arm64
Components: updates/main updates/contrib
Description: Debian 12 - Security Updates
MD5Sum:
 d41d8cd98f00b204e9800998ecf8427e        0 contrib/Contents-amd64
SHA256:
 ${digest}        0 contrib/Contents-amd64
 ${digest}     2048 main/binary-amd64/Packages.xz
`;

it('reads what Debian writes', () => {
  expect(parseRelease(sound, 'x')).toMatchObject({
    origin: 'Debian',
    label: 'Debian-Security',
    suite: 'oldstable-security',
    codename: 'bookworm-security',
    version: '12',
    date: Date.UTC(2026, 10, 22, 19, 58, 56),
    validUntil: Date.UTC(2026, 10, 29, 19, 58, 56),
    components: ['main', 'contrib'],
    architectures: ['amd64', 'arm64'],
    byHash: true,
    allWithin: true,
    automatic: 'yes',
    files: new Map([
      ['contrib/Contents-amd64', { sha256: digest, size: 0 }],
      ['main/binary-amd64/Packages.xz', { sha256: digest, size: 2048 }],
    ]),
  });
});

it.each<[string, string, unknown]>([
  ['NotAutomatic: yes', 'automatic', 'no'],
  ['NotAutomatic: yes\nButAutomaticUpgrades: yes', 'automatic', 'upgrades'],
  ['ButAutomaticUpgrades: yes', 'automatic', 'yes'],
  ['Architectures: all amd64', 'allWithin', false],
  ['Architectures: all amd64\nNo-Support-for-Architecture-all: Packages', 'allWithin', true],
])('%s', (lines, field, expected) => {
  const text = `${lines}\n${sound.replace(lines.startsWith('Arch') ? /^Architectures.*\n/m : /^$/m, '')}`;
  expect(parseRelease(text, 'x')[field as 'automatic']).toBe(expected);
});

it.each<[string, string]>([
  ['nothing', ''],
  ['a page', '<!DOCTYPE html>\n<html><body>hello</body></html>\n'],
  ['no date', sound.replace(/^Date.*\n/m, '')],
  ['a date that is none', sound.replace(/^Date.*$/m, 'Date: yesterday')],
  ['a date of another zone', sound.replace(/^Date.*$/m, 'Date: Sun, 22 Nov 2026 19:58:56 -1200')],
  ['a Valid-Until that is none', sound.replace(/^Valid-Until.*$/m, 'Valid-Until: never')],
  ['a field twice', `Date: Sun, 22 Nov 2020 19:58:56 UTC\n${sound}`],
  ['two stanzas', `${sound}\n${sound}`],
  ['no SHA-256', sound.slice(0, sound.indexOf('SHA256'))],
  ['a short digest', sound.replace(digest, 'abc')],
  ['a size that is none', sound.replace('2048', '-1')],
])('refuses %s', (_, text) => {
  expect(() => parseRelease(text, 'x')).toThrow(expect.objectContaining({ code: 'bad-release' }));
});

function codeOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof ArchiveError) return error.code;
    throw error;
  }
}

describe('dates', () => {
  const date = Date.UTC(2026, 10, 22, 19, 58, 56);
  const until = Date.UTC(2026, 10, 29, 19, 58, 56);
  it.each<[string, number, string | undefined]>([
    ['the day after', date + 86_400_000, undefined],
    ['the moment itself', date, undefined],
    ['a clock that is ten seconds slow', date - 10_000, undefined],
    ['a clock that is eleven seconds slow', date - 11_000, 'not-yet-valid'],
    ['the last second', until - 1, undefined],
    ['the end', until, 'expired'],
  ])('%s', (_, now, code) => {
    expect(codeOf(() => checkDates(parseRelease(sound, 'x'), now, 'x'))).toBe(code);
  });

  it('a suite without an end never ends', () => {
    const release = parseRelease(sound.replace(/^Valid-Until.*\n/m, ''), 'x');
    expect(() => checkDates(release, Date.UTC(2040), 'x')).not.toThrow();
  });
});

it.each<[string, boolean]>([
  ['bookworm-security', true],
  ['oldstable-security', true],
  ['bookworm', false],
  ['trixie-security', false],
  ['flat/', true],
])('asked for %s: %s', (suite, fits) => {
  const check = (): void => checkSuite(parseRelease(sound, 'x'), sourceOf('http://a.example/', suite), 'x');
  expect(codeOf(check)).toBe(fits ? undefined : 'wrong-suite');
});

it('knows the security archive of old', () => {
  const release = parseRelease(sound.replace('bookworm-security', 'buster'), 'x');
  expect(() => checkSuite(release, sourceOf('http://a.example/', 'buster/updates'), 'x')).not.toThrow();
});
