import { describe, expect, it } from 'vitest';
import type { Cataloger, ImageFile } from './catalog.ts';

/** A number below `limit`, of a linear congruential generator: the same in every run. */
type Random = (limit: number) => number;

function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const separators = [
  ' ',
  '\n',
  '"',
  ',',
  ':',
  '=',
  '/',
  '{',
  '}',
  '[',
  ']',
  '%',
  '-',
  '@',
  '\0',
  '__proto__',
  '9'.repeat(40),
];

const mutations: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  (bytes, random) => bytes.subarray(0, random(bytes.length)),
  (bytes, random) => bytes.subarray(random(bytes.length)),
  (bytes, random) => {
    const flipped = Buffer.from(bytes);
    for (let count = 1 + random(8); count > 0; count--) {
      const at = random(flipped.length);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random(8));
    }
    return flipped;
  },
  (bytes, random) => {
    const lines = bytes.toString('latin1').split('\n');
    const at = random(lines.length);
    lines.splice(random(lines.length), 0, ...Array.from({ length: 1 + random(30) }, () => lines[at] ?? ''));
    return Buffer.from(lines.join('\n'), 'latin1');
  },
  (bytes, random) => {
    const lines = bytes.toString('latin1').split('\n');
    const [a, b] = [random(lines.length), random(lines.length)];
    [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
    return Buffer.from(lines.join('\n'), 'latin1');
  },
  (bytes, random) => {
    const tokens = bytes.toString('latin1').split(/\b/);
    const [a, b] = [random(tokens.length), random(tokens.length)];
    [tokens[a], tokens[b]] = [tokens[b] ?? '', tokens[a] ?? ''];
    return Buffer.from(tokens.join(''), 'latin1');
  },
  (bytes, random) => {
    const at = random(bytes.length);
    const inserted = (separators[random(separators.length)] ?? '').repeat(1 + random(3));
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(inserted), bytes.subarray(at + random(3))]);
  },
];

/** How many damaged copies of the samples each cataloger sees. */
const rounds = 400;

/**
 * Damages genuine files in many ways, the same in every run: the cataloger does not throw, gives no more than there can
 * be, and every problem says where.
 */
export function describeMutations(
  cataloger: Cataloger,
  samples: readonly Readonly<Record<string, Uint8Array>>[],
  seed = 1,
): void {
  describe(`cataloger ${cataloger.id} on damaged files`, () => {
    it.each(samples.map((files, index) => [index, files] as const))('sample %i', (_index, files) => {
      const paths = Object.keys(files).toSorted();
      const random = seeded(seed);
      const layer = { index: 0, diffId: 'sha256:00' };
      for (let round = 0; round < Math.ceil(rounds / samples.length); round++) {
        const damaged = paths[random(paths.length)];
        const list = paths.map((path): ImageFile => {
          let bytes = Buffer.from(files[path] ?? []);
          if (path === damaged) {
            for (let count = 1 + random(3); count > 0; count--)
              bytes = Buffer.from(mutations[random(mutations.length)]?.(bytes, random) ?? bytes);
          }
          return { path, bytes, layer };
        });
        const size = list.reduce((sum, file) => sum + file.bytes.length, 0);
        const { packages, problems, relationships = [], ownership = [] } = cataloger.catalog({ files: list });
        expect(packages.length).toBeLessThanOrEqual(size);
        expect(relationships.length).toBeLessThanOrEqual(size * 10);
        expect(ownership.length).toBeLessThanOrEqual(packages.length);
        expect(problems.length).toBeLessThanOrEqual(150);
        expect(problems.filter((found) => found.by !== cataloger.id || found.message === '')).toEqual([]);
        expect(packages.filter((found) => found.name === '' || found.version === '')).toEqual([]);
      }
    });
  });
}
