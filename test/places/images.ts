// Two small images that have whatever places may lose: hard links, whiteouts, opaque folders, both compressions, a long name.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { debian12, dpkgInstalled, jar, nodeModule } from '../images/language-files.ts';
import { writeMirror } from '../images/mirror.ts';
import { type ImageSpec, writeDockerArchive, writeOciArchive, writeOciLayout } from '../images/oci-image.ts';
import type { TarEntry } from '../images/tar.ts';

const folders = (...names: readonly string[]): TarEntry[] => names.map((name) => ({ name: `${name}/` }));

const debian: ImageSpec = {
  tag: '1',
  emptyHistory: ['ENV A=b'],
  config: { User: 'app', Labels: { a: 'b' }, ExposedPorts: { '8080/tcp': {} } },
  layers: [
    {
      entries: [
        ...folders('etc', 'var', 'var/lib', 'var/lib/dpkg', 'srv', 'opt'),
        debian12,
        ...dpkgInstalled([
          { name: 'kept', version: '1.0-1', files: [{ name: 'usr/share/kept/file', body: 'kept' }] },
          { name: 'upgraded', version: '1.0-1', files: [] },
          { name: 'removed', version: '1.0-1', files: [] },
        ]),
        nodeModule('srv/app', 'left-pad', '1.0.0'),
        nodeModule('srv/gone', 'deleted', '1.0.0'),
        jar('opt/java/below.jar', 'test.group', 'below', '1.0'),
      ],
    },
    {
      compression: 'zstd',
      entries: [
        ...dpkgInstalled([
          { name: 'kept', version: '1.0-1', files: [] },
          { name: 'upgraded', version: '2.0-1', files: [] },
        ]),
        ...folders('opt/java'),
        { name: 'opt/java/.wh..wh..opq' },
        jar('opt/java/above.jar', 'test.group', 'above', '2.0'),
        { name: 'opt/java/again.jar', type: 'hardlink', link: 'opt/java/above.jar' },
        { name: 'srv/.wh.gone' },
      ],
    },
    {
      entries: [
        nodeModule(`srv/${'long/'.repeat(40)}app`, 'deep', '3.0.0'),
        { name: 'srv/link', type: 'symlink', link: 'app' },
      ],
      createdBy: 'COPY . /srv',
    },
  ],
};

const alpine: ImageSpec = {
  tag: 'alpine',
  layers: [
    {
      compression: 'zstd',
      entries: [
        { name: 'etc/alpine-release', body: '3.20.3\n' },
        { name: 'etc/os-release', body: 'ID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n' },
        { name: 'lib/apk/db/installed', body: 'P:musl\nV:1.2.5-r0\nA:x86_64\no:musl\n\n' },
      ],
    },
    { entries: [nodeModule('srv', 'left-pad', '1.0.0')] },
  ],
};

/** The images by what they are called. */
export const images: Readonly<Record<'debian' | 'alpine', ImageSpec>> = { debian, alpine };

/** Files of both images in a folder, with a mirror of advisories that finds something in each. */
export function writePlaces(folder: string): { readonly mirror: string } {
  for (const [name, image] of Object.entries(images)) {
    writeOciLayout(join(folder, `${name}.oci`), image);
    writeOciArchive(join(folder, `${name}-oci.tar`), image);
    writeOciArchive(join(folder, `${name}-oci.tar.gz`), image, { gzip: true });
    // As Docker writes them, which takes no zstd.
    const plain = image.layers.map((layer) => ({ ...layer, compression: 'none' as const }));
    writeDockerArchive(join(folder, `${name}-docker.tar`), { ...image, layers: plain });
  }
  const mirror = join(folder, 'mirror');
  mkdirSync(mirror);
  const tracker = { upgraded: { 'CVE-2026-0001': { releases: { bookworm: { status: 'open', repositories: {} } } } } };
  const secdb = { packages: [{ pkg: { name: 'musl', secfixes: { '1.2.5-r1': ['CVE-2026-0002'] } } }] };
  const npm = [{ id: 'GHSA-aaaa-bbbb-cccc', package: 'left-pad', events: [{ introduced: '0' }, { fixed: '1.0.1' }] }];
  const maven = [{ id: 'GHSA-dddd-eeee-ffff', package: 'test.group:above' }];
  writeMirror(mirror, { npm, Maven: maven }, tracker, secdb);
  return { mirror };
}
