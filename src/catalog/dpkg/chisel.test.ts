import { readFileSync } from 'node:fs';
import { constants, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Distro } from '../../distro/distro.ts';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { dpkg } from './dpkg.ts';

const distro: Distro = {
  id: 'ubuntu',
  name: 'Ubuntu 24.04.3 LTS',
  versionId: '24.04',
  codename: 'noble',
  like: ['debian'],
  source: '/etc/os-release',
  ecosystem: 'Ubuntu:24.04:LTS',
};
const layer = { index: 0, diffId: 'sha256:00' };
const wall = 'var/lib/chisel/manifest.wall';
const status = 'var/lib/dpkg/status';
const text = readFileSync(new URL('testdata/chisel/manifest.jsonl', import.meta.url), 'utf8');
/** With a checksum, as chisel compresses it. */
const packed = (content: string): Uint8Array =>
  new Uint8Array(zstdCompressSync(content, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }));

function catalog(files: Readonly<Record<string, Uint8Array>>): CatalogResult {
  const paths = Object.keys(files).toSorted();
  return dpkg.catalog({
    distro,
    files: paths.map((path) => ({ path, bytes: files[path] ?? new Uint8Array(), layer })),
  });
}

describeCataloger(dpkg, [
  {
    name: 'chiselled ubuntu',
    files: { [wall]: packed(text) },
    distro,
    expected: [
      'base-files 13ubuntu10.5 arm64',
      'ca-certificates 20260601~24.04.1 all',
      'libc6 2.39-0ubuntu8.9 arm64',
      'libssl3t64 3.0.13-0ubuntu3.16 arm64',
      'openssl 3.0.13-0ubuntu3.16 arm64',
    ],
  },
]);

describe('chisel manifest', () => {
  it('lists packages that can not be assessed, and says so', () => {
    const { packages, problems } = catalog({ [wall]: packed(text) });
    const found = packages.find(({ name }) => name === 'libssl3t64');
    expect(found).toMatchObject({
      purl: 'pkg:deb/ubuntu/libssl3t64@3.0.13-0ubuntu3.16?arch=arm64&distro=ubuntu-24.04',
      locations: [{ path: `/${wall}`, layer }],
    });
    expect(found).not.toHaveProperty('source');
    expect(found).not.toHaveProperty('ecosystem');
    expect(problems).toMatchObject([{ code: 'unsupported', detail: '5 packages', path: `/${wall}`, lossy: false }]);
  });
  it('tells the files of each package, as they are at the end', () => {
    const { ownership } = catalog({ [wall]: packed(text) });
    expect(ownership?.map(({ package: id, files }) => [/\/([^/@]+)@/.exec(id)?.[1], files])).toEqual([
      ['base-files', [{ path: '/var/lib/chisel/manifest.wall' }]],
      [
        'ca-certificates',
        [
          {
            path: '/etc/ssl/certs/ca-certificates.crt',
            digest: 'sha256:8067926c032c090867013d14fb0eb21ae858344f62ad07086fd32375845c91a6',
          },
        ],
      ],
      [
        'libc6',
        [
          {
            path: '/usr/lib/aarch64-linux-gnu/libc.so.6',
            digest: 'sha256:c4ce8495a690e25636f83c00b5ee9128f78dcfea24523d2697dbd37114bb967a',
          },
        ],
      ],
      [
        'openssl',
        [
          {
            path: '/usr/bin/openssl',
            digest: 'sha256:cc55e2ecf36e40171ded57167c38e1025c99dc8f8bcdd6422368385a977ae1fe',
          },
        ],
      ],
    ]);
  });
  it('and dpkg’s own record of a package are one, with its source', () => {
    const record =
      'Package: libssl3t64\nStatus: install ok installed\nArchitecture: arm64\nSource: openssl\nVersion: 3.0.13-0ubuntu3.16\n\n';
    const { packages, problems } = catalog({ [wall]: packed(text), [status]: Buffer.from(record) });
    expect(packages).toHaveLength(5);
    expect(packages.find(({ name }) => name === 'libssl3t64')).toMatchObject({
      ecosystem: 'Ubuntu:24.04:LTS',
      source: { name: 'openssl' },
    });
    expect(problems).toMatchObject([{ code: 'unsupported', detail: '4 packages' }]);
  });
  it.each([
    ['not compressed', Buffer.from(text), 'ZSTD_error_prefix_unknown'],
    [
      'of another schema',
      packed(text.replace('"schema":"1.0"', '"schema":"2.0"')),
      '17 lines, not known how many stated',
    ],
    [
      'of fewer lines than it says',
      packed(text.replace(/\{"kind":"package","name":"libc6".*\n/, '')),
      '16 lines, 17 stated',
    ],
    [
      'with a package that is none',
      packed(text.replace('"openssl","version":"', '"open ssl","version":"')),
      'line 9: not a package',
    ],
    [
      'with a line that is no JSON',
      packed(text.replace('{"kind":"package","name":"libc6"', '{"kind":"package"')),
      'line 7: not a package',
    ],
    ['with one that is cut', packed(text.replace('"arch":"all"}', '"arch":"a')), 'line 6: not a package'],
    ['with names of prototypes', packed(text.replace('"name":"libc6"', '"name":"__proto__"')), 'line 7: not a package'],
    ['empty', packed(''), '0 lines, not known how many stated'],
  ])('%s is damaged', (_name, bytes, detail) => {
    const { problems } = catalog({ [wall]: bytes });
    expect(problems[0]).toMatchObject({ code: 'corrupt', detail, path: `/${wall}`, lossy: true });
  });
  it('that grows beyond measure is not read', () => {
    const bomb = new Uint8Array(zstdCompressSync(Buffer.alloc(160 << 20)));
    expect(catalog({ [wall]: bomb }).problems).toMatchObject([{ code: 'corrupt', detail: 'ERR_BUFFER_TOO_LARGE' }]);
  });
});
