// Against Docker's and podman's own programs.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Daemon, startDocker, startPodman, whyNot } from '../../../test/daemon/daemons.ts';
import type { EngineAddress, EngineEvent } from '../engine.ts';
import { podmanStoreContainers, podmanStoredImage, podmanStoreImages } from '../podman/store.ts';
import { openTarSplit } from '../unpacked/tar-split.ts';
import { sha256Digest, type Unpacked } from '../unpacked/unpacked.ts';
import { dockerContainers, dockerImages, engineFacts, findDockerContainer, findDockerImage } from './docker.ts';
import { dockerEvents } from './events.ts';
import { exportDockerImage } from './export.ts';
import { dockerStoredImage, dockerStoreImages } from './store.ts';

const NAME = 'localhost/sea/worthy:1';
const additional: readonly string[] = [];

const engines = [
  {
    kind: 'docker',
    programs: ['dockerd', 'docker', 'containerd', 'runc'],
    driver: 'overlay2',
    start: startDocker,
    stored: dockerStoredImage,
    images: dockerStoreImages,
    containers: (): readonly unknown[] => [],
    /** Containers that can be found without asking. */
    kept: 0,
  },
  {
    kind: 'podman',
    programs: ['podman'],
    driver: 'overlay',
    start: startPodman,
    stored: (root: string, name: string) => podmanStoredImage({ root, additional }, name),
    images: (root: string) => podmanStoreImages({ root, additional }),
    containers: (root: string): readonly unknown[] => podmanStoreContainers({ root, additional }),
    kept: 1,
  },
] as const;

describe.each(engines)('$kind', ({ kind, programs, driver, start, stored, images, containers, kept }) => {
  const absent = whyNot(...programs);
  describe.skipIf(absent)(`at work${absent ? `: SKIPPED, ${absent}` : ''}`, () => {
    let daemon: Daemon;
    let engine: EngineAddress;
    let image: Unpacked;
    beforeAll(async () => {
      daemon = await start();
      engine = { kind, socket: daemon.socket };
      image = stored(daemon.root, NAME);
    });
    afterAll(() => daemon?.stop());

    it('tells of itself and its images', async () => {
      expect(await engineFacts(engine)).toEqual({ root: daemon.root, driver });
      const all = await dockerImages(engine);
      expect(all).toHaveLength(1);
      expect(all[0]?.names).toContain(NAME);
      const digest = all[0]?.configDigest ?? '';
      for (const name of [NAME, digest, digest.slice(7, 17)])
        expect(await findDockerImage(engine, name)).toMatchObject({ names: all[0]?.names, configDigest: digest });
      await expect(findDockerImage(engine, 'localhost/none:1')).rejects.toMatchObject({ code: 'not-found' });
    });

    it('keeps each layer in the folder that we say', async () => {
      if (image.kind !== 'layers') throw new Error(JSON.stringify(image));
      expect(image.configDigest).toBe((await findDockerImage(engine, NAME)).configDigest);
      const [lower = '', upper = ''] = image.layers.map(({ path }) => path);
      expect(readFileSync(join(lower, 'etc/one'), 'utf8')).toBe('one');
      expect(readFileSync(join(upper, 'etc/one'), 'utf8')).toBe('changed');
      const gone = lstatSync(join(upper, 'etc/gone'));
      expect([gone.isCharacterDevice(), gone.rdev]).toEqual([true, 0]);
      expect(image.whiteouts).toBe('overlay');
      expect(images(daemon.root)).toMatchObject([{ configDigest: image.configDigest, names: [NAME] }]);
      const prefix = image.configDigest.slice(7, 19);
      expect(stored(daemon.root, prefix)).toMatchObject({ configDigest: image.configDigest });
    });

    it('keeps what shows that the layers are as they were', async () => {
      const layers = image.kind === 'layers' ? image.layers : [];
      expect(layers).toHaveLength(2);
      for (const { diffId, path, tarSplit = '' } of layers) {
        const source = openTarSplit(tarSplit, path);
        const tar = Buffer.alloc(1 << 20);
        let length = 0;
        for (let count = 1; count > 0; length += count) count = await source.read(tar.subarray(length));
        source.close();
        expect(sha256Digest(tar.subarray(0, length))).toBe(diffId);
      }
    });

    it('exports the same image', async () => {
      const into = join(daemon.root, '..', 'export.tar');
      await exportDockerImage(engine, NAME, into);
      const folder = mkdtempSync(`${into}-`);
      execFileSync('tar', ['-xf', into, '-C', folder]);
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      const digests = files.map(({ parentPath, name }) => sha256Digest(readFileSync(join(parentPath, name))));
      if (image.kind !== 'layers') throw new Error(JSON.stringify(image));
      expect(digests).toEqual(
        expect.arrayContaining([image.configDigest, ...image.layers.map(({ diffId }) => diffId)]),
      );
      await expect(exportDockerImage(engine, 'localhost/none:1', `${into}.none`)).rejects.toMatchObject({
        name: 'EngineError',
      });
      expect(existsSync(`${into}.none`)).toBe(false);
    });

    it('tells of containers and where they write', async () => {
      const [box] = await dockerContainers(engine);
      expect(box).toMatchObject({ names: ['box'], image: NAME, state: 'created' });
      const found = await findDockerContainer(engine, 'box');
      expect(found).toMatchObject({ id: box?.id, names: ['box'], image: NAME, imageDigest: box?.imageDigest });
      expect(found.writableLayer?.startsWith(join(daemon.root, driver))).toBe(true);
      expect(lstatSync(found.writableLayer ?? '').isDirectory()).toBe(true);
      expect(await findDockerContainer(engine, (box?.id ?? '').slice(0, 12))).toEqual(found);
      await expect(findDockerContainer(engine, 'none')).rejects.toMatchObject({ code: 'not-found' });
      const { id, names, image: name, imageDigest, writableLayer } = found;
      expect(containers(daemon.root)).toEqual([{ id, names, image: name, imageDigest, writableLayer }].slice(0, kept));
    });

    it('tells what happens', async () => {
      const stop = new AbortController();
      const seen: EngineEvent[] = [];
      const watching = (async () => {
        for await (const event of dockerEvents(engine, stop.signal)) {
          seen.push(event);
          if (event.kind === 'image-removed') stop.abort();
        }
      })();
      // Nothing says that the engine has begun to listen: so often until it tells.
      const tagging = async (): Promise<void> => {
        for (let turn = 0; !stop.signal.aborted && turn < 40; turn++) {
          await promisify(execFile)('sleep', ['0.2']);
          daemon.client(['tag', NAME, `localhost/tagged:${turn}`]);
          daemon.client(['rmi', `localhost/tagged:${turn}`]);
        }
      };
      await Promise.all([watching, tagging()]);
      expect(seen.map((event) => event.kind)).toEqual(expect.arrayContaining(['image-created', 'image-removed']));
      expect(Date.now() - Date.parse(seen[0]?.at ?? '')).toBeLessThan(60_000);
    });
  });
});
