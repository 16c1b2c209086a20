import { describe, expect, it } from 'vitest';
import type { Affected } from '../../advisory.ts';
import { joinBuilds } from './builds.ts';
import { isModuleBuild, qualified, streamsIn } from './module.ts';

function fixedIn(fixed: string, name = 'vim-common'): Affected {
  return {
    ecosystem: 'AlmaLinux:8',
    package: name,
    appliesTo: 'binary',
    status: 'affected',
    ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed }] }],
    fixState: 'fixed',
  };
}

it.each<[string, string[]]>([
  ['mariadb:10.3 bug fix update', ['mariadb:10.3']],
  ['Important: container-tools:rhel8 security and bug fix update', ['container-tools:rhel8']],
  ['Important: virt:rhel and virt-devel:rhel security update', ['virt:rhel', 'virt-devel:rhel']],
  [
    'Moderate: perl-IO-Socket-SSL:2.066 and perl-libwww-perl:6.34 update',
    ['perl-IO-Socket-SSL:2.066', 'perl-libwww-perl:6.34'],
  ],
  ['Important: httpd:2.4/mod_http2 security update', ['httpd:2.4']],
  ['ALSA-2022:5468: php:8.0 security update (Important)', ['php:8.0']],
  ['new module: php:7.4', ['php:7.4']],
  ['pmdk:1_fileformat_v6 bug fix and enhancement update', ['pmdk:1_fileformat_v6']],
  ['Moderate: 389-ds:1.4 security update', ['389-ds:1.4']],
  ['Important: varnish security update', []],
  ['perl:5.32 metadata for the AlmaLinux 8 module matrix', ['perl:5.32']],
  ['', []],
])('finds the streams of %j', (summary, streams) => {
  expect(streamsIn(summary)).toEqual(streams);
});

it.each([
  ['1.0.5-18.module_el8.6.0+2867+72759d2f', true],
  ['0:3.3.1-2.module+el9.4.0+20787+4c237fd3', true],
  ['2:8.0.1763-16.el8_5.13', false],
])('tells whether %s is built in a module', (version, expected) => {
  expect(isModuleBuild(version)).toBe(expected);
});

describe('qualifiers', () => {
  const modular = fixedIn('1.0-1.module_el8.3.0+2048+e7a0a3ea');

  it.each<[string, Affected, string[], (string | undefined)[]]>([
    ['one stream', modular, ['ruby:3.3'], ['ruby:3.3']],
    ['several streams', modular, ['virt:rhel', 'virt-devel:rhel'], ['virt:rhel', 'virt-devel:rhel']],
    ['a stream that is not told', modular, [], [undefined]],
    ['no module', fixedIn('1.0-1.el8'), ['ruby:3.3'], ['']],
    ['no fixed version', { ...modular, ranges: [] }, ['ruby:3.3'], [undefined]],
  ])('of %s', (_, entry, streams, modules) => {
    expect(qualified(entry, streams).map(({ qualifiers }) => qualifiers?.module)).toEqual(modules);
  });
});

describe('several builds of one package in one record', () => {
  it.each<[string, Affected[], string[]]>([
    ['released again', [fixedIn('2:8.0.1763-16.el8_5.13'), fixedIn('2:8.0.1763-16.el8')], ['2:8.0.1763-16.el8']],
    [
      'rebuilt in a module',
      [fixedIn('1:1.0.3-1.module_el8.6.0+2877+8e437bf5'), fixedIn('1.0.3-1.module_el8.5.0+2613+1b78b731')],
      ['1.0.3-1.module_el8.5.0+2613+1b78b731'],
    ],
    [
      'in a module and beside it',
      [fixedIn('2.0-1.module_el8.6.0+1+a'), fixedIn('1.0-1.el8')],
      ['2.0-1.module_el8.6.0+1+a', '1.0-1.el8'],
    ],
    ['of different packages', [fixedIn('2-1', 'a'), fixedIn('1-1', 'b')], ['2-1', '1-1']],
  ])('%s, is affected below the lowest', (_, entries, fixed) => {
    const versions = joinBuilds(entries).flatMap(({ ranges }) => ranges.flatMap(({ events }) => events.slice(1)));
    expect(versions).toEqual(fixed.map((version) => ({ fixed: version })));
  });

  it('leaves alone what has no plain range, or a version that cannot be compared', () => {
    const entries = [{ ...fixedIn('1-1'), ranges: [] }, fixedIn('1 1'), fixedIn('1 1')];
    expect(joinBuilds(entries)).toEqual(entries);
  });
});
