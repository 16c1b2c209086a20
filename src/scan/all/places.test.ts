// Many images of a real registry and a real containerd.

import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Containerd, startContainerd, whyNoContainerd } from '../../../test/containerd/containerd.ts';
import { haveRegistry, startRegistry, type TestRegistry } from '../../../test/registry/start-registry.ts';
import type { Outcome } from '../../report/many/outcome.ts';
import { type ListOptions, listReferences, type ScanAllOptions, scanAll } from './scan-all.ts';
import { writeMany } from './testdata/many-images.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-places-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const spec = { images: 8, bases: 2, middles: 4 };
const paths = writeMany(join(folder, 'images'), spec);

async function outcomesOf(place: string, options: ListOptions & ScanAllOptions): Promise<Outcome[]> {
  const none = { offline: true, databasePath: join(folder, 'none.db'), cacheFolder: false } as const;
  const outcomes: Outcome[] = [];
  for await (const outcome of scanAll(listReferences(place, options), { ...none, ...options })) outcomes.push(outcome);
  return outcomes;
}

function namesIn(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap(({ kind, references }) => `${kind} ${references.toSorted().join(' ')}`).toSorted();
}

/** Not waited for by the whole process, whose turn it is to read what the registry logs: its pipe would fill. */
async function push(layout: string, name: string): Promise<void> {
  const args = ['copy', '--quiet', '--dest-tls-verify=false', `oci:${layout}`, `docker://${name}`];
  await promisify(execFile)('skopeo', args);
}

/** Passes requests on and notes their paths. */
async function counting(host: string, asked: string[]): Promise<Server> {
  const [hostname = '', port = ''] = host.split(':');
  const server = createServer((incoming, outgoing) => {
    const { url = '', method = '', headers } = incoming;
    asked.push(`${method} ${url}`);
    const onward = request({ hostname, port, path: url, method, headers: { ...headers, host } }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe.skipIf(!haveRegistry)(`a registry${haveRegistry ? '' : ' (skipped: no docker-registry or skopeo)'}`, () => {
  let registry: TestRegistry;
  let server: Server;
  let host: string;
  const asked: string[] = [];
  const settings = { env: {}, home: folder, userAgent: 'seaworthy-test', plainHttp: true };

  beforeAll(async () => {
    registry = await startRegistry();
    for (const [at, path] of paths.entries()) await push(path, `${registry.host}/team/app-${at % 2}:1.${at}`);
    await push(paths[0] ?? '', `${registry.host}/team/app-0:latest`);
    await push(paths[1] ?? '', `${registry.host}/other/tool:7`);
    server = await counting(registry.host, asked);
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await registry.close();
  });

  it('is scanned as a whole, each layer fetched once, each image under all its names', async () => {
    const outcomes = await outcomesOf(`registry:${host}`, { registry: settings, threads: 3 });
    const named = namesIn(outcomes);
    expect(named.length).toBe(spec.images);
    const at = (name: string): string => `registry://${host}/${name}`;
    expect(named).toContain(`report ${at('team/app-0:1.0')} ${at('team/app-0:latest')}`);
    expect(named).toContain(`report ${at('other/tool:7')} ${at('team/app-1:1.1')}`);
    expect(outcomes.every(({ kind }) => kind === 'report')).toBe(true);
    const layers = new Set(
      outcomes.flatMap((one) => (one.kind === 'report' ? one.report.subject.layers : [])).map(({ diffId }) => diffId),
    );
    expect(layers.size).toBe(spec.images + spec.bases + spec.middles);
    const configs = new Set(
      outcomes.flatMap((one) =>
        one.kind === 'report' && one.report.subject.kind === 'image' ? [one.report.subject.configDigest] : [],
      ),
    );
    const blobs = asked.filter((line) => /^GET .*\/blobs\//.test(line)).map((line) => line.replace(/.*\//, ''));
    const ofLayers = blobs.filter((digest) => !configs.has(digest));
    expect(ofLayers.length).toBe(layers.size);
  });

  it.each([
    { place: 'team', options: {}, names: 9 },
    { place: 'team/app-0', options: {}, names: 5 },
    { place: 'team', options: { include: ['**:1.[0-9]', '**/app-1:1.*'] }, names: 4 },
    { place: 'team', options: { exclude: ['team/app-1', '**:latest'] }, names: 4 },
    { place: 'team', options: { latest: 1 }, names: 2 },
  ])('lists $place with $options', async ({ place, options, names }) => {
    const found: string[] = [];
    for await (const { reference } of listReferences(`${host}/${place}`, { registry: settings, ...options }))
      found.push(reference);
    expect(found.length).toBe(names);
  });

  it('that has no such repository is told', async () => {
    await expect(outcomesOf(`registry:${host}/nobody/nothing`, { registry: settings })).rejects.toMatchObject({
      name: 'RegistryError',
      code: 'not-found',
    });
  });
});

const why = whyNoContainerd();
describe.skipIf(why !== undefined)(`containerd${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  let containerd: Containerd;
  beforeAll(async () => {
    containerd = await startContainerd();
    for (const [at, path] of paths.slice(0, 3).entries()) {
      const archive = join(folder, `archive-${at}.tar`);
      execFileSync('tar', ['-cf', archive, '-C', path, '.']);
      // The last has the name of the one before, in another namespace.
      const name = `registry.example/team/app-${Math.min(at, 1)}`;
      containerd.ctr(
        ['images', 'import', '--base-name', name, '--no-unpack', archive],
        at === 2 ? 'k8s.io' : 'default',
      );
    }
    containerd.ctr(['images', 'tag', 'registry.example/team/app-0:latest', 'registry.example/team/app-0:1.0']);
  });
  afterAll(() => containerd.stop());

  it.each([
    { place: 'containerd', images: 3 },
    { place: 'containerd:k8s.io', images: 1 },
    { place: 'containerd:default', images: 2 },
  ])('$place is scanned as a whole', async ({ place, images }) => {
    const engines = { env: {}, home: folder, sockets: { containerd: containerd.socket } };
    const outcomes = await outcomesOf(place, { engines });
    expect(outcomes.map(({ kind }) => kind)).toEqual(Array(images).fill('report'));
    const named = namesIn(outcomes).join('\n');
    expect(named.includes('app-0:1.0 containerd://registry.example/team/app-0:latest')).toBe(
      place !== 'containerd:k8s.io',
    );
    expect(named).toMatch(/app-1:latest containerd:\/\/registry.example\/team\/app-1@sha256:/);
  });
});
