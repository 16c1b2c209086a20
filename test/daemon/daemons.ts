// Starts a Docker daemon and podman's service of the tests' own: root, state and socket in a temporary folder.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LayerSpec, writeDockerArchive } from '../images/oci-image.ts';

/** A running service with one image, `localhost/sea/worthy:1`, of two layers, and a container of it that was never started. */
export interface Daemon {
  readonly socket: string;
  /** Of its store. */
  readonly root: string;
  /** Runs its client; answers what it prints. */
  client(args: readonly string[]): string;
  stop(): Promise<void>;
}

/** The second layer changes a file, removes one, and empties a folder. */
const LAYERS: readonly LayerSpec[] = [
  {
    entries: [
      { name: 'etc/one', body: 'one' },
      { name: 'etc/gone', body: 'gone' },
      { name: 'opt/a/b', body: 'b' },
    ],
  },
  {
    entries: [
      { name: 'etc/one', body: 'changed' },
      { name: 'etc/.wh.gone' },
      { name: 'opt/.wh..wh..opq' },
      { name: 'opt/c', body: 'c' },
      { name: `opt/${'long/'.repeat(40)}name`, body: 'deep' },
      { name: 'opt/hard', type: 'hardlink', link: 'opt/c' },
      { name: 'opt/soft', type: 'symlink', link: '/etc/one' },
    ],
  },
];

/** Why the programs can't be run here; `undefined` where they can. */
export function whyNot(...programs: readonly string[]): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  for (const program of programs) {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' });
    } catch {
      return `no ${program}`;
    }
  }
  return mayMount() ? undefined : 'no overlay may be mounted';
}

/** Within a container, or on top of another overlay, it may be refused. */
function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-overlay-'));
  try {
    const [lower, upper, work, merged] = ['lower', 'upper', 'work', 'merged'].map((name) => join(folder, name));
    for (const path of [lower, upper, work, merged]) mkdirSync(path ?? '');
    const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', options, merged ?? ''], { stdio: 'ignore' });
    execFileSync('umount', [merged ?? ''], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts dockerd, with the driver overlay2 and without a network. */
export function startDocker(): Promise<Daemon> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-dockerd-'));
  const [root, socket] = [join(folder, 'root'), join(folder, 'docker.sock')];
  const args = ['--data-root', root, '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'pid')];
  const driver = ['--storage-driver', 'overlay2', '--iptables=false', '--bridge=none'];
  return start(folder, root, socket, ['dockerd', ...args, ...driver, '--host', `unix://${socket}`], (rest) => [
    'docker',
    '--host',
    `unix://${socket}`,
    ...rest,
  ]);
}

/** Starts podman's service on a store with the driver overlay. */
export function startPodman(): Promise<Daemon> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-podman-'));
  const [root, socket] = [join(folder, 'root'), join(folder, 'podman.sock')];
  const podman = ['podman', '--root', root, '--runroot', join(folder, 'run'), '--storage-driver', 'overlay'];
  return start(folder, root, socket, [...podman, 'system', 'service', '--time=0', `unix://${socket}`], (rest) => [
    ...podman,
    ...rest,
  ]);
}

async function start(
  folder: string,
  root: string,
  socket: string,
  [program = '', ...args]: readonly string[],
  command: (args: readonly string[]) => readonly string[],
): Promise<Daemon> {
  const service = spawn(program, args, { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => service.once('exit', () => resolve()));
  const client = (rest: readonly string[]): string => {
    const [name = '', ...own] = command(rest);
    return execFileSync(name, own, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  };
  const stop = async (): Promise<void> => {
    service.kill('SIGTERM');
    await exited;
    unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilUp(socket);
    const archive = join(folder, 'image.tar');
    writeDockerArchive(archive, { layers: LAYERS, tag: '1' });
    client(['load', '--input', archive]);
    const [name] = client(['images', '--format', '{{.Repository}}:{{.Tag}}']).trim().split('\n');
    client(['tag', name ?? '', 'localhost/sea/worthy:1']);
    client(['rmi', name ?? '']);
    client(['create', '--name', 'box', '--network', 'none', 'localhost/sea/worthy:1', '/bin/sh']);
  } catch (error) {
    await stop();
    throw error;
  }
  return { socket, root, client, stop };
}

async function untilUp(socket: string): Promise<void> {
  for (let tries = 0; !(existsSync(socket) && (await answers(socket))); tries++) {
    if (tries >= 300) throw new Error(`nothing listens at ${socket}`);
    await sleep(100);
  }
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const ping = request({ socketPath: socket, path: '/_ping' }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    ping.on('error', () => resolve(false));
    ping.end();
  });
}

/** What a service leaves mounted; the deepest first. */
function unmountBelow(folder: string): void {
  const mounted = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  for (const path of mounted.filter((one) => one.startsWith(`${folder}/`)).toReversed()) {
    execFileSync('umount', ['--lazy', path]);
  }
}
