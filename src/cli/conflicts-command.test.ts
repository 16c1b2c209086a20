import { expect, it } from 'vitest';
import { render } from '../internal/terminal-layout.ts';
import { conflictLines } from './conflicts-command.ts';

const conflict = {
  ecosystem: 'Go',
  package: 'github.com/containerd/containerd',
  flaw: 'CVE-2026-50195',
  version: '1.7.3',
  affected: { advisory: 'GO-2026-1', source: 'osv' },
  notAffected: { advisory: 'GHSA-1', source: 'osv' },
};

it('lists who says what of which version, and what could not be compared', () => {
  const text = render(conflictLines({ conflicts: [conflict], packages: 1200, unordered: ['Linux'] }, 80), false);
  expect(text.split('\n')).toEqual([
    'CVE-2026-50195 Go github.com/containerd/containerd',
    '  version 1.7.3:',
    '  GO-2026-1 (osv) says affected',
    '  GHSA-1 (osv) says it is not',
    '1 disagreement among the records of 1,200 packages of which several speak.',
    '  not compared, their versions have no order here: Linux',
    '',
  ]);
});
