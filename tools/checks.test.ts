import { expect, it } from 'vitest';
import { type Check, runChecks } from './checks.ts';

const passing: Check = { name: 'one', run: async () => ({ ok: true, summary: '3 files', details: 'never shown' }) };
const failing: Check = { name: 'two', run: async () => ({ ok: false, summary: '', details: 'a.ts: wrong' }) };
const crashing: Check = { name: 'three', run: () => Promise.reject(new Error('no such tool')) };

it('runs every check, also after one that failed, and tells why', async () => {
  const told: string[] = [];
  expect(await runChecks([failing, crashing, passing], (text) => void told.push(text))).toBe(2);
  expect(told.map((text) => text.replace(/\s+\d+\.\d s/, ''))).toEqual([
    'FAIL two',
    'a.ts: wrong',
    'FAIL three  did not run',
    'Error: no such tool',
    'ok   one  3 files',
  ]);
});
