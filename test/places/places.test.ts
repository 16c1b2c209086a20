// One image in every place that images live in: the reports are the same, byte for byte, but for what is listed here.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/finding/finding.ts';
import type { EngineSettings } from '../../src/image/image.ts';
import { openImage } from '../../src/image/open.ts';
import type { RegistrySettings } from '../../src/registry/registry.ts';
import { type ScanOptions, scan, scanImage } from '../../src/scan/scan.ts';
import { type Containerd, startContainerd, whyNoContainerd } from '../containerd/containerd.ts';
import { type Daemon, startDocker, startPodman, whyNot } from '../daemon/daemons.ts';
import { haveRegistry, startRegistry, type TestRegistry } from '../registry/start-registry.ts';
import { images, writePlaces } from './images.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-places-'));
afterAll(() => rmSync(folder, { recursive: true }));
const { mirror } = writePlaces(folder);

type Name = keyof typeof images;
const names = Object.keys(images) as Name[];
const registrySettings: RegistrySettings = { env: {}, home: folder, systemFolder: folder, userAgent: 'test' };
const noEngines: EngineSettings = {
  env: {},
  home: folder,
  sockets: { docker: join(folder, 'none'), podman: join(folder, 'none'), containerd: join(folder, 'none') },
};

async function scanned(reference: string, options: ScanOptions = {}): Promise<Report> {
  const places = { registry: registrySettings, engines: noEngines, ...options };
  const databasePath = join(folder, 'advisories.db');
  return await scan(reference, { offline: true, databasePath, cacheFolder: false, ...places });
}

/** `digest`: the place keeps no manifest. `entries`: folders have entries for parents too, and none for whiteouts. */
type MayDiffer = 'digest' | 'entries' | 'notes';

/** What must be the same. Of `provenance` only the database is; how the image was named differs by intention. */
function essence({ provenance, ...report }: Report, differs: readonly MayDiffer[] = []): string {
  const { reference: _, digest, entries, ...subject } = report.subject;
  const { notes, ...coverage } = report.coverage;
  const kept = {
    ...(differs.includes('digest') ? {} : { digest }),
    ...(differs.includes('entries') ? {} : { entries }),
    ...(differs.includes('notes') ? {} : { notes }),
  };
  return JSON.stringify({ ...report, subject, coverage, kept, database: provenance.database }, null, 1);
}

const expected = new Map<Name, Report>();

async function expectSame(
  name: Name,
  reference: string,
  options: ScanOptions = {},
  differs: readonly MayDiffer[] = [],
): Promise<Report> {
  const baseline = expected.get(name);
  if (baseline === undefined) throw new Error('no baseline');
  const report = await scanned(reference, options);
  expect(essence(report, differs)).toBe(essence(baseline, differs));
  return report;
}

beforeAll(async () => {
  // The advisories of both are there before anything is compared.
  for (const name of names) await scanned(join(folder, `${name}.oci`), { offline: false, mirror });
  for (const name of names) expected.set(name, await scanned(join(folder, `${name}.oci`)));
});

describe('files and folders', () => {
  it('have in them what the images were made of', () => {
    const found = (name: Name): string[] =>
      (expected.get(name)?.packages ?? []).map((one) => `${one.type} ${one.name} ${one.version}`).toSorted();
    expect(found('debian')).toEqual([
      'deb kept 1.0-1',
      'deb upgraded 2.0-1',
      'maven test.group:above 2.0',
      'npm deep 3.0.0',
      'npm left-pad 1.0.0',
    ]);
    expect(found('alpine')).toEqual(['apk musl 1.2.5-r0', 'npm left-pad 1.0.0']);
    expect(expected.get('debian')?.findings.length).toBeGreaterThanOrEqual(3);
    expect(expected.get('alpine')?.findings.length).toBeGreaterThanOrEqual(2);
    expect(expected.get('debian')?.problems).toEqual([]);
  });

  it.each(names)('an OCI archive of %s, plain and gzip', async (name) => {
    await expectSame(name, join(folder, `${name}-oci.tar`));
    const gzip = await expectSame(name, `oci-archive:${join(folder, `${name}-oci.tar.gz`)}`);
    expect(gzip.provenance.image?.foundAt).toBeUndefined();
  });

  // `docker save` of old keeps no manifest.
  it.each(names)('a docker archive of %s', async (name) => {
    const report = await expectSame(name, join(folder, `${name}-docker.tar`), {}, ['digest']);
    expect(report.subject).not.toHaveProperty('digest');
  });
});

describe.runIf(haveRegistry)('a registry (skipped where no docker-registry is installed)', () => {
  const open: TestRegistry[] = [];
  afterAll(() => Promise.all(open.map((registry) => registry.close())));

  async function started(...options: Parameters<typeof startRegistry>): Promise<TestRegistry> {
    const registry = await startRegistry(...options);
    open.push(registry);
    for (const name of names)
      await registry.push(join(folder, `${name}.oci`), `team/app:${images[name].tag}`, '--preserve-digests');
    return registry;
  }

  it('by tag, by digest and by both, over plain HTTP', async () => {
    const { host } = await started();
    const registry = { ...registrySettings, plainHttp: true };
    for (const name of names) {
      const { tag } = images[name];
      const report = await expectSame(name, `registry://${host}/team/app:${tag}`, { registry });
      expect(report.provenance.image?.foundAt).toEqual({ place: 'registry', address: host });
      const { digest } = report.subject;
      await expectSame(name, `docker://${host}/team/app@${digest}`, { registry });
      // No engine is here, which is no news.
      await expectSame(name, `${host}/team/app:${tag}@${digest}`, { registry });
    }
  });

  it('through a mirror of another registry (hosts.toml)', async () => {
    const { host } = await started();
    const hostsFolder = join(folder, 'hosts');
    mkdirSync(join(hostsFolder, 'registry.test'), { recursive: true });
    writeFileSync(
      join(hostsFolder, 'registry.test', 'hosts.toml'),
      `server = "http://127.0.0.1:1"\n[host."http://${host}"]\n  capabilities = ["pull", "resolve"]\n`,
    );
    const registry = { ...registrySettings, hostsFolder };
    for (const name of names) {
      const report = await expectSame(name, `registry.test/team/app:${images[name].tag}`, { registry });
      expect(report.provenance.image?.foundAt?.address).toBe(host);
    }
  });

  it('with TLS and passwords, and none of them in the report', async () => {
    const { host, ca = '' } = await started({ tls: true, htpasswd: { bob: 'hush-hush' } });
    const auth = Buffer.from('bob:hush-hush').toString('base64');
    writeFileSync(join(folder, 'auth.json'), JSON.stringify({ auths: { [host]: { auth } } }));
    const registry = { ...registrySettings, authFile: join(folder, 'auth.json'), tls: { ca: [ca] } };
    for (const name of names) {
      const report = await expectSame(name, `${host}/team/app:${images[name].tag}`, { registry });
      expect(JSON.stringify(report)).not.toMatch(/hush-hush/);
      expect(JSON.stringify(report)).not.toContain(auth);
    }
  });

  it('with a token service', async () => {
    const { host, ca = '', tokens } = await started({ tls: true, token: { users: { bob: 'secret' } } });
    const credentials = { kind: 'basic', username: 'bob', password: 'secret' } as const;
    const registry = { ...registrySettings, credentials, tls: { ca: [ca] } };
    for (const name of names) await expectSame(name, `${host}/team/app:${images[name].tag}`, { registry });
    expect(tokens?.requests.map(({ user }) => user)).toContain('bob');
  });
});

const noContainerd = whyNoContainerd();

describe.skipIf(noContainerd)(`containerd (skipped: ${noContainerd ?? 'no'})`, () => {
  let containerd: Containerd;
  let engines: EngineSettings;
  beforeAll(async () => {
    containerd = await startContainerd();
    engines = { ...noEngines, sockets: { ...noEngines.sockets, containerd: containerd.socket } };
    for (const name of names) {
      const archive = join(folder, `${name}-oci.tar`);
      containerd.ctr(['images', 'import', '--index-name', `docker.io/library/app:${images[name].tag}`, archive]);
    }
  });
  afterAll(() => containerd?.stop());

  const reference = (name: Name): string => `containerd://app:${images[name].tag}`;

  it.each(names)('%s from the folder of its content store', async (name) => {
    const report = await expectSame(name, reference(name), { engines });
    expect(report.provenance.image?.foundAt?.place).toBe('containerd');
  });

  it.each(names)('%s over its socket, where the folder is not to be seen', async (name) => {
    const image = await openImage(reference(name), { engines });
    if (image.kind !== 'layered') throw new TypeError('an image of layers was expected');
    const engine = { kind: 'containerd', socket: containerd.socket, namespace: 'default' } as const;
    const layers = image.layers.map((layer) => ({
      ...layer,
      blob: { kind: 'engine' as const, engine, digest: layer.digest ?? '', size: layer.size },
    }));
    const databasePath = join(folder, 'advisories.db');
    const report = await scanImage({ ...image, layers }, { offline: true, databasePath, cacheFolder: false });
    expect(essence(report)).toBe(essence(expected.get(name) ?? report));
  });

  it.each(names)('%s out of its folder, without asking it', async (name) => {
    const root = join(containerd.folder, 'root');
    const report = await expectSame(name, `containerd-root:${root}#app:${images[name].tag}`);
    expect(report.provenance.image?.foundAt).toEqual({ place: 'containerd', address: `default in ${root}` });
  });

  it('its folder says which images there are, and guesses none', async () => {
    const root = `containerd-root:${containerd.folder}/root`;
    const digest = expected.get('alpine')?.subject.digest ?? '';
    await expectSame('alpine', `${root}#${digest}`);
    await expectSame('alpine', `${root}#${digest.slice(7, 20)}`);
    const refused = (reference: string): Promise<unknown> => scanned(reference).catch((error: unknown) => error);
    const several = { name: 'ImageError', code: 'bad-reference' };
    expect(await refused(root)).toMatchObject({ ...several, detail: expect.stringContaining('library/app:alpine') });
    const none = { name: 'EngineError', code: 'not-found' };
    expect(await refused(`${root}#app:none`)).toMatchObject({ ...none, detail: expect.stringContaining('app:1') });
    expect(await refused(`${root}#container://nobody`)).toMatchObject(none);
    expect(await refused(`containerd-root:${folder}`)).toMatchObject(none);
    const engines = { ...noEngines, namespace: 'k8s.io' };
    expect(await scanned(`${root}#app:1`, { engines }).catch((error: unknown) => error)).toMatchObject(none);
  });

  // Nothing proves that folders are still what their digests say, and they have other entries.
  it.each(names)('%s of which the blobs were discarded, as it is unpacked', async (name) => {
    const { layers } = JSON.parse(containerd.ctr(['content', 'get', expected.get(name)?.subject.digest ?? ''])) as {
      readonly layers: readonly { readonly digest: string }[];
    };
    containerd.ctr(['content', 'rm', ...layers.map(({ digest }) => digest)]);
    const discarded = ['entries', 'notes'] as const;
    const report = await expectSame(name, reference(name), { engines }, discarded);
    const remark = `The blobs of ${layers.length} of its ${layers.length} layers are no longer kept`;
    expect(report.coverage.notes.join('\n')).toContain(remark);
    await expectSame(name, `containerd-root:${containerd.folder}/root#app:${images[name].tag}`, {}, discarded);
  });
});

const noDocker = whyNot('dockerd', 'docker');

describe.skipIf(noDocker)(`Docker (skipped: ${noDocker ?? 'no'})`, () => {
  let docker: Daemon;
  let engines: EngineSettings;
  beforeAll(async () => {
    docker = await startDocker();
    engines = { ...noEngines, sockets: { ...noEngines.sockets, docker: docker.socket } };
    for (const name of names) docker.client(['load', '--input', join(folder, `${name}-docker.tar`)]);
  }, 60_000);
  afterAll(() => docker?.stop());
  const reference = (name: Name): string => `docker-daemon://seaworthy.test/image:${images[name].tag}`;

  // What was loaded has no manifest. The layers are put together again, so that they are as good as those of a registry.
  it.each(names)('%s from its store', async (name) => {
    const report = await expectSame(name, reference(name), { engines }, ['digest']);
    expect(report.provenance.image?.foundAt).toEqual({ place: 'docker', address: docker.socket });
    await expectSame(name, `seaworthy.test/image:${images[name].tag}`, { engines }, ['digest']);
  });

  it.each(names)('%s by export, where its store is not to be seen', async (name) => {
    // Docker knows by heart where the files of a layer are.
    const store = join(docker.root, 'image/overlay2/layerdb/sha256');
    const notes = readdirSync(store).map((layer) => join(store, layer, 'cache-id'));
    for (const note of notes) renameSync(note, `${note}.hidden`);
    try {
      const image = await openImage(reference(name), { engines });
      expect(image.kind === 'layered' && image.layers.map(({ blob }) => blob.kind)).toContain('file');
      image.dispose?.();
      await expectSame(name, reference(name), { engines }, ['digest']);
    } finally {
      for (const note of notes) renameSync(`${note}.hidden`, note);
    }
  });
});

const noPodman = whyNot('podman', 'skopeo');

describe.skipIf(noPodman)(`podman (skipped: ${noPodman ?? 'no'})`, () => {
  let podman: Daemon;
  let engines: EngineSettings;
  beforeAll(async () => {
    podman = await startPodman();
    const settings = join(folder, 'storage.conf');
    writeFileSync(settings, `[storage]\ndriver = "overlay"\ngraphroot = "${podman.root}"\n`);
    engines = { env: { CONTAINERS_STORAGE_CONF: settings }, home: folder };
    for (const name of names) {
      const store = `containers-storage:[overlay@${podman.root}+${podman.root}/../run]`;
      const copy = [
        'copy',
        '--quiet',
        `oci:${join(folder, `${name}.oci`)}`,
        `${store}localhost/app:${images[name].tag}`,
      ];
      execFileSync('skopeo', copy, { stdio: 'pipe', timeout: 30_000 });
    }
  }, 60_000);
  afterAll(() => podman?.stop());

  // Its storage keeps the manifest; the layers are put together again.
  it.each(names)('%s from its storage', async (name) => {
    const report = await expectSame(name, `podman://app:${images[name].tag}`, { engines });
    expect(report.provenance.image?.foundAt).toEqual({ place: 'podman', address: podman.root });
  });

  it.each(names)('%s by its service', async (name) => {
    const service = { ...noEngines, sockets: { ...noEngines.sockets, podman: podman.socket } };
    const report = await expectSame(name, `podman://app:${images[name].tag}`, { engines: service });
    expect(report.provenance.image?.foundAt?.place).toBe('podman');
  });
});
