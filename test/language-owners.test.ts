// Packages of programming languages whose files the distribution’s packages brought, through the whole pipeline.
import { describe, expect, it } from 'vitest';
import type { Report } from '../src/finding/finding.ts';
import { genuineFiles } from './images/genuine.ts';
import { debian12, dpkgInstalled, jar, pythonPackage } from './images/language-files.ts';
import type { TarEntry } from './images/oci-image.ts';
import { named, newScanner } from './images/scanner.ts';

const { scanned } = newScanner('language-owners');

describe('files of Debian’s packages', () => {
  const six = {
    name: 'usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO',
    body: 'Metadata-Version: 1.1\nName: six\nVersion: 1.16.0\n',
  };
  const ms = { name: 'usr/share/nodejs/ms/package.json', body: '{"name":"ms","version":"2.1.2"}' };
  const codec = jar('usr/share/java/commons-codec-1.15.jar', 'commons-codec', 'commons-codec', '1.15');
  const program = { name: 'usr/bin/harbour', body: genuineFiles('golang')['usr/local/bin/harbour'] ?? Buffer.alloc(0) };
  const owners: readonly [string, TarEntry, string][] = [
    ['python3-six', six, 'six'],
    ['node-ms', ms, 'ms'],
    ['libcommons-codec-java', codec, 'commons-codec:commons-codec'],
    ['harbour', program, 'golang.org/x/text'],
  ];
  const specs = owners.map(([name, file]) => ({ name, version: '1-1', files: [file] }));
  const ownersIn = (report: Report): (string | undefined)[] =>
    owners.map(([, , name]) => named(report, name)[0]?.ownedBy?.replace(/^pkg:deb\/debian\/([^@]*)@.*$/, '$1'));
  const all = owners.map(([name]) => name);
  /** The same package in other bytes. */
  const changed = (file: TarEntry): TarEntry => {
    if (file === program) return { ...file, body: Buffer.concat([program.body, Buffer.from('\0')]) };
    if (file === codec)
      return {
        ...jar(codec.name, 'commons-codec', 'commons-codec', '1.15'),
        body: Buffer.concat([Buffer.from('#'), Buffer.from(codec.body ?? '')]),
      };
    return { ...file, body: `${String(file.body)}\n` };
  };

  it('are of these', async () => {
    const report = await scanned([debian12, ...dpkgInstalled(specs)]);
    expect(ownersIn(report)).toEqual(all);
    expect(report.relationships.filter(({ kind }) => kind === 'owned-by').length).toBe(
      report.packages.filter(({ ownedBy }) => ownedBy !== undefined).length,
    );
  });

  it('are of these without digests, when no later layer wrote them', async () => {
    const bare = specs.map((spec) => ({ ...spec, noDigests: true }));
    expect(ownersIn(await scanned([debian12, ...dpkgInstalled(bare)]))).toEqual(all);
    const files = owners.map(([, file]) => file);
    expect(ownersIn(await scanned([debian12, ...dpkgInstalled(bare)], files))).toEqual(all.map(() => undefined));
  });

  it('are of these, though a later layer wrote the same bytes again', async () => {
    expect(
      ownersIn(
        await scanned(
          [debian12, ...dpkgInstalled(specs)],
          owners.map(([, file]) => file),
        ),
      ),
    ).toEqual(all);
  });

  it('are nobody’s once a later layer changed them', async () => {
    const files = owners.map(([, file]) => changed(file));
    const report = await scanned([debian12, ...dpkgInstalled(specs)], files);
    expect(ownersIn(report)).toEqual(all.map(() => undefined));
    expect(owners.map(([, , name]) => named(report, name).length)).toEqual([1, 1, 1, 1]);
  });

  it('are nobody’s when they have other digests than was shipped', async () => {
    const files = owners.map(([, file]) => changed(file));
    const report = await scanned([
      debian12,
      ...dpkgInstalled(specs).map((entry) => files.find(({ name }) => name === entry.name) ?? entry),
    ]);
    expect(ownersIn(report)).toEqual(all.map(() => undefined));
  });

  it('are nobody’s when there is one more place of the package that is not Debian’s', async () => {
    const own = pythonPackage('opt/venv/lib/python3.11/site-packages', 'six', '1.16.0');
    const report = await scanned([debian12, ...dpkgInstalled(specs), own]);
    expect(named(report, 'six').map((one) => [one.ownedBy, one.locations.length])).toEqual([[undefined, 2]]);
  });

  it('are of a package that is found through a link to the merged folder', async () => {
    const moved = { ...six, name: 'lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO' };
    const entries = dpkgInstalled([{ name: 'python3-six', version: '1-1', files: [moved] }]).map((entry) =>
      entry.name === moved.name ? six : entry,
    );
    const report = await scanned([debian12, { name: 'lib', type: 'symlink', link: 'usr/lib' }, ...entries]);
    expect(named(report, 'six').map(({ ownedBy }) => ownedBy?.includes('python3-six'))).toEqual([true]);
  });
});
