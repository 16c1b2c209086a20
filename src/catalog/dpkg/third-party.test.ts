import { expect, it } from 'vitest';
import rows from './third-parties.json' with { type: 'json' };
import { thirdParties } from './third-party.ts';

const on = (id: string): ReturnType<typeof thirdParties> =>
  thirdParties({ id, name: id, like: [], source: '/etc/os-release' });

/** Distribution, version, maintainer: who built it. Versions and maintainers of real packages. */
it.each([
  ['debian', '5.2.15-2+b13', 'Matthias Klose <doko@debian.org>', undefined],
  ['debian', '20110502-7+b1', 'Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>', undefined],
  ['debian', '0.24+dfsg-1', 'Arnaud Rebillout <arnaudr@kali.org>', undefined],
  ['debian', '12.2.0-14+deb12u1', 'Debian GCC Maintainers <debian-gcc@lists.debian.org>', undefined],
  ['debian', '2.38.1-5+deb12u1', 'util-linux packagers <util-linux@packages.debian.org>', undefined],
  ['debian', '1.22.1-9~bpo12+1', 'Debian Nginx Maintainers <pkg-nginx-maintainers@alioth-lists.debian.net>', undefined],
  ['ubuntu', '1.6.3ubuntu0.1', 'Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>', undefined],
  ['ubuntu', '3.0.2-0ubuntu1.18+esm1', 'Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>', undefined],
  ['ubuntu', '2.4.52-1ubuntu4.12', 'Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>', undefined],
  ['debian', '2.4.52-1ubuntu4.12', 'Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>', 'Ubuntu'],
  ['linuxmint', '2.4.52-1ubuntu4.12', 'Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>', undefined],
  ['debian', '5:20.10.7~3-0~debian-buster', 'Docker <support@docker.com>', 'Docker'],
  ['debian', '1.7.19-1', 'Containerd team <help@containerd.io>', 'Docker'],
  [
    'ubuntu',
    '8.3.15-1+ubuntu22.04.1+deb.sury.org+1',
    'Debian PHP Maintainers <team+pkg-php@tracker.debian.org>',
    'deb.sury.org',
  ],
  ['ubuntu', '1:2.43.2-0ppa1~ubuntu22.04.1', 'Jonathan Nieder <jrnieder@gmail.com>', 'PPA'],
  ['ubuntu', '7.3.15+dfsg-1~ppa1~ubuntu22.04', 'Stefano Rivera <stefanor@debian.org>', 'PPA'],
  ['ubuntu', '1:26.2.5.9-1rmq1ppa1~ubuntu22.04.1', 'RabbitMQ Team <team@rabbitmq.example>', 'PPA'],
  ['debian', '17.2-1.pgdg120+1', 'Debian PostgreSQL Maintainers <team+postgresql@tracker.debian.org>', 'PostgreSQL'],
  ['ubuntu', '16.1-1.pgdg22.04+1', 'Debian PostgreSQL Maintainers <team+postgresql@tracker.debian.org>', 'PostgreSQL'],
  ['debian', '1:11.4.0+maria~deb11', 'MariaDB Developers <developers@lists.mariadb.org>', 'MariaDB'],
  ['ubuntu', '1:10.6.12+maria~ubu2004', 'MariaDB Developers <maria-developers@lists.launchpad.net>', 'MariaDB'],
  ['ubuntu', '13.1.1-1', 'cudatools <cudatools@nvidia.com>', 'NVIDIA'],
  ['debian', '126.0.6478.126-1', 'Chrome Linux Team <chromium-dev@chromium.org>', 'Google'],
  ['debian', '108.0.5359.124-1', 'Chrome Linux Team <chrome-linux-team@google.com>', 'Google'],
  ['debian', '20.20.2-1nodesource1+repack1', 'NodeSource Support <support@nodesource.com>', 'NodeSource'],
  ['debian', '1.95.3-1731513102', 'Microsoft Corporation <vscode-linux@microsoft.com>', 'Microsoft'],
  [
    'debian',
    '3.0.19-1~deb12u1+rpt1',
    'Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.net>',
    'Raspberry Pi',
  ],
  ['raspbian', '5.2.15-2+rpi1', 'Matthias Klose <doko@debian.org>', undefined],
  ['kali', '2024.3.0-0kali1', 'Kali Developers <devel@kali.org>', undefined],
  ['debian', '2024.3.0-0kali1', 'Kali Developers <devel@kali.org>', 'Kali'],
  ['debian', '252.26-1+devuan1', 'Mark Hindley <mark@hindley.org.uk>', 'Devuan'],
  ['devuan', '252.26-1+devuan1', 'Mark Hindley <mark@hindley.org.uk>', undefined],
  ['debian', '8.1.5-6', 'Proxmox Support Team <support@proxmox.com>', 'Proxmox'],
  ['debian', '1.2', undefined, undefined],
])('on %s, version %s, of %s: %s', (id, version, maintainer, expected) => {
  expect(on(id)({ version, maintainer })).toBe(expected);
});

it('is told of no package where the distribution is unknown', () => {
  expect(thirdParties(undefined)({ version: '1+deb.sury.org+1' })).toBeUndefined();
});

it('has a word in each sign of a version', () => {
  const signs = rows.flatMap(({ version }) => version ?? []);
  expect(
    signs.filter((sign) => !/[a-z]{3}|\bp\(\?:ve\|bs\|mg\)/.test(sign.replaceAll(/\(\?:rpi\|rpt\)/g, 'rpi'))),
  ).toEqual([]);
});
