// The command as it is installed: put together by tools/build.ts, with what it reads beside itself.
import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import type { Report } from '../src/finding/finding.ts';
import { type LayerSpec, writeOciLayout } from './images/oci-image.ts';

const root = join(import.meta.dirname, '..');
const main = join(root, 'dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-built-'));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, SEAWORTHY_HOME: join(folder, 'home') };
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env });
}

/** While servers of this process answer. */
async function runBeside(
  more: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<{ status: unknown; stderr: string }> {
  const env = { PATH: process.env['PATH'], HOME: folder, SEAWORTHY_HOME: join(folder, 'home'), ...more };
  return await new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env }, (error, _stdout, stderr) =>
      resolve({ status: error?.code ?? 0, stderr }),
    );
  });
}

/** A port at which nobody listens any more. */
async function freePort(): Promise<AddressInfo> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return address;
}

const built = existsSync(main);

describe.skipIf(!built)(`the built command${built ? '' : ' (SKIPPED: there is no dist/; run npm run build)'}`, () => {
  it('knows its version', () => {
    expect(run('--version')).toMatchObject({ status: 0, stdout: `${manifest.version}\n` });
  });

  it('decides by built-in policies, and has the schema of others', () => {
    const { status, stdout } = run('gate', '--offline', join(root, 'examples/debian-outdated.tar'));
    expect([status, stdout.split('\n')[1]]).toEqual([1, expect.stringMatching(/^Policy default: DENIED \(/)]);
    expect(JSON.parse(run('policy', 'schema').stdout)).toMatchObject({ $id: 'urn:seaworthy:schema:policy:1' });
    const rules = 'seaworthy: policy/1\nrules:\n  - { id: a, when: { cel: "finding.epss > 0.5" } }\n';
    writeFileSync(join(folder, 'cel.yaml'), rules);
    expect(run('policy', 'explain', join(folder, 'cel.yaml'))).toMatchObject({ status: 0, stderr: '' });
  });

  it('reads a larger image on several lanes', () => {
    const layer = (name: string): LayerSpec => ({ entries: [{ name, body: randomBytes(6 << 20) }] });
    const path = join(folder, 'larger');
    writeOciLayout(path, { layers: [layer('a'), layer('b'), layer('c')] });
    const { stdout, status } = run('scan', '--offline', '--no-cache', '--format', 'json', path);
    expect([status, (JSON.parse(stdout) as Report).subject.entries]).toEqual([3, 3]);
  });

  it('reads an image of several layers, and has the starter set', () => {
    const { status, stdout } = run('scan', '--offline', '--format', 'json', join(root, 'examples/debian-outdated.tar'));
    const report = JSON.parse(stdout) as Report;
    expect([status, report.subject.layers.length, report.findings.length]).toEqual([1, 4, 36]);
  });

  it('fetches, compiles and searches advisories', () => {
    const feeds = join(folder, 'mirror/secdb.alpinelinux.org/v3.20');
    mkdirSync(feeds, { recursive: true });
    const secdb = { packages: [{ pkg: { name: 'zlib', secfixes: { '1.2.12-r0': ['CVE-2018-25032'] } } }] };
    writeFileSync(join(feeds, 'main.json'), JSON.stringify({ distroversion: 'v3.20', reponame: 'main', ...secdb }));
    expect(run('db', 'update', '--only', 'Alpine:v3.20', '--mirror', join(folder, 'mirror'))).toMatchObject({
      stderr: expect.not.stringContaining('could not start'),
    });
    expect(run('db', 'search', 'CVE-2018-25032').stdout).toMatch(/zlib: affected < 1\.2\.12-r0/);
    expect(run('db', 'status', '--verbose').stdout).toMatch(/Alpine:v3\.20/);
  });

  it('scans many images on threads of its own, and keeps what it found in their layers', () => {
    const base = { entries: [{ name: 'etc/os-release', body: 'ID=alpine\nVERSION_ID=3.20.0\n' }] };
    for (const name of ['a', 'b'])
      writeOciLayout(join(folder, 'many', name), { layers: [base, { entries: [{ name, body: name }] }] });
    run('cache', 'prune', '--all');
    const { status, stdout, stderr } = run('scan', '--offline', '--format', 'json', '--all-from', join(folder, 'many'));
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: 'seaworthy: of 2 images, 2 could not be assessed in full\n',
    });
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ total: { images: 2, failed: 0 } });
    expect(run('cache', 'status').stdout).toMatch(/^layers {7}3 entries, /);
  });

  it('asks registries and engines: what only they need is there', async () => {
    const socket = join(folder, 'engine.sock');
    const server = createServer((connection) => connection.destroy());
    server.listen(socket);
    await once(server, 'listening');
    const { port } = await freePort();
    for (const [reference, told] of [
      [`registry://127.0.0.1:${port}/app:1`, /^seaworthy: the registry cannot be reached: 127\.0\.0\.1:\d+\/app:1: /],
      ['containerd://app:1', /^seaworthy: the (?:connection to the )?engine /],
      ['podman://app:1', /^seaworthy: there is no file, folder or image of that name: app:1 /],
    ] as const) {
      const { status, stderr } = await runBeside({ CONTAINERD_ADDRESS: socket }, 'scan', '--offline', reference);
      expect({ status, lines: stderr.split('\n').length }).toEqual({ status: 3, lines: 3 });
      expect(stderr).toMatch(told);
      expect(stderr).not.toContain('unexpected failure');
    }
    server.close();
  });

  it('writes shell completion', () => {
    expect(run('completion', 'bash')).toMatchObject({ status: 0, stdout: expect.stringContaining('seaworthy') });
  });
});
