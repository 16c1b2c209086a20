import { expect, it } from 'vitest';
import { packageFormatOf } from './distro.ts';
import { repositoryEcosystem } from './repository-ecosystem.ts';

it.each<[string, string | undefined, string]>([
  ['Amazon Linux:2', 'amzn2extra-nginx1', 'Amazon Linux 2 Extras:nginx1'],
  ['Amazon Linux:2', 'amzn2extra-kernel-5.15', 'Amazon Linux 2 Extras:kernel-5.15'],
  ['Amazon Linux:2', 'amzn2extra-$1', 'Amazon Linux:2'],
  ['Amazon Linux:2', 'amzn2-core', 'Amazon Linux:2'],
  // What an image builder lays down is of no repository, and of the core.
  ['Amazon Linux:2', 'installed', 'Amazon Linux:2'],
  ['Amazon Linux:2', undefined, 'Amazon Linux:2'],
  ['Amazon Linux:2023', 'amzn2extra-nginx1', 'Amazon Linux:2023'],
  ['Red Hat:9', 'epel', 'Red Hat:9'],
])('a package of %s from %s is one of %s', (ecosystem, repository, expected) => {
  expect(repositoryEcosystem(ecosystem, { repository })).toBe(expected);
  expect(packageFormatOf(expected)).toBe('rpm');
});

it.each<[string, string | undefined, string]>([
  ['Red Hat:9', 'EPEL', 'EPEL:9'],
  ['AlmaLinux:10', 'EPEL', 'EPEL:10'],
  ['Red Hat:9', 'Docker', 'Red Hat:9'],
  ['Fedora:42', 'EPEL', 'Fedora:42'],
])('a package of %s built by %s is one of %s', (ecosystem, builder, expected) => {
  expect(repositoryEcosystem(ecosystem, { repository: 'some', builder })).toBe(expected);
  expect(packageFormatOf(expected)).toBe('rpm');
});
