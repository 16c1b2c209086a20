import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Fact } from '../advisory/advisory.ts';
import { databaseStatus } from '../database/database.ts';
import { advisory, fakeSource, feedText, prediction } from '../database/testdata/fake-source.ts';
import { chooseAdvisories } from './advisories.ts';

const HOST = 'https://feeds.example';
const facts = { role: 'facts' } as const;

vi.mock(import('./ecosystems.ts'), async (original) => ({
  ...(await original()),
  advisorySources: async () => [
    fakeSource('epss', [{ url: `${HOST}/epss`, ecosystems: [], facts: ['prediction'] }], facts),
    fakeSource('kev', [{ url: `${HOST}/kev`, ecosystems: [], facts: ['exploited'] }], facts),
    fakeSource('nvd', [{ url: `${HOST}/nvd`, ecosystems: [], facts: ['flaw'] }], facts),
    fakeSource('debian', [{ url: `${HOST}/debian`, ecosystems: ['Debian'] }]),
    fakeSource('alpine', [{ url: `${HOST}/alpine`, ecosystems: ['Alpine'] }]),
    fakeSource('large', [{ url: `${HOST}/large`, ecosystems: ['CPE'] }], { broughtBy: 'update' }),
    fakeSource('more', [{ url: `${HOST}/more`, ecosystems: ['Debian'] }], { role: 'supplement' }),
  ],
}));

const exploited: Fact = {
  kind: 'exploited',
  key: 'CVE-1',
  name: 'A flaw',
  product: 'bash',
  added: '2026-01-01',
  due: '2026-02-01',
  action: 'Update.',
  ransomware: false,
};

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'first-use-'));
  path = join(folder, 'advisories.db');
  mkdirSync(join(folder, 'mirror/feeds.example'), { recursive: true });
  put('epss', feedText([], { facts: [prediction('CVE-1', 0.5)] }));
  put('kev', feedText([], { facts: [exploited] }));
  put('nvd', feedText([], { facts: [] }));
  put('debian', feedText([advisory('CVE-1', {})]));
  put('more', feedText([advisory('CVE-2', {})]));
  put('alpine', feedText([advisory('CVE-1', { ecosystem: 'Alpine:v3.20' })]));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, content: string): void => writeFileSync(join(folder, 'mirror/feeds.example', name), content);
const take = (name: string): void => rmSync(join(folder, 'mirror/feeds.example', name));

async function use(ecosystem: string): Promise<{ notes: readonly string[]; scores: number[]; feeds: string[] }> {
  const { notes, advisories } = await chooseAdvisories([ecosystem], path, { mirror: join(folder, 'mirror') });
  const scores = advisories.facts('prediction', 'CVE-1').map(({ score }) => score);
  advisories.close();
  return { notes, scores, feeds: databaseStatus(path).feeds.map(({ name }) => name) };
}

it('brings what is asked for, what supplements it, and what says how pressing a flaw is', async () => {
  expect(await use('Debian:12')).toEqual({ notes: [], scores: [0.5], feeds: ['epss', 'kev', 'debian', 'more'] });
});

it('brings nothing large, and says how to get it', async () => {
  const options = { mirror: join(folder, 'mirror') };
  put('large', feedText([advisory('CVE-3', { ecosystem: 'CPE' })]));
  for (const ecosystems of [['CPE'], ['CPE', 'Debian:12'], ['CPE', 'Debian:12']]) {
    const { notes, advisories } = await chooseAdvisories(ecosystems, path, options);
    expect(notes).toEqual(['The advisories of CPE are large: `seaworthy db update --only nvd` fetches them.']);
    expect(advisories.ecosystem('CPE').sources).toEqual([]);
    advisories.close();
  }
  expect(databaseStatus(path).feeds.map(({ name }) => name)).toEqual(['epss', 'kev', 'debian', 'more']);
});

it('brings facts once: a later fetch is for the ecosystem alone', async () => {
  await use('Debian:12');
  put('epss', feedText([], { facts: [prediction('CVE-1', 0.75)] }));
  const { scores, feeds } = await use('Alpine:v3.20');
  expect({ scores, feeds: feeds.at(-1) }).toEqual({ scores: [0.5], feeds: 'alpine' });
});

it('says that facts did not come, and goes on without them', async () => {
  take('epss');
  put('kev', '<html>');
  const { notes, scores, feeds } = await use('Debian:12');
  expect(notes).toEqual([
    expect.stringMatching(/^The facts of epss could not be fetched: the mirror does not have the feed, /),
    expect.stringMatching(/^The facts of kev could not be fetched: a web page came instead of the feed, /),
  ]);
  expect({ scores, feeds }).toEqual({ scores: [], feeds: ['debian', 'more'] });
});

it('says which advisories did not come, whatever facts did', async () => {
  take('debian');
  const { notes, feeds } = await use('Debian:12');
  expect(notes).toEqual([
    expect.stringMatching(/^The advisories of Debian:12 could not be fetched: the mirror does not have the feed, /),
  ]);
  expect(feeds).toEqual(['epss', 'kev', 'more']);
  // What only adds to them is not taken for them: the next scan tries again.
  put('debian', feedText([advisory('CVE-1', {})]));
  expect((await use('Debian:12')).feeds).toEqual(['epss', 'kev', 'more', 'debian']);
});
