import { expect, it } from 'vitest';
import { foundIn, installed } from '../updateinfo/assessed.contract.ts';
import { arch } from './arch.ts';

const [feed = { url: '', ecosystems: [] }] = arch.feeds(undefined);
const group = (name: string, status: string, fixed: string | null, issues: readonly string[]): object => ({
  name,
  packages: ['pam', 'lib32-pam'],
  status,
  severity: 'Medium',
  type: 'unknown',
  affected: '1.7.0-2',
  fixed,
  ticket: null,
  issues,
  advisories: [],
});
const document = Buffer.from(
  JSON.stringify([
    group('AVG-1', 'Fixed', '1:1.5-1', ['CVE-2020-1111']),
    group('AVG-2', 'Testing', '1:1.7.1-1', ['CVE-2025-2222']),
    group('AVG-3', 'Vulnerable', null, ['CVE-2025-6020', 'CVE-2025-3333']),
    group('AVG-4', 'Unknown', null, ['CVE-2025-4444']),
    group('AVG-5', 'Not affected', null, ['CVE-2025-5555']),
    group('AVG-6', 'Vulnerable', null, []),
  ]),
);
const open = ['CVE-2025-3333 affected not-fixed', 'CVE-2025-4444 unknown unknown', 'CVE-2025-6020 affected not-fixed'];

it.each<[string, string, readonly string[]]>([
  ['Arch Linux', '1:1.7.1-1', ['AVG-6 affected not-fixed', ...open]],
  ['Arch Linux', '1:1.7.0-2', ['AVG-6 affected not-fixed', 'CVE-2025-2222 affected 1:1.7.1-1', ...open]],
  // An epoch is before any version.
  [
    'Arch Linux',
    '2.0-1',
    ['AVG-6 affected not-fixed', 'CVE-2020-1111 affected 1:1.5-1', 'CVE-2025-2222 affected 1:1.7.1-1', ...open],
  ],
  ['Manjaro', '1:1.7.0-2', []],
])('%s, lib32-pam %s', async (ecosystem, version, expected) => {
  const found = installed('alpm', ecosystem, 'lib32-pam', version);
  const lines = await foundIn([{ source: arch, feed, document }], found);
  expect(lines.toSorted()).toEqual([...expected].toSorted());
});
