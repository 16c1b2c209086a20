import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { npm } from './npm.ts';

const layer = { index: 0, diffId: 'sha256:00' };
const samples: readonly string[] = [
  'npm-6.14.18',
  'npm-8.19.4',
  'pnpm-5.18.11',
  'pnpm-8.15.9',
  'yarn-1',
  'yarn-2.4.2-node-modules',
  'bun',
];

function texts(name: string): Record<string, string> {
  return JSON.parse(readFileSync(new URL(`testdata/${name}.json`, import.meta.url), 'utf8')) as Record<string, string>;
}

/** Numbers of a linear congruential generator: the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % Math.max(1, below);
  };
}

function mutated(text: string, next: (below: number) => number): Uint8Array {
  const lines = text.split('\n');
  const at = next(lines.length);
  const kind = next(5);
  if (kind === 0) return Buffer.from(text.slice(0, next(text.length)));
  if (kind === 1)
    return Buffer.from(lines.toSpliced(at, 0, ...Array<string>(1 + next(50)).fill(lines[at] ?? '')).join('\n'));
  if (kind === 2) return Buffer.from(lines.with(at, lines[next(lines.length)] ?? '').join('\n'));
  if (kind === 3)
    return Buffer.from(
      text.replaceAll(['version', '"', ':', '@', '/'][next(5)] ?? '', ['', '{', '__proto__', '\n'][next(4)] ?? ''),
    );
  const bytes = Buffer.from(text);
  for (let count = 1 + next(8); count > 0; count--) bytes[next(bytes.length)] = next(256);
  return bytes;
}

it.each(samples)('%s changed at random: nothing is thrown, nothing grows, each problem has its file', (name) => {
  const files = texts(name);
  const paths = Object.keys(files).toSorted();
  const next = numbers(7);
  for (let round = 0; round < 60; round++) {
    const changed = paths[next(paths.length)];
    const input = paths.map((path) => {
      const bytes = path === changed ? mutated(files[path] ?? '', next) : Buffer.from(files[path] ?? '');
      return { path, bytes, layer };
    });
    const { packages, problems, relationships = [] } = npm.catalog({ files: input });
    expect(packages.length).toBeLessThan(200);
    expect(relationships.length).toBeLessThan(400);
    expect(problems.length).toBeLessThanOrEqual(101);
    expect(problems.filter(({ path, by }) => by !== 'npm' || path !== `/${changed}`)).toEqual([]);
  }
});
