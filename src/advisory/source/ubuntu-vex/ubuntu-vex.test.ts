import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { zipFile } from '../../../internal/testdata/zip-file.ts';
import type { Advisory, Affected, ParseReport } from '../../advisory.ts';
import { describeSource } from '../source.contract.ts';
import { ubuntuVex } from './ubuntu-vex.ts';

const genuine = readFileSync(new URL('testdata/vex-all.tar.xz', import.meta.url));

function archive(documents: readonly unknown[], folder = 'vex/cve/2024'): Uint8Array {
  return zipFile(
    documents.map((one, at) => ({
      name: `${folder}/${at}.json`,
      bytes: Buffer.from(JSON.stringify(one)),
      stored: true,
    })),
  );
}

async function parse(bytes: Uint8Array): Promise<{ report: ParseReport; advisories: Advisory[] }> {
  const [feed] = ubuntuVex.feeds(undefined);
  const advisories: Advisory[] = [];
  if (feed === undefined) throw new Error('no feed');
  const report = await ubuntuVex.parse(
    feed,
    bytes,
    (advisory) => advisories.push(advisory),
    () => {},
  );
  return { report, advisories };
}

const purl = (archiveName: string, name = 'bash', architecture = 'source'): string =>
  `pkg:deb/ubuntu/${name}@5.1-6?arch=${architecture}&distro=${archiveName}`;

const statement = (archiveName: string, status: string, more: object = {}): object => ({
  vulnerability: { name: 'CVE-2024-0001' },
  status,
  products: [{ '@id': purl(archiveName) }, { '@id': purl(archiveName, 'bash-doc', 'all') }],
  ...more,
});

const document = (...statements: readonly unknown[]): unknown => ({ '@id': 'x', author: 'Canonical Ltd.', statements });

describeSource(ubuntuVex, {
  ecosystem: 'Ubuntu:22.04:LTS',
  foreign: 'Debian:12',
  document: genuine,
  expected: {
    report: { read: 2, kept: 2, skipped: {}, malformed: [] },
    ids: ['CVE-2016-20013', 'CVE-2023-38545'],
  },
  empty: archive([]),
  record: document(
    statement('jammy', 'affected', { action_statement: 'This package (for the given release) needs fixing' }),
    statement('esm-apps/focal', 'not_affected', { justification: 'vulnerable_code_not_present' }),
  ),
  around: (record) => archive([record, document(statement('noble', 'under_investigation'))]),
  many: (count) =>
    archive(
      Array.from({ length: 100 }, (_, at) =>
        document({
          vulnerability: { name: `CVE-2024-${at}` },
          status: 'affected',
          products: Array.from({ length: count / 100 }, (__, name) => ({ '@id': purl('noble', `p${name}`) })),
        }),
      ),
    ),
});

function line({ ecosystem, package: name, status, fixState }: Affected): string {
  return `${ecosystem.slice('Ubuntu:'.length)} ${name} ${status === 'affected' ? fixState : status}`;
}

describe('genuine documents', () => {
  it('say that curl before 7.69 has not the flaw, in releases too whose support has ended', async () => {
    const { advisories } = await parse(genuine);
    const curl = advisories[1];
    expect(curl?.affected.map(line)).toEqual([
      '16.04:LTS curl not-affected',
      '14.04:LTS curl not-affected',
      '18.04:LTS curl not-affected',
      '20.04:LTS curl not-affected',
    ]);
    expect(curl?.affected[0]?.note).toMatch(/^affects 7\.69 and higher introduced in /);
  });

  it('say of each source package of a release why it has no fix', async () => {
    const { advisories } = await parse(genuine);
    const lines = (advisories[0]?.affected ?? []).map(line);
    expect(lines.filter((one) => one.startsWith('24.04:LTS'))).toEqual([
      '24.04:LTS dietlibc will-not-fix',
      '24.04:LTS glibc will-not-fix',
      '24.04:LTS sssd will-not-fix',
      '24.04:LTS syslinux will-not-fix',
    ]);
    // eglibc, zabbix of trusty; glibc, zabbix of bionic and focal; zabbix of jammy: only builds for subscribers are named.
    expect(lines).not.toContain('18.04:LTS glibc will-not-fix');
    expect(lines).toHaveLength(4 + 6 + 4 + 4 + 4 + 4);
  });
});

describe('one package in one release', () => {
  const ignored = {
    action_statement: 'This package is vulnerable to the CVE, but the Ubuntu Security Team decided to not fix it.',
  };
  const ended = { action_statement: 'This package (for the given release) is no longer supported. Please upgrade.' };
  const putOff = { status_notes: 'The vulnerability is known but the fix is deferred.' };
  const absent = { justification: 'vulnerable_code_not_present' };
  const foreign = { justification: 'component_not_present' };
  it.each<[string, readonly object[], readonly string[]]>([
    [
      'needs fixing',
      [statement('jammy', 'affected', { action_statement: 'It needs fixing' })],
      ['22.04:LTS bash not-fixed'],
    ],
    ['is not going to be fixed', [statement('jammy', 'affected', ignored)], ['22.04:LTS bash will-not-fix']],
    [
      'is no longer supported',
      [
        statement('xenial', 'affected', {
          action_statement: 'This package (for the given release) is no longer supported.',
        }),
      ],
      ['16.04:LTS bash end-of-life'],
    ],
    [
      'is put off',
      [
        statement('jammy', 'under_investigation', {
          status_notes: 'The vulnerability is known but the fix is deferred.',
        }),
      ],
      ['22.04:LTS bash deferred'],
    ],
    [
      'mentions only in its notes that it was put off once',
      [
        statement('jammy', 'affected', {
          action_statement: 'It needs fixing CVE Notes / justification: was deferred in 2022',
        }),
      ],
      ['22.04:LTS bash not-fixed'],
    ],
    ['waits to be looked at', [statement('jammy', 'under_investigation')], ['22.04:LTS bash undetermined']],
    ['has not the code', [statement('jammy', 'not_affected', absent)], ['22.04:LTS bash not-affected']],
    ['has not the flaw, nobody says why', [statement('jammy', 'not_affected')], ['22.04:LTS bash not-affected']],
    ['is not in the release', [statement('jammy', 'not_affected', foreign)], []],
    ['is fixed, in a version that the record does not tell', [statement('jammy', 'fixed')], []],
    [
      'was cleared in the builds for subscribers, support having ended',
      [statement('focal', 'affected', ended), statement('esm-infra/focal', 'not_affected', absent)],
      ['20.04:LTS bash not-affected'],
    ],
    [
      'was cleared in the builds for subscribers before anybody looked at the others',
      [statement('focal', 'under_investigation'), statement('esm-apps/focal', 'not_affected', absent)],
      ['20.04:LTS bash not-affected'],
    ],
    [
      'has the flaw in its own builds, whatever is true of those for subscribers',
      [statement('focal', 'affected', ignored), statement('esm-infra/focal', 'not_affected', absent)],
      ['20.04:LTS bash will-not-fix'],
    ],
    [
      'waits for its fix, which those for subscribers do not need',
      [statement('focal', 'under_investigation', putOff), statement('esm-infra/focal', 'not_affected', absent)],
      ['20.04:LTS bash deferred'],
    ],
    [
      'was fixed before there were builds for subscribers: those below the fix have the flaw',
      [statement('focal', 'fixed'), statement('esm-infra/focal', 'not_affected', absent)],
      [],
    ],
    [
      'was cleared in the oldest builds for subscribers',
      [statement('trusty/esm', 'not_affected', absent)],
      ['14.04:LTS bash not-affected'],
    ],
    [
      'is fixed for subscribers: the record on fixed versions says more',
      [statement('focal', 'affected', ignored), statement('esm-infra/focal', 'fixed')],
      [],
    ],
    ['is affected in builds for subscribers alone', [statement('esm-apps/focal', 'affected')], []],
    ['is cleared in builds of another kind', [statement('fips/focal', 'not_affected', absent)], []],
    ['is of a release that nobody knows', [statement('zany', 'affected')], []],
    ['has a status that nobody knows', [statement('jammy', 'maybe')], ['22.04:LTS bash undetermined']],
  ])('%s', async (_, statements, lines) => {
    const { advisories, report } = await parse(archive([document(...statements)]));
    expect(advisories.flatMap(({ affected }) => affected.map(line))).toEqual(lines);
    expect(report.skipped).toEqual(lines.length === 0 ? { 'nothing-more': 1 } : {});
  });

  it('is not told by a document on a notice', async () => {
    const bytes = archive([document(statement('jammy', 'not_affected', absent))], 'vex/usn');
    expect((await parse(bytes)).report).toMatchObject({ kept: 0, skipped: { notice: 1 } });
  });

  it('is told by a purl in any order, with its name decoded', async () => {
    const products = [
      'pkg:deb/ubuntu/libstdc%2B%2B@1?distro=jammy&arch=source',
      'pkg:deb/ubuntu/x@1?distro=jammy&arch=amd64',
    ];
    const { advisories } = await parse(archive([document(statement('jammy', 'affected', { products }))]));
    expect(advisories[0]?.affected.map(line)).toEqual(['22.04:LTS libstdc++ not-fixed']);
  });
});
