import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkSizes, countLines } from './sizes.ts';

const filesOf = (...lengths: readonly number[]): ReadonlyMap<string, number> =>
  new Map(lengths.map((length, at) => [`${at}.ts`, length]));
const nine = [100, 100, 100, 100, 100, 250, 250, 250, 250];

it.each<[string, readonly number[], readonly string[]]>([
  ['all at their limits', [...nine, 400], []],
  ['one too long', [...nine, 401], ['9.ts: 401 lines, at most 400']],
  ['half too long', [...nine.with(0, 101), 400], ['half of the files are over 100 lines: 101']],
  ['a tenth too long', [...nine.with(8, 251), 400], ['a tenth of the files are over 250 lines: 251']],
  ['none', [], ['no source files were seen']],
])('%s', (_, lengths, violations) => {
  expect(checkSizes(filesOf(...lengths)).violations).toEqual(violations);
});

it('counts modules, not tests, their data or data files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-sizes-'));
  mkdirSync(join(folder, 'a/testdata'), { recursive: true });
  for (const name of ['a/a.test.ts', 'a/a.contract.ts', 'a/testdata/b.ts', 'a/c.json']) {
    writeFileSync(join(folder, name), 'x\n');
  }
  writeFileSync(join(folder, 'a/a.ts'), '1\n2\n3\n');
  writeFileSync(join(folder, 'open-ended.ts'), '1\n2');
  expect(countLines(folder)).toEqual(
    new Map([
      ['open-ended.ts', 2],
      [join('a', 'a.ts'), 3],
    ]),
  );
  rmSync(folder, { recursive: true });
});
