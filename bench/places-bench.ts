// The same image from a registry on this machine, from containerd's content store and from a file, in turn.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Containerd, startContainerd, whyNoContainerd } from '../test/containerd/containerd.ts';
import { type Bench, scanContender } from './image-bench.ts';
import { type Contender, held, interleave, medians, output, type Sample } from './measure.ts';
import { type Goal, megabytes, ratio, type Section, time } from './results.ts';

/** Measures `large` at each place; `[]` where a Debian package that it needs is missing. */
export async function benchPlaces(bench: Bench): Promise<{ sections: Section[]; goals: Goal[] }> {
  const scratch = mkdtempSync(join(tmpdir(), 'seaworthy-places-'));
  const registry = await startRegistry(join(bench.work, 'registry'), scratch);
  try {
    const daemon = whyNoContainerd() === undefined ? await startContainerd() : undefined;
    try {
      return await measured({ bench, host: registry.host, scratch, daemon });
    } finally {
      await daemon?.stop();
    }
  } finally {
    registry.process.kill();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function startRegistry(store: string, scratch: string): Promise<{ host: string; process: ChildProcess }> {
  mkdirSync(store, { recursive: true });
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const settings = `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${store} } }\nhttp: { addr: '${host}' }\n`;
  writeFileSync(join(scratch, 'registry.yml'), settings);
  const server = spawn('docker-registry', ['serve', join(scratch, 'registry.yml')], { stdio: 'ignore' });
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    if (answer?.ok) return { host, process: server };
    await setTimeout(100);
  }
  throw new Error('docker-registry does not start');
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Forms of the image; those with a table of contents are there where `bench/lazy-images.sh` has made them. */
const forms = ['large', 'large-estargz', 'large-zstd-chunked'] as const;

/** The image under a name in a containerd of our own, and how it is scanned there. */
function inContainerd(bench: Bench, { socket, folder }: Containerd, layout: string): Contender {
  const archive = join(folder, 'large.tar');
  execFileSync('skopeo', ['copy', '-q', `oci:${layout}:latest`, `oci-archive:${archive}:bench.example/large:latest`]);
  const ctr = ['--address', socket, 'images', 'import', '--no-unpack', archive];
  try {
    execFileSync('ctr', ctr, { stdio: 'ignore' });
  } catch {
    // Older ones unpack while they import.
    execFileSync(
      'ctr',
      ctr.filter((word) => word !== '--no-unpack'),
      { stdio: 'ignore' },
    );
  }
  rmSync(archive);
  const scan = scanContender(bench, 'containerd://bench.example/large:latest', ['--no-cache']);
  return { ...scan, env: { ...scan.env, CONTAINERD_ADDRESS: socket } };
}

const goal = (what: string, value: number, limit: number): Goal => ({
  input: 'g',
  what,
  measured: value,
  limit,
  unit: '',
});
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const named = (name: string, contender: Contender): Contender => ({ ...contender, name });

async function contendersAt(place: Places, lazy: readonly string[]): Promise<Contender[]> {
  const { bench, host, scratch, daemon } = place;
  const layout = join(bench.work, 'large/oci');
  const plain = ['--no-cache', '--plain-http'];
  const scanned = (name: string, reference: string, options: readonly string[]): Contender =>
    named(name, held(scanContender(bench, reference, options)).contender);
  return [
    scanned('registry', `registry://${host}/large:latest`, plain),
    scanned('file', `oci:${layout}:latest`, ['--no-cache']),
    ...(daemon === undefined ? [] : [named('containerd', held(inContainerd(bench, daemon, layout)).contender)]),
    await download(host, scratch),
    { name: 'floor', command: [process.execPath, join(bench.root, 'bench/floor.ts'), layout] },
    ...lazy.map((form) => scanned(`${form} lazy`, `registry://${host}/${form}:latest`, [...plain, '--lazy'])),
  ];
}

/** Where the image is. */
interface Places {
  readonly bench: Bench;
  /** Of the registry. */
  readonly host: string;
  readonly scratch: string;
  readonly daemon: Containerd | undefined;
}

async function measured(place: Places): Promise<{ sections: Section[]; goals: Goal[] }> {
  const { bench, host, daemon } = place;
  const there = forms.filter((form) => existsSync(join(bench.work, form, 'oci/index.json')));
  for (const form of there) push(join(bench.work, form, 'oci'), `${host}/${form}:latest`);
  const lazy = there.slice(1);
  const contenders = await contendersAt(place, lazy);
  bench.log(`places: ${bench.rounds} rounds`);
  const samples = interleave(contenders, bench.rounds);
  const of = (name: string): Sample => medians(samples.get(name) ?? []);
  const least = Math.max(of('download alone').wallMs, of('floor').wallMs);
  const ofFile = daemon === undefined ? Number.NaN : of('containerd').wallMs / of('file').wallMs;
  return {
    sections: [
      sectionOf(
        contenders.map(({ name }) => name),
        of,
        least,
      ),
    ],
    goals: [
      goal('registry: wall, of max(download alone, floor)', of('registry').wallMs / least, 1.15),
      goal("containerd's content store: wall, of the file's", ofFile, 1.1),
      ...lazy.map((form) =>
        goal(
          `${form} --lazy: share of the bytes fetched`,
          fetchedShare(bench, `registry://${host}/${form}:latest`),
          0.1,
        ),
      ),
    ],
  };
}

function sectionOf(names: readonly string[], of: (name: string) => Sample, least: number): Section {
  return {
    title: '(g) large, from a registry on this machine (plain HTTP)',
    text: 'The registry and whoever reads from it share the two cores. *download alone*: curl, all layers at once, to nowhere.',
    columns: ['whole process', 'wall', 'CPU', 'peak memory', 'wall / max(download, floor)', 'wall / file'],
    rows: names.map((name) => {
      const sample = of(name);
      return [
        name,
        time(sample.wallMs),
        time(sample.cpuMs),
        megabytes(sample.peakMb),
        ratio(sample.wallMs / least),
        ratio(sample.wallMs / of('file').wallMs),
      ];
    }),
  };
}

function push(layout: string, name: string): void {
  execFileSync('skopeo', [
    'copy',
    '-q',
    '--preserve-digests',
    '--dest-tls-verify=false',
    `oci:${layout}:latest`,
    `docker://${name}`,
  ]);
}

/** All layers at once, which is as fast as a client can be that does nothing with them. */
async function download(host: string, scratch: string): Promise<Contender> {
  const accept = 'application/vnd.oci.image.manifest.v1+json';
  const answer = await fetch(`http://${host}/v2/large/manifests/latest`, { headers: { accept } });
  const manifest = (await answer.json()) as { layers: { digest: string }[] };
  const lines = manifest.layers.map(
    ({ digest }) => `url = "http://${host}/v2/large/blobs/${digest}"\noutput = "/dev/null"`,
  );
  writeFileSync(join(scratch, 'curl'), `${lines.join('\n')}\nwrite-out = "%{size_download}\\n"\n`);
  return { name: 'download alone', command: ['curl', '-s', '--parallel', '-K', join(scratch, 'curl')] };
}

/** Bytes that came over the wire of those that the layers have, as the report says. */
function fetchedShare(bench: Bench, reference: string): number {
  const report = JSON.parse(output(scanContender(bench, reference, ['--no-cache', '--plain-http', '--lazy']))) as {
    provenance: { image?: { lazy?: { fetched: number; of: number }[] } };
  };
  const read = report.provenance.image?.lazy ?? [];
  return sum(read.map(({ fetched }) => fetched)) / sum(read.map((layer) => layer.of));
}
