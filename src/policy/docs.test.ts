import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { builtinNames } from './builtin/builtin.ts';
import { testPolicy } from './cases.ts';
import { keys } from './keys.ts';
import { parsePolicy } from './load.ts';

const text = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) =>
  yaml.replace(', ./organisation.yaml', ''),
);

describe('docs/policy.md', () => {
  it.each(examples)('has examples that are policies: %#', async (yaml) => {
    const policy = await parsePolicy(yaml, { now: Date.parse('2026-11-24') });
    expect(testPolicy(policy).flatMap(({ wrong }) => wrong)).toEqual([]);
  });

  it('has two of them, every key of a condition and every built-in policy', () => {
    expect(examples).toHaveLength(2);
    for (const name of [...Object.keys(keys), ...builtinNames]) expect(text).toContain(`\`${name}\``);
  });
});
