import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenges } from './challenge.ts';

describe('WWW-Authenticate', () => {
  it.each<[string, [string, Record<string, string>][]]>([
    ['', []],
    ['Basic', [['basic', {}]]],
    ['Basic realm="a, b=c"', [['basic', { realm: 'a, b=c' }]]],
    [
      'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"',
      [
        [
          'bearer',
          { realm: 'https://auth.example/token', service: 'registry.example', scope: 'repository:a/b:pull,push' },
        ],
      ],
    ],
    ['BEARER Realm = "x" , Service=y', [['bearer', { realm: 'x', service: 'y' }]]],
    [
      'Basic realm="x", Bearer realm="y",scope="z", Negotiate',
      [
        ['basic', { realm: 'x' }],
        ['bearer', { realm: 'y', scope: 'z' }],
        ['negotiate', {}],
      ],
    ],
    [
      'Negotiate dGVzdA==, Basic realm="x"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'x' }],
      ],
    ],
    ['Basic realm="a\\"b\\\\"', [['basic', { realm: 'a"b\\' }]]],
    ['Bearer realm="x",,realm="y",', [['bearer', { realm: 'x' }]]],
    ['Bearer realm="open', [['bearer', {}]]],
    ['realm="x"', []],
    ['"', []],
  ])('%s', (header, expected) => {
    const challenges = parseChallenges(header);
    expect(challenges.map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])).toEqual(expected);
  });

  it('gives back what was written', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const parameters = fc.dictionary(name, fc.string(), { noNullPrototype: true, minKeys: 1 });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, parameters), { maxLength: 4 }), (challenges) => {
        const header = challenges.map(([scheme, pairs]) => {
          const texts = Object.entries(pairs).map(([key, value]) => `${key}="${value.replace(/["\\]/g, '\\$&')}"`);
          return `${scheme} ${texts.join(', ')}`;
        });
        const parsed = parseChallenges(header.join(', '));
        expect(parsed.map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])).toEqual(challenges);
      }),
    );
  });

  it('ends, and soon, whatever is in it', () => {
    fc.assert(fc.property(fc.string({ maxLength: 2000 }), (header) => parseChallenges(header).length < 2000));
    for (const part of ['a ', 'a=', '"\\', 'a=",', ',', 'a b=c ']) {
      const started = performance.now();
      parseChallenges(part.repeat((16 << 10) / part.length));
      expect(performance.now() - started).toBeLessThan(500);
    }
  });
});
