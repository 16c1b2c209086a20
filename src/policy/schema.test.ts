import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import types from './fields.json' with { type: 'json' };
import { keys } from './keys.ts';
import schema from './policy.schema.json' with { type: 'json' };
import { policyTemplate } from './policy-template.ts';
import { readDocument } from './read-document.ts';
import { exceptionsArbitrary, rulesArbitrary } from './testdata/arbitraries.ts';

const conditionSource = readFileSync(new URL('condition.ts', import.meta.url), 'utf8');
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

/** Whether the loader takes the form of a document. */
function takes(document: unknown): boolean {
  const { file, problems } = readDocument('p.yaml', stringify(document, { aliasDuplicateObjects: false }));
  return file !== undefined && problems.length === 0;
}

const documents = fc.record(
  {
    seaworthy: fc.constant('policy/1'),
    name: fc.string({ minLength: 1, maxLength: 20 }),
    extends: fc.constantFrom(['default'], ['./a.yaml', 'strict']),
    images: fc.constantFrom(['ghcr.io/**']),
    limits: fc.constantFrom({ exceptionDays: 30 }, { exceptions: false }),
    rules: rulesArbitrary,
    exceptions: exceptionsArbitrary,
    tests: fc.constantFrom<unknown[]>([
      {
        name: 'a',
        findings: [{ id: 'CVE-1', severity: 'high', package: 'a 1', published: '2026-01-01' }],
        expect: 'deny',
      },
      {
        name: 'b',
        image: { user: 'root', endOfLife: true, labels: { a: 'b' } },
        expect: { outcome: 'warn', rules: ['a'], messages: [] },
      },
    ]),
  },
  { requiredKeys: ['seaworthy'] },
);

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, inner]) =>
      pathsOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

/** The document with the value at a path replaced, taken away or given another name. */
function damaged(document: unknown, path: Path, how: unknown): unknown {
  const copy: unknown = structuredClone(document);
  const key = path.at(-1);
  if (key === undefined) return how;
  const holder = path
    .slice(0, -1)
    .reduce<unknown>((value, step) => (value as Record<string | number, unknown>)[step], copy) as Record<
    string | number,
    unknown
  >;
  const { [key]: held } = holder;
  if (how === 'REMOVE') {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  } else if (how === 'RENAME') {
    if (!Array.isArray(holder)) delete holder[key];
    holder[`${key}x`] = held;
  } else holder[key] = how;
  return copy;
}

const damage = fc.constantFrom<unknown[]>(
  'REMOVE',
  'RENAME',
  '',
  'x',
  '*',
  'allow',
  '2026-01-01',
  0,
  -1,
  1.5,
  400_000,
  true,
  false,
  null,
  [],
  {},
  ['a'],
  [1],
  { a: 1 },
  { atLeast: 1 },
  { atLeast: 'high' },
  'x'.repeat(3000),
);

describe('the schema that editors use is the form that the loader takes', () => {
  it('takes what generated policies are', () => {
    fc.assert(
      fc.property(documents, (document) => {
        expect([validate(document), takes(document), validate.errors]).toEqual([true, true, null]);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses the same damages', { timeout: 60_000 }, () => {
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(documents, fc.nat(), damage, (document, place, how) => {
        const paths = pathsOf(document);
        const wrong = damaged(document, paths[place % paths.length] ?? [], how);
        const taken = takes(wrong);
        expect([wrong, taken]).toEqual([wrong, validate(wrong)]);
        seen[taken ? 'taken' : 'refused'] += 1;
      }),
      { numRuns: 2500 },
    );
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(100);
  });

  it('has every key of a condition, and says what it is', () => {
    const properties = Object.entries(schema.$defs.condition.properties);
    expect(properties.map(([name]) => name).toSorted()).toEqual(
      [...Object.keys(keys), 'all', 'any', 'not', 'cel'].toSorted(),
    );
    for (const [name, property] of properties) {
      expect(property.description).toMatch(/\.$/);
      expect(conditionSource).toContain(`readonly ${name}?: `);
    }
  });

  it('has the facts of tests by the names of fields', () => {
    const { properties } = schema.$defs.case;
    const derived = /Days$|Rank$|^root$|^distributionVersion$/;
    const of = (names: object): readonly string[] =>
      Object.keys(names)
        .filter((name) => !derived.test(name))
        .toSorted();
    const dates = (names: readonly string[], more: readonly string[]): readonly string[] =>
      [...names, ...more].toSorted();
    expect(of(properties.findings.items.properties)).toEqual(
      dates(of(types.finding), ['published', 'firstSeen', 'fixed', 'package']),
    );
    expect(of(properties.image.properties)).toEqual(dates(of(types.image), ['created', 'scanned', 'databaseBuilt']));
    expect(of(properties.coverage.properties)).toEqual(of(types.coverage));
    expect(of(properties.problems.items.properties)).toEqual(of(types.problem));
  });

  it('takes what init writes', () => {
    expect(readDocument('p.yaml', policyTemplate).problems).toEqual([]);
  });
});
