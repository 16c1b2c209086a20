import { expect, it } from 'vitest';
import { isWithinPackage } from './within-package.ts';

it.each([
  ['app', false],
  ['', false],
  ['app/node_modules/a', true],
  ['node_modules/a/sub', true],
  ['node_modules', false],
  ['usr/lib/python3/dist-packages', false],
  ['opt/venv/lib/python3.11/site-packages/jupyterlab/staging', true],
  ['var/lib/gems/3.1.0/gems/rack-2.2', true],
  ['usr/share/doc/python3-pip', true],
  ['srv/mygems', false],
])('%s: %s', (folder, expected) => {
  expect(isWithinPackage(folder)).toBe(expected);
});
