import { describe, expect, it } from 'vitest';
import { suseProducts } from './product.ts';

const bases = [
  'SUSE Linux Enterprise Server',
  'SUSE Linux Enterprise Desktop',
  'SUSE Linux Enterprise Server for SAP Applications',
  'SUSE Linux Enterprise High Performance Computing',
];
const wanted = [
  ...['12.4', '12.5', '15', '15.1', '15.6', '16.0'].flatMap((version) => bases.map((name) => `${name}:${version}`)),
  'SUSE Linux Enterprise Micro:5.5',
  'SUSE Linux Micro:6.1',
  'openSUSE:Leap 15.6',
  'openSUSE:Leap 16.0',
  'openSUSE:Leap Micro 5.5',
  'openSUSE:Tumbleweed',
];

const of = (comment: string, release?: string, version?: string): readonly string[] =>
  suseProducts(
    { comment: `${comment} is installed`, ...(release && { release }), ...(version && { version }) },
    wanted,
  ).map(({ ecosystem, service }) => (service === undefined ? ecosystem : `${ecosystem} (${service})`));

describe('products', () => {
  it.each<[string, string | undefined, readonly string[]]>([
    ['SUSE Linux Enterprise Server 15', 'sles-release', ['SUSE Linux Enterprise Server:15']],
    ['SUSE Linux Enterprise Server 15 SP6', 'sles-release', ['SUSE Linux Enterprise Server:15.6']],
    ['SUSE Linux Enterprise Server 16.0', 'sles-release', ['SUSE Linux Enterprise Server:16.0']],
    ['SUSE Linux Enterprise Desktop 15 SP6', 'sled-release', ['SUSE Linux Enterprise Desktop:15.6']],
    [
      'SUSE Linux Enterprise Server for SAP Applications 15 SP1',
      'SLES_SAP-release',
      ['SUSE Linux Enterprise Server for SAP Applications:15.1'],
    ],
    [
      'SUSE Linux Enterprise Server for SAP applications 16.0',
      'SLES_SAP-release',
      ['SUSE Linux Enterprise Server for SAP Applications:16.0'],
    ],
    ['SUSE Linux Enterprise Micro 5.5', 'SUSE-MicroOS-release', ['SUSE Linux Enterprise Micro:5.5']],
    ['SUSE Linux Micro 6.1', 'SL-Micro-release', ['SUSE Linux Micro:6.1']],
    ['openSUSE Leap 15.6', 'openSUSE-release', ['openSUSE:Leap 15.6']],
    ['openSUSE Leap Micro 5.5', 'openSUSE-release', ['openSUSE:Leap Micro 5.5']],
    ['openSUSE Tumbleweed', 'openSUSE-release', ['openSUSE:Tumbleweed']],
    ['SUSE Linux Enterprise Server 15-LTSS', 'sles-ltss-release', ['SUSE Linux Enterprise Server:15 (LTSS)']],
    ['SUSE Linux Enterprise Server 15 SP1-LTSS', 'sles-ltss-release', ['SUSE Linux Enterprise Server:15.1 (LTSS)']],
    ['SUSE Linux Enterprise Server 15 SP1 LTSS', 'sles-ltss-release', ['SUSE Linux Enterprise Server:15.1 (LTSS)']],
    // The test is that of the plain server: only the comment tells.
    ['SUSE Linux Enterprise Server 15 SP1-BCL', 'sles-release', ['SUSE Linux Enterprise Server:15.1 (BCL)']],
    [
      'SUSE Linux Enterprise High Performance Computing 15 SP1-ESPOS',
      'SLE_HPC-ESPOS-release',
      ['SUSE Linux Enterprise High Performance Computing:15.1 (ESPOS)'],
    ],
    ['SUSE Linux Enterprise Module for Basesystem 15 SP6', undefined, bases.map((name) => `${name}:15.6`)],
    ['SUSE Linux Enterprise Module for Python 3 15 SP6', undefined, bases.map((name) => `${name}:15.6`)],
    ['SUSE Linux Enterprise Workstation Extension 15 SP6', undefined, bases.map((name) => `${name}:15.6`)],
    ['SUSE Linux Enterprise Software Development Kit 12 SP5', undefined, bases.map((name) => `${name}:12.5`)],
    ['SUSE Package Hub 15 SP6', undefined, bases.map((name) => `${name}:15.6`)],
    [
      'SUSE Linux Enterprise Module for Web and Scripting 12',
      undefined,
      ['12.4', '12.5'].flatMap((version) => bases.map((name) => `${name}:${version}`)),
    ],
    // Other products, or builds of their own.
    ['SUSE Manager Server 4.3', 'SUSE-Manager-Server-release', []],
    ['SUSE Enterprise Storage 7.1', 'ses-release', []],
    ['SUSE Linux Enterprise Server for Raspberry Pi 12 SP4', 'sles-release', []],
    ['SUSE Linux Enterprise Server 12 SP4-TERADATA', 'sles-release', []],
    ['SUSE Linux Enterprise Server 15 SP5', 'sles-release', []],
  ])('%s', (comment, release, expected) => {
    expect(of(comment, release).toSorted()).toEqual(expected.toSorted());
  });

  it('are told by the release package where the comment can not be read', () => {
    expect(of('x', 'sles-release', '15.6')).toEqual(['SUSE Linux Enterprise Server:15.6']);
    expect(of('x', 'sles-ltss-release', '15.1')).toEqual(['SUSE Linux Enterprise Server:15.1 (LTSS)']);
    expect(of('x', 'other-release', '15.1')).toEqual([]);
  });
});
