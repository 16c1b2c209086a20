import { describe, expect, it } from 'vitest';
import { statementsOf } from './criteria.ts';
import { readOval } from './document.ts';
import { testOf } from './documents.contract.ts';
import { readElement } from './xml.ts';

const evr = (operation: string, version: string) =>
  `<evr datatype="evr_string" operation="${operation}">${version}</evr>`;

const TESTS = [
  testOf('ol8', 'oraclelinux-release', '<version operation="pattern match">^8</version>'),
  testOf('sles', 'sles-release', '<version operation="equals">15.6</version>'),
  testOf('arm', 'oraclelinux-release', '<arch operation="pattern match">aarch64</arch>'),
  testOf('x86', 'oraclelinux-release', '<arch operation="pattern match">x86_64</arch>'),
  testOf('signed', 'bash', '<signature_keyid operation="equals">82562ea9ad986da3</signature_keyid>'),
  testOf('ksplice', 'bash', '<release operation="pattern match">ksplice</release>'),
  testOf('bash', 'bash', evr('less than', '0:5-2')),
  testOf('bash-from', 'bash', evr('greater than or equal', '0:5-1')),
  testOf('bash-up-to', 'bash', evr('less than or equal', '0:5-1')),
  testOf('bash-any', 'bash', evr('greater than', '0:0-0')),
  testOf('bash-not', 'bash', '<version operation="equals">0</version>'),
  testOf('bash-is', 'bash', evr('equals', '0:5-1')),
  testOf('bash-later', 'bash', evr('greater than', '0:5-1-0')),
  testOf('bash-arch', 'bash', `<arch operation="pattern match">(aarch64|x86_64)</arch>${evr('less than', '0:5-2')}`),
  testOf('bash-strange', 'bash', evr('6', '0:5-2')),
  testOf('bash-blank', 'bash', evr('less than', '0: 5-2')),
  testOf('bash-list', 'bash', evr('less than', '0:4-2,5-2')),
  testOf('bash-exists', 'bash', '').replace(/<state state_ref[^>]*>/, ''),
  testOf('zsh', 'zsh', evr('less than', '0:7-1')),
  testOf('live', 'kernel-livepatch', evr('greater than or equal', '0:14-2.2-0'), 'check="none satisfy"'),
  testOf('only-one', 'bash', evr('less than', '0:5-2'), 'check="only one"'),
  testOf('none-exists', 'bash', evr('less than', '0:5-2'), 'check="all" check_existence="none_exist"'),
].join('');

const document = readOval(Buffer.from(`<oval_definitions>${TESTS}</oval_definitions>`));
const c = (id: string, more = '') => `<criterion test_ref="tst:${id}" comment="" ${more}/>`;
const and = (...inner: readonly string[]) => `<criteria operator="AND">${inner.join('')}</criteria>`;
const or = (...inner: readonly string[]) => `<criteria operator="OR">${inner.join('')}</criteria>`;

/** Statements in short: package, versions, conditions. */
function read(criteria: string): readonly string[] {
  return statementsOf(readElement(criteria), document.test).map(({ package: name, claim, architectures, when }) => {
    const { products, machines, modules, flavour, unclear } = when;
    const { kind = 'unknown', ...bounds } = claim ?? {};
    return [
      name,
      kind,
      ...Object.entries(bounds).flat(),
      ...(architectures ? [`for ${architectures.join(',')}`] : []),
      ...(products ? [`on ${products.map(({ release, version }) => `${release} ${version}`).join(',')}`] : []),
      ...(machines ? [`machine ${machines.join(',')}`] : []),
      ...modules.map((module) => `module ${module}`),
      ...(flavour === undefined ? [] : [`flavour ${flavour}`]),
      ...(unclear === undefined ? [] : [`unclear: ${unclear}`]),
    ].join(' ');
  });
}

describe('a criterion', () => {
  it.each<[string, string, readonly string[]]>([
    ['less than', c('bash'), ['bash range fixed 0:5-2']],
    ['less than or equal', c('bash-up-to'), ['bash range last 0:5-1']],
    ['greater than or equal', c('bash-from'), ['bash range introduced 0:5-1']],
    ['greater than nothing', c('bash-any'), ['bash range']],
    ['of a version that is 0', c('bash-not'), ['bash never']],
    ['equals', c('bash-is'), ['bash exactly version 0:5-1']],
    ['for architectures', c('bash-arch'), ['bash range fixed 0:5-2 for aarch64,x86_64']],
    ['that a package is there', c('bash-exists'), ['bash range']],
    [
      'already fixed',
      c('bash-later').replace('comment=""', 'comment="bash was already fixed"'),
      ['bash fixed-before version 0:5-1'],
    ],
    ['with a blank behind the epoch', c('bash-blank'), ['bash range fixed 0:5-2']],
    ['with a list of versions', c('bash-list'), ['bash unknown unclear: a version less than 0:4-2,5-2']],
    ['with an unknown operation', c('bash-strange'), ['bash unknown unclear: a version 6 0:5-2']],
    ['none satisfy', c('live'), ['kernel-livepatch range last 0:14-2.2']],
    ['only one', c('only-one'), ['bash unknown unclear: a test with check only one']],
    ['none exists', c('none-exists'), ['bash unknown unclear: a test with check_existence none_exist']],
    ['negated', c('bash', 'negate="true"'), ['bash range introduced 0:5-2']],
    ['negated, equals', c('bash-is', 'negate="true"'), ['bash unknown unclear: a negated criterion']],
    [
      'without its test, by the comment',
      '<criterion comment="bash is earlier than 0:5-2"/>',
      ['bash range fixed 0:5-2'],
    ],
    [
      'without its test, of a comment that says too little',
      '<criterion comment="kernel-default-4.12.14-150.72.1 is installed"/>',
      ['kernel-default unknown unclear: a test is missing'],
    ],
    ['of nothing that is known', '<criterion comment="Have a nice day"/>', []],
  ])('%s', (_, criterion, expected) => {
    expect(read(and(criterion))).toEqual(expected);
  });
});

describe('criteria', () => {
  it.each<[string, string, readonly string[]]>([
    ['give each of several packages', or(c('bash'), c('zsh')), ['bash range fixed 0:5-2', 'zsh range fixed 0:7-1']],
    [
      'limit packages to products that stand beside them',
      and(or(c('ol8'), c('sles')), or(c('bash'), c('zsh'))),
      [
        'bash range fixed 0:5-2 on oraclelinux-release ^8,sles-release 15.6',
        'zsh range fixed 0:7-1 on oraclelinux-release ^8,sles-release 15.6',
      ],
    ],
    [
      'tell machines apart, flavours and modules',
      and(
        c('ol8'),
        or(
          and(c('arm'), or(and(c('bash'), c('signed'), c('ksplice')))),
          and(c('x86'), '<criterion comment="Module shell:5 is enabled"/>', c('bash')),
        ),
      ),
      [
        'bash range fixed 0:5-2 on oraclelinux-release ^8 machine aarch64 flavour ksplice',
        'bash range fixed 0:5-2 on oraclelinux-release ^8 machine x86_64 module shell:5',
      ],
    ],
    ['join the ends of one range', and(c('bash'), c('bash-from')), ['bash range fixed 0:5-2 introduced 0:5-1']],
    [
      'see no range where two ends are upper ones',
      and(c('bash'), c('bash-up-to')),
      [
        'bash range fixed 0:5-2 unclear: only together with other packages',
        'bash range last 0:5-1 unclear: only together with other packages',
      ],
    ],
    [
      'do not know whether a package is affected only together with another',
      and(c('sles'), and(c('bash-is'), c('live'))),
      [
        'bash exactly version 0:5-1 on sles-release 15.6 unclear: only together with other packages',
        'kernel-livepatch range last 0:14-2.2 on sles-release 15.6 unclear: only together with other packages',
      ],
    ],
    [
      'do not know of a package or a product',
      or(c('sles'), c('bash')),
      ['bash range fixed 0:5-2 unclear: criteria of OR'],
    ],
    [
      'do not know of one of several',
      `<criteria operator="ONE">${c('bash')}${c('zsh')}</criteria>`,
      ['bash range fixed 0:5-2 unclear: criteria of ONE', 'zsh range fixed 0:7-1 unclear: criteria of ONE'],
    ],
    [
      'do not know what another definition says',
      and(c('bash'), '<extend_definition definition_ref="x"/>'),
      ['bash range fixed 0:5-2 unclear: extend_definition'],
    ],
    [
      'do not know of products that must not be',
      and(c('sles', 'negate="true"'), c('bash')),
      ['bash range fixed 0:5-2 unclear: a negated criterion'],
    ],
    [
      'end a negation at their criteria',
      or(c('bash'), c('zsh')).replace('<criteria', '<criteria negate="true"'),
      [
        'bash range introduced 0:5-2 unclear: only together with other packages',
        'zsh range introduced 0:7-1 unclear: only together with other packages',
      ],
    ],
    [
      'mean any package where conditions differ',
      and(or(and(c('ol8'), c('arm')), c('sles')), c('bash')),
      ['bash range fixed 0:5-2 on oraclelinux-release ^8,sles-release 15.6 unclear: either of several conditions'],
    ],
    [
      'are not limited to products where one alternative names none',
      and(or(c('sles'), c('arm')), c('bash')),
      ['bash range fixed 0:5-2 unclear: either of several conditions'],
    ],
    [
      'without an operator are an AND',
      `<criteria>${c('ol8')}${c('bash')}</criteria>`,
      ['bash range fixed 0:5-2 on oraclelinux-release ^8'],
    ],
    ['may be empty', '<criteria operator="OR"/>', []],
  ])('%s', (_, criteria, expected) => {
    expect(read(criteria)).toEqual(expected);
  });
});
