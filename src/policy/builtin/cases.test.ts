import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { dpkg } from '../../version/dpkg.ts';
import { semver } from '../../version/semver.ts';
import type { VersionScheme } from '../../version/version.ts';
import { testPolicy } from '../cases.ts';
import type { LoadOptions } from '../load.ts';
import { loadPolicy } from '../load.ts';
import type { Policy } from '../policy.ts';
import { builtinPolicies } from './builtin.ts';

const folder = join(import.meta.dirname, '../../../testdata/policy/cases');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const now = Date.parse('2026-01-01T12:00:00Z');
const schemes = new Map<string, VersionScheme>([
  ['deb', dpkg],
  ['npm', semver],
]);
let options: LoadOptions;

beforeAll(async () => {
  options = { now, schemes, builtins: await builtinPolicies() };
});

async function load(file: string): Promise<Policy> {
  return loadPolicy(join(folder, file), options);
}

describe.each(files)('%s', (file) => {
  it('comes out as it says', async () => {
    const results = testPolicy(await load(file));
    const wrong = results.filter((result) => result.wrong.length > 0).map(({ name, wrong: all }) => ({ name, all }));
    expect(wrong).toEqual([]);
    expect(results.length).toBeGreaterThan(0);
  });
});
