import { describe, expect, it } from 'vitest';
import table from './programs.json' with { type: 'json' };
import { candidatesFor, namesOf } from './programs.ts';
import { versionSearch } from './version-search.ts';

/** What is told of stretches of a file, each with where it begins. */
function told(path: string, ...stretches: readonly (readonly [number, string])[]): readonly string[] {
  const search = versionSearch(path);
  for (const [at, text] of stretches) search?.see(Buffer.from(text, 'latin1'), at);
  return (search?.result().versions ?? []).map(({ name, version }) => `${name} ${version}`);
}

describe('stretches of a file', () => {
  it.each<[string, readonly (readonly [number, string])[], readonly string[]]>([
    [
      'a text at the very start of one',
      [
        [0, 'x'.repeat(64)],
        [4096, '5.4.1\0'],
      ],
      ['xz 5.4.1'],
    ],
    [
      'a text across two that adjoin',
      [
        [0, '\x005.'],
        [3, '4.1\0'],
      ],
      ['xz 5.4.1'],
    ],
    [
      'two that do not adjoin are two texts',
      [
        [0, '\x005.'],
        [4, '4.1\0'],
      ],
      [],
    ],
    ['a version that the file ends in', [[0, '\x005.4.1']], []],
    [
      'a text far from the end, then much else',
      [
        [0, '\x005.4.1\0'],
        [7, 'x'.repeat(5000)],
      ],
      ['xz 5.4.1'],
    ],
    ['twice the same', [[0, '\x005.4.1\0\x005.4.1\0']], ['xz 5.4.1']],
    ['two versions', [[0, '\x005.4.1\0\x005.6.0\0']], ['xz 5.4.1', 'xz 5.6.0']],
  ])('%s', (_, stretches, expected) => {
    expect(told('usr/lib/liblzma.so.5', ...stretches)).toEqual(expected);
  });
});

it.each<[string, readonly string[]]>([
  ['nginx', ['nginx', 'openresty']],
  ['opt/nginx.old', []],
  ['python3.11', ['python']],
  ['python3', []],
  ['libpython3.6m.so.1.0', ['python']],
  ['python3.11-config', []],
  ['libcrypto-fb8d5b21.so.3', ['libressl', 'openssl']],
  ['libcryptominer.so', []],
  ['php', ['php']],
  ['php8.2', ['php']],
  ['php81', ['php']],
  ['php-fpm7.4', ['php']],
  ['phpize', []],
  ['perl5.36.0', ['perl']],
  ['libz.so.1', ['zlib']],
  ['libzstd.so.1', ['zstd']],
  ['redis-cli', []],
])('%s may be %j', (base, names) => {
  expect(candidatesFor(`usr/local/bin/${base}`).map(({ name }) => name)).toEqual(names);
});

describe('the table', () => {
  it('says the same of a program in all its rows', () => {
    for (const [name, rows] of Map.groupBy(table, (row) => row.name)) {
      for (const row of rows) expect([name, row.knownAs]).toEqual([name, namesOf(name)?.knownAs]);
    }
  });
  it('has names of CPE with vendor and product, but for Node.js', () => {
    const names = table.flatMap(({ knownAs = [] }) => knownAs);
    expect(names.filter((name) => !/^[a-z\d_.-]+:[a-z\d_.-]+$/.test(name))).toEqual([]);
    expect(new Set(table.filter(({ knownAs }) => knownAs === undefined).map(({ name }) => name))).toEqual(
      new Set(['node']),
    );
  });
  it.each(table.flatMap(({ name, texts }) => texts.map(({ anchor, pattern }) => ({ name, anchor, pattern }))))(
    '$name: the pattern $pattern has one version, and no repetition without end',
    ({ anchor, pattern }) => {
      const plain = pattern.replaceAll(/\\.|\[[^\]]*\]/g, '');
      expect(plain.match(/\((?!\?)/g)).toHaveLength(1);
      expect(plain).not.toMatch(/[*+]|\{\d+,\}/);
      expect(anchor.length).toBeGreaterThan(1);
    },
  );
});
