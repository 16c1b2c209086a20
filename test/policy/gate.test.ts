// From an image to a decision: what a user of `gate`, `scan --policy`, `policy` and `baseline` sees.
import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { at, makeDatabase, makeImage, put, type Ran, seaworthy, seaworthyTo } from './small-world.ts';

let database: string;
let flawed: string;
let sound: string;
beforeAll(async () => {
  database = await makeDatabase();
  flawed = makeImage('flawed', { exploited: '1.0.0', high: '1.0.0', medium: '1.0.0' });
  sound = makeImage('sound', { exploited: '2.0.0', high: '2.0.0' });
});
afterAll(() => rmSync(at(), { recursive: true }));

const over = (command: string, image: string, ...words: readonly string[]): Promise<Ran> =>
  seaworthy(command, image, '--offline', '--db', database, ...words);
const gate = (image: string, ...words: readonly string[]): Promise<Ran> => over('gate', image, ...words);
const idsIn = (stdout: string): string[] => stdout.match(/CVE-2024-\d+/g) ?? [];

describe('gate', () => {
  it('lets through what the default policy has nothing against', async () => {
    const { code, stdout, stderr } = await gate(sound);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Policy default: ALLOWED (0 reasons to deny it, 0 warnings)');
  });

  it('denies, and says of each reason what would make it pass', async () => {
    const { code, stdout } = await gate(flawed);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /deny CVE-2024-1001 in exploited 1\.0\.0 is being exploited.*\n.*→ upgrade exploited to 2\.0\.0/s,
    );
    expect(stdout).toMatch(/deny CVE-2024-1002 in high 1\.0\.0 is of high severity/);
    // Two rules are against it, and it is one reason to read.
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'is being exploited, and a fix exists (exploited, likely-exploited)',
    );
    expect(stdout).not.toContain('CVE-2024-1003');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(Math.max(80, flawed.length));
  });

  it('tells all that is wrong with a policy, with line and column, before it scans', async () => {
    const bad = put(
      'bad.yaml',
      'seaworthy: policy/1\nrules:\n  - id: a\n    whenn: { kev: true }\n  - id: b\n    when: { severity: hihg }\n',
    );
    const { code, stdout, stderr } = await gate('./nowhere.tar', '--policy', bad);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`${bad}:4:5: `);
    expect(stderr).toContain(`${bad}:6:23: `);
  });

  it.each([
    ['a misspelt name', ['--policy', 'strct'], /did you mean strict/],
    ['a file that is not there', ['--policy', './nowhere.yaml'], /nowhere\.yaml \(ENOENT\)/],
    [
      'an ignore file that is not there',
      ['--ignore-file', './.trivyignore'],
      /ignore file can’t be read: \.\/\.trivyignore \(ENOENT\)/,
    ],
    ['a report that is none', ['--last', at('database')], /cannot be read/],
  ])('ends with 2 for %s, also with --fail-open for what the user wrote wrong', async (_, words, said) => {
    const { code, stderr } = await gate(sound, ...words);
    expect(code).toBe(2);
    expect(stderr).toMatch(said);
    expect((await gate(sound, ...words, '--fail-open')).code).toBe(2);
  });

  it('ends with 3 where the image can’t be read, and with 0 only where --fail-open asks for it', async () => {
    expect(await gate('./nowhere.tar')).toMatchObject({ code: 3, stdout: '' });
    const open = await gate('./nowhere.tar', '--fail-open');
    expect(open.code).toBe(0);
    expect(open.stderr).toContain('it could not be decided, and is let through: --fail-open');
    expect((await gate(flawed, '--fail-open')).code).toBe(1);
  });

  it('never lets through with --fail-open what was denied, or asked for wrongly', async () => {
    const full = vi
      .fn<() => Promise<void>>()
      .mockRejectedValue(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
    const words = ['gate', flawed, '--offline', '--db', database, '--fail-open'];
    expect((await seaworthyTo(full, ...words)).code).not.toBe(0);
    expect(full).toHaveBeenCalledOnce();
    expect((await gate(flawed, '--platform', 'a/b/c/d', '--fail-open')).code).toBe(2);
  });

  it('does not pass over a policy of the folder under another ending', async () => {
    const before = process.cwd();
    put('misnamed/seaworthy.policy.yml', 'seaworthy: policy/1\n');
    process.chdir(at('misnamed'));
    try {
      const { code, stderr } = await gate(sound);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('seaworthy.policy.yaml') });
    } finally {
      process.chdir(before);
    }
  });

  it('does not fall back on the default policy where that of the folder leads nowhere', async () => {
    const before = process.cwd();
    put('astray/README', '');
    symlinkSync(at('nowhere.yaml'), at('astray/seaworthy.policy.yaml'));
    process.chdir(at('astray'));
    try {
      const { code, stderr } = await gate(sound);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('(ENOENT)') });
    } finally {
      process.chdir(before);
    }
  });

  it('goes by seaworthy.policy.yaml of the folder, and by another where told', async () => {
    const before = process.cwd();
    put(
      'team/seaworthy.policy.yaml',
      'seaworthy: policy/1\nname: our team\nrules:\n  - id: nothing-exploited\n    when: { kev: true }\n',
    );
    process.chdir(at('team'));
    try {
      const { code, stdout } = await gate(flawed);
      expect(code).toBe(1);
      expect(stdout).toContain('Policy our team: DENIED (1 reason to deny it, 0 warnings)');
      expect((await gate(flawed, '--policy', 'default')).stdout).toContain('Policy default: DENIED');
    } finally {
      process.chdir(before);
    }
  });

  it('denies an image of which something was not assessed, and says what', async () => {
    const { code, stdout } = await seaworthy('gate', sound, '--offline', '--db', at('none.db'));
    expect(code).toBe(1);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'not everything was assessed: packages without an answer: 3 of 3 (Alpine:v3.20, npm)',
    );
    expect(stdout).toContain('seaworthy db update');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('may come with `seaworthy db update --only endoflife');
  });

  it('is told in JSON', async () => {
    const { code, stdout } = await gate(flawed, '--format', 'json');
    expect(code).toBe(1);
    const { reference, decision } = JSON.parse(stdout) as { reference: string; decision: Record<string, unknown> };
    expect(reference).toBe(flawed);
    expect(decision).toMatchObject({ outcome: 'deny', policy: 'default', counts: { deny: 3 } });
  });

  it('is told as annotations of GitHub and GitLab, whatever a name holds', async () => {
    const rules =
      'seaworthy: policy/1\nrules:\n  - id: any\n    when: { kev: true }\n    message: "50% of\\n::error::{{finding.id}}"\n    remedy: "none, really: none"\n';
    const policy = put('hostile.yaml', rules);
    const github = (await gate(flawed, '--policy', policy, '--format', 'github')).stdout;
    const commands = github.split('\n').filter((line) => line.startsWith('::'));
    expect(commands).toEqual(['::error title=any::50%25 of ::error::CVE-2024-1001 → none, really: none']);
    const gitlab = JSON.parse((await gate(flawed, '--policy', policy, '--format', 'gitlab')).stdout) as unknown;
    expect(gitlab).toEqual([
      {
        description: expect.stringContaining('CVE-2024-1001'),
        check_name: 'any',
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        severity: 'blocker',
        location: { path: flawed, lines: { begin: 1 } },
      },
    ]);
  });
});

describe('the end of life', () => {
  it('comes from the loaded feed to the policy', async () => {
    const ended = await makeDatabase('2020-01-01');
    const { code, stdout } = await seaworthy('gate', sound, '--offline', '--db', ended);
    expect(code).toBe(1);
    expect(stdout).toMatch(/deny alpine 3\.20\.3 is past its end of life, days since: \d+/);
  });
});

describe('exceptions', () => {
  it.each([
    ['.trivyignore', '# not called\nCVE-2024-1002\n', ':2'],
    ['.trivyignore.yaml', 'vulnerabilities:\n  - id: CVE-2024-1002\n    statement: not called\n', ':2'],
    ['.grype.yaml', 'ignore:\n  - vulnerability: CVE-2024-1002\n', ':2'],
  ])('are taken from %s, and shown with their place and reason', async (name, content, place) => {
    const file = put(name, content);
    const { code, stdout, stderr } = await gate(flawed, '--ignore-file', file, '--format', 'json');
    expect(code).toBe(1);
    expect(stderr).toContain(`${file}${place}: changed: it holds for ever in the file`);
    const { decision } = JSON.parse(stdout) as { decision: { reasons: Record<string, never>[]; counts: unknown } };
    expect(decision.counts).toMatchObject({ deny: 2, excused: 1 });
    expect(decision.reasons.find(({ exception }) => exception !== undefined)).toMatchObject({
      outcome: 'allow',
      subject: { name: 'CVE-2024-1002 high' },
      exception: { owner: file, place: { file, line: 2 } },
    });
  });

  it('of a package excuse it from rules on flaws alone', async () => {
    const file = put('x/.grype.yaml', 'ignore:\n  - package:\n      name: high\n');
    const { stdout } = await gate(flawed, '--ignore-file', file);
    expect(stdout).toContain('2 reasons to deny it, 0 warnings, 1 excused');
  });
});

describe('scan --policy', () => {
  it('adds the decision to table and JSON, which decides how it ends', async () => {
    const { code, stdout } = await over('scan', flawed, '--policy', 'default');
    expect(code).toBe(1);
    expect(stdout).toContain('Policy default: DENIED (3 reasons to deny it, 0 warnings)');
    const json = await over('scan', flawed, '--policy', 'default', '--format', 'json');
    expect(json.stderr).toContain('denied by policy: 3 reasons');
    expect(JSON.parse(json.stdout)).toMatchObject({ decision: { outcome: 'deny' }, risk: { flaws: 3 } });
    const mild = put(
      'mild.yaml',
      'seaworthy: policy/1\nrules:\n  - id: any\n    then: warn\n    when: { kev: true }\n',
    );
    expect((await over('scan', flawed, '--policy', mild)).code).toBe(0);
  });

  it('wants a policy for what only a policy reads', async () => {
    expect(await over('scan', flawed, '--last', at('x.json'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--policy: --last'),
    });
  });

  it('is no worse than the last release or the base, and carries on since when a flaw is known', async () => {
    const older = makeImage('older', { high: '1.0.0' });
    const first = at('first.json');
    await over('scan', older, '--format', 'json', '-o', first);
    const report = JSON.parse(readFileSync(first, 'utf8')) as { provenance: { createdAt: string } };
    report.provenance.createdAt = '2026-01-02T00:00:00.000Z';
    put('first.json', JSON.stringify(report));
    const ratchet = put(
      'ratchet.yaml',
      'seaworthy: policy/1\nrules:\n  - id: no-worse\n    when: { newSince: release }\n  - id: no-worse-than-base\n    when: { newSince: base }\n    then: warn\n    ifUnknown: allow\n',
    );
    expect(idsIn((await gate(older, '--policy', ratchet, '--last', first)).stdout)).toEqual([]);
    const worse = await gate(flawed, '--policy', ratchet, '--last', first, '--base', first);
    expect(worse.code).toBe(1);
    expect([...new Set(idsIn(worse.stdout))].toSorted()).toEqual(['CVE-2024-1001', 'CVE-2024-1003']);
    // Without a report of the release, nobody knows that it is not new.
    expect((await gate(older, '--policy', ratchet)).stdout).toContain('perhaps:');
    const second = at('second.json');
    await over('scan', flawed, '--policy', ratchet, '--last', first, '--format', 'json', '-o', second);
    const third = await over('scan', flawed, '--policy', ratchet, '--last', second, '--format', 'json');
    const { findings } = JSON.parse(third.stdout) as {
      findings: { vulnerability: { aliases: string[]; id: string }; firstSeen: string }[];
    };
    const seen = findings.map(({ vulnerability: { id, aliases }, firstSeen }) => [
      [id, ...aliases].find((name) => name.startsWith('CVE')),
      firstSeen.slice(0, 10),
    ]);
    const today = new Date().toISOString().slice(0, 10);
    expect(Object.fromEntries(seen)).toEqual({
      'CVE-2024-1001': today,
      'CVE-2024-1002': '2026-01-02',
      'CVE-2024-1003': today,
    });
  });
});

describe('a time of grace from discovery', () => {
  const policy = 'seaworthy: policy/1\nrules:\n  - id: soon\n    when: { severity: high }\n    grace: { days: 30 }\n';

  it.each([
    ['an earlier report that looked at everything', true, 0],
    ['one that may have missed it', false, 1],
    ['one that does not say', undefined, 1],
  ])('for what is not in %s', async (name, complete, code) => {
    const last = at(`last-${name.length}.json`);
    await over('scan', sound, '--format', 'json', '-o', last);
    const { coverage, ...report } = JSON.parse(readFileSync(last, 'utf8')) as { coverage: object };
    const told = complete === undefined ? report : { ...report, coverage: { ...coverage, complete } };
    put(`last-${name.length}.json`, JSON.stringify(told));
    expect((await gate(flawed, '--policy', put('soon.yaml', policy), '--last', last)).code).toBe(code);
  });
});

describe('risk', () => {
  it('orders by what is at risk, and says what to upgrade first', async () => {
    const { stdout } = await over('scan', flawed, '--sort', 'risk');
    expect([...new Set(idsIn(stdout))]).toEqual(['CVE-2024-1001', 'CVE-2024-1002', 'CVE-2024-1003']);
    expect(stdout).toMatch(/Upgrade first:\n {2}1\. exploited to 2\.0\.0/);
  });

  it('is explained by its parts, within the width', async () => {
    const { stdout } = await over('scan', flawed, '--explain', 'cve-2024-1001');
    const explained = stdout.slice(stdout.indexOf('hazard = '));
    expect(explained).toMatch(/KEV.*EPSS.*SSVC.*BOD 26-04.*the whole image: risk/s);
    for (const line of explained.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect((await over('scan', flawed, '--explain', 'CVE-1')).stdout).toContain('CVE-1 is not among the findings.');
  });
});

describe('policy', () => {
  it('init writes a policy whose tests pass', async () => {
    expect(await seaworthy('policy', 'init', '-o', at('new.yaml'))).toEqual({ code: 0, stdout: '', stderr: '' });
    const { code, stdout } = await seaworthy('policy', 'test', at('new.yaml'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n4 passed, 0 failed\n$/);
    expect((await gate(flawed, '--policy', at('new.yaml'))).code).toBe(1);
  });

  it('init takes ignore files over, and says what it left out', async () => {
    const file = put('old/.trivyignore', 'CVE-2024-1002\nCVE-2024-*\n');
    const { code, stdout, stderr } = await seaworthy('policy', 'init', '--from', file);
    expect(code).toBe(0);
    expect(stderr).toContain(`${file}:2: left out: `);
    expect((await gate(flawed, '--policy', put('from-trivy.yaml', stdout))).stdout).toContain('1 excused');
  });

  it('test fails with what came otherwise, and says where there is nothing to run', async () => {
    const wrong =
      'seaworthy: policy/1\ntests:\n  - name: all is well\n    coverage: { complete: false }\n    expect: allow\n';
    const { code, stdout } = await seaworthy(
      'policy',
      'test',
      put('wrong.yaml', wrong),
      put('none.yaml', 'seaworthy: policy/1\n'),
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAILED .*wrong\.yaml: all is well\n {7}outcome is deny, not allow\n/);
    expect(stdout).toContain('none.yaml: there are no tests in it');
    expect((await seaworthy('policy', 'test', at('none.yaml'))).code).toBe(1);
  });

  it('explain lists the rules, and of a report why each applies', async () => {
    expect((await seaworthy('policy', 'explain', 'default')).stdout).toMatch(
      /^deny coverage-incomplete \(on coverage; built-in default:/,
    );
    await over('scan', flawed, '--format', 'json', '-o', at('report.json'));
    const { code, stdout } = await seaworthy('policy', 'explain', 'default', at('report.json'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/applies to CVE-2024-1001 exploited\n {10}kev: true; is true: yes/);
    expect(stdout).toMatch(/\ndeny: 3 to deny, 0 warnings\n$/);
  });

  it('schema prints what editors complete by', async () => {
    expect(JSON.parse((await seaworthy('policy', 'schema')).stdout)).toMatchObject({
      $id: 'urn:seaworthy:schema:policy:1',
    });
  });
});

describe('baseline', () => {
  it('tells failed controls, the score, and what has changed', async () => {
    const rooted = makeImage('rooted', { high: '1.0.0' }, { User: 'root' });
    const { code, stdout } = await over('baseline', rooted, '--standard', 'pod-security-standards');
    expect({ code, text: code === 2 ? stdout : '' }).toEqual({ code: 1, text: '' });
    expect(stdout).toContain('FAIL');
    await over('scan', rooted, '--format', 'json', '-o', at('rooted.json'));
    const later = await over('baseline', sound, '--last', at('rooted.json'));
    expect(later.stdout).toMatch(/since the last time: better 4\.1/);
    for (const line of later.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const { results } = JSON.parse((await over('baseline', rooted, '--format', 'json')).stdout) as {
      results: { failed: number }[];
    };
    expect(results[0]?.failed).toBeGreaterThan(0);
  });

  it('knows its standards', async () => {
    expect(await over('baseline', sound, '--standard', 'none')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--standard takes'),
    });
  });
});
