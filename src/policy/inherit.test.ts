import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import type { Facts } from './facts.ts';
import { loadPolicy } from './load.ts';
import { type Policy, PolicyError } from './policy.ts';

const now = Date.parse('2026-11-24T12:00:00Z');

/** Files by path below `/p/`, the version line left out. */
async function load(files: Readonly<Record<string, string>>, start = '/p/image.yaml'): Promise<Policy> {
  const read = async (path: string): Promise<string> => {
    const text = files[path.replace('/p/', '')];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return await Promise.resolve(`seaworthy: policy/1\n${text}`);
  };
  return await loadPolicy(start, {
    now,
    read,
    builtins: new Map([['own', 'seaworthy: policy/1\nrules: [{ id: base, then: warn }]\n']]),
  });
}

async function errors(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const error = await load(files).catch((thrown: unknown) => thrown);
  if (!(error instanceof PolicyError)) throw error;
  return error.problems.map(({ code, file, line, detail }) => `${file.replace('/p/', '')}:${line} ${code} ${detail}`);
}

function facts(name?: string): Facts {
  return {
    image: name === undefined ? {} : { name },
    findings: [
      {
        kind: 'vulnerability',
        id: 'CVE-2024-1',
        aliases: [],
        severity: 'high',
        fix: 'none',
        verdict: 'affected',
        disputed: false,
      },
    ],
    packages: [],
    coverage: { complete: true },
    problems: [],
  };
}

const organisation = `rules:
  - { id: high, when: { severity: { atLeast: high } }, then: warn }
  - { id: soft, when: { severity: high }, then: warn, overridable: true }
  - { id: slow, when: { severity: high }, grace: { days: 30, from: published } }
  - { id: ends, when: { severity: high }, grace: { until: 2026-12-31 } }
`;

describe('organisation, team, image', () => {
  it('puts files together, the highest first, and says where each rule comes from', async () => {
    const policy = await load({
      'organisation.yaml': `extends: [own]\n${organisation}`,
      'team.yaml': 'extends: [./organisation.yaml]\nrules: [{ id: high, then: deny }, { id: soft, off: true }]\n',
      'image.yaml': 'extends: [./team.yaml]\nname: shop\nrules: [{ id: own-rule, on: image, when: { user: root } }]\n',
    });
    expect(policy.name).toBe('shop');
    expect(policy.files).toEqual([
      'built-in foundation',
      'built-in own',
      '/p/organisation.yaml',
      '/p/team.yaml',
      '/p/image.yaml',
    ]);
    expect(
      policy.rules.map(({ id, outcome, origin }) => [id, outcome, origin.map(({ file, line }) => `${file}:${line}`)]),
    ).toEqual([
      ['coverage-incomplete', 'deny', ['built-in foundation:3']],
      ['base', 'warn', ['built-in own:2']],
      ['high', 'deny', ['/p/team.yaml:3', '/p/organisation.yaml:4']],
      ['slow', 'deny', ['/p/organisation.yaml:6']],
      ['ends', 'deny', ['/p/organisation.yaml:7']],
      ['own-rule', 'deny', ['/p/image.yaml:4']],
    ]);
  });

  it.each<[string, string, string]>([
    ['switches off', '{ id: high, off: true }', 'loosens high: it is not overridable'],
    ['asks something else', '{ id: high, when: { severity: critical } }', 'loosens high: another condition'],
    ['judges something else', '{ id: high, on: secret }', 'loosens high: it judges something else'],
    ['calls it overridable', '{ id: high, overridable: true }', 'loosens high: the higher file does not say so'],
    [
      'minds the unknown less',
      '{ id: high, ifUnknown: allow }',
      'loosens high: warn in the higher file where a fact is unknown',
    ],
    ['ends later', '{ id: ends, grace: { until: 2027-01-31 } }', 'loosens ends: a longer time of grace'],
    ['does not end', '{ id: ends, grace: { days: 9 } }', 'loosens ends: a longer time of grace'],
    ['denies no more', '{ id: slow, then: warn }', 'loosens slow: deny in the higher file'],
    ['gives more days', '{ id: slow, grace: { days: 31, from: published } }', 'loosens slow: a longer time of grace'],
    [
      'counts from another day',
      '{ id: slow, grace: { days: 3, from: fixed } }',
      'loosens slow: a longer time of grace',
    ],
    ['drops the days', '{ id: slow, grace: { until: 2026-12-01 } }', 'loosens slow: a longer time of grace'],
    [
      'gives more to some',
      '{ id: slow, grace: { days: { high: 40 }, from: published } }',
      'loosens slow: a longer time of grace',
    ],
    [
      'exempts',
      '{ id: x, when: { fix: none }, then: allow, reason: r, exempts: [high] }',
      'loosens high: it is not overridable',
    ],
    ['switches off what is not there', '{ id: nope, off: true }', 'bad-value there is no rule nope above'],
  ])('a lower file that %s is refused', async (_what, rule, error) => {
    const found = await errors({
      'organisation.yaml': organisation,
      'image.yaml': `extends: [./organisation.yaml]\nrules:\n  - ${rule}\n`,
    });
    expect(found[0]).toBe(`image.yaml:4 ${error}`);
  });

  it.each<[string, string]>([
    ['denies', '{ id: high, then: deny }'],
    ['ends earlier', '{ id: ends, grace: { until: 2026-12-01 } }'],
    ['says it in other words', '{ id: high, message: m, when: { severity: { atLeast: high } } }'],
    ['gives fewer days', '{ id: slow, grace: { days: 3, from: published } }'],
    ['gives days to some', '{ id: slow, grace: { days: { critical: 3 }, from: published } }'],
    ['sets an end besides', '{ id: slow, grace: { days: 30, from: published, until: 2026-12-01 } }'],
    ['denies after a while what was warned of', '{ id: high, then: deny, grace: { days: 9 } }'],
    ['switches off what is overridable', '{ id: soft, off: true }'],
    ['exempts from what is overridable', '{ id: x, when: { fix: none }, then: allow, reason: r, exempts: [soft] }'],
  ])('a lower file that %s is taken', async (_what, rule) => {
    const files = {
      'organisation.yaml': organisation,
      'image.yaml': `extends: [./organisation.yaml]\nrules:\n  - ${rule}\n`,
    };
    await expect(load(files)).resolves.toBeDefined();
  });

  it('may loosen for some images what is overridable, and for one of unknown name both hold', async () => {
    const policy = await load({
      'organisation.yaml': 'rules: [{ id: high, when: { severity: high }, overridable: true }]\n',
      'image.yaml': 'extends: [./organisation.yaml]\nimages: ["ghcr.io/acme/*"]\nrules: [{ id: high, then: warn }]\n',
    });
    expect(decide(policy, facts('ghcr.io/acme/app'), now).outcome).toBe('warn');
    expect(decide(policy, facts('ghcr.io/other/app'), now).outcome).toBe('deny');
    const unnamed = decide(policy, facts(), now);
    expect(unnamed.reasons.map(({ rule, outcome }) => [rule, outcome])).toEqual([
      ['high', 'deny'],
      ['high', 'warn'],
    ]);
  });

  it('makes exceptions of a file with images for those alone', async () => {
    const exception = 'exceptions: [{ vulnerability: CVE-2024-1, reason: r, owner: o, expires: 2026-12-01 }]\n';
    const policy = await load({
      'organisation.yaml': 'rules: [{ id: high, when: { severity: high } }]\n',
      'image.yaml': `extends: [./organisation.yaml]\nimages: ["ghcr.io/acme/*"]\n${exception}`,
    });
    const outcomes = [facts('ghcr.io/acme/app'), facts('ghcr.io/other/app'), facts()].map(
      (all) => decide(policy, all, now).outcome,
    );
    expect(outcomes).toEqual(['allow', 'deny', 'deny']);
  });

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'a circle',
      { 'image.yaml': 'extends: [./b.yaml]\n', 'b.yaml': 'extends: [./image.yaml]\n' },
      ['/p/b.yaml:2 cycle /p/image.yaml'],
    ],
    ['itself', { 'image.yaml': 'extends: [./image.yaml]\n' }, ['image.yaml:2 cycle /p/image.yaml']],
    [
      'what is not there',
      { 'image.yaml': 'extends: [own, ./none.yaml]\n' },
      ['image.yaml:2 not-found /p/none.yaml (ENOENT)'],
    ],
    [
      'a mistake above',
      { 'image.yaml': 'extends: [./b.yaml]\n', 'b.yaml': 'rulez: []\n' },
      [expect.stringMatching(/^b.yaml:2 unknown-field/)],
    ],
    [
      'exceptions where there may be none',
      {
        'image.yaml':
          'extends: [./b.yaml]\nexceptions: [{ vulnerability: CVE-2024-1, reason: r, owner: o, expires: 2026-12-01 }]\n',
        'b.yaml': 'limits: { exceptions: false }\n',
      },
      ['image.yaml:3 exception-forbidden undefined'],
    ],
    [
      'exceptions longer than above',
      {
        'image.yaml':
          'extends: [./b.yaml]\nlimits: { exceptionDays: 90 }\nexceptions: [{ vulnerability: CVE-2024-1, reason: r, owner: o, expires: 2026-12-15 }]\n',
        'b.yaml': 'limits: { exceptionDays: 14 }\n',
      },
      ['image.yaml:4 exception-too-long at most 14 days from today, 2026-12-08'],
    ],
  ])('extending %s is told', async (_what, files, expected) => {
    expect((await errors(files)).map((one) => one)).toEqual(
      expected.map((one) => (typeof one === 'string' ? one.replace(/^\/p\//, '') : one)),
    );
  });

  it('does not allow again what is forbidden above', async () => {
    const exception = 'exceptions: [{ vulnerability: CVE-2024-1, reason: r, owner: o, expires: 2026-12-01 }]\n';
    const found = await errors({
      'organisation.yaml': 'limits: { exceptions: false }\n',
      'team.yaml': 'extends: [./organisation.yaml]\nlimits: { exceptions: true }\n',
      'image.yaml': `extends: [./team.yaml]\n${exception}`,
    });
    expect(found).toEqual(['image.yaml:3 exception-forbidden undefined']);
  });

  it('is not endless', async () => {
    const chain = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [`${at}.yaml`, `extends: [./${at + 1}.yaml]\n`]),
    );
    expect((await errors({ ...chain, 'image.yaml': 'extends: [./0.yaml]\n' }))[0]).toContain('too-deep');
    const wide = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`${at}.yaml`, 'rules: []\n']));
    const twice = await load({
      ...wide,
      'image.yaml': `extends: [${Object.keys(wide)
        .map((name) => `./${name}, ./${name}`)
        .join()}]\n`,
    });
    expect(twice.files).toHaveLength(12);
  });

  it('denies what was not assessed whole, unless a policy says otherwise', async () => {
    const half = { ...facts('a'), findings: [], coverage: { complete: false } };
    expect(decide(await load({ 'image.yaml': '' }), half, now)).toMatchObject({
      outcome: 'deny',
      reasons: [{ rule: 'coverage-incomplete' }],
    });
    const said = await load({ 'image.yaml': 'rules: [{ id: coverage-incomplete, then: warn }]\n' });
    expect(decide(said, half, now).outcome).toBe('warn');
    expect(decide(await load({ 'image.yaml': '' }), { ...half, coverage: {} }, now).outcome).toBe('deny');
    expect(decide(await load({ 'image.yaml': '' }), { ...half, coverage: { complete: true } }, now).outcome).toBe(
      'allow',
    );
  });
});
