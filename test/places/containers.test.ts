// Containers of real engines: what they have written shows, whatever became of the image that they stand on.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/finding/finding.ts';
import type { EngineSettings } from '../../src/image/image.ts';
import { scan } from '../../src/scan/scan.ts';
import { type Containerd, programsLayer, startContainerd, whyNoContainerd } from '../containerd/containerd.ts';
import { type Daemon, startDocker, startPodman, whyNot } from '../daemon/daemons.ts';
import { dpkgInstalled, nodeModule } from '../images/language-files.ts';
import { type LayerSpec, writeDockerArchive, writeOciArchive } from '../images/oci-image.ts';

const layers: readonly LayerSpec[] = [
  programsLayer(['/bin/dash', '/bin/rm', '/bin/sleep', '/bin/mkdir']),
  {
    entries: [
      { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n' },
      ...dpkgInstalled([
        { name: 'kept', version: '1', files: [] },
        { name: 'removed', version: '1', files: [] },
      ]),
      nodeModule('srv/app', 'left', '1.0.0'),
      nodeModule('srv/app', 'stays', '1.0.0'),
    ],
    createdBy: 'RUN install',
  },
];

/** Installs one package of each kind and removes one. */
const script = `set -e
cd /var/lib/dpkg; printf 'Package: kept\\nStatus: install ok installed\\nArchitecture: all\\nVersion: 1\\n\\n' > status
printf 'Package: added\\nStatus: install ok installed\\nArchitecture: all\\nVersion: 2\\n\\n' >> status
cd /srv/app/node_modules; rm -r left; mkdir fresh; printf '{"name":"fresh","version":"3.0.0"}' > fresh/package.json
: > /ready; sleep 600`;
const drifted = ['deb added 2', 'deb kept 1', 'npm fresh 3.0.0', 'npm stays 1.0.0'];

/** The libraries of this machine, which the shell in the container needs, are recognized too. */
function packages({ packages: found }: Report): string[] {
  return found
    .filter(({ type }) => type === 'deb' || type === 'npm')
    .map(({ type, name, version }) => `${type} ${name} ${version}`)
    .toSorted();
}

function broughtBy({ packages: all }: Report, name: string): string | undefined {
  const { provenance } = all.find((one) => one.name === name) ?? {};
  return provenance?.introduced.createdBy;
}

async function scanned(reference: string, engines: EngineSettings, folder: string): Promise<Report> {
  const databasePath = join(folder, 'none.db');
  return await scan(reference, { offline: true, databasePath, cacheFolder: false, engines });
}

const noContainerd = whyNoContainerd();

describe.skipIf(noContainerd)(`containers of containerd (skipped: ${noContainerd ?? 'no'})`, () => {
  let containerd: Containerd;
  let engines: EngineSettings;
  const name = 'docker.io/library/app:1';

  beforeAll(async () => {
    containerd = await startContainerd();
    const none = join(containerd.folder, 'none');
    engines = {
      env: {},
      home: containerd.folder,
      sockets: { containerd: containerd.socket, docker: none, podman: none },
    };
    writeOciArchive(join(containerd.folder, 'app.tar'), { tag: name, layers });
    containerd.ctr(['images', 'import', join(containerd.folder, 'app.tar')]);
    containerd.ctr(['run', '--detach', name, 'box', '/bin/dash', '-c', script]);
    for (let tries = 0; tries < 100 && !(await report()).includes('npm fresh 3.0.0'); tries++) await sleep(50);
  }, 30_000);
  afterAll(() => containerd?.stop());

  const report = async (): Promise<string[]> => packages(await scanned('container://box', engines, containerd.folder));

  it('show what the container brought and took away, and who did', async () => {
    const found = await scanned('container://box', engines, containerd.folder);
    expect(packages(found)).toEqual(drifted);
    expect(broughtBy(found, 'fresh')).toBe('written by container box');
    expect(broughtBy(found, 'added')).toBe('written by container box');
    expect(broughtBy(found, 'stays')).toBe('RUN install');
    expect(found.subject.container).toEqual({ id: 'box', names: [], state: 'running' });
    expect(found.problems).toEqual([]);
  });

  it('are read out of the folder of containerd without asking it', async () => {
    const found = await scanned(
      `containerd-root:${containerd.folder}/root#container://box`,
      engines,
      containerd.folder,
    );
    expect(packages(found)).toEqual(drifted);
    expect(broughtBy(found, 'stays')).toBe('RUN install');
    expect(found.subject.container?.state).toBe('unknown');
  });

  it('are read though the blobs of their image were discarded', async () => {
    const { manifests } = JSON.parse(containerd.ctr(['content', 'get', imageDigest()])) as {
      readonly manifests?: readonly { readonly digest: string }[];
    };
    const manifest = manifests?.[0]?.digest ?? imageDigest();
    const { layers: blobs } = JSON.parse(containerd.ctr(['content', 'get', manifest])) as {
      readonly layers: readonly { readonly digest: string }[];
    };
    containerd.ctr(['content', 'rm', ...blobs.map(({ digest }) => digest)]);
    const found = await scanned('container://box', engines, containerd.folder);
    expect(packages(found)).toEqual(drifted);
    expect(broughtBy(found, 'stays')).toBe('RUN install');
    expect(found.coverage.notes.join('\n')).toContain('The blobs of 2 of its 2 layers are no longer kept');
  });

  function imageDigest(): string {
    const line = containerd.ctr(['images', 'ls', `name==${name}`]).split('\n')[1] ?? '';
    return /sha256:[0-9a-f]{64}/.exec(line)?.[0] ?? '';
  }

  it('are read by what they stand on where the name of their image has moved on', async () => {
    containerd.ctr(['images', 'tag', name, 'docker.io/library/old:1']);
    const other = join(containerd.folder, 'other.tar');
    writeOciArchive(other, { tag: name, layers: [{ entries: [nodeModule('srv', 'other', '9.0.0')] }] });
    containerd.ctr(['images', 'import', other]);
    const found = await scanned('container://box', engines, containerd.folder);
    expect(packages(found)).toEqual(drifted);
    expect(broughtBy(found, 'stays')).toBe('RUN install');
    expect(found.coverage.notes.join('\n')).toContain(`${name}, no longer leads to what it stands on`);
  });

  it('are read by their layers alone where nothing is left of their image', async () => {
    containerd.ctr(['images', 'rm', 'docker.io/library/old:1']);
    const found = await scanned('container://box', engines, containerd.folder);
    expect(packages(found)).toEqual(drifted);
    expect(found.subject).not.toHaveProperty('configDigest');
    expect(found.subject).not.toHaveProperty('config');
    expect(broughtBy(found, 'fresh')).toBe('written by container box');
    expect(broughtBy(found, 'stays')).toBeUndefined();
    expect(found.coverage.notes.join('\n')).toContain('neither manifest nor configuration were found');
  });
});

const noDaemons = whyNot('dockerd', 'docker', 'podman');

describe.skipIf(noDaemons)(`containers of Docker and podman (skipped: ${noDaemons ?? 'no'})`, () => {
  let docker: Daemon;
  let podman: Daemon;
  let engines: EngineSettings;

  beforeAll(async () => {
    [docker, podman] = await Promise.all([startDocker(), startPodman()]);
    const archive = join(docker.root, '../app.tar');
    const settings = join(docker.root, '../storage.conf');
    writeFileSync(settings, `[storage]\ndriver = "overlay"\ngraphroot = "${podman.root}"\n`);
    engines = {
      env: { CONTAINERS_STORAGE_CONF: settings },
      home: docker.root,
      sockets: { docker: docker.socket, containerd: join(docker.root, 'none') },
    };
    const image = { layers: layers.map((layer) => ({ ...layer, compression: 'none' as const })), tag: '1' };
    writeDockerArchive(archive, image);
    for (const [name, daemon] of Object.entries({ box1: docker, box2: podman })) {
      daemon.client(['load', '--input', archive]);
      daemon.client(['create', '--name', name, '--network', 'none', 'seaworthy.test/image:1', '/bin/sleep']);
    }
    docker.client(['cp', source(), 'box1:/srv/app/node_modules/fresh']);
    podman.client(['cp', source(), 'box2:/srv/app/node_modules/fresh']);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([docker?.stop(), podman?.stop()]);
  });

  function source(): string {
    const folder = join(docker.root, '../fresh');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"name":"fresh","version":"3.0.0"}');
    return folder;
  }

  it.each(['box1', 'box2'])('%s has its image and what was copied into it', async (name) => {
    const found = await scanned(`container://${name}`, engines, join(docker.root, '..'));
    expect(packages(found)).toEqual([
      'deb kept 1',
      'deb removed 1',
      'npm fresh 3.0.0',
      'npm left 1.0.0',
      'npm stays 1.0.0',
    ]);
    expect(broughtBy(found, 'fresh')).toMatch(/^written by container [0-9a-f]{12}$/);
    expect(broughtBy(found, 'stays')).toBe('RUN install');
    expect(found.provenance.image?.foundAt?.place).toBe(name === 'box1' ? 'docker' : 'podman');
    expect(found.subject.container?.names).toEqual([name]);
    expect(found.problems).toEqual([]);
  });

  it('says where nobody has it', async () => {
    await expect(scanned('container://nobody', engines, docker.root)).rejects.toMatchObject({ code: 'not-found' });
  });
});
