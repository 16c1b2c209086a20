/*
 * Rocky Linux publishes its notices (RLSA) in OSV's format itself (Apollo, apollo.build.resf.org), which OSV.dev serves:
 * source packages, only what has a fix. Apollo's other interfaces and the repositories' updateinfo.xml have the same
 * notices, the latter only those of the builds that are in the repository that day: no source of its own.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { foundIn, installed } from '../updateinfo/assessed.contract.ts';
import { genuineRecords, osvDatabase } from '../updateinfo/osv-records.contract.ts';

const database = [osvDatabase('Rocky Linux', genuineRecords('rocky'))];
const fixed = '0:3.3.1-2.module+el9.4.0+20787+4c237fd3';
const flaws = ['CVE-2024-27280', 'CVE-2024-27281', 'CVE-2024-27282'];

describe('Rocky Linux', () => {
  it.each<[string, string, string | undefined, string]>([
    ['the stream of the notice', '3.3.0-1.module+el9.4.0+1+a', 'ruby:3.3:1:a', `affected ${fixed}`],
    ['another stream', '3.1.2-1.module+el9.1.0+1+a', 'ruby:3.1:1:a', ''],
    ['a build of no module', '3.0.4-160.el9_0', undefined, ''],
    ['a build of a module that is not told', '3.3.0-1.module+el9.4.0+1+a', undefined, `unknown ${fixed}`],
    ['the fix', fixed, 'ruby:3.3:1:a', ''],
  ])('%s', async (_, version, label, expected) => {
    const source = { name: 'ruby', version };
    const more = label === undefined ? { source } : { source, label };
    const found = installed('rpm', 'Rocky Linux:9', 'ruby-libs', version, more);
    expect(await foundIn(database, found)).toEqual(expected === '' ? [] : flaws.map((flaw) => `${flaw} ${expected}`));
  });

  it('is judged by the source of the package', async () => {
    const found = installed('rpm', 'Rocky Linux:9', 'ruby', '3.3.0-1.module+el9.4.0+1+a', {
      label: 'ruby:3.3:1:a',
      source: { name: 'other', version: '1-1' },
    });
    expect(await foundIn(database, found)).toEqual([]);
  });
});

const samples = new URL('../../../../../shared/feeds/samples/rocky/', import.meta.url);
const absent = !existsSync(samples);
describe.skipIf(absent)(`samples of Rocky Linux${absent ? ' (SKIPPED: ../shared/feeds is not here)' : ''}`, () => {
  it.each<[string, string, string, string]>([
    ['Rocky Linux:8', 'java-11-openjdk', '1:11.0.12.0.7-4.el8', '1:11.0.13.0.8-1.el8_4'],
    ['Rocky Linux:8', 'firefox', '102.10.0-1.el8_7', '0:102.11.0-2.el8_7'],
  ])('%s: %s %s is fixed in %s', async (ecosystem, name, version, fix) => {
    const records = readdirSync(samples).map((file) => JSON.parse(readFileSync(new URL(file, samples), 'utf8')));
    const lines = await foundIn([osvDatabase('Rocky Linux', records)], installed('rpm', ecosystem, name, version));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => !line.endsWith(` affected ${fix}`))).toEqual([]);
    const afterwards = installed('rpm', ecosystem, name, fix);
    expect(await foundIn([osvDatabase('Rocky Linux', records)], afterwards)).toEqual([]);
  });
});
