import { expect, it } from 'vitest';
import type { StoredEntry } from '../database/database.ts';
import { dpkg } from '../version/dpkg.ts';
import { judge } from './judge.ts';

function entry(fixed: string | undefined): StoredEntry {
  return {
    id: 'UBUNTU-CVE-2022-0778',
    aliases: [],
    covers: [],
    appliesTo: 'source',
    status: 'affected',
    ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, ...(fixed === undefined ? [] : [{ fixed }])] }],
    fixState: fixed === undefined ? 'not-fixed' : 'fixed',
    feed: 1,
    source: { name: 'ubuntu', url: 'https://x.test/', digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' },
  };
}

// dpkg orders `1ubuntu2.fips.2.8` after `1ubuntu2.12`, though it is made from `1ubuntu2.8`.
it.each<[string, string | undefined, string]>([
  ['1.1.1f-1ubuntu2.fips.2.8', '1.1.1f-1ubuntu2.12', 'affected'],
  ['1.1.1f-1ubuntu2.fips.2.8', '1.1.1f-1ubuntu2.8', 'not-affected'],
  ['1.1.1f-1ubuntu2.fips.17', '1.1.1f-1ubuntu2.23', 'affected'],
  ['1.1.1f-1ubuntu2.fips.17', '1.1.1f-1ubuntu2.12', 'not-affected'],
  ['1.1.1-1ubuntu2.fips.2.1~18.04.9.1', '1.1.1-1ubuntu2.1~18.04.15', 'affected'],
  ['1.1.1-1ubuntu2.fips.2.1~18.04.9.1', '1.1.1-1ubuntu2.1~18.04.9', 'not-affected'],
  ['1.1.1f-1ubuntu2.fips.2.8', undefined, 'affected'],
  // A record on such builds is taken as it is.
  ['1.1.1f-1ubuntu2.fips.2.8', '1.1.1f-1ubuntu2.fips.2.7', 'not-affected'],
  ['1.1.1f-1ubuntu2.fips.2.8', '1.1.1f-1ubuntu2.fips.2.12', 'affected'],
  // Builds that go on counting behind it are in the order already.
  ['3.0.2-0ubuntu1.10+Fips1', '3.0.2-0ubuntu1.15', 'affected'],
  ['3.0.2-0ubuntu1.10+Fips1', '3.0.2-0ubuntu1.10', 'not-affected'],
])('a FIPS build %s, fixed in %s, is %s', (version, fixed, verdict) => {
  expect(judge(dpkg.parse(version), entry(fixed), dpkg).verdict).toBe(verdict);
});
