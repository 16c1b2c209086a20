import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { supportMatrix } from './support-matrix.ts';

it('docs/support-matrix.md is what the tables say; else run `node tools/support-matrix.ts`', async () => {
  const file = join(import.meta.dirname, '../docs/support-matrix.md');
  expect(readFileSync(file, 'utf8')).toBe(await supportMatrix());
});
