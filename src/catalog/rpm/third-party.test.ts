import { expect, it } from 'vitest';
import { thirdParties } from './third-party.ts';

const on = (id: string): ReturnType<typeof thirdParties> =>
  thirdParties({ id, name: id, like: [], source: '/etc/os-release' });

/** Distribution, vendor, release, repository: who built it. Vendors as `rpm -qi` prints them of real packages. */
it.each([
  ['rhel', 'Red Hat, Inc.', '9.el9', 'ubi-9-baseos-rpms', undefined],
  ['rhel', 'Red Hat, Inc.', '9.el9', 'epel', undefined],
  ['rhel', 'Fedora Project', '1.el9', undefined, 'EPEL'],
  ['almalinux', 'Fedora Project', '1.el9', 'epel', 'EPEL'],
  ['rocky', 'Fedora Project', '1.el9', 'epel', 'EPEL'],
  ['centos', 'Fedora Project', '2.el7', 'epel', 'EPEL'],
  ['ol', 'Fedora Project', '1.el8', 'ol8_developer_EPEL', 'EPEL'],
  ['amzn', 'Fedora Project', '1.el7', 'epel', 'EPEL'],
  ['fedora', 'Fedora Project', '1.fc40', 'fedora', undefined],
  ['fedora', 'Fedora Project COPR (jross/ssorj)', '1.fc25', undefined, 'Copr'],
  ['fedora', 'Fedora Copr - user someone', '1.fc40', undefined, 'Copr'],
  ['fedora', 'RPM Fusion', '1.fc40', 'rpmfusion-free', 'RPM Fusion'],
  ['rhel', "Remi's RPM repository <https://rpms.example/>", '1.el8.remi', 'remi-safe', 'Remi'],
  ['centos', 'Remi Collet', '2.el5.remi', undefined, 'Remi'],
  ['rocky', 'Docker', '1.el9', 'docker-ce-stable', 'Docker'],
  ['rocky', undefined, '1.el9', 'docker-ce-stable', 'Docker'],
  ['rhel', 'NVIDIA CORPORATION', '1', 'cuda-rhel9-x86_64', 'NVIDIA'],
  ['rhel', 'Google LLC', '1', 'google-chrome', 'Google'],
  ['rhel', undefined, '150500.1.1', 'kubernetes', 'Kubernetes'],
  ['centos', 'MariaDB Foundation', '1.el7.centos', 'mariadb', 'MariaDB'],
  ['rhel', 'Oracle and/or its affiliates', '1.el9', undefined, 'MySQL'],
  ['rhel', undefined, '1PGDG.rhel9', 'pgdg16', 'PostgreSQL'],
  ['rhel', undefined, '1nodesource', undefined, 'NodeSource'],
  ['rhel', 'The ELRepo Project (https://elrepo.example)', '1.el9.elrepo', undefined, 'ELRepo'],
  ['rhel', 'Microsoft Corporation', '1', undefined, 'Microsoft'],
  ['mariner', 'Microsoft Corporation', '1.cm2', undefined, undefined],
  ['azurelinux', 'Microsoft Corporation', '1.azl3', undefined, undefined],
  ['amzn', 'Amazon Linux', '1.amzn2023.0.1', 'amazonlinux', undefined],
  ['amzn', 'Amazon.com', '1.amzn2', 'amzn2-core', undefined],
  ['rhel', 'Amazon.com', '1', undefined, 'Amazon'],
  ['ol', 'Oracle America', '1.el9', 'ol9_baseos_latest', undefined],
  ['ol', 'Oracle and/or its affiliates', '1.el9', undefined, undefined],
  ['almalinux', 'AlmaLinux', '6.el9_1', 'baseos', undefined],
  ['almalinux', 'AlmaLinux OS Foundation', '1.el9', undefined, undefined],
  ['rocky', 'Rocky Enterprise Software Foundation', '1.el9', undefined, undefined],
  ['photon', 'VMware, Inc.', '1.ph5', 'photon', undefined],
  ['sles', 'SUSE LLC <https://www.suse.example/>', '150500.1.1', undefined, undefined],
  ['sles', 'openSUSE', 'bp155.1.1', 'PackageHub', undefined],
  ['opensuse-leap', 'SUSE LLC <https://www.suse.example/>', '150500.1.1', 'repo-sle-update', undefined],
  ['opensuse-tumbleweed', 'openSUSE', '1.1', 'repo-oss', undefined],
  ['opensuse-tumbleweed', 'obs://build.opensuse.example/home:someone', '1.1', undefined, 'Open Build Service'],
  ['rhel', 'Acme', '1', 'epel', undefined],
  ['rhel', undefined, '1', 'my-mariadb', undefined],
  ['rhel', undefined, '1', '@commandline', undefined],
  ['rhel', undefined, '1', undefined, undefined],
])('on %s, of %s, release %s, from %s: %s', (id, vendor, release, repository, expected) => {
  expect(on(id)({ vendor, release, repository })).toBe(expected);
});

it('is told of no package where the distribution is unknown', () => {
  expect(thirdParties(undefined)({ vendor: 'Docker', release: '1' })).toBeUndefined();
});
