/*
 * AlmaLinux publishes its notices (ALSA) in OSV's format itself, in AlmaLinux/osv-database, which OSV.dev serves: binary
 * packages, only what has a fix. Its errata.full.json has the same notices with the label of the module on each package
 * and with architectures, and nothing of flaws without a fix: no source of its own.
 */
import { describe, expect, it } from 'vitest';
import { foundIn, installed } from '../updateinfo/assessed.contract.ts';
import { genuineRecords, osvDatabase } from '../updateinfo/osv-records.contract.ts';

const database = [osvDatabase('AlmaLinux', genuineRecords('almalinux'))];
const php = '1.7.3-1.module_el8.6.0+2739+efabdb8f';

describe('AlmaLinux', () => {
  it.each<[string, string, string, string | undefined, readonly string[]]>([
    [
      'the stream of the notice',
      'libzip',
      '1.7.1-1.module_el8.6.0+1+a',
      'php:8.0:1:a',
      [`CVE-2022-31626 affected ${php}`],
    ],
    ['another stream of the module', 'libzip', '1.6.1-1.module_el8.5.0+1+a', 'php:7.4:1:a', []],
    ['a stream that only begins alike', 'libzip', '1.6.1-1.module_el8.5.0+1+a', 'php:8.01:1:a', []],
    ['a build of no module', 'libzip', '1.5.1-2.el8', undefined, []],
    [
      'a build of a module with an empty label, of which nobody knows the stream',
      'libzip',
      '1.7.1-1.module_el8.6.0+1+a',
      undefined,
      [`CVE-2022-31626 unknown ${php}`],
    ],
    ['the fixed one with an empty label', 'libzip', php, undefined, []],
    [
      'the first of several fixed builds',
      'oci-umount',
      '2:2.3.4-2.git87f9237.module_el8.3.0+2044+12421f43',
      'container-tools:rhel8:1:a',
      [],
    ],
    [
      'below the first of several fixed builds',
      'oci-umount',
      '2:2.3.4-1.git87f9237.module_el8.0.0+1+a',
      'container-tools:rhel8:1:a',
      ['CVE-2019-5736 affected 2:2.3.4-2.git87f9237.module_el8.3.0+2044+12421f43'],
    ],
    [
      'a build of a module, in a notice that names no stream',
      'varnish',
      '6.0.8-1.module_el8.8.0+1+a',
      'varnish:6:1:a',
      ['CVE-2023-44487 affected 6.0.8-3.module_el8.8.0+3665+0b8dabc5.1.alma.1'],
    ],
    [
      'a package of no module',
      'vim-common',
      '2:8.0.1763-15.el8',
      undefined,
      ['CVE-2021-3778 affected 2:8.0.1763-16.el8', 'CVE-2021-3796 affected 2:8.0.1763-16.el8'],
    ],
  ])('%s', async (_, name, version, label, expected) => {
    const found = installed('rpm', 'AlmaLinux:8', name, version, label === undefined ? {} : { label });
    expect(await foundIn(database, found)).toEqual(expected);
  });
});
