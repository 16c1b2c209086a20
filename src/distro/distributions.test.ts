import { describe, expect, it } from 'vitest';
import rows from './ecosystems.json' with { type: 'json' };
import { recognizeDistro } from './release-files.ts';
import documents from './testdata/distributions.json' with { type: 'json' };

interface Document {
  readonly name: string;
  /** Lines of an os-release file, those that are looked at. */
  readonly lines: readonly string[];
  readonly ecosystem?: string;
  readonly because?: string;
}

const distributions: readonly Document[] = documents;

describe('os-release', () => {
  it.each(distributions)('of $name', ({ lines, ecosystem, because }) => {
    const { distro, problems } = recognizeDistro(new Map([['etc/os-release', Buffer.from(`${lines.join('\n')}\n`)]]));
    expect(distro?.ecosystem).toBe(ecosystem);
    expect(problems.map(({ detail }) => detail)).toEqual(because === undefined ? [] : [because]);
  });
  it('is tried of every distribution that is known', () => {
    const ids = distributions.flatMap(({ lines }) => lines.flatMap((line) => /^ID="?([^"]+)/.exec(line)?.[1] ?? []));
    const tried = new Set(ids.map((id) => id.toLowerCase()));
    expect(rows.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([]);
  });
});

/** Release files of distributions without os-release, or whose other files might mislead: id, release, ecosystem. */
it.each<[string, string, string, string, string?]>([
  ['etc/redhat-release', 'Scientific Linux release 7.9 (Nitrogen)', 'scientific', '7.9'],
  ['etc/redhat-release', 'CloudLinux release 8.8 (Anatoly Filipchenko)', 'cloudlinux', '8.8'],
  ['etc/redhat-release', 'Anolis OS release 8.8', 'anolis', '8.8'],
  ['etc/redhat-release', 'Red Hat Enterprise Linux CoreOS release 4.12', 'rhcos', '4.12'],
  ['etc/redhat-release', 'Red Hat Enterprise Linux release 9.4 (Plow)', 'rhel', '9.4', 'Red Hat:9'],
  ['etc/redhat-release', 'CentOS release 6.10 (Final)', 'centos', '6.10', 'Red Hat:6'],
  ['etc/redhat-release', 'CentOS Linux release 7.9.2009 (Core)', 'centos', '7.9.2009', 'Red Hat:7'],
  ['etc/redhat-release', 'CentOS Stream release 9', 'centos', '9'],
  ['etc/oracle-release', 'Oracle Linux Server release 6.10', 'ol', '6.10', 'Oracle Linux:6'],
  ['etc/system-release', 'Amazon Linux release 2 (Karoo)', 'amzn', '2', 'Amazon Linux:2'],
  ['etc/fedora-release', 'Fedora release 40 (Forty)', 'fedora', '40', 'Fedora:40'],
])('%s %j is %s %s', (path, line, id, release, ecosystem) => {
  const { distro } = recognizeDistro(new Map([[path, Buffer.from(`${line}\n`)]]));
  expect([distro?.id, distro?.versionId, distro?.ecosystem]).toEqual([id, release, ecosystem]);
});
