import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { versionSchemes } from '../../../scan/ecosystems.ts';
import { judgedOf } from '../../../scan/judged.ts';
import { databaseOf, foundIn, installed, type Loaded } from '../updateinfo/assessed.contract.ts';
import { amazon } from './amazon.ts';

function loaded(ecosystem: string, document: string | Uint8Array): Loaded {
  const feed = { url: 'https://cdn.amazonlinux.com/x/repodata/updateinfo.xml.gz', ecosystems: [ecosystem] };
  return { source: amazon, feed, document: Buffer.from(document) };
}

const read = (name: string): Uint8Array => readFileSync(new URL(`testdata/${name}`, import.meta.url));
const all: readonly Loaded[] = [
  loaded('Amazon Linux:2', read('al2-core.xml')),
  loaded('Amazon Linux 2 Extras:kernel-5.15', read('al2-kernel-5.15.xml')),
  loaded('Amazon Linux:2023', read('al2023.xml')),
];
const core = 'Amazon Linux:2';
const extra = 'Amazon Linux 2 Extras:kernel-5.15';

describe('Amazon Linux', () => {
  it.each<[string, string, string, string, string, readonly string[]]>([
    [
      'below the fix',
      core,
      'kernel',
      '4.9.75-1.56.amzn2',
      'x86_64',
      ['CVE-2017-5715 affected 4.9.76-38.79.amzn2', 'CVE-2017-5754 affected 4.9.76-38.79.amzn2'],
    ],
    ['the fix', core, 'kernel', '4.9.76-38.79.amzn2', 'x86_64', []],
    ['an epoch', core, 'kernel', '1:4.9.75-1.amzn2', 'x86_64', []],
    ['on a machine that has no such build', core, 'kernel', '4.9.75-1.56.amzn2', 'aarch64', []],
    ['a package of the core is not judged by an extra', core, 'kernel', '4.14.355-271.amzn2', 'x86_64', []],
    [
      'a package of another extra is not either',
      'Amazon Linux 2 Extras:kernel-5.4',
      'kernel',
      '5.4.1-1.amzn2',
      'x86_64',
      [],
    ],
    ['another release', 'Amazon Linux:2023', 'kernel', '4.9.75-1.56.amzn2', 'x86_64', []],
    [
      'a live patch is the package of its kernel',
      'Amazon Linux:2023',
      'kernel-livepatch-6.1.12-19.43',
      '1.0-0.amzn2023',
      'x86_64',
      ['CVE-2023-26545 affected 1.0-1.amzn2023'],
    ],
    ['of another kernel', 'Amazon Linux:2023', 'kernel-livepatch-6.1.12-17.42', '1.0-0.amzn2023', 'x86_64', []],
    [
      'of a repository beside the core',
      'Amazon Linux:2023',
      'libnvidia-container1',
      '1.17.3-1',
      'x86_64',
      ['CVE-2025-23359 affected 1.17.4-1'],
    ],
  ])('%s', async (_, ecosystem, name, version, architecture, expected) => {
    expect(await foundIn(all, installed('rpm', ecosystem, name, version, { architecture }))).toEqual(expected);
  });

  it.each(['x86_64', 'aarch64'])('a package of an extra is judged by it, on %s', async (architecture) => {
    const lines = await foundIn(all, installed('rpm', extra, 'perf', '5.15.40-1.amzn2', { architecture }));
    expect(lines.length).toBe(13);
    expect(lines[0]).toBe('CVE-2022-0500 affected 5.15.43-20.123.amzn2');
  });

  it.each([
    ['x86_64', 13],
    ['aarch64', 0],
  ])('what is built for one machine is judged there: %s', async (architecture, count) => {
    const name = 'kernel-debuginfo-common-x86_64';
    const found = installed('rpm', extra, name, '5.15.40-1.amzn2', { architecture });
    expect((await foundIn(all, found)).length).toBe(count);
  });

  it.each([
    ['kernel-headers', 0],
    ['kernel-devel', 0],
    ['kernel-tools', 13],
    ['kernel', 13],
  ])('header files are no kernel: %s has %i flaws', async (name, count) => {
    const source = { name: 'kernel', version: '5.15.40-1.amzn2' };
    expect((await foundIn(all, installed('rpm', extra, name, '5.15.40-1.amzn2', { source }))).length).toBe(count);
  });

  it('is judged by the name of the binary package, not of its source', async () => {
    const source = { name: 'kernel', version: '4.9.75-1.amzn2' };
    expect(await foundIn(all, installed('rpm', core, 'python-perf', '4.9.75-1.amzn2', { source }))).toEqual([]);
  });

  it('is not declared comprehensive: what is found in files of its packages stays', async () => {
    const owner = installed('rpm', core, 'kernel', '4.9.76-38.79.amzn2');
    const owned = { ...installed('rpm', core, 'x', '1'), type: 'pypi', ecosystem: 'PyPI', ownedBy: owner.id };
    const { packages } = judgedOf([owner, owned], { advisories: await databaseOf(all), schemes: versionSchemes });
    expect(packages).toContain(owned);
  });
});
