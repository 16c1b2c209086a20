import { expect, it } from 'vitest';
import type { Package } from '../inventory/inventory.ts';
import { onePerId } from './one-per-id.ts';

const place = (path: string): Package['locations'] => [{ path, layer: { index: 0, diffId: '' } }];

function packageOf(foundBy: string, path: string, more: Partial<Package> = {}): Package {
  return {
    id: 'pkg:npm/lodash@4.17.4',
    name: 'lodash',
    version: '4.17.4',
    type: 'npm',
    kind: 'binary',
    purl: 'pkg:npm/lodash@4.17.4',
    locations: place(path),
    licenses: [],
    foundBy,
    metadata: { kind: 'language' },
    ...more,
  };
}

const installed = packageOf('npm', '/app/package.json', { ecosystem: 'npm', licenses: ['MIT'] });
const named = packageOf('maven', '/app.jar', { presence: 'locked' });

it.each<[string, readonly Package[]]>([
  ['the one that can be judged first', [installed, named]],
  ['last', [named, installed]],
])('one package of two catalogers is one: %s', (_, both) => {
  expect(onePerId(both)).toEqual([{ ...installed, locations: [...place('/app/package.json'), ...place('/app.jar')] }]);
});

it('what one says is needed is not only for development', () => {
  const dev = { ...installed, presence: 'locked', usage: { direct: true, scope: 'dev' } } as const;
  const [only, ...others] = onePerId([dev, named]);
  expect([only?.usage, only?.presence, others]).toEqual([{ direct: true }, 'locked', []]);
  expect(onePerId([dev, { ...named, usage: { scope: 'dev' } }])[0]?.usage).toEqual(dev.usage);
  const { presence: _, ...there } = named;
  expect(onePerId([dev, there])[0]).not.toHaveProperty('presence');
});

it('others are left as they are', () => {
  const all = [installed, packageOf('npm', '/b', { id: 'pkg:npm/b@1' })];
  expect(onePerId(all)).toBe(all);
});
