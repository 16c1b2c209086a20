import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Answers, type FakeEngine, pingOf, startFakeEngine } from '../../../test/daemon/fake-engine.ts';
import type { EngineAddress, EngineEvent } from '../engine.ts';
import { dockerContainers, dockerImages, engineFacts, findDockerContainer, findDockerImage } from './docker.ts';
import { dockerEvents } from './events.ts';
import { exportDockerImage } from './export.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-docker-'));
afterAll(() => rmSync(folder, { recursive: true }));
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
      '/images/json': [image(hex('a'))],
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
    expect(first).toMatchObject({ digest: `sha256:${hex('a')}` });
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

describe('a hostile or broken engine', () => {
  const answer = (write: (response: ServerResponse) => void): Promise<EngineAddress> => engineWith({ '/info': write });
  const brief = { limits: { headersMs: 100, idleMs: 100, wholeMs: 300, bytes: 1 << 20 } };

  it.each<[string, string, (response: ServerResponse) => void]>([
    ['is silent', 'timeout', () => {}],
    ['stops midway', 'timeout', (response) => void response.write('{')],
    [
      'drips',
      'timeout',
      (response) => {
        const dripping = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(dripping));
      },
    ],
    ['never ends', 'limit-exceeded', (response) => void response.end(Buffer.alloc(8 << 20, ' '))],
    ['breaks off', 'interrupted', (response) => void response.write('{', () => response.destroy())],
    [
      'promises more',
      'interrupted',
      (response) => void response.writeHead(200, { 'content-length': 99 }).write('{}', () => response.destroy()),
    ],
    ['hangs up', 'interrupted', (response) => response.destroy()],
    ['speaks no HTTP', 'bad-answer', (response) => void response.socket?.end('SSH-2.0-x\r\n\r\n')],
    ['speaks no JSON', 'bad-answer', (response) => void response.end('<html>')],
    [
      'sends endless headers',
      'bad-answer',
      (response) => void response.socket?.end(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1 << 20)}\r\n\r\n`),
    ],
    [
      'redirects',
      'bad-answer',
      (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end('{}'),
    ],
    ['fails', 'bad-answer', (response) => void response.writeHead(500).end('{"message":"no\\u001b[31m"}')],
    ['refuses', 'no-permission', (response) => void response.writeHead(403).end('{}')],
  ])('that %s: %s', async (_, code, write) => {
    const start = performance.now();
    await expect(engineFacts(await answer(write), brief)).rejects.toMatchObject({ name: 'EngineError', code });
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it('whose words are cut short and harmless', async () => {
    const engine = await answer(
      (response) => void response.writeHead(500).end(JSON.stringify({ message: `\u001b[2J${'x'.repeat(9999)}` })),
    );
    const error = await engineFacts(engine).catch((caught: unknown) => caught as { detail: string });
    expect(error).toHaveProperty('detail', expect.not.stringContaining('\u001b'));
    expect((error as { detail: string }).detail.length).toBeLessThan(400);
  });

  it('that is not there', async () => {
    await expect(engineFacts({ kind: 'docker', socket: join(folder, 'none') })).rejects.toMatchObject({
      code: 'not-running',
    });
    writeFileSync(join(folder, 'file'), '');
    await expect(engineFacts({ kind: 'docker', socket: join(folder, 'file') })).rejects.toMatchObject({
      code: 'not-running',
    });
  });

  it('that is called off', async () => {
    const engine = await answer(() => {});
    await expect(engineFacts(engine, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      code: 'interrupted',
    });
  });
});

describe('an export', () => {
  const into = join(folder, 'image.tar');
  const whole = Buffer.concat([Buffer.alloc(512, 'x'), Buffer.alloc(1024)]);
  const left = (): readonly string[] => readdirSync(folder).filter((name) => name.startsWith('image.tar'));
  const exported = async (write: (response: ServerResponse) => void): Promise<void> =>
    exportDockerImage(await engineWith({ '/images/a/b:1/get': write }), 'a/b:1', into, { limits: { idleMs: 200 } });

  it('is there when it is whole', async () => {
    await exported((response) => void response.end(whole));
    expect(readFileSync(into)).toEqual(whole);
    expect(left()).toEqual(['image.tar']);
    rmSync(into);
  });

  it.each<[string, string, (response: ServerResponse) => void]>([
    ['breaks off', 'interrupted', (response) => void response.write(whole, () => response.destroy())],
    [
      'ends with an error',
      'interrupted',
      (response) => void response.end(Buffer.concat([Buffer.alloc(2048), Buffer.from('{"message":"no space"}')])),
    ],
    ['is cut off at a block', 'interrupted', (response) => void response.end(Buffer.alloc(2048, 'x'))],
    ['is empty', 'interrupted', (response) => void response.end()],
    ['stops', 'timeout', (response) => void response.write(whole)],
    ['is refused', 'not-found', (response) => void response.writeHead(404).end('{"message":"none"}')],
  ])('that %s leaves nothing', async (_, code, write) => {
    await expect(exported(write)).rejects.toMatchObject({ name: 'EngineError', code });
    expect(left()).toEqual([]);
  });

  it('that can’t be written says what the file system says', async () => {
    const engine = await engineWith({ '/images/a/get': (response: ServerResponse) => void response.end(whole) });
    await expect(exportDockerImage(engine, 'a', join(folder, 'none', 'image.tar'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});

describe('events', () => {
  async function collect(engine: EngineAddress, signal: AbortSignal, into: EngineEvent[]): Promise<void> {
    for await (const event of dockerEvents(engine, signal)) into.push(event);
  }
  const event = (Type: string, Action: string, ID: string, Attributes: object = {}): string =>
    `${JSON.stringify({ Type, Action, Actor: { ID, Attributes }, time: 1_795_526_091 })}\n`;

  it('come one by one, however they are cut', async () => {
    const text =
      event('image', 'pull', 'debian:12', { name: 'débian' }) +
      event('container', 'start', 'abc') +
      event('container', 'exec_start: /bin/sh', 'abc');
    const engine = await engineWith({
      '/events': async (response: ServerResponse) => {
        for (const byte of Buffer.from(text)) response.write(Buffer.of(byte));
      },
    });
    const stop = new AbortController();
    const seen: EngineEvent[] = [];
    const done = collect(engine, stop.signal, seen);
    while (seen.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    await done;
    const at = '2026-11-24T13:14:51.000Z';
    expect(seen).toEqual([
      { at, kind: 'image-created', subject: 'débian' },
      { at, kind: 'container-started', subject: 'abc' },
      { at, kind: 'container-exec_start', subject: 'abc' },
    ]);
  });

  it.each<[string, string, (response: ServerResponse) => void]>([
    ['end', 'interrupted', (response) => void response.end()],
    ['break off', 'interrupted', (response) => void response.write('{', () => response.destroy())],
    ['are no JSON', 'bad-answer', (response) => void response.write('x\n')],
    ['never end a line', 'limit-exceeded', (response) => void response.write(Buffer.alloc(4 << 20, 'x'))],
    ['are refused', 'bad-answer', (response) => void response.writeHead(500).end()],
  ])('that %s', async (_, code, write) => {
    const engine = await engineWith({ '/events': write });
    await expect(collect(engine, new AbortController().signal, [])).rejects.toMatchObject({
      name: 'EngineError',
      code,
    });
  });
});
