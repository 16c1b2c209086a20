import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IgnoreKind, ignoreKindOf, type Migration, migrate } from './migrate.ts';

const folder = join(import.meta.dirname, '../../../testdata/policy/ignore');
const today = '2026-11-24';

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

async function of(text: string, kind: IgnoreKind, file = `.${kind}`): Promise<Migration> {
  return migrate(text, kind, { today, file, rules: ['high'] });
}

/** What exceptions excuse, and until when where asked. */
function scopes(exceptions: Migration['exceptions'], dated: boolean): readonly unknown[] {
  return exceptions.map((one) => ({
    ...(one.vulnerability === undefined ? {} : { vulnerability: one.vulnerability }),
    ...(one.package === undefined ? {} : { package: one.package }),
    ...(one.path === undefined ? {} : { path: one.path }),
    ...(dated ? { expires: one.expires } : {}),
  }));
}

/** `line code effect` of each problem. */
function told({ problems }: Migration): readonly string[] {
  return problems.map(({ line, code, effect }) => `${line} ${code} ${effect}`);
}

describe('.trivyignore', () => {
  it('gives an exception for each flaw, with the comment as its reason', async () => {
    const { exceptions } = await of(read('trivyignore'), 'trivyignore');
    expect(exceptions.map(({ vulnerability, expires, reason }) => [vulnerability, expires, reason])).toEqual([
      ['CVE-2019-14697', '2027-01-31', 'from .trivyignore: Accepted until the base image is rebuilt'],
      ['CVE-2023-5752', '2027-02-22', 'from .trivyignore: Package: pip Not used at run time'],
      ['CVE-2019-0006', '2027-11-24', 'from .trivyignore: key2:value2'],
      ['CVE-2024-24790', '2027-02-22', 'from .trivyignore: the resolver is not called'],
      ['GHSA-g5fp-32jq-cfw2', '2026-11-24', 'from .trivyignore: Package: pip Not used at run time'],
    ]);
    expect(new Set(exceptions.map(({ owner }) => owner))).toEqual(new Set(['.trivyignore']));
  });

  it('tells what ended, what never ends, what lasts too long and what is no flaw', async () => {
    expect(told(await of(read('trivyignore'), 'trivyignore'))).toEqual([
      '3 expired left-out',
      '7 no-expiry changed',
      '8 expiry-shortened changed',
      '9 no-expiry changed',
      '11 bad-date left-out',
      '12 bad-name left-out',
      '15 other-kind left-out',
      '16 other-kind left-out',
    ]);
  });

  it.each([
    ['the day before its expiry begins', 'CVE-2020-1 exp:2026-11-25', ['2026-11-24']],
    ['from the day of its expiry on', 'CVE-2020-1 exp:2026-11-24', []],
  ])('holds as Trivy does: %s', async (_, text, days) => {
    const { exceptions } = await of(text, 'trivyignore');
    expect(exceptions.map(({ expires }) => expires)).toEqual(days);
  });

  it('takes so many days as are asked for where the file has no expiry', async () => {
    const { exceptions } = await migrate('CVE-2020-1', 'trivyignore', { today, file: 'x', days: 7 });
    expect(exceptions).toEqual([{ vulnerability: 'CVE-2020-1', reason: 'from x', owner: 'x', expires: '2026-12-01' }]);
  });
});

describe('.trivyignore.yaml', () => {
  it('gives an exception for each path and package of a flaw', async () => {
    const { exceptions } = await of(read('trivyignore.yaml'), 'trivyignore-yaml', '.trivyignore.yaml');
    expect(scopes(exceptions, true)).toEqual([
      { vulnerability: 'CVE-2020-8558', expires: '2027-02-22' },
      { vulnerability: 'CVE-2020-10675', expires: '2027-01-19' },
      { vulnerability: 'CVE-2019-0001', path: '/**/*-lock.json', expires: '2027-02-22' },
      { vulnerability: 'CVE-2019-0001', path: '/bar/package.json', expires: '2027-02-22' },
      {
        vulnerability: 'CVE-2019-0007',
        package: { purl: 'pkg:golang/github.com/aquasecurity/aaa@*', version: '= 9.9.9' },
        expires: '2027-02-22',
      },
      {
        vulnerability: 'CVE-2019-0007',
        package: { purl: 'pkg:golang/github.com/aquasecurity/bar@*' },
        expires: '2027-02-22',
      },
      { vulnerability: 'CVE-2026-28390', expires: '2027-05-09' },
      { package: { purl: 'pkg:deb/ubuntu/linux-libc-dev@*' }, expires: '2027-02-22' },
    ]);
    expect(exceptions[1]?.reason).toBe('from .trivyignore.yaml: Review in 6 months');
  });

  it('leaves out what would be broader, and says so', async () => {
    const all = told(await of(read('trivyignore.yaml'), 'trivyignore-yaml'));
    expect(all.filter((text) => !text.includes('no-expiry'))).toEqual([
      '14 unknown-field changed',
      '20 not-expressible left-out',
      '23 no-effect left-out',
      '25 not-expressible left-out',
      '25 bad-purl left-out',
      '27 unknown-field left-out',
      '29 expired left-out',
      '32 other-kind left-out',
      '33 other-kind left-out',
      '37 other-kind left-out',
      '39 other-kind left-out',
    ]);
  });

  it.each([
    ['vulnerabilities: [CVE-2020-1]', '1 wrong-shape left-out'],
    ['vulnerabilities: {id: CVE-2020-1}', '1 wrong-shape left-out'],
    ['- id: CVE-2020-1', '1 wrong-shape left-out'],
    ['vulnerabilities:\n  - id: CVE-2020-1\n    expired_at: soon', '2 bad-date left-out'],
    ['vulnerabilities:\n  - id: CVE-2020-1\n    paths: ["a[bc]"]', '2 bad-pattern left-out'],
    ['vulnerabilities:\n  - id: CVE-2020-1\n    paths: usr', '2 wrong-shape left-out'],
    ['vulnerabilities: [', '1 not-yaml left-out'],
    ['vulnerabilities:\n  - id: CVE-2020-1\n    id: CVE-2020-2', '3 not-yaml left-out'],
    ['flaws: [x]', '1 unknown-field left-out'],
    ['', undefined],
  ])('%j: no exception', async (text, problem) => {
    const migration = await of(text, 'trivyignore-yaml');
    expect(migration.exceptions).toEqual([]);
    expect(told(migration)).toEqual(problem === undefined ? [] : [problem]);
  });

  it('refuses a document whose aliases make it large', async () => {
    const rows = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg'].map((pair) => pair.split(''))) {
      rows.push(`${to}: &${to} [${Array.from({ length: 9 }, () => `*${from}`).join(',')}]`);
    }
    expect(told(await of(rows.join('\n'), 'trivyignore-yaml'))).toEqual(['1 not-yaml left-out']);
  });
});

describe('.grype.yaml', () => {
  it('gives an exception for each rule whose criteria are those of an exception', async () => {
    const { exceptions } = await of(read('grype.yaml'), 'grype', '.grype.yaml');
    expect(scopes(exceptions, false)).toEqual([
      { vulnerability: 'CVE-2026-85091', package: { name: 'zlib', purl: 'pkg:apk/*' } },
      { vulnerability: 'GHSA-4v7x-pqxf-cx7m' },
      { package: { name: 'anchore/scan-action' } },
      {
        vulnerability: 'CVE-2008-4318',
        package: { name: 'libcurl', purl: 'pkg:npm/*', version: '= 1.10' },
        path: '/root/.terraform.d/plugins/terraform-provider-*',
      },
      { package: { name: '*:log4j-core', purl: 'pkg:maven/*' } },
      { package: { name: 'python3.*', purl: 'pkg:pypi/*' } },
    ]);
    expect(exceptions[0]?.reason).toBe('from .grype.yaml: no fixed build is published yet');
  });

  it('excuses all flaws of a package from rules that judge flaws alone, and from none where it does not know them', async () => {
    const text = 'ignore:\n  - package: { name: zlib }';
    const known = await migrate(text, 'grype', { today, file: 'x', rules: ['critical', 'high'] });
    expect(known.exceptions.map(({ rules }) => rules)).toEqual([['critical', 'high']]);
    const unknown = await migrate(text, 'grype', { today, file: 'x' });
    expect([unknown.exceptions, told(unknown)]).toEqual([[], ['2 not-expressible left-out']]);
  });

  it.each([
    ['package: { type: java-archive }'],
    ['package: { name: ".*" }'],
    ['package: { version: "1.0" }'],
    ['package: { language: go, location: "/usr/bin/x" }'],
  ])('takes over no rule for a whole kind of package: %s', async (rule) => {
    const migration = await of(`ignore:\n  - ${rule}`, 'grype');
    expect(migration.exceptions).toEqual([]);
    expect(told(migration)).toEqual(['2 not-expressible left-out']);
  });

  it('tells each rule and setting that is not taken over', async () => {
    const all = told(await of(read('grype.yaml'), 'grype'));
    expect(all.filter((text) => !text.includes('no-expiry'))).toEqual([
      '2 not-expressible left-out',
      '14 not-expressible left-out',
      '25 not-expressible left-out',
      '26 not-expressible left-out',
      '28 not-expressible left-out',
      '33 not-expressible left-out',
      '35 not-expressible left-out',
      '37 bad-pattern left-out',
      '42 not-expressible left-out',
      '44 no-criteria left-out',
      '45 unknown-field left-out',
    ]);
  });
});

it.each([
  ['.trivyignore', 'trivyignore'],
  ['ci/.trivyignore.yaml', 'trivyignore-yaml'],
  ['.trivyignore.prod.yml', 'trivyignore-yaml'],
  ['.grype.yaml', 'grype'],
  ['config/grype.yml', 'grype'],
  ['policy.yaml', undefined],
])('the kind of %s is %s', (file, kind) => {
  expect(ignoreKindOf(file)).toBe(kind);
});

it('refuses a file that is too large', async () => {
  expect(told(await of(`#${'x'.repeat(1024 * 1024)}`, 'trivyignore'))).toEqual(['1 too-large left-out']);
});

it('does not fall over deep YAML', async () => {
  const { exceptions, problems } = await of('['.repeat(200_000), 'grype');
  expect([exceptions.length, problems.length]).toEqual([0, 1]);
});

it.each<IgnoreKind>(['trivyignore', 'trivyignore-yaml', 'grype'])(
  '%s: whatever the text, each exception names a flaw or a package, who, why and until when',
  async (kind) => {
    const word = fc.constantFrom(
      'id:',
      'ignore:',
      '- ',
      'vulnerabilities:',
      'CVE-2020-1',
      ' ',
      '\n',
      '  ',
      'exp:2027-01-01',
      '*',
      '&a',
      'package:',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join('')),
        ),
        async (text) => {
          const { exceptions } = await of(text, kind);
          for (const { vulnerability, package: named, rules, reason, owner, expires } of exceptions) {
            expect(vulnerability !== undefined || (named !== undefined && rules?.length === 1)).toBe(true);
            expect([reason, owner].every((part) => part.length > 0)).toBe(true);
            expect(expires >= today && expires <= '2027-11-24').toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  },
);
