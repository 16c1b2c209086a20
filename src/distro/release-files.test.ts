import { existsSync, readFileSync } from 'node:fs';
import { assert, constantFrom, dictionary, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distroQualifier, ecosystemFor, type PackageFormat } from './distro.ts';
import rows from './ecosystems.json' with { type: 'json' };
import { distroFiles, recognizeDistro } from './release-files.ts';

function recognize(files: Readonly<Record<string, string>>): ReturnType<typeof recognizeDistro> {
  return recognizeDistro(new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])));
}

/** One os-release: its lines, the ecosystem, the purl's `distro`. */
it.each([
  ['ID=debian VERSION_ID="12" VERSION_CODENAME=bookworm', 'Debian:12', 'debian-12'],
  ['ID=debian VERSION_CODENAME=trixie', 'Debian:13', 'debian-trixie'],
  ['ID=debian VERSION_CODENAME=sid', 'Debian:sid', 'debian-sid'],
  ['ID=alpine VERSION_ID=3.20.3', 'Alpine:v3.20', 'alpine-3.20.3'],
  ['ID=alpine VERSION_ID=3.9', 'Alpine:v3.9', 'alpine-3.9'],
  ['ID=alpine VERSION_ID=3.21.0_alpha20240923', 'Alpine:edge', 'alpine-3.21.0_alpha20240923'],
  ['ID=alpine VERSION_ID=3.19.0_rc1', 'Alpine:v3.19', 'alpine-3.19.0_rc1'],
  ['ID=ubuntu VERSION_ID="22.04" ID_LIKE=debian', 'Ubuntu:22.04:LTS', 'ubuntu-22.04'],
  ['ID=ubuntu VERSION_ID="23.04" ID_LIKE=debian', 'Ubuntu:23.04', 'ubuntu-23.04'],
  ['ID=ubuntu VERSION_ID="24.10" ID_LIKE=debian', 'Ubuntu:24.10', 'ubuntu-24.10'],
  ['ID="almalinux" VERSION_ID="9.4" ID_LIKE="rhel centos fedora"', 'AlmaLinux:9', 'almalinux-9.4'],
  ['ID="rhel" VERSION_ID="9.4"', 'Red Hat:9', 'rhel-9.4'],
  ['ID="rocky" VERSION_ID="8.10"', 'Rocky Linux:8', 'rocky-8.10'],
  ['ID=wolfi VERSION_ID="20230201"', 'Wolfi', 'wolfi-20230201'],
  ['ID=chainguard', 'Chainguard', 'chainguard'],
  ['ID="opensuse-leap" VERSION_ID="15.6" ID_LIKE="suse opensuse"', 'openSUSE:Leap 15.6', 'opensuse-leap-15.6'],
  ['ID="opensuse-tumbleweed" VERSION_ID="20240801"', 'openSUSE:Tumbleweed', 'opensuse-tumbleweed-20240801'],
  ['ID=photon VERSION_ID=5.0', 'Photon OS:5.0', 'photon-5.0'],
  ['ID=azurelinux VERSION_ID="3.0"', 'Azure Linux:3', 'azurelinux-3.0'],
  ['ID=mariner VERSION_ID="2.0"', 'Azure Linux:2', 'mariner-2.0'],
  ['ID=mageia VERSION_ID=9', 'Mageia:9', 'mageia-9'],
  ['ID="openEuler" VERSION_ID="24.03" VERSION="24.03\\ (LTS-SP1)"', 'openEuler:24.03-LTS-SP1', 'openeuler-24.03'],
])('%s is %s', (line, ecosystem, qualifier) => {
  const text = line.replaceAll(' V', '\nV').replaceAll(' ID', '\nID').replaceAll('\\ ', ' ');
  const { distro, problems } = recognize({ 'etc/os-release': text });
  expect([distro?.ecosystem, distro && distroQualifier(distro), problems]).toEqual([ecosystem, qualifier, []]);
});

it.each([
  ['ID=mx\nID_LIKE=debian\nVERSION_ID="23"', 'mx is like debian, but its packages are its own'],
  ['ID=tuxedo\nID_LIKE="ubuntu debian"\nVERSION_ID="21"', 'tuxedo is like ubuntu debian, but its packages are its own'],
  ['ID=devuan\nID_LIKE=debian\nVERSION_ID="5"', 'OSV has no Devuan'],
  ['ID="almalinux"\nNAME="AlmaLinux Kitten"\nVERSION_ID="10"', 'AlmaLinux publishes no advisories for Kitten'],
  ['ID="sles"\nVERSION_ID="11.4"', 'sles without a release that is known: 11.4'],
  ['ID=debian', 'debian without a release that is known: none said'],
  ['ID=debian\nVERSION_ID=bookworm', 'debian without a release that is known: bookworm'],
  ['ID=nosuch', 'nosuch is not known'],
])('%j has no ecosystem, and why is said', (text, because) => {
  const { distro, problems } = recognize({ 'etc/os-release': text });
  expect(distro).toBeDefined();
  expect(distro?.ecosystem).toBeUndefined();
  expect(problems).toEqual([
    {
      code: 'distro-unknown',
      message: 'No advisories are named for this distribution',
      detail: because,
      path: '/etc/os-release',
      by: 'distro',
      lossy: false,
    },
  ]);
});

/** Files older than os-release, alone: id, version or codename, ecosystem. */
it.each([
  [{ 'etc/alpine-release': '3.4.6\n' }, 'alpine', '3.4.6', 'Alpine:v3.4'],
  [{ 'etc/debian_version': '11.11\n' }, 'debian', '11', 'Debian:11'],
  [{ 'etc/debian_version': 'trixie/sid\n' }, 'debian', 'trixie', 'Debian:13'],
  [{ 'etc/debian_version': '3.1\n' }, 'debian', '3.1', 'Debian:3.1'],
  [{ 'etc/redhat-release': 'Rocky Linux release 8.5 (Green Obsidian)\n' }, 'rocky', '8.5', 'Rocky Linux:8'],
  [{ 'etc/redhat-release': 'CentOS release 6.10 (Final)\n' }, 'centos', '6.10', 'Red Hat:6'],
  [{ 'etc/redhat-release': 'Red Hat Enterprise Linux Server release 7.9 (Maipo)\n' }, 'rhel', '7.9', 'Red Hat:7'],
  [{ 'etc/system-release': 'Amazon Linux AMI release 2018.03\n' }, 'amzn', '2018.03', undefined],
  [
    {
      'etc/oracle-release': 'Oracle Linux Server release 8.9\n',
      'etc/redhat-release': 'Red Hat Enterprise Linux release 8.9 (Ootpa)\n',
    },
    'ol',
    '8.9',
    'Oracle Linux:8',
  ],
  [{ 'etc/almalinux-release': 'AlmaLinux release 8.10 (Cerulean Leopard)\n' }, 'almalinux', '8.10', 'AlmaLinux:8'],
  [{ 'etc/photon-release': 'VMware Photon OS 3.0\nPHOTON_BUILD_NUMBER=1\n' }, 'photon', '3.0', 'Photon OS:3.0'],
  [{ 'etc/mariner-release': 'CBL-Mariner 2.0.20220226\n' }, 'mariner', '2.0', 'Azure Linux:2'],
  [{ 'etc/SuSE-release': 'SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\n' }, 'sles', '11', undefined],
  [
    { 'etc/SuSE-release': 'SUSE Linux Enterprise Server 12 (x86_64)\nVERSION = 12\nPATCHLEVEL = 3\n' },
    'sles',
    '12.3',
    'SUSE Linux Enterprise Server:12.3',
  ],
  [
    { 'etc/SuSE-release': 'SUSE Linux Enterprise Server 12 (x86_64)\nVERSION = 12\nPATCHLEVEL = 0\n' },
    'sles',
    '12',
    'SUSE Linux Enterprise Server:12',
  ],
  [
    {
      'etc/lsb-release': 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\nDISTRIB_DESCRIPTION="Ubuntu 14.04.6 LTS"\n',
      'etc/debian_version': 'jessie/sid\n',
    },
    'ubuntu',
    '14.04',
    'Ubuntu:14.04:LTS',
  ],
])('%j is %s %s', (files: Record<string, string>, id, release, ecosystem) => {
  const { distro } = recognize(files);
  expect([distro?.id, distro?.versionId ?? distro?.codename, distro?.ecosystem]).toEqual([id, release, ecosystem]);
});

const alpine = 'ID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n';
const mirror = 'https://mirror.example/alpine';
it.each([
  ['edge beats os-release', `${mirror}/edge/main\n${mirror}/edge/community`, 'Alpine:edge', []],
  ['the release', `${mirror}/v3.20/main\n#${mirror}/edge/main`, 'Alpine:v3.20', []],
  ['a tagged edge takes nothing by itself', `${mirror}/v3.20/main\n@edge ${mirror}/edge/main`, 'Alpine:v3.20', []],
  ['only edge/testing', `${mirror}/edge/testing`, 'Alpine:edge', []],
  [
    'an untagged edge/testing beside a release is said',
    `${mirror}/v3.20/main\n${mirror}/edge/testing`,
    'Alpine:v3.20',
    ['Packages may come from another branch than the release'],
  ],
])('alpine repositories: %s', (_name, repositories, ecosystem, messages) => {
  const { distro, problems } = recognize({ 'etc/os-release': alpine, 'etc/apk/repositories': repositories });
  expect([distro?.ecosystem, problems.map((problem) => problem.message)]).toEqual([ecosystem, messages]);
});

it.each([
  ['etc/apt/sources.list', 'deb [signed-by=/k] http://mirror.example/debian sid main\n', 'Debian:sid'],
  ['etc/apt/sources.list.d/debian.sources', 'Types: deb\nSuites: unstable\nComponents: main\n', 'Debian:sid'],
  ['etc/apt/sources.list', 'deb http://mirror.example/debian testing main\n', 'Debian:14'],
  ['etc/apt/sources.list.d/debian.sources', 'Suites: forky sid\n', 'Debian:14'],
])('debian forky/sid with %s %j is %s', (path, sources, ecosystem) => {
  const files = { 'etc/os-release': 'ID=debian\n', 'etc/debian_version': 'forky/sid\n', [path]: sources };
  expect(recognize(files).distro?.ecosystem).toBe(ecosystem);
});

describe('conflicts', () => {
  it('etc/os-release goes before usr/lib/os-release', () => {
    const files = {
      'usr/lib/os-release': 'ID=debian\nVERSION_ID=11\n',
      'etc/os-release': 'ID=debian\nVERSION_ID=12\n',
    };
    expect(recognize(files).distro).toMatchObject({
      ecosystem: 'Debian:12',
      codename: 'bookworm',
      source: '/etc/os-release',
    });
  });
  it('an unusable etc/os-release is said and the next file taken', () => {
    const { distro, problems } = recognize({ 'etc/os-release': 'ID="../x y"\n\0\0\n', 'usr/lib/os-release': alpine });
    expect(distro?.source).toBe('/usr/lib/os-release');
    expect(problems.map(({ code, path }) => [code, path])).toEqual([
      ['corrupt', '/etc/os-release'],
      ['corrupt', '/etc/os-release'],
    ]);
  });
  it.each([
    ['debian', 'VERSION_ID=12', 'etc/debian_version', '11.2', 'etc/os-release: 12, etc/debian_version: 11'],
    ['debian', 'VERSION_ID=12', 'etc/debian_version', 'trixie/sid', 'etc/os-release: 12, etc/debian_version: trixie'],
    [
      'debian',
      'VERSION_CODENAME=trixie',
      'etc/debian_version',
      '12.5',
      'etc/os-release: trixie, etc/debian_version: 12',
    ],
    ['alpine', 'VERSION_ID=3.20.3', 'etc/alpine-release', '3.9.6', 'etc/os-release: 3.20.3, etc/alpine-release: 3.9.6'],
    [
      'almalinux',
      'VERSION_ID=9.4',
      'etc/redhat-release',
      'AlmaLinux release 8.10 (Cerulean Leopard)',
      'etc/os-release: 9.4, etc/redhat-release: 8.10',
    ],
  ])('%s %s, but %s %s: another release costs the whole', (id, version, file, text, detail) => {
    const { problems } = recognize({ 'etc/os-release': `ID=${id}\n${version}\n`, [file]: `${text}\n` });
    expect(problems).toEqual([
      {
        code: 'distro-unknown',
        message: 'Release files disagree',
        detail,
        path: `/${file}`,
        by: 'distro',
        lossy: true,
      },
    ]);
  });
  it.each([
    ['debian', 'VERSION_ID=12', 'etc/debian_version', '12.8'],
    ['debian', 'VERSION_CODENAME=forky', 'etc/debian_version', 'forky/sid'],
    ['debian', 'VERSION_CODENAME=sid', 'etc/debian_version', 'forky/sid'],
    ['debian', 'VERSION_ID=12', 'etc/lsb-release', 'DISTRIB_ID=MX\nDISTRIB_RELEASE=23'],
    ['alpine', 'VERSION_ID=3.20.3', 'etc/alpine-release', '3.20.3'],
    ['alpine', 'VERSION_ID=3.21.0_alpha20240923', 'etc/alpine-release', '3.21.0_alpha20240923'],
    ['almalinux', 'VERSION_ID=9.4', 'etc/redhat-release', 'AlmaLinux release 9.4 (Seafoam Ocelot)'],
    ['rocky', 'VERSION_ID=8.9', 'etc/redhat-release', 'Rocky Linux release 8.9 (Green Obsidian)'],
    ['azurelinux', 'VERSION_ID=3.0', 'etc/azurelinux-release', 'Azure Linux 3.0.20240727'],
    ['mariner', 'VERSION_ID=2.0', 'etc/mariner-release', 'CBL-Mariner 2.0.20220226'],
    ['photon', 'VERSION_ID=5.0', 'etc/photon-release', 'VMware Photon OS 5.0'],
    ['ubuntu', 'VERSION_ID=22.04', 'etc/debian_version', 'bookworm/sid'],
    ['ubuntu', 'VERSION_ID=22.04', 'etc/lsb-release', 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04'],
  ])('%s %s and %s %s do not disagree', (id, version, file, text) => {
    expect(recognize({ 'etc/os-release': `ID=${id}\n${version}\n`, [file]: `${text}\n` }).problems).toEqual([]);
  });
  it('Amazon’s dated release is that of its year', () => {
    const files = {
      'etc/os-release': 'ID=amzn\nVERSION_ID=2023\n',
      'etc/system-release': 'Amazon Linux release 2023.6.20241031 (Amazon Linux)\n',
    };
    const { distro, problems } = recognize(files);
    expect([distro?.ecosystem, problems]).toEqual(['Amazon Linux:2023', []]);
  });
  it('a derivative that keeps its model’s older file is no conflict', () => {
    const files = { 'etc/os-release': 'ID=ubuntu\nVERSION_ID=22.04\n', 'etc/debian_version': 'bookworm/sid\n' };
    expect(recognize(files).problems).toEqual([]);
  });
});

it('has nothing to say about no files, and says when files tell nothing', () => {
  expect(recognize({})).toEqual({ problems: [] });
  expect(recognize({ 'etc/redhat-release': '\0' }).problems).toMatchObject([{ code: 'distro-unknown' }]);
});

it('does not read a release file beyond all measure, and what comes after it is not sure', () => {
  const huge = `ID=debian\n${'A'.repeat(64 << 10)}`;
  expect(recognize({ 'etc/os-release': huge }).problems).toMatchObject([{ code: 'too-large', lossy: true }]);
  const { distro, problems } = recognize({ 'etc/os-release': huge, 'usr/lib/os-release': alpine });
  expect(distro?.ecosystem).toBe('Alpine:v3.20');
  expect(problems).toMatchObject([{ code: 'too-large', path: '/etc/os-release', lossy: true }]);
});

it('knows the package format of every ecosystem that it names', () => {
  const formats: readonly PackageFormat[] = ['alpm', 'apk', 'deb', 'ebuild', 'opkg', 'rpm'];
  const distro = { id: 'x', name: 'x', like: [], source: '/etc/os-release' };
  const named = rows.flatMap(({ ecosystem }) => ecosystem ?? []);
  const counts = named.map((ecosystem) => formats.filter((format) => ecosystemFor({ ...distro, ecosystem }, format)));
  expect(counts.filter((of) => of.length !== 1)).toEqual([]);
  const without = formats.flatMap((format) => ecosystemFor(distro, format) ?? ecosystemFor(undefined, format) ?? []);
  expect(without).toEqual([]);
});

it('never throws', () => {
  const path = constantFrom(...distroFiles);
  assert(
    property(dictionary(path, uint8Array({ maxLength: 200 })), (files) => {
      const { distro, problems } = recognizeDistro(new Map(Object.entries(files)));
      expect(distro !== undefined || problems.length > 0 || Object.keys(files).length === 0).toBe(true);
    }),
  );
});

const fixtures = new URL('../../../shared/fixtures/', import.meta.url);
const there = existsSync(fixtures);
describe.skipIf(!there)(`real release files${there ? '' : ': SKIPPED, no ../shared/fixtures here'}`, () => {
  it.each([
    ['apk/3.11.13', 'Alpine:v3.11'],
    ['apk/3.14.10', 'Alpine:v3.14'],
    ['apk/3.17.10', 'Alpine:v3.17'],
    ['apk/3.20.3', 'Alpine:v3.20'],
    ['apk/edge', 'Alpine:edge'],
    ['dpkg/bullseye', 'Debian:11'],
    ['dpkg/bullseye-slim', 'Debian:11'],
    ['dpkg/bookworm', 'Debian:12'],
    ['dpkg/bookworm-slim', 'Debian:12'],
    ['dpkg/trixie', 'Debian:13'],
    ['dpkg/trixie-slim', 'Debian:13'],
  ])('%s is %s', (folder, ecosystem) => {
    const names = {
      'os-release': 'etc/os-release',
      'alpine-release': 'etc/alpine-release',
      'apk-repositories': 'etc/apk/repositories',
      debian_version: 'etc/debian_version',
    };
    const files = Object.entries(names).flatMap(([name, path]): [string, Uint8Array][] => {
      const url = new URL(`${folder}/${name}`, fixtures);
      return existsSync(url) ? [[path, readFileSync(url)]] : [];
    });
    const { distro, problems } = recognizeDistro(new Map(files));
    expect([distro?.ecosystem, problems]).toEqual([ecosystem, []]);
  });
});
