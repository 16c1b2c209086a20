import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { totalLine } from '../../report/many/ndjson.ts';
import { emptyTally } from '../../report/many/tally.ts';
import { openAppending } from './append-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-append-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const total = totalLine(emptyTally());
const long = `{"a":"${'x'.repeat(200_000)}"}\n`;

it.each([
  { name: 'nothing', before: '', kept: '' },
  { name: 'whole lines', before: '{}\n{}\n', kept: '{}\n{}\n' },
  { name: 'a torn line', before: '{}\n{"refer', kept: '{}\n' },
  { name: 'only a torn line', before: '{"refer', kept: '' },
  { name: 'a long line', before: long, kept: long },
  { name: 'a long torn line', before: long + long.slice(0, -1), kept: long },
  { name: 'the end of a run', before: `${long}${total}`, kept: long },
  { name: 'only the end of a run', before: total, kept: '' },
  { name: 'the torn end of a run', before: `{}\n${total.slice(0, -1)}`, kept: '{}\n' },
])('adds to $name', ({ before, kept }) => {
  const path = join(folder, 'out.ndjson');
  writeFileSync(path, before);
  const lines = openAppending(path);
  lines.write('{"new":1}\n');
  lines.close();
  expect(readFileSync(path, 'utf8')).toBe(`${kept}{"new":1}\n`);
});
