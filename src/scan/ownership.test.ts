import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SquashedFile } from '../image/tree/squash.ts';
import type { Package, Problem } from '../inventory/inventory.ts';
import { owned, ownerIndex } from './ownership.ts';

const layer = (index: number): Package['locations'][number]['layer'] => ({ index, diffId: '' });
const content = Buffer.from('Name: requests\nVersion: 2.28.1\n');
const md5 = `md5:${createHash('md5').update(content).digest('hex')}`;
const other = `md5:${'0'.repeat(32)}`;

function packageOf(type: string, name: string, paths: readonly string[], changed = 0): Package {
  return {
    id: `pkg:${type}/${name}@1`,
    name,
    version: '1',
    type,
    kind: 'binary',
    purl: `pkg:${type}/${name}@1`,
    locations: paths.map((path) => ({ path, layer: layer(0) })),
    licenses: [],
    foundBy: type === 'deb' ? 'dpkg' : type,
    provenance: { introduced: layer(0), changed: layer(changed) },
    metadata: { kind: 'language' },
  };
}

const path = '/usr/lib/python3/dist-packages/requests.dist-info/METADATA';
const deb: Package = {
  ...packageOf('deb', 'python3-requests', ['/var/lib/dpkg/status']),
  ecosystem: 'Debian:12',
};
const foreign: Package = { ...deb, id: 'pkg:deb/search@1', metadata: { kind: 'dpkg', thirdParty: 'Elastic' } };

function ownerOf(
  found: Package,
  digest: string | undefined,
  file: Partial<SquashedFile> = {},
  listed = path,
): string | undefined {
  const ownership = [{ package: deb.id, files: [digest === undefined ? { path: listed } : { path: listed, digest }] }];
  const files = new Map(found.locations.map((at) => [at.path.slice(1), { bytes: content, layer: 0, ...file }]));
  return owned([deb, found], ownership, [], files).packages.find(({ id }) => id === found.id)?.ownedBy;
}

describe('whose files a package has', () => {
  const requests = packageOf('pypi', 'requests', [path]);
  const elsewhere = packageOf('pypi', 'requests', [path, '/opt/venv/requests.dist-info/METADATA']);
  const extract = { extractor: 'executable', bytes: Buffer.from('{}') };
  it.each<[string, string | undefined, string | undefined]>([
    ['those of the distribution, as shipped', ownerOf(requests, md5), deb.id],
    ['changed since', ownerOf(requests, other), undefined],
    ['no digest, the same layer', ownerOf(requests, undefined), deb.id],
    ['no digest, written by a later layer', ownerOf(requests, undefined, { layer: 1 }), undefined],
    ['also elsewhere', ownerOf(elsewhere, md5), undefined],
    ['a list that says /lib for /usr/lib', ownerOf(requests, md5, {}, path.slice(4)), deb.id],
    [
      'a program with its digest',
      ownerOf(requests, md5, { ...extract, digests: [`sha1:${'1'.repeat(40)}`, md5] }),
      deb.id,
    ],
    ['a program with another digest', ownerOf(requests, md5, { ...extract, digests: [other] }), undefined],
    ['a program without digest, the same layer', ownerOf(requests, md5, extract), deb.id],
    ['a program without digest, a later layer', ownerOf(requests, md5, { ...extract, layer: 2 }), undefined],
  ])('%s', (_, owner, expected) => {
    expect(owner).toBe(expected);
  });
  it('is told once more as a relationship', () => {
    const files = new Map([[path.slice(1), { bytes: content, layer: 0 }]]);
    const { relationships } = owned([deb, requests], [{ package: deb.id, files: [{ path }] }], [], files);
    expect(relationships).toEqual([{ kind: 'owned-by', from: requests.id, to: deb.id }]);
  });
});

it.each([
  ['first', [deb, foreign]],
  ['last', [foreign, deb]],
] as const)('of several owners one that somebody else built counts (%s)', (_, owners) => {
  const places = owners.map(({ name }, at) => `/usr/share/${name}${at}/requests.dist-info/METADATA`);
  const requests = packageOf('pypi', 'requests', places);
  const ownership = owners.map(({ id }, at) => ({ package: id, files: [{ path: places[at] ?? '' }] }));
  const files = new Map(places.map((place) => [place.slice(1), { bytes: content, layer: 0 }]));
  const { packages } = owned([...owners, requests], ownership, [], files);
  expect(packages.at(-1)?.ownedBy).toBe(foreign.id);
});

it('of a file that is not understood it is told whose it is, as shipped', () => {
  const problem: Problem = { code: 'unsupported', message: 'x', path, by: 'maven', lossy: true };
  const files = new Map([[path.slice(1), { bytes: content, layer: 0 }]]);
  const ownerOf = (digest: string, owner: Package = deb): unknown =>
    owned([owner], [{ package: owner.id, files: [{ path, digest }] }], [problem], files).problems[0]?.ownedBy;
  const { ecosystem: _, ...unjudged } = deb;
  expect([ownerOf(md5), ownerOf(other)]).toEqual([deb.id, undefined]);
  expect([ownerOf(md5, foreign), ownerOf(md5, unjudged)]).toEqual([undefined, undefined]);
});

it('asks for places of packages and of problems only', () => {
  const problem: Problem = { code: 'corrupt', message: 'x', path: '/opt/a.jar', by: 'maven', lossy: true };
  const index = ownerIndex([packageOf('pypi', 'requests', [path])], [problem]);
  expect([path, path.slice(4), '/opt/a.jar', '/etc/passwd'].map((one) => index.asks(one))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});
