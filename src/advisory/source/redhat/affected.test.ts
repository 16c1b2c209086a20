import { describe, expect, it } from 'vitest';
import type { Affected } from '../../advisory.ts';
import { readCsaf } from '../csaf/read.ts';
import { newTally } from '../tally.ts';
import { rangesBelow } from './fixes.ts';
import { platformOf } from './platform.ts';
import { advisoriesIn } from './record.ts';
import { documentWith, line } from './testdata/document.ts';

type Statuses = Parameters<typeof documentWith>[0];

const MAIN9 = 'cpe:/o:redhat:enterprise_linux:9';
const MAIN8 = 'cpe:/o:redhat:enterprise_linux:8';

/** What is made of a document, one line for each entry. */
function read(statuses: Statuses, more: object = {}): readonly string[] {
  const affected: Affected[] = [];
  const bytes = Buffer.from(JSON.stringify(documentWith(statuses, more)));
  advisoriesIn(readCsaf(bytes), (advisory) => affected.push(...advisory.affected), newTally());
  return affected.map(line).toSorted();
}

describe('why there is no fix', () => {
  const id = `${MAIN9} pkg:rpm/redhat/p?arch=src`;
  it.each([
    ['no_fix_planned', 'Out of support scope', 'end-of-life {enterprise_linux:9} Out of support scope'],
    ['no_fix_planned', 'Will not fix', 'will-not-fix {enterprise_linux:9} Will not fix'],
    ['no_fix_planned', 'another word', 'will-not-fix {enterprise_linux:9} another word'],
    ['none_available', 'Affected', 'not-fixed {enterprise_linux:9}'],
    ['none_available', 'Fix deferred', 'deferred {enterprise_linux:9} Fix deferred'],
    ['none_available', 'Deferred', 'deferred {enterprise_linux:9} Deferred'],
    ['fix_planned', 'Fix planned', 'not-fixed {enterprise_linux:9} Fix planned'],
    ['workaround', 'Do not use it', 'not-fixed {enterprise_linux:9}'],
    ['vendor_fix', 'https://x.test/', 'not-fixed {enterprise_linux:9}'],
  ])('%s, %s', (category, details, expected) => {
    const remediations = [
      { category, details, product_ids: [id] },
      { category: 'workaround', details: 'Turn it off', product_ids: [id] },
    ];
    const statuses = { known_affected: [[MAIN9, 'pkg:rpm/redhat/p?arch=src']] } as const;
    expect(read(statuses, { remediations })).toEqual([`9 source p ${expected}`]);
  });
  it('is open where no remedy is named at all', () => {
    expect(read({ known_affected: [[MAIN9, 'pkg:rpm/redhat/p?arch=src']] })).toEqual([
      '9 source p not-fixed {enterprise_linux:9}',
    ]);
  });
});

describe('statuses', () => {
  it.each<[string, Statuses, readonly string[]]>([
    [
      'nobody knows yet',
      { under_investigation: [[MAIN9, 'pkg:rpm/redhat/p?arch=src']] },
      ['9 source p undetermined {enterprise_linux:9}'],
    ],
    [
      'fixed, but in no version',
      { fixed: [[MAIN9, 'pkg:rpm/redhat/p?arch=x86_64']] },
      ['9 binary p undetermined {enterprise_linux:9} fixed in a version that can not be read'],
    ],
    [
      'fixed in a version that is none',
      { fixed: [[MAIN9, 'pkg:rpm/redhat/p@1 2?arch=x86_64']] },
      ['9 binary p undetermined {enterprise_linux:9} fixed in a version that can not be read'],
    ],
    [
      'fixed and not affected: fixed',
      {
        fixed: [[MAIN9, 'pkg:rpm/redhat/p@2-1.el9?arch=x86_64']],
        known_not_affected: [[`${MAIN9}::baseos`, 'pkg:rpm/redhat/p@1-1.el9?arch=x86_64']],
      },
      ['9 binary p fixed 0..2-1.el9 {enterprise_linux:9}'],
    ],
    [
      'fixed and affected: both are said',
      {
        fixed: [[`${MAIN9}::baseos`, 'pkg:rpm/redhat/p@2-1.el9?arch=x86_64']],
        known_affected: [[MAIN9, 'pkg:rpm/redhat/p']],
      },
      ['9 binary p fixed 0..2-1.el9 {enterprise_linux:9}', '9 binary p not-fixed {enterprise_linux:9}'],
    ],
    [
      'what is no RPM of Red Hat is passed over',
      {
        fixed: [
          [MAIN9, 'pkg:oci/p?tag=1'],
          [MAIN9, 'pkg:rpm/other/p@1-1'],
          [MAIN9, 'pkg:maven/g/p@1'],
          ['cpe:/o:other:os:1', 'pkg:rpm/redhat/p@1-1'],
          [MAIN9, 'pkg:rpm/redhat/q@1-1.el9?arch=noarch'],
        ],
      },
      ['9 binary q fixed 0..1-1.el9 {enterprise_linux:9}'],
    ],
  ])('%s', (_, statuses, expected) => {
    expect(read(statuses)).toEqual(expected);
  });
  it('of a product says so only where that differs from the flaw as a whole', () => {
    const product = (cpe: string): string => `${cpe} pkg:rpm/redhat/p?arch=src`;
    const threats = [
      { category: 'impact', details: 'moderate', product_ids: [product(MAIN9)] },
      { category: 'impact', details: 'Low', product_ids: [product(MAIN8)] },
      { category: 'exploit_status', details: 'Critical', product_ids: [product(MAIN8)] },
    ];
    const both = [MAIN8, MAIN9].map((cpe) => [cpe, 'pkg:rpm/redhat/p?arch=src'] as const);
    expect(read({ known_affected: both }, { threats })).toEqual([
      '8 source p not-fixed {enterprise_linux:8} Low',
      '9 source p not-fixed {enterprise_linux:9}',
    ]);
  });
});

describe('source and binary packages', () => {
  it.each<[string, Statuses, readonly string[]]>([
    [
      'a fix is said of each binary package, whose version may be its own',
      {
        fixed: [
          [MAIN9, 'pkg:rpm/redhat/perl@5.32-1.el9?arch=src&epoch=4'],
          [MAIN9, 'pkg:rpm/redhat/perl@5.32-1.el9?arch=x86_64&epoch=4'],
          [MAIN9, 'pkg:rpm/redhat/perl-Errno@1.30-1.el9?arch=x86_64&epoch=0'],
        ],
      },
      [
        '9 binary perl fixed 0..4:5.32-1.el9 {enterprise_linux:9}',
        '9 binary perl-Errno fixed 0..1.30-1.el9 {enterprise_linux:9}',
      ],
    ],
    [
      'the newer form may have the source package alone, with its epoch',
      { fixed: [['cpe:/a:redhat:enterprise_linux:9', 'pkg:rpm/redhat/glibc@2.34-231.el9_7.10?arch=src&epoch=0']] },
      ['9 source glibc fixed 0..2.34-231.el9_7.10 {enterprise_linux:9}'],
    ],
    [
      'the newer form has no architectures',
      { fixed: [[`${MAIN9}::baseos`, 'pkg:rpm/redhat/curl-minimal@7.76.1-23.el9_2.4?epoch=0']] },
      ['9 binary curl-minimal fixed 0..7.76.1-23.el9_2.4 {enterprise_linux:9}'],
    ],
    [
      'what has no fix is said of the source',
      {
        known_affected: [
          [MAIN9, 'pkg:rpm/redhat/openssl?arch=src'],
          [MAIN9, 'pkg:rpm/redhat/openssl'],
          [MAIN9, 'pkg:rpm/redhat/openssl-libs'],
          [MAIN9, 'pkg:rpm/redhat/unlike'],
        ],
      },
      ['9 source openssl not-fixed {enterprise_linux:9}'],
    ],
    [
      'without a source it is said of the packages',
      { known_affected: [[MAIN9, 'pkg:rpm/redhat/openssl']] },
      ['9 binary openssl not-fixed {enterprise_linux:9}'],
    ],
    [
      'of several sources of which not the same is said, each has the packages that are named after it',
      {
        known_affected: [
          [MAIN9, 'pkg:rpm/redhat/kernel?arch=src'],
          [MAIN9, 'pkg:rpm/redhat/kernel-core'],
          [MAIN9, 'pkg:rpm/redhat/kernel-rt-odd'],
          [MAIN9, 'pkg:rpm/redhat/perf'],
        ],
        known_not_affected: [
          [MAIN9, 'pkg:rpm/redhat/kernel-rt?arch=src'],
          [MAIN9, 'pkg:rpm/redhat/kernel-rt-core'],
        ],
      },
      [
        '9 binary kernel-rt-odd not-fixed {enterprise_linux:9}',
        '9 binary perf not-fixed {enterprise_linux:9}',
        '9 source kernel not-fixed {enterprise_linux:9}',
        '9 source kernel-rt not-affected {enterprise_linux:9}',
      ],
    ],
    [
      'symbols and sources for debuggers do not run',
      {
        fixed: [
          [MAIN9, 'pkg:rpm/redhat/p-debuginfo@1-1.el9?arch=x86_64'],
          [MAIN9, 'pkg:rpm/redhat/p-debugsource@1-1.el9?arch=x86_64'],
          [MAIN9, 'pkg:rpm/redhat/p@1-1.el9?arch=x86_64'],
        ],
      },
      ['9 binary p fixed 0..1-1.el9 {enterprise_linux:9}'],
    ],
  ])('%s', (_, statuses, expected) => {
    expect(read(statuses)).toEqual(expected);
  });
});

describe('architectures and products', () => {
  it.each<[string, Statuses, readonly string[]]>([
    [
      'the same for all is said once',
      {
        fixed: ['x86_64', 'aarch64'].flatMap((arch) =>
          [`${MAIN9}::baseos`, 'cpe:/a:redhat:enterprise_linux:9::appstream'].map(
            (cpe) => [cpe, `pkg:rpm/redhat/p@1-1.el9?arch=${arch}`] as const,
          ),
        ),
      },
      ['9 binary p fixed 0..1-1.el9 {enterprise_linux:9}'],
    ],
    [
      'versions of their own are told apart',
      {
        fixed: [
          [MAIN9, 'pkg:rpm/redhat/p@1-1.el9?arch=x86_64'],
          [MAIN9, 'pkg:rpm/redhat/p@1-1.el9?arch=aarch64'],
          [MAIN9, 'pkg:rpm/redhat/p@1-2.el9?arch=s390x'],
        ],
      },
      [
        '9 binary p fixed 0..1-1.el9 aarch64+x86_64 {enterprise_linux:9}',
        '9 binary p fixed 0..1-2.el9 s390x {enterprise_linux:9}',
      ],
    ],
    [
      'builds for every architecture go for each',
      {
        fixed: [
          [MAIN9, 'pkg:rpm/redhat/p@1-1.el9_2?arch=x86_64'],
          [MAIN9, 'pkg:rpm/redhat/p@2-1.el9?arch=noarch'],
        ],
      },
      ['9 binary p fixed 0..1-1.el9_2 or 1-1.el9_3..2-1.el9 {enterprise_linux:9}'],
    ],
    [
      'a fix of several lines of builds is said once',
      {
        fixed: ['rhel_e4s:8.6::appstream', 'rhel_tus:8.6::appstream', 'rhel_aus:8.6::baseos'].map(
          (cpe) => [`cpe:/a:redhat:${cpe}`, 'pkg:rpm/redhat/p@1-1.el8_6?arch=x86_64'] as const,
        ),
      },
      ['8 binary p fixed 0..1-1.el8_6 {rhel_aus:8.6 rhel_e4s:8.6 rhel_tus:8.6}'],
    ],
    [
      'a product that does not say upon which release it is laid: its builds do',
      { fixed: [['cpe:/a:redhat:ansible:2', 'pkg:rpm/redhat/p@1-1.el9ap?arch=noarch']] },
      ['9 binary p fixed 0..1-1.el9ap {ansible:2}'],
    ],
    [
      'a product of which nothing tells the release is looked for in all',
      { known_affected: [['cpe:/a:redhat:ansible:2', 'pkg:rpm/redhat/p?arch=src']] },
      ['10', '7', '8', '9'].map((major) => `${major} source p not-fixed {ansible:2}`),
    ],
    [
      'a part of it that is not affected is said, where the whole is',
      {
        known_affected: [['cpe:/a:redhat:satellite:6', 'pkg:rpm/redhat/p?arch=src']],
        known_not_affected: [
          ['cpe:/a:redhat:satellite:6.13::el8', 'pkg:rpm/redhat/p@1-1.el8sat?arch=src'],
          ['cpe:/a:redhat:satellite:6.13::el8', 'pkg:rpm/redhat/q@1-1.el8sat?arch=src'],
        ],
      },
      [
        '7 source p not-fixed {satellite:6}',
        '8 source p not-affected {satellite:6.13::el8}',
        '8 source p not-fixed {satellite:6}',
        '9 source p not-fixed {satellite:6}',
      ],
    ],
    [
      'the extended life cycle alone: the release itself is open; where it is spoken of, as is said',
      {
        fixed: [
          ['cpe:/o:redhat:rhel_els:7', 'pkg:rpm/redhat/p@1-1.el7_9?arch=x86_64'],
          ['cpe:/o:redhat:rhel_els:7', 'pkg:rpm/redhat/q@1-1.el7_9?arch=x86_64'],
        ],
        known_not_affected: [['cpe:/o:redhat:enterprise_linux:7', 'pkg:rpm/redhat/q']],
      },
      [
        '7 binary p end-of-life 0..1-1.el7_9 {enterprise_linux:7} fixed for Extended Life Cycle Support only',
        '7 binary p fixed 0..1-1.el7_9 {rhel_els:7}',
        '7 binary q fixed 0..1-1.el7_9 {rhel_els:7}',
        '7 binary q not-affected {enterprise_linux:7}',
      ],
    ],
    [
      'a module stream; before release 8 there are none',
      {
        fixed: [
          [MAIN8, 'pkg:rpm/redhat/p@1-1.module%2Bel8.9.0%2B1?arch=x86_64&rpmmod=m:1:8090:abc'],
          [MAIN8, 'pkg:rpm/redhat/p@1-1.module%2Bel8.10.0%2B2?arch=x86_64&rpmmod=m:2:8100:abc'],
          [MAIN8, 'pkg:rpm/redhat/p@3-1.el8?arch=x86_64'],
        ],
      },
      [
        '8 binary p [m:1] fixed 0..1-1.module+el8.9.0+1 {enterprise_linux:8}',
        '8 binary p [m:2] fixed 0..1-1.module+el8.10.0+2 {enterprise_linux:8}',
        '8 binary p fixed 0..3-1.el8 {enterprise_linux:8}',
      ],
    ],
  ])('%s', (_, statuses, expected) => {
    expect(read(statuses)).toEqual(expected.toSorted());
  });
});

describe('a range is below every fix, and between two what is not of the branch of the lower', () => {
  it.each<[string, readonly string[], string | undefined]>([
    ['one', ['1-1.el9'], '0..1-1.el9'],
    ['curl in 9.2 and 9.3', ['1-26.el9_3.2', '1-23.el9_2.4'], '0..1-23.el9_2.4, 1-23.el9_3..1-26.el9_3.2'],
    ['two of one branch', ['1-14.el9_0.9', '1-14.el9_0.12'], '0..1-14.el9_0.9'],
    ['the trunk, of which later branches are cut', ['1-27.el9', '1-27.el9_4.1', '1-30.el9_5'], '0..1-27.el9'],
    ['a branch, then the trunk', ['3.0.7-25.el9_3', '3.0.7-27.el9'], '0..3.0.7-25.el9_3, 3.0.7-25.el9_4..3.0.7-27.el9'],
    [
      'kernels count on in their branch',
      ['5.14.0-70.22.1.el9_0', '5.14.0-162.6.1.el9_1'],
      '0..5.14.0-70.22.1.el9_0, 5.14.0-71..5.14.0-162.6.1.el9_1',
    ],
    [
      'modules',
      ['1-2.module+el8.9.0+5+a', '1-2.module+el8.10.0+7+b'],
      '0..1-2.module+el8.9.0+5+a, 1-2.module+el8.10..1-2.module+el8.10.0+7+b',
    ],
    [
      'a module of several contexts',
      ['1-2.module+el8.9.0+5+aa', '1-2.module+el8.9.0+5+1b'],
      '0..1-2.module+el8.9.0+5+aa',
    ],
    ['none that can be read', ['1 2'], undefined],
  ])('%s', (_, versions, expected) => {
    const ranges = rangesBelow(versions);
    const words = ranges?.map(({ events }) => events.flatMap((event) => Object.values<string>(event)).join('..'));
    expect(words?.join(', ')).toBe(expected);
  });
});

it.each<[string, object | undefined]>([
  ['cpe:/o:redhat:enterprise_linux:9::baseos', { cpe: MAIN9, line: 'main', major: 9 }],
  ['cpe:/a:redhat:enterprise_linux:9::appstream', { cpe: MAIN9, line: 'main', major: 9 }],
  ['cpe:/o:redhat:enterprise_linux:10.1', { cpe: 'cpe:/o:redhat:enterprise_linux:10', line: 'main', major: 10 }],
  ['cpe:/a:redhat:rhel_eus:9.2::appstream', { cpe: 'cpe:/o:redhat:rhel_eus:9.2', line: 'extended', major: 9 }],
  ['cpe:/o:redhat:rhel_eus:6.5.z::server', { cpe: 'cpe:/o:redhat:rhel_eus:6.5', line: 'extended', major: 6 }],
  [
    'cpe:/o:redhat:enterprise_linux_eus:10.0',
    { cpe: 'cpe:/o:redhat:enterprise_linux_eus:10.0', line: 'extended', major: 10 },
  ],
  ['cpe:/o:redhat:rhel_els:7', { cpe: 'cpe:/o:redhat:rhel_els:7', line: 'els', major: 7 }],
  ['cpe:/a:redhat:openshift:4.13::el9', { cpe: 'cpe:/a:redhat:openshift:4.13::el9', line: 'layered', major: 9 }],
  ['cpe:/a:redhat:satellite:6', { cpe: 'cpe:/a:redhat:satellite:6', line: 'layered' }],
  ['cpe:/a:redhat:enterprise_linux_ai:3', { cpe: 'cpe:/a:redhat:enterprise_linux_ai:3', line: 'layered' }],
  ['cpe:/a:redhat:rhel_extras:7', { cpe: 'cpe:/a:redhat:rhel_extras:7', line: 'layered', major: 7 }],
  ['cpe:/o:redhat:enterprise_linux', undefined],
  ['cpe:/o:centos:centos:8', undefined],
  ['pkg:rpm/redhat/p', undefined],
])('product %s', (cpe, expected) => {
  expect(platformOf(cpe)).toEqual(expected);
});

describe('hostile documents take time that grows with them', () => {
  const many = 100_000;
  it.each<[string, Statuses, number]>([
    [
      'one package not affected in every version',
      {
        known_not_affected: Array.from(
          { length: many },
          (_, at) => [MAIN9, `pkg:rpm/redhat/p@${at}-1?arch=x`] as const,
        ),
      },
      1,
    ],
    [
      'builds for ever more architectures',
      {
        fixed: Array.from(
          { length: many },
          (_, at) => [MAIN9, `pkg:rpm/redhat/p@1-1?arch=${at % 2 ? at : 'noarch'}`] as const,
        ),
      },
      1,
    ],
    [
      'a fix in ever more versions',
      { fixed: Array.from({ length: many }, (_, at) => [MAIN9, `pkg:rpm/redhat/p@${at}-1.el9_1?arch=x`] as const) },
      1,
    ],
    [
      'a name of ever more parts',
      {
        known_affected: [
          [MAIN9, 'pkg:rpm/redhat/p?arch=src'],
          [MAIN9, `pkg:rpm/redhat/${'-'.repeat(many)}`],
        ],
        known_not_affected: [[MAIN9, 'pkg:rpm/redhat/q?arch=src']],
      },
      3,
    ],
  ])('%s', (_, statuses, expected) => {
    const start = performance.now();
    expect(read(statuses)).toHaveLength(expected);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});
