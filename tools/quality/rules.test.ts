import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const rows = readFileSync(join(root, 'docs/quality.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
  .map((line) => line.slice(2, -2).split(/ ?\| /))
  .filter(([rule]) => rule !== 'rule' && rule !== 'pain');

/** What a row names that is not there: `file › title` must be a file with that text, `list name` a labelled list. */
function missing(proof: string): string | undefined {
  const [, list] = /^list ([\w-]+)$/.exec(proof) ?? [];
  if (list !== undefined) return existsSync(join(root, 'testdata/quality', `${list}.json`)) ? undefined : proof;
  const [, file = '', title = ''] = /^`([^`]+)` › (.+)$/.exec(proof) ?? [];
  if (file === '' || !existsSync(join(root, file))) return proof;
  return readFileSync(join(root, file), 'utf8').includes(title) ? undefined : proof;
}

describe('docs/quality.md', () => {
  it.each(rows.map((row) => [row[0], row] as const))('%s', (_, [, proofs = '', state = '', ...more]) => {
    expect(more).toEqual([]);
    expect(state).toMatch(/^(?:proven|partly: |proven for |not: )/);
    const named = proofs === '' ? [] : proofs.split('; ');
    expect(named.flatMap((proof) => missing(proof) ?? [])).toEqual([]);
    expect(named.length > 0 || state.startsWith('not: ')).toBe(true);
  });
  it('has many rules', () => {
    expect(rows.length).toBeGreaterThan(80);
  });
});
