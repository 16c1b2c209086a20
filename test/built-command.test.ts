// The command as it is installed: put together by tools/build.ts, with what it reads beside itself.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

const built = existsSync(main);

describe.skipIf(!built)(`the built command${built ? '' : ' (SKIPPED: there is no dist/; run npm run build)'}`, () => {
  it('knows its version', () => {
    expect(run('--version')).toMatchObject({ status: 0, stdout: `${manifest.version}\n` });
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

  it('writes shell completion', () => {
    expect(run('completion', 'bash')).toMatchObject({ status: 0, stdout: expect.stringContaining('seaworthy') });
  });
});
