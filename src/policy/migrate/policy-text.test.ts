import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { dpkg } from '../../version/dpkg.ts';
import { semver } from '../../version/semver.ts';
import type { VersionScheme } from '../../version/version.ts';
import { builtinPolicies } from '../builtin/builtin.ts';
import { testPolicy } from '../cases.ts';
import { type LoadOptions, loadPolicy, parsePolicy } from '../load.ts';
import type { Outcome, Policy, PolicyCase } from '../policy.ts';
import { flawRules, type IgnoreKind, migrate } from './migrate.ts';
import { migratedPolicy } from './policy-text.ts';

const folder = join(import.meta.dirname, '../../../testdata/policy/ignore');
const today = '2026-11-24';
const schemes = new Map<string, VersionScheme>([
  ['deb', dpkg],
  ['golang', semver],
  ['npm', semver],
]);
let options: LoadOptions;
let rules: readonly string[];

beforeAll(async () => {
  options = { now: Date.parse(`${today}T12:00:00Z`), schemes, builtins: await builtinPolicies() };
  rules = flawRules(await loadPolicy('default', options));
});

/** The text of the policy that comes of a file. */
async function textOf(text: string, kind: IgnoreKind, file: string): Promise<string> {
  return migratedPolicy(await migrate(text, kind, { today, file, rules }), { file });
}

async function policyOf(name: string, kind: IgnoreKind): Promise<Policy> {
  return parsePolicy(await textOf(readFileSync(join(folder, name), 'utf8'), kind, `.${name}`), options);
}

/** What comes of a critical flaw that could long have been fixed. */
function outcome(
  policy: Policy,
  id: string,
  found: Readonly<Record<string, unknown>>,
  day = today,
): Outcome | undefined {
  const finding = {
    id,
    severity: 'critical',
    kev: false,
    fix: 'available',
    published: '2020-01-01',
    path: found['path'],
    package: found,
  };
  const image = { user: 'app', endOfLife: '2030-01-01', databaseBuilt: day, scanned: day };
  const one: PolicyCase = { name: id, today: day, image, findings: [finding], expect: 'allow' };
  return testPolicy(policy, [one])[0]?.decision.outcome;
}

const pip = { name: 'pip', version: '1', type: 'pypi', purl: 'pkg:pypi/pip@1' };

describe('.trivyignore', () => {
  it.each([
    ['CVE-2023-5752', '2026-11-24', 'allow'],
    ['CVE-2023-5752', '2027-02-23', 'deny'],
    ['CVE-2019-14697', '2027-01-31', 'allow'],
    ['CVE-2019-14697', '2027-02-01', 'deny'],
    ['CVE-2021-0001', '2026-11-24', 'deny'],
    ['CVE-2023-1', '2026-11-24', 'deny'],
  ])('%s on %s: %s', async (id, day, expected) => {
    expect(outcome(await policyOf('trivyignore', 'trivyignore'), id, pip, day)).toBe(expected);
  });
});

describe('.trivyignore.yaml', () => {
  const go = (name: string, version: string): Readonly<Record<string, unknown>> => ({
    name,
    version,
    type: 'golang',
    purl: `pkg:golang/${name}@${version}`,
  });
  it.each<[string, Readonly<Record<string, unknown>>, Outcome]>([
    ['CVE-2019-0007', go('github.com/aquasecurity/bar', '1.0.0'), 'allow'],
    ['CVE-2019-0007', go('github.com/aquasecurity/bar2', '1.0.0'), 'deny'],
    ['CVE-2019-0007', go('github.com/aquasecurity/aaa', '9.9.9'), 'allow'],
    ['CVE-2019-0007', go('github.com/aquasecurity/aaa', '9.9.90'), 'deny'],
    ['CVE-2019-0001', { ...pip, path: '/app/package-lock.json' }, 'allow'],
    ['CVE-2019-0001', { ...pip, path: '/bar/package.json' }, 'allow'],
    ['CVE-2019-0001', { ...pip, path: '/foo/bar/package.json' }, 'deny'],
    ['CVE-2022-0001', { ...pip, path: '/usr/lib/node_modules/x/package.json' }, 'deny'],
    [
      'CVE-2021-9',
      { name: 'linux-libc-dev', version: '6.1', type: 'deb', purl: 'pkg:deb/ubuntu/linux-libc-dev@6.1?arch=amd64' },
      'allow',
    ],
    [
      'CVE-2021-9',
      { name: 'linux-libc-dev', version: '6.1', type: 'deb', purl: 'pkg:deb/debian/linux-libc-dev@6.1' },
      'deny',
    ],
  ])('%s in %j: %s', async (id, found, expected) => {
    expect(outcome(await policyOf('trivyignore.yaml', 'trivyignore-yaml'), id, found)).toBe(expected);
  });
});

describe('.grype.yaml', () => {
  const npm = { name: 'libcurl', version: '1.10.0', type: 'npm', purl: 'pkg:npm/libcurl@1.10.0' };
  const plugin = '/root/.terraform.d/plugins/terraform-provider-aws';
  it.each<[string, Readonly<Record<string, unknown>>, Outcome]>([
    [
      'CVE-2026-85091',
      { name: 'zlib', version: '1.3.2-r7', type: 'apk', purl: 'pkg:apk/wolfi/zlib@1.3.2-r7' },
      'allow',
    ],
    ['CVE-2026-85091', { name: 'zlib', version: '1.3.2', type: 'deb', purl: 'pkg:deb/debian/zlib@1.3.2' }, 'deny'],
    [
      'CVE-2021-9',
      {
        name: 'org.apache.logging.log4j:log4j-core',
        version: '2',
        type: 'maven',
        purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2',
      },
      'allow',
    ],
    [
      'CVE-2021-9',
      {
        name: 'org.apache.logging.log4j:log4j-api',
        version: '2',
        type: 'maven',
        purl: 'pkg:maven/org.apache.logging.log4j/log4j-api@2',
      },
      'deny',
    ],
    ['CVE-2021-9', { ...pip, path: '/usr/bin/terraform' }, 'deny'],
    ['CVE-2008-4318', { ...npm, path: `${plugin}/x` }, 'deny'],
  ])('%s in %j: %s', async (id, found, expected) => {
    expect(outcome(await policyOf('grype.yaml', 'grype'), id, found)).toBe(expected);
  });
});

it('says at its head what is not as it stands in the file, whatever is in there', async () => {
  const text = await textOf('CVE-2020-1 exp:soon\u2028rules: []\nvulnerabilities:\u0085x: y', 'trivyignore', 'a\nb: c');
  const head = text.split('\n').slice(0, text.split('\n').indexOf(''));
  expect(head[0]).toBe('# Not as it stands in the file:');
  expect(head.every((line) => line.startsWith('#'))).toBe(true);
  await expect(parsePolicy(text, options)).resolves.toMatchObject({ exceptions: [] });
});
