import { expect, it } from 'vitest';
import { noExtraWants, selection } from './selection.ts';

it.each([
  ['var/lib/snapd/snaps/core22_1380.snap', 'snap'],
  ['usr/share/python-wheels/pip-23.0.1-py3-none-any.whl', 'wheel'],
  ['usr/share/java/a.jar', 'jar'],
  ['usr/bin/tool', 'executable'],
  ['var/lib/dpkg/status', true],
])('%s is kept by %s', (path, by) => {
  const kept = selection({ detail: 'files', extra: noExtraWants })(path);
  expect(typeof kept === 'boolean' ? kept : kept.id).toBe(by);
});
