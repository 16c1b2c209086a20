import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { updateDatabase } from '../database/database.ts';
import { advisory, fakeSource, feedText, prediction } from '../database/testdata/fake-source.ts';
import { chooseAdvisories } from './advisories.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-advisories-'));
const path = join(folder, 'advisories.db');
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  mkdirSync(join(folder, 'mirror/feeds.example'), { recursive: true });
  const ecosystem = 'Alpine:v3.20';
  writeFileSync(join(folder, 'mirror/feeds.example/alpine'), feedText([advisory('CVE-1', { ecosystem })]));
  const clock = { now: () => Date.parse('2026-02-03T04:05:06Z'), sleep: async () => undefined };
  writeFileSync(join(folder, 'mirror/feeds.example/epss'), feedText([], { facts: [prediction('CVE-2', 0.5)] }));
  const sources = [
    fakeSource('alpine', [{ url: 'https://feeds.example/alpine', ecosystems: [ecosystem] }]),
    fakeSource('epss', [{ url: 'https://feeds.example/epss', ecosystems: [], facts: ['prediction'] }], {
      role: 'facts',
    }),
  ];
  await updateDatabase({ path, sources, mirror: join(folder, 'mirror'), tool: 'test', env: {}, clock });
});

describe('without a network', () => {
  const absent = join(folder, 'absent.db');
  const notesOf = async (ecosystem: string | undefined, at: string, explicit: boolean): Promise<readonly string[]> => {
    const options = { offline: true, ...(explicit ? { databasePath: at } : {}) };
    const { notes, starter, advisories } = await chooseAdvisories(
      ecosystem === undefined ? [] : [ecosystem],
      at,
      options,
    );
    advisories.close();
    return [...notes, starter ? 'starter' : 'database'];
  };
  const nothing = 'Nothing was fetched (--offline), and';

  it.each([
    ['Alpine:v3.20', path, false, []],
    [undefined, path, false, []],
    ['Debian:12', path, false, [`${nothing} the database has nothing of Debian:12; it was built 2026-02-03.`]],
    ['Debian:12', path, true, [`${nothing} the database has nothing of Debian:12; it was built 2026-02-03.`]],
    ['Debian:12', absent, false, [`${nothing} there is no advisory database.`]],
    ['Debian:12', absent, true, [`${nothing} the database does not exist: ${absent}.`]],
    [undefined, absent, true, [`${nothing} the database does not exist: ${absent}.`]],
    [undefined, absent, false, []],
  ])('%s with %s (named: %s) is told %j', async (ecosystem, at, explicit, notes) => {
    const kind = at === path && ecosystem !== 'Debian:12' ? 'database' : 'starter';
    expect(await notesOf(ecosystem, at, explicit)).toEqual([...notes, kind]);
  });

  it('what a database knows of flaws is known also where only the starter set speaks of the image', async () => {
    const { advisories, starter, provenance } = await chooseAdvisories(['Debian:12'], path, { offline: true });
    expect({ starter, facts: advisories.facts('prediction', 'CVE-2') }).toMatchObject({
      starter: true,
      facts: [{ score: 0.5 }],
    });
    expect(provenance).toMatchObject({ starter: true, predictions: '2026-02-03' });
    advisories.close();
  });
});
