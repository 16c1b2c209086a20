import { afterEach, expect, it } from 'vitest';
import { type GrpcServer, startGrpc } from '../../../test/containerd/grpc-server.ts';
import descriptions from './cri.json' with { type: 'json' };
import { criContainers, criImages } from './cri.ts';

const hex = (digit: string): string => digit.repeat(64);
const open: GrpcServer[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.stop();
});

async function runtime(images: readonly object[], containers: readonly object[]): Promise<string> {
  const answer = (what: object) => (_call: unknown, done: (error: null, answer: object) => void) => done(null, what);
  const server = await startGrpc(descriptions, [
    { name: 'runtime.v1.ImageService', methods: { ListImages: answer({ images }) } },
    { name: 'runtime.v1.RuntimeService', methods: { ListContainers: answer({ containers }) } },
  ]);
  open.push(server);
  return server.socket;
}

it('images as containerd and as cri-o tell of them', async () => {
  const images = [
    {
      id: `sha256:${hex('a')}`,
      repoTags: ['docker.io/library/debian:12'],
      repoDigests: [`docker.io/library/debian@sha256:${hex('1')}`],
      size: 48_000_000,
    },
    {
      id: hex('b'),
      repoDigests: [`quay.io/a/b@sha256:${hex('2')}`, `quay.io/a/b@sha256:${hex('3')}`],
      size: '18446744073709551615',
    },
    { id: 'odd' },
  ];
  const socket = await runtime(images, []);
  expect(await criImages(socket)).toEqual([
    {
      engine: { kind: 'cri', socket },
      names: ['docker.io/library/debian:12', `docker.io/library/debian@sha256:${hex('1')}`],
      digest: `sha256:${hex('1')}`,
      configDigest: `sha256:${hex('a')}`,
      size: 48_000_000,
      labels: {},
    },
    {
      engine: { kind: 'cri', socket },
      names: [`quay.io/a/b@sha256:${hex('2')}`, `quay.io/a/b@sha256:${hex('3')}`],
      configDigest: `sha256:${hex('b')}`,
      labels: {},
    },
    { engine: { kind: 'cri', socket }, names: [], size: 0, labels: {} },
  ]);
});

it('containers, by the names of their pods', async () => {
  const labels = {
    'io.kubernetes.container.name': 'web',
    'io.kubernetes.pod.name': 'web-0',
    'io.kubernetes.pod.namespace': 'shop',
  };
  const socket = await runtime(
    [],
    [
      {
        id: hex('c'),
        metadata: { name: 'web' },
        image: { image: `sha256:${hex('a')}`, userSpecifiedImage: 'debian:12' },
        imageRef: `sha256:${hex('a')}`,
        state: 'CONTAINER_RUNNING',
        labels,
      },
      {
        id: hex('d'),
        metadata: { name: 'old' },
        imageRef: `quay.io/a/b@sha256:${hex('2')}`,
        state: 'CONTAINER_EXITED',
      },
      { id: hex('e'), image: { image: 'x' }, state: 'CONTAINER_UNKNOWN' },
      { id: hex('f'), state: 99 },
    ],
  );
  const engine = { kind: 'cri', socket };
  expect(await criContainers(socket)).toEqual([
    {
      engine,
      id: hex('c'),
      names: ['web', 'web-0/web', 'shop/web-0/web'],
      image: 'debian:12',
      imageDigest: `sha256:${hex('a')}`,
      state: 'running',
      labels,
    },
    {
      engine,
      id: hex('d'),
      names: ['old'],
      image: `quay.io/a/b@sha256:${hex('2')}`,
      imageDigest: `sha256:${hex('2')}`,
      state: 'stopped',
      labels: {},
    },
    { engine, id: hex('e'), names: [], image: 'x', state: 'unknown', labels: {} },
    { engine, id: hex('f'), names: [], image: '', state: 'unknown', labels: {} },
  ]);
});

it('a runtime of an older CRI is told of', async () => {
  const server = await startGrpc(descriptions, []);
  open.push(server);
  const message = 'The runtime does not speak CRI v1 at this socket';
  await expect(criImages(server.socket)).rejects.toMatchObject({ code: 'unsupported', message });
});
