import { describe, expect, it } from 'vitest';
import type { Package } from '../inventory/inventory.ts';
import rows from './elsewhere.json' with { type: 'json' };
import { elsewhere } from './elsewhere.ts';

function packageOf(ecosystem: string, name: string, source?: string): Package {
  return {
    id: name,
    name,
    version: '1',
    ecosystem,
    type: 'deb',
    kind: 'binary',
    purl: `pkg:deb/x/${name}@1`,
    ...(source === undefined ? {} : { source: { name: source, version: '1' } }),
    locations: [],
    licenses: [],
    foundBy: 'dpkg',
    metadata: { kind: 'dpkg' },
  };
}

const KERNEL = 'header files and build tools of the kernel, without the kernel';
const ANY = 'CVE-2024-1086';

describe('kernel headers', () => {
  it.each<[string, string, string | undefined]>([
    ['Debian:12', 'linux-libc-dev', 'linux'],
    ['Debian:11', 'linux-headers-6.1.0-0.deb11.17-amd64', 'linux-6.1'],
    ['Debian:13', 'linux-libc-dev-amd64-cross', 'linux'],
    ['Ubuntu:22.04:LTS', 'linux-libc-dev', 'linux'],
    ['Ubuntu:22.04:LTS', 'linux-headers-5.15.0-1031-aws', 'linux-aws'],
    ['Ubuntu:22.04:LTS', 'linux-aws-headers-5.15.0-1031', 'linux-aws'],
    ['Ubuntu:22.04:LTS', 'linux-hwe-5.19-headers-5.19.0-50', 'linux-hwe-5.19'],
    ['Red Hat:9', 'kernel-headers', 'kernel'],
    ['AlmaLinux:9', 'kernel-devel', 'kernel'],
    ['Rocky Linux:8', 'kernel-headers', 'kernel'],
    ['Oracle Linux:9', 'kernel-uek-devel', 'kernel-uek'],
    ['Fedora:41', 'kernel-headers', 'kernel-headers'],
    ['Azure Linux:3', 'kernel-headers', 'kernel-headers'],
    ['Photon OS:5.0', 'linux-api-headers', 'linux-api-headers'],
    ['SUSE Linux Enterprise Server:15.5', 'kernel-default-devel', 'kernel-default'],
    ['openSUSE:Leap 15.6', 'linux-glibc-devel', 'linux-glibc-devel'],
    ['Alpine:v3.20', 'linux-headers', 'linux-headers'],
    ['Alpine:v3.20', 'linux-lts-dev', 'linux-lts'],
    ['Wolfi', 'linux-headers', 'linux-headers'],
  ])('of %s in %s have none of its flaws', (ecosystem, name, source) => {
    expect(elsewhere(packageOf(ecosystem, name, source), ANY)).toBe(KERNEL);
  });

  it.each<[string, string, string | undefined]>([
    ['Debian:12', 'linux-image-6.1.0-18-amd64', 'linux'],
    ['Debian:12', 'linux-image-6.1.0-18-amd64', 'linux-signed-amd64'],
    ['Ubuntu:22.04:LTS', 'linux-modules-5.15.0-1031-aws', 'linux-aws'],
    ['Ubuntu:22.04:LTS', 'linux-tools-common', 'linux'],
    ['Debian:12', 'linux-perf', 'linux'],
    ['Red Hat:9', 'kernel-core', 'kernel'],
    ['Red Hat:9', 'kernel', 'kernel'],
    ['Red Hat:9', 'bpftool', 'kernel'],
    ['Alpine:v3.20', 'linux-lts', 'linux-lts'],
    ['Photon OS:5.0', 'linux', 'linux'],
    ['SUSE Linux Enterprise Server:15.5', 'kernel-default', 'kernel-default'],
    // Named alike, and of another source.
    ['Debian:12', 'linux-headers-mine', 'mine'],
    ['Raspbian:12', 'linux-libc-dev', 'linux'],
  ])('are not %s %s of %s', (ecosystem, name, source) => {
    expect(elsewhere(packageOf(ecosystem, name, source), ANY)).toBeUndefined();
  });
});

describe('flaws of one part of a source', () => {
  it.each<[flaw: string, source: string, without: string, within: string, word: RegExp]>([
    ['CVE-2023-45853', 'zlib', 'zlib1g', 'minizip', /MiniZip/],
    ['CVE-2023-4039', 'gcc-12', 'gcc-12-base', 'gcc-12', /compiler/],
    ['CVE-2022-27943', 'gcc-12', 'libgcc-s1', 'cpp-12', /demangler/],
    ['CVE-2011-3374', 'apt', 'libapt-pkg6.0', 'apt', /apt-key/],
    ['CVE-2023-31484', 'perl', 'perl-base', 'perl-modules-5.36', /CPAN/],
    ['CVE-2022-0563', 'util-linux', 'libuuid1', 'util-linux', /chfn/],
    ['CVE-2023-31439', 'systemd', 'libudev1', 'systemd', /journal/],
    ['CVE-2024-33599', 'glibc', 'libc6', 'nscd', /nscd/],
    ['CVE-2018-5709', 'krb5', 'libkrb5-3', 'krb5-kdc', /key distribution/],
    ['CVE-2017-14159', 'openldap', 'libldap-2.5-0', 'slapd', /slapd/],
    ['CVE-2025-27614', 'git', 'git', 'gitk', /Gitk/],
    ['CVE-2023-0795', 'tiff', 'libtiff6', 'libtiff-tools', /tiffcrop/],
  ])('%s of %s is not in %s, but in %s', (flaw, source, without, within, word) => {
    for (const ecosystem of ['Debian:12', 'Ubuntu:22.04:LTS']) {
      expect(elsewhere(packageOf(ecosystem, without, source), flaw)).toMatch(word);
      expect(elsewhere(packageOf(ecosystem, within, source), flaw)).toBeUndefined();
      // Another flaw of the source may well be in it.
      expect(elsewhere(packageOf(ecosystem, without, source), 'CVE-2099-0001')).toBeUndefined();
    }
  });

  it('goes for the C library of others too', () => {
    expect(elsewhere(packageOf('Red Hat:9', 'glibc-minimal-langpack', 'glibc'), 'CVE-2024-33602')).toMatch(/nscd/);
    expect(elsewhere(packageOf('Red Hat:9', 'nscd', 'glibc'), 'CVE-2024-33602')).toBeUndefined();
  });

  it('takes the name of the package for that of its source where it has none', () => {
    expect(elsewhere(packageOf('Alpine:v3.20', 'linux-headers'), ANY)).toBe(KERNEL);
  });
});

describe('each row', () => {
  it.each(rows.map((row) => [`${row.source}: ${row.because}`, row] as const))('%s', (_, row) => {
    expect(row.evidence).toMatch(/^https:\/\/[^\s]+$/);
    expect(row.packages.every((name) => name.replaceAll('*', '').length >= 3)).toBe(true);
    // Without a list of flaws it speaks of all that there will ever be: only of headers that is known.
    const { flaws } = row as { readonly flaws?: readonly string[] };
    expect(flaws === undefined ? row.because : KERNEL).toBe(KERNEL);
    expect((flaws ?? []).filter((flaw) => !/^CVE-\d{4}-\d{4,}$/.test(flaw))).toEqual([]);
  });
});
