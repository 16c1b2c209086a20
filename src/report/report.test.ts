import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Report } from '../finding/finding.ts';
import { json } from './json/json.ts';
import keyOrder from './json/key-order.json' with { type: 'json' };
import { presenterContract } from './presenter.contract.ts';
import schema from './report.schema.json' with { type: 'json' };
import { presenters } from './report.ts';
import { table } from './table/table.ts';
import { arbitraryReport } from './testdata/arbitrary-report.ts';
import { sampleReports } from './testdata/sample-reports.ts';

presenterContract(table, { fitsWidth: true, colors: true });
presenterContract(json, { fitsWidth: false, colors: false });

const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);
const options = { width: 80, color: false, verbose: false };

function written(report: Report): Record<string, unknown> {
  const value: unknown = JSON.parse(json.present(report, options));
  return Object.fromEntries(Object.entries(value ?? {}));
}

/** Calls with every object inside a JSON value. */
function visit(value: unknown, see: (node: Readonly<Record<string, unknown>>) => void): void {
  if (value === null || typeof value !== 'object') return;
  see({ ...value });
  for (const child of Object.values(value)) visit(child, see);
}

describe('presenters', () => {
  it('are found by their own identifiers', async () => {
    for (const [id, load] of presenters) expect((await load()).id).toBe(id);
    expect([...presenters.keys()]).toEqual(['table', 'json']);
  });
});

describe('report.schema.json', () => {
  it.each(Object.entries(sampleReports))('describes the sample %s', (_name, report) => {
    validate(written(report));
    expect(validate.errors).toBeNull();
  });

  it('describes every report that the types allow', () => {
    fc.assert(
      fc.property(arbitraryReport, (report) => {
        validate(written(report));
        expect(validate.errors).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, (report: Record<string, unknown>) => unknown]>([
    ['an unknown property', (report) => ({ ...report, extra: 1 })],
    ['another version', (report) => ({ ...report, schemaVersion: '2' })],
    ['no coverage', (report) => ({ ...report, coverage: undefined })],
    ['a package without a version', (report) => ({ ...report, packages: [{ name: 'bash' }] })],
    ['a negative count', (report) => ({ ...report, runs: [{ cataloger: 'dpkg', status: 'ok', packages: -1 }] })],
  ])('refuses %s', (_what, spoil) => {
    expect(validate(spoil(written(sampleReports.flawed)))).toBe(false);
  });

  it('closes every object and tells what each of its properties is', () => {
    const loose: string[] = [];
    visit(schema, ({ type, properties, additionalProperties }) => {
      if (type !== 'object') return;
      // Or it is a map from names that others give to texts.
      const isMap = properties === undefined && JSON.stringify(additionalProperties) === '{"type":"string"}';
      if (additionalProperties !== false && !isMap) loose.push(JSON.stringify(properties));
      for (const [name, property] of Object.entries(properties ?? {})) {
        if (!/"(?:description|\$ref|const)":/.test(JSON.stringify(property))) loose.push(name);
      }
    });
    expect(loose).toEqual([]);
  });
});

describe('json', () => {
  it('holds exactly the report', () => {
    fc.assert(
      fc.property(arbitraryReport, (report) => {
        expect(written(report)).toEqual(JSON.parse(JSON.stringify(report)));
      }),
    );
  });

  it('writes keys in one order, whatever order the report has them in', () => {
    for (const report of Object.values(sampleReports)) {
      const text = JSON.stringify(report, (_key, value: unknown) => {
        if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
        return Object.fromEntries(Object.entries(value).toReversed());
      });
      expect(json.present(JSON.parse(text), options)).toBe(json.present(report, options));
    }
  });

  it('has a place in the order for every key of the schema', () => {
    const keys = new Set<string>();
    visit(schema, (node) => {
      for (const key of Object.keys(node['properties'] ?? {})) keys.add(key);
    });
    keys.delete('$schema');
    expect(keyOrder.toSorted()).toEqual([...keys].toSorted());
  });
});
