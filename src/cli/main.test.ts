import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-main-'));
const rootfs = join(folder, 'rootfs');
const env = { PATH: process.env['PATH'], SEAWORTHY_HOME: join(folder, 'home'), HOME: folder };
const hasScript = spawnSync('script', ['--version']).status === 0;

beforeAll(() => {
  mkdirSync(join(rootfs, 'etc'), { recursive: true });
  mkdirSync(join(rootfs, 'var/lib/dpkg'), { recursive: true });
  writeFileSync(
    join(rootfs, 'etc/os-release'),
    'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
  );
  const stanzas = Array.from(
    { length: 800 },
    (_, i) => `Package: made-up-${i}\nStatus: install ok installed\nVersion: 1.${i}\nArchitecture: amd64\n`,
  );
  writeFileSync(join(rootfs, 'var/lib/dpkg/status'), stanzas.join('\n'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function ended(
  file: string,
  args: readonly string[],
  extra: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return await new Promise((resolve) => {
    const options = { env: { ...env, ...extra }, maxBuffer: 1 << 26, cwd: folder };
    const child: ChildProcess = execFile(file, [...args], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

const seaworthy = async (...args: string[]): Promise<Ended> => await ended(process.execPath, [main, ...args]);
const shell = async (line: string, extra: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  await ended('bash', ['-c', line.replace('@', `'${process.execPath}' '${main}'`)], extra);

describe('the program', () => {
  it('prints its version', async () => {
    const { code, stdout, stderr } = await seaworthy('--version');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('prints help, and nothing on stderr', async () => {
    const { code, stdout, stderr } = await seaworthy('scan', '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Exit status:');
  });

  it('tells a misuse in two lines', async () => {
    expect(await seaworthy('scan', '--fromat')).toEqual({
      code: 2,
      stdout: '',
      stderr: "seaworthy: unknown option '--fromat'\n  did you mean --format? see `seaworthy scan --help`\n",
    });
  });

  it('tells that an image can not be read', async () => {
    const { code, stdout, stderr } = await seaworthy('scan', '/nonexistent.tar');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^seaworthy: .*\/nonexistent\.tar\n {2}check the path or name; .*\n$/);
  });

  it('scans a root file system without a network, and does not call an incomplete scan clean', async () => {
    const { code, stdout, stderr } = await seaworthy('scan', `dir:${rootfs}`, '--offline');
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(stdout).toContain('800 packages (dpkg 800)');
    expect(stdout).toContain('STARTER SET');
    expect(stdout).toContain('Coverage: INCOMPLETE');
  });
});

describe('the process', () => {
  it('says nothing when its reader goes away, and keeps its exit code', async () => {
    const { stdout, stderr } = await shell(
      `@ scan dir:${rootfs} --offline --format json -q | head -c 10 | wc -c; echo "\${PIPESTATUS[0]}"`,
    );
    expect({ stdout: stdout.trim().split(/\s+/), stderr }).toEqual({ stdout: ['10', '3'], stderr: '' });
  });

  it.runIf(process.platform === 'linux')('tells that stdout took nothing', async () => {
    const { code, stderr } = await shell('@ --help > /dev/full');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^seaworthy: ENOSPC: .*\n {2}free some space.*\n$/);
  });

  it.each(['/dev/null/nowhere', '/proc/nope/seaworthy'])('starts and scans with its folder at %s', async (home) => {
    const extra = { SEAWORTHY_HOME: home };
    const { code, stdout } = await shell('timeout 20 @ --version', extra);
    expect({ code, lines: stdout.split('\n').length }).toEqual({ code: 0, lines: 2 });
    expect(await shell(`timeout 20 @ scan dir:${rootfs} --offline -q`, extra)).toMatchObject({ code: 3, stderr: '' });
    const update = await shell(`timeout 20 @ db update --mirror ${folder} --only debian`, extra);
    expect(update).toMatchObject({ code: 3, stdout: '' });
    expect(update.stderr).toMatch(/^seaworthy: the folder of the advisory database cannot be made: .*\n {2}check/);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends on %s with %i, silently', async (signal, code) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const args = [main, 'db', 'update', '--mirror', `http://127.0.0.1:${port}`, '--only', 'debian'];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const exit = once(child, 'exit');
    // The server never answers: the program waits for it.
    await once(server, 'request');
    child.kill(signal);
    expect(await exit).toEqual([code, null]);
    expect(text).toBe('');
    server.closeAllConnections();
    server.close();
  });

  it.skipIf(!hasScript)(
    'shows progress on a terminal and wipes it (needs `script`, which is missing where skipped)',
    async () => {
      const mirror = join(folder, 'mirror/security-tracker.debian.org/tracker/data');
      mkdirSync(mirror, { recursive: true });
      const entry = {
        releases: { bookworm: { status: 'resolved', fixed_version: '2', urgency: 'low', repositories: {} } },
      };
      writeFileSync(join(mirror, 'json'), JSON.stringify({ 'made-up': { 'CVE-2024-1': entry } }));
      const update = `'${process.execPath}' '${main}' db update --only debian --mirror ${folder}/mirror`;
      const { code, stdout } = await ended('script', ['-qec', update, '/dev/null'], { TERM: 'xterm', NO_COLOR: '1' });
      const drawn = stdout.split('\r\u001b[K');
      expect(drawn.length).toBeGreaterThan(2);
      expect(drawn[1]).toMatch(/^(?:fetching|compiling|writing) /);
      // After the last wipe there is only the result, without progress.
      expect(drawn.at(-1)).toMatch(/^debian: 1 feed updated, 1 record\r?\n$/);
      expect(code).toBe(0);
      const piped = await ended('bash', ['-c', update]);
      expect(piped).toMatchObject({ code: 0, stderr: '' });
      const { stdout: found } = await seaworthy('db', 'search', 'CVE-2024-1');
      expect(found).toContain('Debian:12 made-up: affected < 2');
    },
  );
});
