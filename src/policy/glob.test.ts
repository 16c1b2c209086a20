import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globOf } from './glob.ts';

describe('globs', () => {
  it.each<[string, string, boolean]>([
    ['/usr/lib/*', '/usr/lib/a', true],
    ['/usr/lib/*', '/usr/lib/a/b', false],
    ['/usr/**', '/usr/lib/a/b', true],
    ['/usr/**/b', '/usr/b', true],
    ['/usr/**/b', '/usr/lib/a/b', true],
    ['/usr/**/b', '/usr/lib/ab', false],
    ['**/b', 'b', true],
    ['**/b', 'a/b', true],
    ['/usr/?', '/usr/a', true],
    ['/usr/?', '/usr//', false],
    ['/a*/b*c', '/ax/bxxc', true],
    ['/a*/b*c', '/ax/bx/c', false],
    ['/a*b/**/c*d/e', '/ab/c/cxd/e', true],
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
  ])('%s over the path %s is %s', (glob, path, matches) => {
    expect(globOf(glob, { path: true })(path)).toBe(matches);
  });

  it.each<[string, string, boolean]>([
    ['ghcr.io/*', 'ghcr.io/a/b', true],
    ['*', '', true],
    ['a*b*c', 'aXbYbc', true],
    ['a*b*c', 'aXbYbcd', false],
    ['a.c', 'abc', false],
    ['(a+)+', '(a+)+', true],
    ['A*', 'abc', false],
  ])('%s over the name %s is %s', (glob, name, matches) => {
    expect(globOf(glob)(name)).toBe(matches);
    expect(globOf(glob.toLowerCase(), { fold: true })(name)).toBe(matches || glob === 'A*');
  });

  it('matches as an expression does that may take long', () => {
    const part = fc.constantFrom('a', 'b', '/', '*', '**', '**/', '?');
    const glob = fc.array(part, { maxLength: 8 }).map((parts) => parts.join('').replaceAll(/\*{3,}/g, '**'));
    const seen = { true: 0, false: 0 };
    fc.assert(
      fc.property(glob, fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 10 }), (pattern, letters) => {
        const slow = pattern.replaceAll(
          /(?<![^/])\*\*\/|\*\*|\*|\?/g,
          (wild) => ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' })[wild] ?? '',
        );
        const matches = globOf(pattern, { path: true })(letters.join(''));
        expect([pattern, letters, matches]).toEqual([pattern, letters, new RegExp(`^${slow}$`).test(letters.join(''))]);
        seen[`${matches}`] += 1;
      }),
      { numRuns: 20_000 },
    );
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(500);
  });

  it('takes no longer for a glob that is meant to', () => {
    const start = performance.now();
    expect(globOf(`${'*a'.repeat(50)}b`)('a'.repeat(20_000))).toBe(false);
    expect(globOf(`${'**/a*'.repeat(40)}b`, { path: true })('/a'.repeat(10_000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
