import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { startGrpc } from '../../../test/containerd/grpc-server.ts';
import { type Answers, startFakeEngine } from '../../../test/daemon/fake-engine.ts';
import { type ImageSpec, writeDockerArchive } from '../../../test/images/oci-image.ts';
import descriptions from '../../engine/containerd/services.json' with { type: 'json' };
import { EngineError } from '../../engine/engine.ts';
import { RegistryError } from '../../registry/registry.ts';
import { startLiar } from '../../registry/testdata/lying-server.ts';
import { type Image, ImageError, type OpenOptions, type Place } from '../image.ts';
import { openNamed } from './named.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-named-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A Docker that knows one image and exports it by its identifier. */
function dockerOf(name: string, image: ImageSpec): Answers {
  const path = join(folder, `${name}.tar`);
  writeDockerArchive(path, image);
  const bytes = readFileSync(path);
  const id = `sha256:${'c'.repeat(64)}`;
  return {
    [`/images/${name}/json`]: { Id: id, RepoTags: [name] },
    [`/images/${id}/get`]: (response: ServerResponse) => void response.end(bytes),
  };
}

const spec: ImageSpec = { layers: [{ entries: [{ name: 'a', body: 'b' }] }] };
const refusing = (response: ServerResponse): void => void response.writeHead(403).end('{"message":"no"}');

async function engine(answers: Answers): Promise<string> {
  const started = await startFakeEngine(answers);
  onTestFinished(() => started.stop());
  return started.socket;
}

/** A containerd that answers every question with a code of gRPC. */
async function failingContainerd(code: number): Promise<string> {
  const fail = (_call: unknown, done: (error: object) => void): void => done({ code, details: 'as told' });
  const started = await startGrpc(descriptions, [
    { name: 'containerd.services.namespaces.v1.Namespaces', methods: { List: fail } },
    { name: 'containerd.services.images.v1.Images', methods: { List: fail } },
  ]);
  onTestFinished(() => started.stop());
  return started.socket;
}

interface Sockets {
  readonly docker?: string;
  readonly podman?: string;
  readonly containerd?: string;
}

const order: readonly Place[] = ['docker', 'podman', 'containerd', 'registry'];

async function opened(
  name: string,
  { docker, podman, containerd }: Sockets,
  places: readonly Place[] = order,
  more: OpenOptions = {},
): Promise<Image> {
  const none = join(folder, 'none');
  const sockets = { docker: docker ?? none, podman: podman ?? none, containerd: containerd ?? none };
  const registry = { env: {}, home: folder, systemFolder: folder, userAgent: 'test', plainHttp: true };
  const options = { engines: { env: {}, home: folder, sockets }, registry, ...more };
  const image = await openNamed(name, { name, places }, options);
  image.dispose?.();
  return image;
}

async function refused(work: Promise<unknown>): Promise<ImageError | EngineError | RegistryError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ImageError || error instanceof EngineError || error instanceof RegistryError) return error;
    throw error;
  }
  throw new Error('was opened');
}

describe('an image by name', () => {
  it('is that of the first place that has one', async () => {
    const [docker, podman] = [await engine(dockerOf('app:1', spec)), await engine(dockerOf('app:1', spec))];
    expect(await opened('app:1', { docker, podman })).toMatchObject({ foundAt: { place: 'docker', address: docker } });
    const turned = await opened('app:1', { docker, podman }, ['podman', 'docker']);
    expect(turned).toMatchObject({ foundAt: { place: 'podman', address: podman }, remarks: [] });
  });

  it('is that of the next place where an engine has none, and nothing is said of it', async () => {
    const [docker, podman] = [await engine({}), await engine(dockerOf('app:1', spec))];
    expect(await opened('app:1', { docker, podman })).toMatchObject({ foundAt: { place: 'podman' }, remarks: [] });
  });

  it.each([
    ['that refuses', () => engine({ '/images/app:1/json': refusing }), 'the engine refuses.'],
    [
      'whose answer makes no sense',
      () => engine({ '/images/app:1/json': { Id: 7 } }),
      'the answer of the engine is not understood.',
    ],
  ])('an engine %s is passed over and told of', async (_, start, why) => {
    const [docker, podman] = [await start(), await engine(dockerOf('app:1', spec))];
    const image = await opened('app:1', { docker, podman });
    expect(image.foundAt?.place).toBe('podman');
    expect(image.remarks).toEqual([`An image of that name may also be in docker, which could not be asked: ${why}`]);
  });

  it.each([
    [4, 'the engine does not answer in time.'],
    [7, 'the engine does not permit that.'],
  ])('so is a containerd that ends with code %i', async (code, why) => {
    const [containerd, docker] = [await failingContainerd(code), await engine(dockerOf('app:1', spec))];
    const { remarks } = await opened('app:1', { docker, containerd }, ['containerd', 'docker']);
    expect(remarks).toEqual([`An image of that name may also be in containerd, which could not be asked: ${why}`]);
  });

  it('an engine that has it for another platform alone is passed over and told of', async () => {
    const docker = await engine(dockerOf('app:1', spec));
    const podman = await engine(dockerOf('app:1', { ...spec, architecture: 'arm64' }));
    const platform = { os: 'linux', architecture: 'arm64' };
    const image = await opened('app:1', { docker, podman }, order, { platform });
    expect(image).toMatchObject({ foundAt: { place: 'podman' }, platform });
    expect(image.remarks?.join()).toContain('is also in docker, where it could not be read: the image is for another');
    const alone = await refused(opened('app:1', { docker }, ['docker'], { platform }));
    expect(alone.code).toBe('no-such-platform');
  });

  it('of several images that begin so none is guessed', async () => {
    const list = ['1', '2'].map((end) => ({ Id: `sha256:abcdef${end.repeat(58)}`, RepoTags: [] }));
    const [docker, podman] = [await engine({ '/images/json': list }), await engine(dockerOf('abcdef', spec))];
    expect(await refused(opened('abcdef', { docker, podman }))).toMatchObject({
      name: 'EngineError',
      code: 'ambiguous',
    });
  });

  it('is not looked for further once the user has had enough of an engine that hangs', async () => {
    const docker = await engine({ '/images/app:1/json': () => undefined });
    const signal = AbortSignal.timeout(200);
    await expect(opened('app:1', { docker }, order, { signal })).rejects.toBe(await reasonOf(signal));
  });
});

async function reasonOf(signal: AbortSignal): Promise<unknown> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  return signal.reason;
}

describe('an image that is nowhere', () => {
  it('gives the only place’s own error', async () => {
    expect(await refused(opened('app:1', {}, ['docker']))).toMatchObject({ name: 'EngineError', code: 'not-running' });
    const docker = await engine({ '/images/app:1/json': refusing });
    expect(await refused(opened('app:1', { docker }, ['docker']))).toMatchObject({ code: 'no-permission' });
    expect(await refused(opened('app:1', { docker: await engine({}) }, ['docker']))).toMatchObject({
      name: 'ImageError',
      code: 'not-found',
      detail: 'app:1 (docker: has none)',
    });
  });

  it('gives the registry’s error, with what the engines said', async () => {
    const registry = await startLiar((_request, response) => void response.writeHead(404).end('{}'));
    onTestFinished(() => registry.close());
    const name = `${registry.host}/app:1`;
    const plain = await refused(opened(name, {}));
    expect(plain).toMatchObject({ name: 'RegistryError', code: 'not-found' });
    expect(plain.detail).toContain('no file, folder or image of an engine goes by that name either');
    const docker = await engine({ [`/images/${name}/json`]: refusing });
    expect((await refused(opened(name, { docker }))).detail).toContain('docker: The engine refuses');
  });

  it.each(['UPPER:1', 'a b', '-rf', 'a'.repeat(3000), 'a/../b', 'x@sha256:12', '\u001B[31m', 'é', '%2e%2e/json'])(
    'and is called %j is not understood',
    async (name) => {
      const [docker, podman] = [await engine({}), await engine({})];
      const error = await refused(opened(name, { docker, podman }));
      expect(error).toMatchObject({ name: 'RegistryError', code: 'bad-name' });
    },
  );

  it('says of each engine why, where no registry is asked', async () => {
    const docker = await engine({});
    expect(await refused(opened('app:1', { docker }, ['docker', 'podman', 'containerd']))).toMatchObject({
      name: 'ImageError',
      code: 'not-found',
      detail: 'app:1 (docker: has none, podman: not-running, containerd: not-running)',
    });
  });
});
