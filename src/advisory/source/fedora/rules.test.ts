import { describe, expect, it } from 'vitest';
import { foundIn, installed, type Loaded } from '../updateinfo/assessed.contract.ts';
import { fedora } from './fedora.ts';

const update = (id: string, flaw: string, collection: string): string =>
  `<update type="security" status="stable"><id>${id}</id><references><reference type="bugzilla" id="1" title="${flaw} x"/></references><pkglist><collection>${collection}</collection></pkglist></update>`;
const build = (name: string, version: string, release: string, arch = 'x86_64'): string =>
  `<package name="${name}" epoch="0" version="${version}" release="${release}" arch="${arch}"/>`;

function loaded(ecosystem: string, ...updates: readonly string[]): Loaded {
  const feed = { url: 'https://dl.fedoraproject.org/pub/x/repodata/updateinfo.xml', ecosystems: [ecosystem] };
  return { source: fedora, feed, document: Buffer.from(`<updates>${updates.join('')}</updates>`) };
}

const all = [
  loaded(
    'Fedora:38',
    update('FEDORA-2023-1', 'CVE-2023-1111', build('curl', '8.0', '2.fc38')),
    update('FEDORA-2023-2', 'CVE-2023-2222', build('kernel-headers', '6.6', '1.fc38')),
    update(
      'FEDORA-2023-3',
      'CVE-2023-3333',
      `<module name="nodejs" stream="18"/>${build('nodejs', '18.1', '1.module_f38+1+a')}`,
    ),
    update('FEDORA-2023-4', 'CVE-2023-4444', build('nodejs', '18.9', '1.fc38')),
  ),
  loaded('EPEL:9', update('FEDORA-EPEL-2024-1', 'CVE-2024-1111', build('htop', '3.3', '2.el9'))),
];

describe('Fedora and EPEL', () => {
  it.each<[string, string, string, string, string | undefined, readonly string[]]>([
    ['below the fix', 'Fedora:38', 'curl', '8.0-1.fc38', undefined, ['CVE-2023-1111 affected 8.0-2.fc38']],
    ['the fix', 'Fedora:38', 'curl', '8.0-2.fc38', undefined, []],
    ['another release', 'Fedora:39', 'curl', '8.0-1.fc39', undefined, []],
    ['header files are no kernel', 'Fedora:38', 'kernel-headers', '6.5-1.fc38', undefined, []],
    [
      'a module stream',
      'Fedora:38',
      'nodejs',
      '18.0-1.module_f38+1+a',
      'nodejs:18:1:a',
      ['CVE-2023-3333 affected 18.1-1.module_f38+1+a'],
    ],
    ['another stream', 'Fedora:38', 'nodejs', '16.0-1.module_f38+1+a', 'nodejs:16:1:a', []],
    ['no module', 'Fedora:38', 'nodejs', '18.0-1.fc38', undefined, ['CVE-2023-4444 affected 18.9-1.fc38']],
    ['EPEL on any distribution', 'EPEL:9', 'htop', '3.3-1.el9', undefined, ['CVE-2024-1111 affected 3.3-2.el9']],
    ['the distribution under it', 'AlmaLinux:9', 'htop', '3.3-1.el9', undefined, []],
  ])('%s', async (_, ecosystem, name, version, label, expected) => {
    const found = installed('rpm', ecosystem, name, version, label === undefined ? {} : { label });
    expect(await foundIn(all, found)).toEqual(expected);
  });

  it('go for every architecture, whichever the document lists', async () => {
    const found = installed('rpm', 'Fedora:38', 'curl', '8.0-1.fc38', { architecture: 'aarch64' });
    expect(await foundIn(all, found)).toEqual(['CVE-2023-1111 affected 8.0-2.fc38']);
  });
});
