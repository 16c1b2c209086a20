import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Report } from '../finding/finding.ts';
import { ImageError } from '../image/image.ts';
import { presenters } from '../report/report.ts';
import { sampleReports } from '../report/testdata/sample-reports.ts';
import { formats } from './common-options.ts';
import { home, play, type Stage } from './testdata/play.ts';

afterAll(() => rmSync(home, { recursive: true }));

describe('transcripts', () => {
  it.each([
    ['help', '--help'],
    ['help-scan', 'scan --help'],
    ['help-gate', 'gate --help'],
    ['help-baseline', 'baseline --help'],
    ['help-policy', 'policy --help'],
    ['help-policy-test', 'policy test --help'],
    ['help-policy-explain', 'policy explain --help'],
    ['help-policy-init', 'policy init --help'],
    ['help-policy-schema', 'policy schema --help'],
    ['help-db', 'db --help'],
    ['help-db-update', 'db update --help'],
    ['help-db-status', 'db status --help'],
    ['help-db-search', 'db search --help'],
    ['help-cache', 'cache --help'],
    ['help-cache-status', 'cache status --help'],
    ['help-cache-prune', 'cache prune --help'],
    ['help-completion', 'completion --help'],
  ])('%s', async (name, line) => {
    const { code, stdout, stderr } = await play(line);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await expect(stdout).toMatchFileSnapshot(`testdata/${name}.txt`);
    for (const text of stdout.split('\n')) expect(text.length).toBeLessThanOrEqual(90);
  });

  it('of what was not understood', async () => {
    const lines = [
      'sacn x',
      'scan',
      'scan a b',
      'scan x --fromat json',
      'scan x --format xml',
      'scan x --fail-on severe',
      'scan x --platform linux',
      'scan x --output',
      'scan x --offline --archive image',
      'scan x --output /nonexistent/report',
      'scan x --all-from docker',
      'scan --all-from docker --policy strict',
      'scan --all-from docker --last report.json',
      'scan x --last report.json',
      'scan x --policy strict --fail-on high',
      'scan x --explain CVE-2024-3094 --format json',
      'policy init --from ignored.txt',
      'baseline x --standard none',
      'scan x --latest 3',
      'scan --all-from docker --latest none',
      'scan --all-from - --username me',
      'scan --all-from ./nowhere.txt',
      'scan x --from docker,hub',
      'scan x --tls-cert me.pem',
      'scan x --tls-ca /nonexistent.pem',
      'scan x --username me',
      'scan x --cache-push',
      'scan x --no-cache --cache-from registry.example.org/team/layers',
      'scan x --offline --cache-from registry.example.org/team/layers',
      'cache prune --max-size much',
      'cache prune --older-than long',
      'db udpate',
      'db update extra',
      'db search',
      'completion tcsh',
      '--evil\u001b[2J',
    ];
    let transcript = '';
    for (const line of lines) {
      const { code, stdout, stderr, scanned } = await play(line);
      expect({ code, stdout, scanned }).toEqual({ code: 2, stdout: '', scanned: [] });
      transcript += `$ seaworthy ${line.replaceAll('\u001b', '^[')}\n${stderr}`;
    }
    expect(transcript).not.toContain('\u001b');
    await expect(transcript).toMatchFileSnapshot('testdata/not-understood.txt');
  });
});

describe('run', () => {
  it.each<[string, readonly string[] | undefined]>([
    ['scan --vex a.json image.tar', ['a.json']],
    ['scan image.tar --vex a.json', ['a.json']],
    ['scan --vex a.json image.tar --vex image', ['a.json', 'image']],
    ['scan image.tar', undefined],
  ])('%s: the reference is no VEX document', async (line, vex) => {
    const { scanned } = await play(line);
    expect(scanned.map(([reference, options]) => [reference, options.vex])).toEqual([['image.tar', vex]]);
  });

  it('prints the version', async () => {
    expect(await play('--version')).toMatchObject({ code: 0, stdout: '1.2.3\n', stderr: '' });
  });

  it.each(['', 'db'])('prints help on stderr when the command is missing: %j', async (line) => {
    const { code, stdout, stderr } = await play(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: seaworthy');
  });

  it('knows every format that there is a presenter for', () => {
    expect([...formats].toSorted()).toEqual([...presenters.keys()].toSorted());
  });
});

describe('scan', () => {
  it.each<[string, Report, number]>([
    ['scan x', sampleReports.clean, 0],
    ['scan x', sampleReports.flawed, 1],
    ['scan x --fail-on none', sampleReports.flawed, 3],
    ['scan x', sampleReports.partial, 3],
    ['scan x', sampleReports.hostile, 1],
  ])('%s ends with the code of its report', async (line, report, code) => {
    const outcome = await play(line, { report });
    expect(outcome).toMatchObject({ code, stderr: '' });
    expect(outcome.stdout).toContain('Coverage');
  });

  it('passes on what the user asked for', async () => {
    const { scanned } = await play(
      'scan oci:a:1 --platform linux/arm64/v8 --offline --mirror https://m --db d.db --no-cache --quiet',
    );
    expect(scanned).toMatchObject([
      [
        'oci:a:1',
        {
          platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
          offline: true,
          mirror: 'https://m',
          databasePath: 'd.db',
          cacheFolder: false,
        },
      ],
    ]);
  });

  it('leaves to the scan what the user did not ask for', async () => {
    const { scanned } = await play('scan x');
    expect(Object.keys(scanned[0]?.[1] ?? {}).toSorted()).toEqual(['engines', 'onProgress', 'registry', 'signal']);
  });

  it('says on stderr why a report for machines ends as it does, unless --quiet', async () => {
    const { stdout, stderr } = await play('scan x --format json', { report: sampleReports.flawed });
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: '1' });
    expect(stderr).toBe('seaworthy: 6 findings\n');
    expect(await play('scan x --format json -q', { report: sampleReports.flawed })).toMatchObject({ stderr: '' });
  });

  it('writes the report to a file, without colours', async () => {
    const path = join(home, 'report.txt');
    const outcome = await play(`scan x --output ${path}`, {
      report: sampleReports.flawed,
      isTerminal: true,
      env: { CI: '1' },
    });
    expect(outcome).toMatchObject({ code: 1, stdout: '', stderr: 'seaworthy: 6 findings\n' });
    expect(readFileSync(path, 'utf8')).toBe(
      readFileSync(new URL('../report/testdata/flawed.80.txt', import.meta.url), 'utf8'),
    );
  });

  it.each<[string, Stage, boolean]>([
    ['scan x', { isTerminal: true }, true],
    ['scan x', { isTerminal: false }, false],
    ['scan x', { isTerminal: true, env: { NO_COLOR: '1' } }, false],
    ['scan x --color always', { isTerminal: false }, true],
    ['scan x --color never', { isTerminal: true }, false],
  ])('%s with %j is coloured: %s', async (line, stage, colored) => {
    const { stdout } = await play(line, stage);
    expect(stdout.includes('\u001b[')).toBe(colored);
  });

  it('takes its progress off the terminal before it prints anything else', async () => {
    const { stderr } = await play('scan x', { isTerminal: true });
    const [before, drawn, after] = stderr.split('\r\u001b[K');
    expect({ before, after }).toEqual({ before: '', after: '' });
    expect(drawn).toMatch(/^reading layers .* 50%$/);
    const failed = await play('scan x', { isTerminal: true, error: new ImageError('corrupt', 'It is bad', 'x') });
    expect(failed.stderr.split('\r\u001b[K').at(-1)).toMatch(/^seaworthy: it is bad: x\n {2}.*\n$/);
    expect(failed).toMatchObject({ code: 3, stdout: '' });
  });

  it('is silent when it was interrupted', async () => {
    const error = new DOMException('This operation was aborted', 'AbortError');
    expect(await play('scan x', { error, signal: AbortSignal.abort() })).toMatchObject({
      code: 130,
      stdout: '',
      stderr: '',
    });
  });
});

describe('db without a database', () => {
  it.each(['db status', 'db search CVE-2024-3094'])('%s says what to do', async (line) => {
    const { code, stdout, stderr } = await play(line);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^seaworthy: there is no advisory database: .*\n {2}run `seaworthy db update` first\n$/);
  });
});
