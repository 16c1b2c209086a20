import { describe, expect, it } from 'vitest';
import { readBuildInfo } from './build-info.ts';
import { builtPackages } from './packages.ts';

const info = readBuildInfo(
  [
    'path\tshop.test/till/cmd/till',
    'mod\tshop.test/till\t(devel)\t',
    'dep\tx.test/a\tv1.0.0\t',
    'dep\tx.test/a/v2\tv2.1.0\t',
    'dep\tx.test/old\tv1.0.0\t',
    '=>\ty.test/new\tv1.1.0\t',
    'dep\tx.test/idle\tv1.0.0\t',
    '',
  ].join('\n'),
);
const packages = [
  'main',
  'runtime',
  'net/http',
  'crypto/internal/fips140/v1.0.0-c2097c7c/aes',
  'vendor/golang.org/x/net/idna',
  'shop.test/till/stock',
  'x.test/a',
  'x.test/a/b/c',
  'x.test/a/v2/b',
  'x.test/ab',
  'x.test/old/d',
];

describe('the packages of a module', () => {
  it.each<[string, string[] | undefined]>([
    ['shop.test/till', ['cmd/till', 'stock']],
    ['x.test/a', ['.', 'b/c']],
    ['x.test/a/v2', ['b']],
    // Under the path by which it is imported, whatever stands in for it.
    ['x.test/old', ['d']],
    // It was needed for types or constants alone, so that nothing can be told of its packages.
    ['x.test/idle', undefined],
    ['z.test/none', undefined],
  ])('%s', (module, expected) => {
    expect(builtPackages(info, packages).of(module)).toEqual(expected);
  });
  it('stdlib', () => {
    const expected = ['crypto/internal/fips140/aes', 'net/http', 'runtime', 'vendor/golang.org/x/net/idna'];
    expect(builtPackages(info, packages).library).toEqual(expected);
  });
});

describe('nothing is known of any module', () => {
  it.each<[string, string[] | undefined]>([
    ['without a table', undefined],
    ['when some names are hidden', [...packages, 'Xq3_ab']],
    ['when some paths are hidden', [...packages, 'Xq3ab/yz']],
  ])('%s', (_, found) => {
    const built = builtPackages(info, found);
    expect([built.of('x.test/a'), built.library]).toEqual([undefined, undefined]);
  });
  it('but a module may be called so', () => {
    const own = readBuildInfo('path\tMyTill\nmod\tMyTill\t(devel)\t\n');
    expect(builtPackages(own, ['main', 'MyTill/stock', 'runtime']).of('MyTill')).toEqual(['.', 'stock']);
  });
});
