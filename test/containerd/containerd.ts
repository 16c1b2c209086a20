// Starts a containerd of the tests' own: its root, state and sockets in a temporary folder. It needs root and Debian's containerd.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LayerSpec, TarEntry } from '../images/oci-image.ts';

/** A running containerd. */
export interface Containerd {
  readonly socket: string;
  /** Temporary; gone after `stop`. */
  readonly folder: string;
  /** Runs ctr in a namespace, `default` unless another is given; answers what it prints. */
  ctr(args: readonly string[], namespace?: string): string;
  stop(): Promise<void>;
}

/** Why containerd can't be run here; `undefined` where it can. */
export function whyNoContainerd(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  for (const program of ['containerd', 'ctr', 'runc']) {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' });
    } catch {
      return `no ${program}`;
    }
  }
  return undefined;
}

/** Starts it; `cri` with the plugin for Kubernetes. */
export async function startContainerd(options: { readonly cri?: boolean } = {}): Promise<Containerd> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-containerd-'));
  const socket = join(folder, 'containerd.sock');
  writeFileSync(join(folder, 'config.toml'), configOf(folder, socket, options.cri === true));
  const daemon = spawn('containerd', ['--config', join(folder, 'config.toml')], { stdio: 'ignore' });
  const ctr = (args: readonly string[], namespace = 'default'): string =>
    execFileSync('ctr', ['--address', socket, '--namespace', namespace, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 30_000,
    });
  const exited = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
  await untilUp(ctr);
  return {
    socket,
    folder,
    ctr,
    async stop() {
      for (const namespace of lines(ctr(['namespaces', 'ls', '--quiet']))) endTasks(ctr, namespace);
      daemon.kill('SIGTERM');
      await exited;
      unmountBelow(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configOf(folder: string, socket: string, cri: boolean): string {
  return [
    'version = 2',
    `root = "${folder}/root"`,
    `state = "${folder}/state"`,
    cri ? '' : 'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
    '[grpc]',
    `address = "${socket}"`,
    '[ttrpc]',
    `address = "${socket}.ttrpc"`,
    '[plugins."io.containerd.internal.v1.opt"]',
    `path = "${folder}/opt"`,
    '',
  ].join('\n');
}

async function untilUp(ctr: Containerd['ctr']): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      ctr(['version']);
      return;
    } catch (error) {
      if (tries >= 100) throw error;
      await sleep(100);
    }
  }
}

function endTasks(ctr: Containerd['ctr'], namespace: string): void {
  for (const task of lines(ctr(['tasks', 'ls', '--quiet'], namespace))) {
    ctr(['tasks', 'rm', '--force', task], namespace);
  }
}

/** What a shim that was killed leaves mounted; the deepest first. */
function unmountBelow(folder: string): void {
  const mounted = lines(readFileSync('/proc/self/mounts', 'utf8')).map((line) => line.split(' ')[1] ?? '');
  for (const path of mounted.filter((one) => one.startsWith(`${folder}/`)).toReversed()) {
    execFileSync('umount', ['--lazy', path]);
  }
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** A layer that can run a shell script: programs of this machine with the libraries that they need. */
export function programsLayer(programs: readonly string[], more: readonly TarEntry[] = []): LayerSpec {
  const files = new Set<string>();
  for (const program of programs) {
    files.add(program);
    for (const [path] of execFileSync('ldd', [program], { encoding: 'utf8' }).matchAll(/\/[^\s]+/g)) files.add(path);
  }
  const entries = [...files].map((path) => ({ name: path.slice(1), mode: 0o755, body: readFileSync(path) }));
  return { entries: [...entries, ...more] };
}
