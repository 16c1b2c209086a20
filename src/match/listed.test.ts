import { expect, it } from 'vitest';
import { dpkg } from '../version/dpkg.ts';
import { pep440 } from '../version/pep440.ts';
import type { VersionScheme } from '../version/version.ts';
import { isSame } from './listed.ts';

function same(text: string, version: string, scheme: VersionScheme): boolean {
  const parsed = scheme.parse(version);
  return parsed.kind === 'version' && isSame(text, parsed, scheme);
}

it.each<[string, string, VersionScheme, boolean]>([
  ['1.0', '1.0.0', pep440, true],
  // What is remembered of one order is not taken for another's.
  ['1.0', '1.0.0', dpkg, false],
  ['1.0', '1.0', dpkg, true],
  ['1.0', '1.0.0', pep440, true],
  ['no version', '1.0', pep440, false],
  ['no version', '1.0', pep440, false],
])('%s is %s: %#', (text, version, scheme, expected) => {
  expect(same(text, version, scheme)).toBe(expected);
});

it('many listed versions are all compared', () => {
  const texts = Array.from({ length: 25_000 }, (_, index) => `1.${index}`);
  for (const text of texts) expect(same(text, `${text}.0`, pep440)).toBe(true);
  expect(same('1.0', '1.0.0', pep440)).toBe(true);
});
