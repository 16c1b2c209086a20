// An image in a real containerd, from its folder, over its socket and from an archive; and what a container changed of it.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findContainer } from '../../src/engine/containerd/find.ts';
import { writableLayer } from '../../src/engine/containerd/writable-layer.ts';
import type { EngineAddress } from '../../src/engine/engine.ts';
import type { Image, LayeredImage, OpenOptions } from '../../src/image/image.ts';
import { openImage } from '../../src/image/open.ts';
import { readOverlay } from '../../src/image/source/overlay.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { discover } from '../../src/scan/discover.ts';
import { type LayerSpec, writeOciArchive } from '../images/oci-image.ts';
import { type Containerd, programsLayer, startContainerd, whyNoContainerd } from './containerd.ts';

const reason = whyNoContainerd();

function paragraph(name: string, version: string): string {
  return `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n\n`;
}

function wheel(name: string, version: string): { name: string; body: string } {
  return {
    name: `usr/lib/python3/dist-packages/${name}-${version}.dist-info/METADATA`,
    body: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
  };
}

const layers: readonly LayerSpec[] = [
  programsLayer(['/bin/dash', '/bin/rm', '/bin/sleep', '/bin/mkdir']),
  {
    entries: [
      { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n' },
      { name: 'var/lib/dpkg/status', body: paragraph('kept', '1') + paragraph('removed', '1') },
      wheel('whole', '1.0'),
      wheel('left', '2.0'),
    ],
  },
  { entries: [{ name: 'srv/app/package.json', body: '{"name":"app","version":"1.0.0"}' }], compression: 'zstd' },
];

/** Removes one package of dpkg, adds another; replaces a folder; adds and removes wheels. */
const script = `set -e
cd /var/lib/dpkg; printf 'Package: kept\\nStatus: install ok installed\\nArchitecture: amd64\\nVersion: 2\\n\\n' > status
printf 'Package: added\\nStatus: install ok installed\\nArchitecture: amd64\\nVersion: 1\\n\\n' >> status
cd /usr/lib/python3/dist-packages; rm -r left-2.0.dist-info
rm -r whole-1.0.dist-info; mkdir whole-1.0.dist-info; mkdir new-3.0.dist-info
printf 'Metadata-Version: 2.1\\nName: new\\nVersion: 3.0\\n' > new-3.0.dist-info/METADATA
: > /ready; sleep 600`;

describe.skipIf(reason)(`images and containers of a real containerd (skipped: ${reason ?? 'no'})`, () => {
  let containerd: Containerd;
  let options: OpenOptions;
  let address: EngineAddress;

  beforeAll(async () => {
    containerd = await startContainerd();
    address = { kind: 'containerd', socket: containerd.socket, namespace: 'default' };
    options = { engines: { env: {}, home: containerd.folder, sockets: { containerd: containerd.socket } } };
    const archive = join(containerd.folder, 'app.tar');
    writeOciArchive(archive, { tag: 'docker.io/library/app:1', layers });
    containerd.ctr(['images', 'import', archive]);
    containerd.ctr(['run', '--detach', 'docker.io/library/app:1', 'app', '/bin/dash', '-c', script]);
    const { upper } = await writableLayer(address, await findContainer(address, 'app'));
    for (let tries = 0; tries < 100; tries++) {
      if (readOverlay(upper, 0, (path) => path === 'ready').files.length > 0) break;
      await sleep(50);
    }
  });

  afterAll(() => containerd.stop());

  async function layered(reference: string): Promise<LayeredImage> {
    const image = await openImage(reference, options);
    if (image.kind !== 'layered') throw new TypeError('an image of layers was expected');
    return image;
  }

  it('an image is the same from the folder, over the socket and from an archive', async () => {
    const fromFolder = await layered('containerd://app:1');
    expect(new Set(fromFolder.layers.map(({ blob }) => blob.kind))).toEqual(new Set(['file']));
    const overSocket: Image = {
      ...fromFolder,
      layers: fromFolder.layers.map((layer) => ({
        ...layer,
        blob: { kind: 'engine', engine: address, digest: layer.digest ?? '', size: layer.size },
      })),
    };
    const fromArchive = await layered(join(containerd.folder, 'app.tar'));
    const [folder, socket, archive] = await Promise.all(
      [fromFolder, overSocket, fromArchive].map((one) => inside(one)),
    );
    expect(folder).toContain('debian removed 1');
    expect(socket).toEqual(folder);
    expect(archive).toEqual(folder);
  });

  it('a running container shows what it changed', async () => {
    const image = await layered('container://app');
    const inventory = await discover(image);
    expect(inventory.problems).toEqual([]);
    // The libraries of this machine, which the shell in the container needs, are recognized too.
    const names = namesOf(inventory).filter((name) => !name.startsWith('generic '));
    expect(names).toEqual(['debian added 1', 'debian kept 2', 'npm app 1.0.0', 'pypi new 3.0']);
  });

  it('a container that is in the middle of writing is read', async () => {
    const busy = 'while :; do mkdir /tmp /tmp/a; : > /tmp/a/b; : > /etc/c; rm -r /tmp; rm /etc/c; done';
    containerd.ctr(['run', '--detach', 'docker.io/library/app:1', 'busy', '/bin/dash', '-c', busy]);
    const { upper } = await writableLayer(address, await findContainer(address, 'busy'));
    for (let round = 0; round < 30; round++) {
      const { problems } = readOverlay(upper, 0, () => true);
      const odd = problems.filter(({ code, path }) => code !== 'unreadable' || !/^(tmp|etc\/c$)/.test(path));
      expect(odd).toEqual([]);
    }
    expect(namesOf(await discover(await layered('container://busy')))).toContain('debian removed 1');
  });
});

async function inside(image: Image): Promise<readonly string[]> {
  const inventory = await discover(image);
  expect(inventory.problems).toEqual([]);
  return namesOf(inventory);
}

function namesOf({ packages }: Inventory): readonly string[] {
  return packages
    .map(({ purl, name, version }) => `${/^pkg:(?:deb\/)?([a-z]+)/.exec(purl ?? '')?.[1]} ${name} ${version}`)
    .toSorted();
}
