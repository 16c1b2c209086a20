import { expect, it } from 'vitest';
import type { StoredEntry } from '../database/database.ts';
import type { Package } from '../inventory/inventory.ts';
import { dpkg } from '../version/dpkg.ts';
import { matchPackages } from './match.ts';

/** UBUNTU-CVE-2022-24823 on netty of Ubuntu 20.04: fixed for subscribers of `esm-apps` alone. */
const netty: StoredEntry = {
  id: 'UBUNTU-CVE-2022-24823',
  aliases: ['CVE-2022-24823'],
  covers: [],
  appliesTo: 'source',
  status: 'affected',
  ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed: '1:4.1.45-1ubuntu0.1~esm2' }] }],
  fixState: 'fixed',
  qualifiers: { service: 'esm-apps' },
  feed: 1,
  source: { name: 'ubuntu', url: 'https://x.test/', digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' },
};

function installed(version: string): Package {
  return {
    id: version,
    name: 'libnetty-java',
    version,
    ecosystem: 'Ubuntu:20.04:LTS',
    type: 'deb',
    kind: 'binary',
    purl: `pkg:deb/ubuntu/libnetty-java@${version}`,
    source: { name: 'netty', version },
    locations: [],
    licenses: [],
    foundBy: 'dpkg',
    metadata: { kind: 'dpkg' },
  };
}

const unserved = {
  state: 'not-fixed',
  note: 'fixed in 1:4.1.45-1ubuntu0.1~esm2, which only subscribers of esm-apps get',
};
const served = { state: 'fixed', version: '1:4.1.45-1ubuntu0.1~esm2', appliesTo: 'source', note: 'from esm-apps' };

it.each<[string, string, readonly string[], object | undefined]>([
  ['a build of the release, without the service', '1:4.1.45-1', [], unserved],
  ['the same, with another service', '1:4.1.45-1', ['esm-infra'], unserved],
  ['the same, with the service', '1:4.1.45-1', ['esm-apps', 'esm-infra'], served],
  ['an earlier build of the service, which has left the image', '1:4.1.45-1ubuntu0.1~esm1', [], unserved],
  ['an earlier build of the service', '1:4.1.45-1ubuntu0.1~esm1', ['esm-apps'], served],
  ['the fixed build of the service, which has left the image', '1:4.1.45-1ubuntu0.1~esm2', [], undefined],
  ['the fixed build', '1:4.1.45-1ubuntu0.1~esm2', ['esm-apps'], undefined],
  ['a later build', '1:4.1.45-1ubuntu0.1~esm3', [], undefined],
])('%s', (_, version, services, fix) => {
  const lookup = (ecosystem: string, name: string): readonly StoredEntry[] =>
    ecosystem === 'Ubuntu:20.04:LTS' && name === 'netty' ? [netty] : [];
  const { packages } = matchPackages([installed(version)], { lookup }, new Map([['deb', dpkg]]), { services });
  expect(packages[0]?.matches[0]?.fix).toEqual(fix);
});

it.each<[string, string, string, string]>([
  [
    'a build of the release past the fix, which need not have it',
    '1:4.1.45-1ubuntu0.1~esm2',
    '1:4.1.45-1ubuntu0.1',
    'unknown',
  ],
  ['a build of the service past the fix', '1:4.1.45-1ubuntu0.1~esm2', '1:4.1.45-1ubuntu0.1+esm1', 'not-affected'],
  ['a build of the release before the fix', '1:4.1.45-1ubuntu0.1~esm2', '1:4.1.45-1', 'affected'],
  [
    'the oldest builds of the service, which are not marked',
    '1:4.1.45-1ubuntu0.1',
    '1:4.1.45-1ubuntu0.2',
    'not-affected',
  ],
])('%s', (_, fixed, version, expected) => {
  const entry: StoredEntry = { ...netty, ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed }] }] };
  const { packages } = matchPackages([installed(version)], { lookup: () => [entry] }, new Map([['deb', dpkg]]));
  expect(packages[0]?.matches[0]?.verdict ?? 'not-affected').toBe(expected);
});
