import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SquashedFile } from '../image/tree/squash.ts';
import type { Ownership, Package } from '../inventory/inventory.ts';
import { owned } from './ownership.ts';

const layer = (index: number): Package['locations'][number]['layer'] => ({ index, diffId: '' });
const bytes = Buffer.from('{}');
const sha256 = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const other = `sha256:${'0'.repeat(64)}`;

function packageOf(type: string, name: string, version: string, rest: Partial<Package> = {}): Package {
  const id = `pkg:${type}/${name}@${version}`;
  return {
    id,
    name,
    version,
    type,
    kind: 'binary',
    purl: id,
    locations: [],
    licenses: [],
    foundBy: type,
    provenance: { introduced: layer(0), changed: layer(0) },
    metadata: { kind: 'language' },
    ...rest,
  };
}

function nginxAt(...paths: readonly string[]): Package {
  const locations = paths.map((path, index) => ({ path, layer: layer(index) }));
  return packageOf('generic', 'nginx', '1.22.1', {
    foundBy: 'program',
    ecosystem: 'CPE',
    knownAs: ['f5:nginx'],
    locations,
  });
}

const dpkg: Pick<Package, 'ecosystem' | 'metadata'> = { ecosystem: 'Debian:12', metadata: { kind: 'dpkg' } };
const deb = packageOf('deb', 'nginx', '1.22.1-9+deb12u1', dpkg);
const conda = packageOf('conda', 'nginx', '1.22.1');
const bitnami = packageOf('bitnami', 'nginx', '1.22.1-8', {
  ecosystem: 'Bitnami',
  locations: [{ path: '/opt/bitnami/nginx/.spdx-nginx.spdx', layer: layer(0) }],
});
const thirdParty = packageOf('deb', 'nginx', '1.22.1-1~bookworm', {
  ...dpkg,
  metadata: { kind: 'dpkg', thirdParty: 'nginx.org' },
});
const usual = '/usr/sbin/nginx';

/** Places of the program that are told on their own, and its owner. */
function told(
  found: Package,
  owner: Package,
  listed: Ownership['files'],
  file: Partial<SquashedFile> = {},
): readonly [readonly string[], string | undefined] {
  const extracted: SquashedFile = { bytes, layer: 0, extractor: 'executable', digests: [sha256], ...file };
  const files = new Map(found.locations.map(({ path }) => [path.slice(1), extracted]));
  const { packages } = owned([owner, found], [{ package: owner.id, files: listed }], [], files);
  expect(packages[0]?.id).toBe(owner.id);
  return [packages[1]?.locations.map(({ path }) => path) ?? [], packages[1]?.ownedBy];
}

describe('a program is told on its own', () => {
  it.each<[string, readonly [readonly string[], string | undefined], readonly string[], string?]>([
    ['not as the distribution shipped it', told(nginxAt(usual), deb, [{ path: usual, digest: sha256 }]), []],
    ['not where the list says /sbin', told(nginxAt(usual), deb, [{ path: '/sbin/nginx', digest: sha256 }]), []],
    ['where it was overwritten', told(nginxAt(usual), deb, [{ path: usual, digest: other }]), [usual]],
    ['where a later layer wrote it', told(nginxAt(usual), deb, [{ path: usual }], { layer: 1 }), [usual]],
    [
      'at its other places alone',
      told(nginxAt(usual, '/opt/nginx'), deb, [{ path: usual, digest: sha256 }]),
      ['/opt/nginx'],
    ],
    ['beside the package', told(nginxAt('/usr/local/sbin/nginx'), deb, [{ path: usual }]), ['/usr/local/sbin/nginx']],
    ['of somebody else’s package', told(nginxAt(usual), thirdParty, [{ path: usual }]), [usual], thirdParty.id],
    [
      'of conda, of which no advisories speak',
      told(nginxAt('/opt/conda/bin/nginx'), conda, [{ path: '/opt/conda/bin/nginx' }]),
      ['/opt/conda/bin/nginx'],
      conda.id,
    ],
    ['not of Bitnami', told(nginxAt('/opt/bitnami/nginx/sbin/nginx'), bitnami, []), []],
    ['beside Bitnami', told(nginxAt('/opt/bitnami/common/nginx'), bitnami, []), ['/opt/bitnami/common/nginx']],
    [
      'of another version within Bitnami',
      told(nginxAt('/opt/bitnami/nginx/sbin/nginx'), { ...bitnami, version: '1.22.10-8' }, []),
      ['/opt/bitnami/nginx/sbin/nginx'],
    ],
    ['not in a distribution’s folder without lists of files', told(nginxAt(usual), deb, []), []],
    ['elsewhere without lists of files', told(nginxAt('/usr/local/bin/nginx'), deb, []), ['/usr/local/bin/nginx']],
    ['of another version without lists of files', told(nginxAt(usual), { ...deb, version: '1.22.12-1' }, []), [usual]],
  ])('%s', (_, [places, owner], expected, by) => {
    expect([places, owner]).toEqual([expected, by]);
  });
});

it('a package whose first place is left out has come with the next', () => {
  const found = nginxAt(usual, '/opt/nginx');
  const files = new Map(
    found.locations.map(({ path }) => [path.slice(1), { bytes, layer: 0, extractor: 'executable' }]),
  );
  const { packages } = owned([deb, found], [{ package: deb.id, files: [{ path: usual }] }], [], files);
  expect(packages[1]?.provenance).toEqual({ introduced: layer(1), changed: layer(1) });
});
