import { describe, expect, it } from 'vitest';
import type { StoredEntry } from '../database/database.ts';
import type { Package } from '../inventory/inventory.ts';
import { dpkg } from '../version/dpkg.ts';
import { matchPackages } from './match.ts';
import { unsignedSource } from './signed.ts';

function packageOf(ecosystem: string, name: string, version: string, source?: Package['source']): Package {
  return {
    id: name,
    name,
    version,
    ecosystem,
    type: 'deb',
    kind: 'binary',
    purl: `pkg:deb/x/${name}@${version}`,
    ...(source === undefined ? {} : { source }),
    locations: [],
    licenses: [],
    foundBy: 'dpkg',
    metadata: { kind: 'dpkg' },
  };
}

// As apt has them for Debian 12 (`Source`, `Version`), and for Ubuntu 22.04.
const image = packageOf('Debian:12', 'linux-image-6.1.0-47-amd64', '6.1.170-3', {
  name: 'linux-signed-amd64',
  version: '6.1.170+3',
});

describe('what was signed', () => {
  it.each<[string, Package, Package['source']]>([
    ['the kernel', image, { name: 'linux', version: '6.1.170-3' }],
    [
      'a kernel for an earlier release',
      packageOf('Debian:11', 'x', '1', { name: 'linux-signed-arm64', version: '6.1.55+1~bpo11+1' }),
      { name: 'linux', version: '6.1.55-1~bpo11+1' },
    ],
    [
      'the boot loader',
      packageOf('Debian:12', 'grub-efi-amd64-signed', '1+2.06+13+deb12u2'),
      { name: 'grub2', version: '2.06-13+deb12u2' },
    ],
    [
      'what boots the boot loader',
      packageOf('Debian:12', 'shim-helpers-amd64-signed', '1+16.1+2~deb12u1'),
      { name: 'shim', version: '16.1-2~deb12u1' },
    ],
    [
      "Ubuntu's kernel",
      packageOf('Ubuntu:22.04:LTS', 'x', '1', { name: 'linux-signed', version: '5.15.0-101.111' }),
      { name: 'linux', version: '5.15.0-101.111' },
    ],
    [
      "Ubuntu's kernel for a cloud",
      packageOf('Ubuntu:22.04:LTS', 'x', '1', { name: 'linux-signed-hwe-6.5', version: '6.5.0-26.26~22.04.1' }),
      { name: 'linux-hwe-6.5', version: '6.5.0-26.26~22.04.1' },
    ],
    [
      'what is not signed',
      packageOf('Debian:12', 'linux-libc-dev', '6.1.170-3', { name: 'linux', version: '6.1.170-3' }),
      undefined,
    ],
    ['what is named alike', packageOf('Debian:12', 'unsigned', '1'), undefined],
    ['what others sign', packageOf('Kali', 'x', '1', { name: 'linux-signed-amd64', version: '6.1.170+3' }), undefined],
  ])('is %s', (_, found, expected) => {
    expect(unsignedSource(found)).toEqual(expected);
  });

  it('is judged by the advisories on the source that was signed, and on the one that signs', () => {
    const entry = (id: string, fixed: string): StoredEntry => ({
      id,
      aliases: [],
      covers: [],
      appliesTo: 'source',
      status: 'affected',
      ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed }] }],
      fixState: 'fixed',
      feed: 1,
      source: { name: 'debian', url: 'https://x.test/', digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' },
    });
    const entries: Readonly<Record<string, readonly StoredEntry[]>> = {
      linux: [entry('CVE-2026-1', '6.1.170-4'), entry('CVE-2026-2', '6.1.170-3')],
      'linux-signed-amd64': [entry('CVE-2026-3', '6.1.170+4')],
    };
    const lookup = (_: string, name: string, appliesTo: string): readonly StoredEntry[] =>
      appliesTo === 'source' ? (entries[name] ?? []) : [];
    const { packages } = matchPackages([image], { lookup }, new Map([['deb', dpkg]]));
    const said = packages[0]?.matches.map(({ entry: { id }, verdict, searched }) => [id, verdict, searched.version]);
    expect(said).toEqual([
      ['CVE-2026-3', 'affected', '6.1.170+3'],
      ['CVE-2026-1', 'affected', '6.1.170-3'],
      ['CVE-2026-2', 'not-affected', '6.1.170-3'],
    ]);
  });
});
