import { describe, expect, it } from 'vitest';
import type { ImageFile } from './catalog.ts';
import { gather, type Sighting } from './gather.ts';

const layer = { index: 0, diffId: '' };
const fileAt = (path: string): ImageFile => ({ path, bytes: new Uint8Array(), layer });
const lodash = (more: Partial<Sighting> = {}): Sighting => ({
  name: 'lodash',
  version: '4.17.20',
  purl: { type: 'npm', name: 'lodash' },
  ecosystem: 'npm',
  presence: 'installed',
  ...more,
});

describe('one package for each purl', () => {
  it('has every place, installed ones first', () => {
    const gathered = gather('npm');
    gathered.add(lodash({ presence: 'locked' }), fileAt('a/package-lock.json'));
    gathered.add(lodash(), fileAt('a/node_modules/lodash/package.json'));
    gathered.add(lodash(), fileAt('b/node_modules/lodash/package.json'));
    gathered.add(lodash(), fileAt('b/node_modules/lodash/package.json'));
    const { packages } = gathered.result();
    expect(packages.map(({ presence, locations }) => [presence, locations.map(({ path }) => path)])).toEqual([
      [
        undefined,
        ['/a/node_modules/lodash/package.json', '/a/package-lock.json', '/b/node_modules/lodash/package.json'],
      ],
    ]);
  });
  it.each<[string, Sighting['usage'], Sighting['usage'], Sighting['usage']]>([
    ['needed beats dev', { scope: 'dev' }, { direct: true }, { direct: true }],
    ['optional beats dev', { scope: 'dev' }, { scope: 'optional' }, { scope: 'optional' }],
    ['dev twice stays dev', { scope: 'dev' }, { scope: 'dev', direct: true }, { scope: 'dev', direct: true }],
  ])('%s', (_, first, second, expected) => {
    const gathered = gather('npm');
    gathered.add(lodash({ presence: 'locked', usage: first }), fileAt('a'));
    gathered.add(lodash({ presence: 'locked', usage: second }), fileAt('b'));
    expect(gathered.result().packages.map(({ usage }) => usage)).toEqual([expected]);
  });
});

describe('relationships', () => {
  it('are told by identifier, once, and only between packages that are there', () => {
    const gathered = gather('npm');
    const one = gathered.add(lodash(), fileAt('a')) ?? '';
    const two = gathered.add(lodash({ version: '5.0.0' }), fileAt('b')) ?? '';
    gathered.relate('depends-on', one, two, 'dev');
    gathered.relate('depends-on', one, two);
    gathered.relate('depends-on', one, 'pkg:npm/absent@1');
    gathered.relate('depends-on', one, one);
    expect(gathered.result().relationships).toEqual([{ kind: 'depends-on', from: one, to: two }]);
  });
});

describe('what can be no package', () => {
  it.each([
    ['no name', { name: '' }],
    ['no version', { version: '' }],
    ['a control character', { version: '1\u0000' }],
    ['a version of hostile length', { version: '1'.repeat(2000) }],
  ])('%s is a lossy problem', (_, more) => {
    const gathered = gather('npm');
    expect(gathered.add(lodash(more), fileAt('a'))).toBeUndefined();
    expect(gathered.result()).toMatchObject({ packages: [], problems: [{ code: 'corrupt', path: '/a', lossy: true }] });
  });
  it('what a reader throws is a problem of its file', () => {
    const gathered = gather('npm');
    gathered.read(fileAt('a'), () => {
      throw new TypeError('x is undefined');
    });
    expect(gathered.result().problems).toMatchObject([{ code: 'corrupt', path: '/a', detail: 'x is undefined' }]);
  });
  it('only so many problems are told one by one', () => {
    const gathered = gather('npm');
    for (let count = 0; count < 500; count++) gathered.problem('corrupt', 'bad', fileAt(`f${count}`));
    const { problems } = gathered.result();
    expect([problems.length, problems.at(-1)?.detail]).toEqual([101, '400 more']);
  });
});
