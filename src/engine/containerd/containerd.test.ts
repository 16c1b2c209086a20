import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Containerd,
  programsLayer,
  startContainerd,
  whyNoContainerd,
} from '../../../test/containerd/containerd.ts';
import { writeOciArchive } from '../../../test/images/oci-image.ts';
import { criContainers, criImages } from '../cri/cri.ts';
import type { EngineAddress, EngineEvent, EngineImage } from '../engine.ts';
import { containers, images, namespaces } from './containerd.ts';
import { openContentStore } from './content.ts';
import { events } from './events.ts';
import { findContainer, findImage } from './find.ts';
import { manifestsOf } from './manifests.ts';
import { writableLayer } from './writable-layer.ts';

const reason = whyNoContainerd();

describe.skipIf(reason)(`a real containerd (skipped: ${reason ?? 'no'})`, () => {
  let containerd: Containerd;
  let address: EngineAddress;
  const seen: EngineEvent[] = [];
  const watch = new AbortController();
  let watching: Promise<void>;

  beforeAll(async () => {
    containerd = await startContainerd({ cri: true });
    address = { kind: 'containerd', socket: containerd.socket };
    watching = (async () => {
      for await (const event of events(address, watch.signal)) seen.push(event);
    })();
    const probe = join(containerd.folder, 'probe.tar');
    writeOciArchive(probe, { tag: 'docker.io/library/probe:1', layers: [] });
    // Until somebody hears it.
    for (let tries = 0; tries < 100 && seen.length === 0; tries++) {
      containerd.ctr(['images', 'import', '--no-unpack', probe]);
      await sleep(50);
    }
    containerd.ctr(['images', 'rm', 'docker.io/library/probe:1']);
    const demo = join(containerd.folder, 'demo.tar');
    const layers = [programsLayer(['/bin/dash', '/bin/sleep']), { entries: [{ name: 'etc/b', body: 'b' }] }];
    writeOciArchive(demo, { tag: 'docker.io/library/demo:1', layers });
    containerd.ctr(['images', 'import', demo]);
    containerd.ctr(['images', 'import', demo], 'k8s.io');
    const other = join(containerd.folder, 'other.tar');
    writeOciArchive(other, {
      tag: 'docker.io/library/demo:1',
      layers: [{ entries: [{ name: 'etc/other', body: 'o' }] }],
    });
    containerd.ctr(['images', 'import', other], 'moby');
    const index = join(containerd.folder, 'index.tar');
    const platforms = ['amd64', 'arm64'].map((architecture) => ({
      architecture,
      layers: [{ entries: [{ name: `etc/${architecture}`, body: architecture }] }],
    }));
    writeOciArchive(index, platforms);
    const name = 'registry.example:5000/team/multi:2';
    containerd.ctr(['images', 'import', '--all-platforms', '--index-name', name, '--base-name', 'x', index]);
  });

  afterAll(async () => {
    watch.abort();
    await watching;
    await containerd.stop();
  });

  const inDefault = (): EngineAddress => ({ ...address, namespace: 'default' });
  const demo = (): Promise<EngineImage> => findImage(inDefault(), 'demo:1');

  it('has namespaces and images', async () => {
    expect(new Set(await namespaces(containerd.socket))).toEqual(new Set(['default', 'k8s.io', 'moby']));
    const inK8s = await images({ ...address, namespace: 'k8s.io' });
    expect(inK8s).toHaveLength(1);
    const [found] = inK8s;
    expect(found).toMatchObject({
      names: ['docker.io/library/demo:1'],
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      configDigest: (await manifestsOf(await demo()))[0]?.configDigest,
    });
    expect(found?.configDigest).toMatch(/^sha256:/);
  });

  it.each(['demo:1', 'library/demo:1', 'docker.io/library/demo:1', 'index.docker.io/demo:1'])(
    'finds an image as %s',
    async (name) => {
      expect(await findImage({ ...address, namespace: 'k8s.io' }, name)).toMatchObject({
        engine: { namespace: 'k8s.io' },
      });
      expect((await findImage(inDefault(), name)).digest).toBe((await demo()).digest);
    },
  );

  it('finds an image by digests and their beginnings', async () => {
    const { digest = '', names } = await demo();
    const [manifest] = await manifestsOf(await demo());
    const config = manifest?.configDigest ?? '';
    for (const wanted of [
      digest,
      digest.slice(7, 19),
      `demo@${digest}`,
      `demo:1@${digest}`,
      config,
      config.slice(7, 19),
    ]) {
      const found = await findImage(inDefault(), wanted);
      expect([wanted, found.digest, found.names]).toEqual([wanted, digest, names]);
    }
    const absent = `demo@sha256:${'0'.repeat(64)}`;
    await expect(findImage(address, absent)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('finds what an index names', async () => {
    const index = await findImage(address, 'registry.example:5000/team/multi:2');
    expect(index.mediaType).toBe('application/vnd.oci.image.index.v1+json');
    const manifests = await manifestsOf(index);
    expect(manifests).toHaveLength(2);
    for (const { digest, configDigest = '' } of manifests) {
      const byDigest = await findImage(address, `registry.example:5000/team/multi@${digest}`);
      expect(byDigest).toMatchObject({ digest, mediaType: 'application/vnd.oci.image.manifest.v1+json' });
      expect((await findImage(address, configDigest)).digest).toBe(digest);
    }
  });

  it('tells of names that are not there, or are of several images', async () => {
    await expect(findImage(address, 'demo:2')).rejects.toMatchObject({ code: 'not-found' });
    await expect(findImage(inDefault(), 'nothing here')).rejects.toMatchObject({ code: 'not-found' });
    const error = await findImage(address, 'demo:1').catch((one: unknown) => one);
    expect(error).toMatchObject({ code: 'ambiguous', detail: expect.stringMatching(/default: .*moby: /) as string });
  });

  it('gives the same bytes over the socket and from its folder', async () => {
    const { engine, digest = '' } = await demo();
    const store = await openContentStore(engine);
    const manifest = JSON.parse(String(await store.small(digest))) as { layers: { digest: string; size: number }[] };
    for (const layer of manifest.layers) {
      const info = await store.info(layer.digest);
      expect(info?.size).toBe(layer.size);
      const path = (await store.file(layer.digest)) ?? '';
      expect(path).toContain(containerd.folder);
      const hash = createHash('sha256');
      const reader = store.openBlob(layer.digest, layer.size);
      const into = Buffer.alloc(100_000);
      for (let length = await reader.read(into); length > 0; length = await reader.read(into))
        hash.update(into.subarray(0, length));
      expect(`sha256:${hash.digest('hex')}`).toBe(layer.digest);
      const folder = readFileSync(path);
      expect(createHash('sha256').update(folder).digest('hex')).toBe(layer.digest.slice(7));
      expect(Buffer.from(await reader.range(5, 100))).toEqual(folder.subarray(5, 105));
    }
    expect((await store.info(digest))?.labels).toHaveProperty(['containerd.io/gc.ref.content.l.0']);
    await expect(store.openBlob(digest, 100_000).read(Buffer.alloc(9))).rejects.toMatchObject({ code: 'bad-answer' });
    store.close();
    const elsewhere = await openContentStore({ ...address, namespace: 'moby' });
    expect(await elsewhere.file(digest)).toBeUndefined();
    elsewhere.close();
  });

  it('has containers, running, stopped and without an overlay', async () => {
    const image = 'docker.io/library/demo:1';
    const pod = { container: 'io.kubernetes.container.name=app', name: 'io.kubernetes.pod.name=app-0' };
    containerd.ctr(['run', '--detach', '--label', 'nerdctl/name=web', image, 'abcdef123', '/bin/sleep', '600']);
    containerd.ctr([
      'containers',
      'create',
      '--label',
      pod.container,
      '--label',
      pod.name,
      image,
      'abcdef456',
      '/bin/sleep',
    ]);
    containerd.ctr(['containers', 'create', '--snapshotter', 'native', image, 'native', '/bin/sleep']);
    const all = await containers(address);
    expect(all.map(({ id, state }) => [id, state])).toEqual([
      ['abcdef123', 'running'],
      ['abcdef456', 'stopped'],
      ['native', 'stopped'],
    ]);
    const running = await findContainer(address, 'web');
    expect(running).toMatchObject({ id: 'abcdef123', image, snapshot: { snapshotter: 'overlayfs', key: 'abcdef123' } });
    expect(readFileSync(`/proc/${running.pid}/cmdline`, 'utf8')).toContain('sleep');
    expect(await findContainer(address, 'abcdef1')).toEqual(running);
    expect(await findContainer(address, 'app-0/app')).toMatchObject({ id: 'abcdef456' });
    await expect(findContainer(address, 'abcdef')).rejects.toMatchObject({ code: 'ambiguous' });
    await expect(findContainer(address, 'abc')).rejects.toMatchObject({ code: 'not-found' });
    const { chainId, upper, lowers, userAttributes } = await writableLayer(address, running);
    expect([upper.startsWith(containerd.folder), userAttributes]).toEqual([true, false]);
    expect(chainId).toBe(await chainIdOf(await demo()));
    expect(lowers.map((path) => readdirSync(path))).toEqual([expect.arrayContaining(['bin']), ['etc']]);
    const stopped = await writableLayer(address, await findContainer(address, 'app'));
    expect(stopped.upper).not.toBe(upper);
    const native = await findContainer(address, 'native');
    await expect(writableLayer(address, native)).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('tells of changes, but not of the end of commands within a container', async () => {
    const until = async (kind: string, subject: string): Promise<void> => {
      for (let tries = 0; tries < 50 && !seen.some((one) => one.kind === kind && one.subject === subject); tries++)
        await sleep(100);
    };
    containerd.ctr(['tasks', 'exec', '--exec-id', 'probe', 'abcdef123', '/bin/dash', '-c', 'exit 0']);
    containerd.ctr(['tasks', 'kill', '--signal', 'SIGKILL', 'abcdef123']);
    await until('container-stopped', 'abcdef123');
    containerd.ctr(['tasks', 'rm', 'abcdef123']);
    containerd.ctr(['containers', 'rm', 'abcdef123']);
    containerd.ctr(['images', 'rm', 'docker.io/library/demo:1'], 'moby');
    await until('image-removed', 'docker.io/library/demo:1');
    const told = seen.filter(({ subject }) => subject === 'abcdef123' || subject === 'docker.io/library/demo:1');
    expect(
      told.filter(({ namespace }) => namespace !== 'k8s.io').map(({ namespace, kind }) => `${namespace} ${kind}`),
    ).toEqual([
      'default image-created',
      'moby image-created',
      'default container-created',
      'default container-started',
      'default container-stopped',
      'default container-removed',
      'moby image-removed',
    ]);
    const ages = seen.map(({ at }) => Date.now() - Date.parse(at));
    expect(ages.every((age) => age >= 0 && age < 300_000)).toBe(true);
  });

  it('answers as a runtime of Kubernetes', async () => {
    const found = await criImages(containerd.socket);
    const [manifest] = await manifestsOf(await demo());
    expect(found).toMatchObject([{ configDigest: manifest?.configDigest }]);
    expect(found[0]?.size).toBeGreaterThan(1000);
    expect(await criContainers(containerd.socket)).toEqual([]);
  });
});

/** The chain identifier of all layers (OCI image config, "Layer ChainID"). */
async function chainIdOf({ engine, digest = '' }: EngineImage): Promise<string> {
  const store = await openContentStore(engine);
  const { config } = JSON.parse(String(await store.small(digest))) as { config: { digest: string } };
  const { rootfs } = JSON.parse(String(await store.small(config.digest))) as { rootfs: { diff_ids: string[] } };
  store.close();
  return rootfs.diff_ids.reduce((chain, id) => `sha256:${createHash('sha256').update(`${chain} ${id}`).digest('hex')}`);
}
