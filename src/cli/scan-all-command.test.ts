import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeOciLayout } from '../../test/images/oci-image.ts';
import type { Outcome } from '../report/many/outcome.ts';
import { sampleReports } from '../report/testdata/sample-reports.ts';
import type { ScanAllOptions } from '../scan/all/scan-all.ts';
import { home, play, type Stage } from './testdata/play.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-many-'));
afterAll(() => {
  for (const path of [folder, home]) rmSync(path, { recursive: true });
});

const images = join(folder, 'images');
for (const name of ['a', 'b', 'c']) {
  const release = { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\n' };
  const status = `Package: ${name}\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n`;
  mkdirSync(images, { recursive: true });
  writeOciLayout(join(images, name), {
    layers: [{ entries: [release] }, { entries: [{ name: 'var/lib/dpkg/status', body: status }] }],
  });
}

const clean: Outcome = { kind: 'report', references: ['clean:1'], report: sampleReports.clean };
const flawed: Outcome = { kind: 'report', references: ['flawed:1', 'flawed:latest'], report: sampleReports.flawed };
const error = { name: 'RegistryError', code: 'not-found', message: 'The registry does not have this' };
const failed: Outcome = { kind: 'failed', references: ['gone:1'], error };

/** In place of scanning: these outcomes. */
function outcomes(...list: readonly (Outcome | Error)[]): Stage & { readonly asked: ScanAllOptions[] } {
  const asked: ScanAllOptions[] = [];
  const scanAll = async function* (_list: unknown, options: ScanAllOptions = {}): AsyncGenerator<Outcome> {
    asked.push(options);
    for (const one of list) {
      if (one instanceof Error) throw one;
      options.onProgress?.({ stage: 'images', done: 1, label: one.references[0] ?? '' });
      yield one;
    }
  };
  return { asked, loadScanAll: async () => ({ ...(await import('../scan/all/scan-all.ts')), scanAll }) };
}

const linesOf = (text: string): unknown[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);

describe('scan --all-from', () => {
  it('scans the images of a folder', async () => {
    const { code, stdout, stderr } = await play(`scan --all-from ${images} --offline --db ${folder}/none.db`);
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    const together = stdout.replace(/\s+/g, '');
    for (const name of ['a', 'b', 'c']) expect(together).toContain(`oci:${images}/${name}incomplete:`);
    expect(stdout).toMatch(/\n3 images: 0 findings, .* 0 not scanned, 3 not assessed in full\.\n$/);
  });

  it('scans what a file lists, a line of JSON for each and one for all', async () => {
    const list = join(folder, 'list.txt');
    writeFileSync(list, `# mine\n${images}/a\n\n${images}/b # twice\n${folder}/none.tar\n`);
    const { code, stdout, stderr } = await play(
      `scan --all-from ${list} --offline --db ${folder}/none.db --format json`,
    );
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: 'seaworthy: of 3 images, 1 could not be scanned, 2 could not be assessed in full\n',
    });
    const lines = linesOf(stdout) as { references?: string[]; error?: { code: string }; total?: object }[];
    expect(lines.flatMap(({ references = [] }) => references).toSorted()).toEqual(
      [`${images}/a`, `${images}/b`, `${folder}/none.tar`].toSorted(),
    );
    expect(lines.find(({ error: one }) => one !== undefined)?.error?.code).toBe('not-found');
    expect(lines.at(-1)?.total).toMatchObject({ images: 3, failed: 1, incomplete: 2 });
  });

  it.each<[string, string, readonly Outcome[], number, RegExp]>([
    ['a clean one', '', [clean], 0, /^$/],
    ['one with findings', '', [clean, flawed], 1, /^seaworthy: 6 findings in 2 images\n$/],
    ['one with findings and one that failed', '', [failed, flawed], 1, /^seaworthy: 6 findings in 2 images\n$/],
    ['one that failed', '', [clean, failed], 3, /^seaworthy: of 2 images, 1 could not be scanned\n$/],
    ['none', '', [], 3, /^seaworthy: there was no image to scan\n$/],
    ['one that failed, no line', ' --fail-on none', [failed], 3, /^seaworthy: of 1 image, 1 could not be scanned\n$/],
    ['critical ones', ' --fail-on critical', [flawed], 1, / of severity critical or worse in 1 image\n$/],
  ])('tells by its exit code of %s', async (_what, flags, list, code, why) => {
    const outcome = await play(`scan --all-from docker --format json${flags}`, outcomes(...list));
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toMatch(why);
    // The table says it itself.
    expect(await play(`scan --all-from docker${flags}`, outcomes(...list))).toMatchObject({ code, stderr: '' });
    const silent = await play(`scan --all-from docker -q --format json${flags}`, outcomes(...list));
    expect(silent).toMatchObject({ code, stderr: '' });
  });

  it.each<[string, string, Stage]>([
    ['a flag', ' --username corp', { input: 'secret' }],
    ['the environment', '', { env: { SEAWORTHY_REGISTRY_USERNAME: 'corp', SEAWORTHY_REGISTRY_PASSWORD: 'secret' } }],
  ])('does not show all registries of a list the credentials of one: %s', async (_, flags, stage) => {
    const list = join(folder, 'registries.txt');
    writeFileSync(list, 'corp.example/a:1\nevil.example/b:1\n');
    const wanted = { ...outcomes(clean), ...stage };
    expect(await play(`scan --all-from ${list}${flags}`, wanted)).toMatchObject({ code: 2 });
    expect(await play(`scan --all-from corp.example/a${flags}`, wanted)).toMatchObject({ code: 0 });
  });

  it('shows a list the credentials of the registry that the environment names', async () => {
    const list = join(folder, 'registries-of.txt');
    writeFileSync(list, 'corp.example/a:1\nevil.example/b:1\n');
    const env = {
      SEAWORTHY_REGISTRY_USERNAME: 'corp',
      SEAWORTHY_REGISTRY_PASSWORD: 'secret',
      SEAWORTHY_REGISTRY_HOST: 'corp.example',
    };
    expect(await play(`scan --all-from ${list}`, { ...outcomes(clean), env })).toMatchObject({ code: 0 });
  });

  it('passes on what the user asked for', async () => {
    const stage = outcomes(clean);
    await play('scan --all-from docker --lazy --resume run.ndjson --cache-from r.example.org/l', stage);
    expect(stage.asked).toMatchObject([{ lazy: true, resume: 'run.ndjson', cacheFrom: 'r.example.org/l' }]);
  });

  it('is laid out for the terminal, below the progress', async () => {
    const { stdout, stderr } = await play('scan --all-from docker', { ...outcomes(flawed, failed), isTerminal: true });
    expect(stderr.split('\r\u001b[K')[1]).toMatch(/^scanning images 1 .*flawed:1/);
    expect(stderr.split('\r\u001b[K').at(-1)).toBe('');
    expect(stdout).toContain('\u001b[');
    expect(stdout).toContain('not scanned:');
  });

  it('stops when nobody reads any more, and does not call that clean', async () => {
    const stage = outcomes(clean, clean, flawed);
    const { code, stdout } = await play('scan --all-from docker --format json', {
      ...stage,
      isOpen: (text) => text === '',
    });
    expect({ code, lines: linesOf(stdout).length }).toEqual({ code: 3, lines: 1 });
  });
});

describe('--output', () => {
  const at = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(path);
    return path;
  };

  it('is written as images are done, and is there in the end', async () => {
    const path = at('whole');
    const { code, stdout, stderr } = await play(
      `scan --all-from docker --format json --output ${path}/all.ndjson`,
      outcomes(clean, flawed),
    );
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: 'seaworthy: 6 findings in 2 images\n' });
    expect(linesOf(readFileSync(join(path, 'all.ndjson'), 'utf8'))).toHaveLength(3);
    expect(readdirSync(path)).toEqual(['all.ndjson']);
  });

  it('takes the table too, without colours', async () => {
    const path = at('table');
    const stage = { ...outcomes(flawed), isTerminal: true };
    await play(`scan --all-from docker --output ${path}/all.txt`, stage);
    const text = readFileSync(join(path, 'all.txt'), 'utf8');
    expect(text).toContain('flawed:1 (also flawed:latest)');
    expect(text).not.toContain('\u001b');
  });

  it.each<[string, Stage, number]>([
    ['failure', outcomes(clean, new TypeError('x')), 3],
    ['interrupt', { ...outcomes(clean), signal: AbortSignal.abort() }, 130],
  ])('is left as it was after %s', async (what, stage, code) => {
    const path = at(what);
    writeFileSync(join(path, 'all.ndjson'), 'old');
    const outcome = await play(`scan --all-from docker --format json --output ${path}/all.ndjson`, stage);
    expect(outcome.code).toBe(code);
    expect(readdirSync(path)).toEqual(['all.ndjson']);
    expect(readFileSync(join(path, 'all.ndjson'), 'utf8')).toBe('old');
  });

  it('keeps what a run has told that is interrupted, since the journal will not tell of it again', async () => {
    const path = join(folder, 'resumed.ndjson');
    const line = `scan --all-from docker --format json --resume ${folder}/journal -o ${path}`;
    await play(line, outcomes(clean, new Error('the power went')));
    expect(linesOf(readFileSync(path, 'utf8'))).toMatchObject([{ references: ['clean:1'] }]);
    await play(line, outcomes(flawed));
    const told = [{ references: ['clean:1'] }, { references: ['flawed:1', 'flawed:latest'] }, { total: { images: 1 } }];
    expect(linesOf(readFileSync(path, 'utf8'))).toMatchObject(told);
  });

  it('is not touched where the command is not understood', async () => {
    const path = at('misuse');
    expect(await play(`scan --all-from docker --latest x --output ${path}/all`)).toMatchObject({ code: 2 });
    expect(readdirSync(path)).toEqual([]);
  });
});
