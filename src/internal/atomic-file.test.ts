import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isTemporaryOf, replaceFile, temporaryBeside, writeFileAtomic } from './atomic-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atomic-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('puts a file in the place of another and leaves nothing else', () => {
  const path = join(folder, 'a');
  writeFileSync(path, 'old');
  const temporary = temporaryBeside(path);
  writeFileSync(temporary, 'new');
  replaceFile(temporary, path);
  expect(readFileSync(path, 'utf8')).toBe('new');
  writeFileAtomic(path, 'newer');
  expect(readFileSync(path, 'utf8')).toBe('newer');
  expect(readdirSync(folder)).toEqual(['a']);
});

it('leaves nothing behind when it fails', () => {
  mkdirSync(join(folder, 'taken'));
  writeFileSync(join(folder, 'taken', 'x'), '');
  expect(() => writeFileAtomic(join(folder, 'taken'), 'new')).toThrow('taken');
  expect(readdirSync(folder)).toEqual(['taken']);
});

it.each([
  ['a.12-0123456789ab.tmp', true],
  ['a.12-0123456789ab.tmp-journal', true],
  ['a.12-0123456789ab.tmp-dense', true],
  ['b.12-0123456789ab.tmp', false],
  ['a.tmp', false],
  ['a.12-0123456789ab.tmp.json', false],
  ['a', false],
  ['a.1-0123456789ab.tmp-dense-journal', true],
])('knows the leftover %s: %s', (name, expected) => {
  expect(isTemporaryOf('/x/a', name)).toBe(expected);
  expect(isTemporaryOf('/x/a', basename(temporaryBeside('/x/a')))).toBe(true);
});
