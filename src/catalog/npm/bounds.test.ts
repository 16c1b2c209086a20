import { expect, it } from 'vitest';
import { npm } from './npm.ts';

const layer = { index: 0, diffId: 'sha256:00' };
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);
const wanting = (count: number, name: (at: number) => string): Readonly<Record<string, string>> =>
  Object.fromEntries(range(count).map((at) => [name(at), '1']));
const bun = (name: string): string =>
  JSON.stringify({
    lockfileVersion: 1,
    workspaces: { '': { dependencies: { q: '1' } } },
    packages: { [name]: ['x@1.0.0', '', { dependencies: { zz: '1' } }] },
  });

/** Small files that ask for much work, and how many packages are in them. */
const hostile: readonly [string, Readonly<Record<string, string>>, number][] = [
  [
    'modules nested five hundred deep',
    {
      'a/package-lock.json': JSON.stringify({
        lockfileVersion: 3,
        packages: Object.fromEntries(
          range(500).map((depth) => [
            `${'node_modules/a/'.repeat(depth)}node_modules/a`,
            { version: `1.0.${depth}`, dependencies: wanting(50, (at) => `d${at}`) },
          ]),
        ),
      }),
    },
    500,
  ],
  [
    'dependencies looked for in a hundred and twenty folders',
    Object.fromEntries(
      range(120).map((depth) => [
        `${'x/'.repeat(200 + depth)}node_modules/p${depth}/package.json`,
        JSON.stringify({ name: `p${depth}`, version: '1.0.0', dependencies: wanting(2500, (at) => `p${depth + at}`) }),
      ]),
    ),
    120,
  ],
  [
    'one name with twenty thousand versions',
    {
      'a/yarn.lock': `# yarn lockfile v1\n${range(20_000)
        .map((at) => `a@${at}:\n  version "1.0.${at}"\n  dependencies:\n    a "none"\n`)
        .join('\n')}`,
    },
    20_000,
  ],
  [
    'patches of patches',
    {
      'a/yarn.lock': `__metadata:\n  version: 6\n\n"x@1":\n  version: 1.0.0\n  resolution: "${'x@patch:'.repeat(50_000)}"\n`,
    },
    0,
  ],
  ['a name of many folders', { 'a/bun.lock': bun(`${'a/'.repeat(100_000)}x`) }, 1],
];

it.each(hostile)('%s cost little', (_, files, expected) => {
  const input = Object.keys(files)
    .toSorted()
    .map((path) => ({ path, bytes: Buffer.from(files[path] ?? ''), layer }));
  const start = performance.now();
  const { packages } = npm.catalog({ files: input });
  expect(performance.now() - start).toBeLessThan(3000);
  expect(packages.length).toBe(expected);
});

it('patches of patches keep no memory', () => {
  const resolution = 'x@patch:'.repeat(50_000);
  const text = `__metadata:\n  version: 6\n\n"x@1":\n  version: 1.0.0\n  resolution: "${resolution}"\n`;
  const before = process.memoryUsage().heapUsed;
  npm.catalog({ files: [{ path: 'yarn.lock', bytes: Buffer.from(text), layer }] });
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 << 20);
});
