import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type Answers, type FakeEngine, pingOf, startFakeEngine } from '../../../test/daemon/fake-engine.ts';
import type { EngineAddress } from '../engine.ts';
import { dockerContainers, dockerImages, engineFacts, findDockerContainer, findDockerImage } from './docker.ts';

const running: FakeEngine[] = [];
afterEach(async () => {
  for (const engine of running.splice(0)) await engine.stop();
});

async function engineWith(answers: Answers): Promise<EngineAddress & { readonly asked: readonly string[] }> {
  const fake = await startFakeEngine(answers);
  running.push(fake);
  return { kind: 'docker', socket: fake.socket, asked: fake.asked };
}

const hex = (digit: string): string => digit.repeat(64);
const image = (id: string, more: object = {}): object => ({
  Id: `sha256:${id}`,
  RepoTags: null,
  RepoDigests: null,
  Size: 7,
  Labels: null,
  ...more,
});

describe('images', () => {
  it('go by their full names', async () => {
    const engine = await engineWith({
      '/images/json': [
        image(hex('a'), {
          RepoTags: ['debian:12', '<none>:<none>'],
          RepoDigests: [`debian@sha256:${hex('1')}`],
          Labels: { a: 'b', c: 1 },
        }),
        image(hex('b'), {
          RepoTags: ['example.org/a:1'],
          RepoDigests: [`x/a@sha256:${hex('1')}`, `example.org/a@sha256:${hex('2')}`],
        }),
        image(hex('c'), { RepoDigests: [`<none>@sha256:${hex('3')}`] }),
      ],
    });
    expect(await dockerImages(engine)).toMatchObject([
      {
        names: ['docker.io/library/debian:12', `docker.io/library/debian@sha256:${hex('1')}`],
        configDigest: `sha256:${hex('a')}`,
        digest: `sha256:${hex('1')}`,
        size: 7,
        labels: { a: 'b' },
      },
      { names: ['example.org/a:1', `docker.io/x/a@sha256:${hex('1')}`, `example.org/a@sha256:${hex('2')}`] },
      { names: [], configDigest: `sha256:${hex('c')}` },
    ]);
    expect((await dockerImages(engine))[1]).not.toHaveProperty('digest');
  });

  it('are containerd’s where the engine leaves them to it', async () => {
    const info = {
      Driver: 'overlayfs',
      DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']],
      DockerRootDir: '/var/lib/docker',
    };
    const engine = await engineWith({
      '/info': info,
      '/images/json': [image(hex('a'), { Descriptor: { mediaType: 'application/vnd.oci.image.index.v1+json' } })],
      '/containers/box/json': {
        Id: hex('f'),
        Name: '/box',
        Image: `sha256:${hex('a')}`,
        State: { Status: 'running', Pid: 12 },
        Config: { Image: 'debian' },
        GraphDriver: null,
      },
    });
    expect(await engineFacts(engine)).toEqual({
      root: '/var/lib/docker',
      driver: 'overlayfs',
      containerd: { kind: 'containerd', socket: '/run/containerd/containerd.sock', namespace: 'moby' },
    });
    const [first] = await dockerImages(engine);
    expect(first).toMatchObject({ digest: `sha256:${hex('a')}`, mediaType: 'application/vnd.oci.image.index.v1+json' });
    expect(first).not.toHaveProperty('configDigest');
    expect(await findDockerContainer(engine, 'box')).toMatchObject({
      pid: 12,
      snapshot: { snapshotter: 'overlayfs', key: hex('f') },
    });
  });

  it('of containerd are asked of the containerd that newer engines name', async () => {
    const engine = await engineWith({
      '/info': {
        DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']],
        Containerd: {
          Address: '/run/docker/containerd/containerd.sock',
          Namespaces: { Containers: 'mine', Plugins: 'plugins' },
        },
      },
    });
    const { containerd } = await engineFacts(engine);
    expect(containerd).toEqual({
      kind: 'containerd',
      socket: '/run/docker/containerd/containerd.sock',
      namespace: 'mine',
    });
  });

  it.each([
    ['an object', { a: 1 }],
    ['one without an identifier', [image(hex('a')), { Id: 'x' }]],
    ['nothing', null],
  ])('that are %s are not understood', async (_, images) => {
    const engine = await engineWith({ '/images/json': images });
    await expect(dockerImages(engine)).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('whose identifiers begin alike are ambiguous', async () => {
    const engine = await engineWith({
      '/images/json': [image(`ab${hex('1').slice(2)}`), image(`ab${hex('2').slice(2)}`)],
    });
    await expect(findDockerImage(engine, 'ab')).rejects.toMatchObject({ code: 'ambiguous' });
    await expect(findDockerImage(engine, 'abc')).rejects.toMatchObject({ code: 'not-found' });
    await expect(findDockerImage(engine, 'debian')).rejects.toMatchObject({
      code: 'not-found',
      detail: expect.stringContaining('debian'),
    });
  });

  it.each(['../../containers/json', 'a/../b', 'a//b', 'a?b', 'a#b', 'a b', '/a', '', 'a\n', '.', 'a%2f..', 'é'])(
    'are never called %j',
    async (name) => {
      const engine = await engineWith({});
      await expect(findDockerImage(engine, name)).rejects.toMatchObject({ code: 'not-found' });
      expect(engine.asked.filter((path) => path !== '/_ping')).toEqual([]);
    },
  );
});

describe('containers', () => {
  it('are listed with what is known of them', async () => {
    const one = (state: string): object => ({
      Id: state,
      Names: [`/${state}`],
      Image: 'debian',
      ImageID: `sha256:${hex('a')}`,
      State: state,
      Labels: {},
    });
    const engine = await engineWith({
      '/containers/json': ['running', 'Exited', 'constructor', 'paused', 'configured'].map(one),
    });
    const containers = await dockerContainers(engine);
    expect(containers.map(({ state }) => state)).toEqual(['running', 'stopped', 'unknown', 'paused', 'created']);
    expect(containers[0]).toMatchObject({
      id: 'running',
      names: ['running'],
      image: 'debian',
      imageDigest: `sha256:${hex('a')}`,
    });
    expect(engine.asked.at(-1)).toBe('/v1.41/containers/json?all=1');
  });

  it('whose identifiers begin alike are ambiguous', async () => {
    const engine = await engineWith({ '/containers/json': [{ Id: hex('a') }, { Id: `a${hex('b').slice(1)}` }] });
    await expect(findDockerContainer(engine, 'a')).rejects.toMatchObject({ code: 'ambiguous' });
    await expect(findDockerContainer(engine, 'box')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('versions', () => {
  it.each([
    ['1.41', '/v1.41/info'],
    ['1.99', '/v1.51/info'],
    ['2.0', '/v1.51/info'],
    ['1.9', '/v1.9/info'],
  ])('%s', async (version, path) => {
    const engine = await engineWith({ '/_ping': pingOf(version) });
    await engineFacts(engine);
    expect(engine.asked).toEqual(['/_ping', path]);
  });

  it.each(['../x', '', '1', '1.41/../x'])('%j is none', async (version) => {
    const engine = await engineWith({ '/_ping': pingOf(version) });
    await expect(engineFacts(engine)).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('that the engine no longer knows', async () => {
    const message = 'client version 1.51 is too old. Minimum supported API version is 1.60, please upgrade your client';
    const refuse = (response: ServerResponse): void => void response.writeHead(400).end(JSON.stringify({ message }));
    const engine = await engineWith({ '/_ping': pingOf('1.99'), '/info': refuse });
    await expect(engineFacts(engine)).rejects.toMatchObject({ code: 'unsupported' });
  });
});
