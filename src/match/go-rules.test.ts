import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Affected } from '../advisory/advisory.ts';
import { ecosystemNamed } from '../advisory/source/osv/ecosystem.ts';
import { readRecord } from '../advisory/source/osv/record.ts';
import { go } from '../version/go.ts';
import { judge } from './judge.ts';

const text = readFileSync(new URL('../advisory/source/go/testdata/records.json', import.meta.url), 'utf8');
const ecosystem = ecosystemNamed('Go');
const records: readonly { readonly id: string }[] = JSON.parse(text);

function entryOf(id: string, name: string): Affected {
  const value = records.find((record) => record.id === id);
  const advisory = ecosystem === undefined ? 'malformed' : readRecord(value, [ecosystem]);
  const entry = typeof advisory === 'string' ? undefined : advisory.affected.find((one) => one.package === name);
  if (entry === undefined) throw new Error(`${id} does not speak of ${name}`);
  return entry;
}

// The standard library and Go's commands are modules of the Go version that built the program.
it.each<[id: string, name: string, version: string, expected: string]>([
  ['GO-2023-2185', 'stdlib', '1.19.13', 'affected → 1.20.12'],
  ['GO-2023-2185', 'stdlib', '1.20.10', 'affected → 1.20.12'],
  ['GO-2023-2185', 'stdlib', '1.20.11', 'affected → 1.20.12'],
  ['GO-2023-2185', 'stdlib', '1.20.12', 'not-affected'],
  ['GO-2023-2185', 'stdlib', '1.21rc2', 'affected → 1.21.5'],
  ['GO-2023-2185', 'stdlib', '1.21.0', 'affected → 1.21.5'],
  ['GO-2023-2185', 'stdlib', '1.21.4', 'affected → 1.21.5'],
  ['GO-2023-2185', 'stdlib', '1.21.5', 'not-affected'],
  ['GO-2023-2185', 'stdlib', '1.22.1', 'not-affected'],
  ['GO-2021-0068', 'toolchain', '1.14.13', 'affected → 1.14.14'],
  ['GO-2021-0068', 'toolchain', '1.14.14', 'not-affected'],
  ['GO-2021-0068', 'toolchain', '1.15', 'affected → 1.15.7'],
  ['GO-2021-0068', 'toolchain', '1.15.7', 'not-affected'],
  ['GO-2020-0001', 'github.com/gin-gonic/gin', 'v1.5.0', 'affected → 1.6.0'],
  ['GO-2020-0001', 'github.com/gin-gonic/gin', 'v1.5.1-0.20200101000000-0123456789ab', 'affected → 1.6.0'],
  ['GO-2020-0001', 'github.com/gin-gonic/gin', 'v1.6.0', 'not-affected'],
  ['GO-2020-0001', 'github.com/gin-gonic/gin', 'v1.6.1-0.20200101000000-0123456789ab', 'not-affected'],
  ['GO-2020-0001', 'github.com/gin-gonic/gin', '(devel)', 'unknown'],
])('%s on %s %s: %s', (id, name, version, expected) => {
  const source = { name: 'go', url: 'https://x.test/', digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' };
  const entry = { ...entryOf(id, name), id, aliases: [], covers: [], feed: 1, source };
  const { verdict, fix } = judge(go.parse(version), entry, go);
  expect(fix.version === undefined ? verdict : `${verdict} → ${fix.version}`).toBe(expected);
});
