import { existsSync, readFileSync } from 'node:fs';
import { type Arbitrary, assert, constantFrom, oneof, property, string, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cpe, type CpeRelation, compareCpe, formatCpe, formatCpeUri, parseCpe, plainText } from './cpe.ts';

const feeds = new URL('../../../shared/feeds/', import.meta.url);
const absent = !existsSync(feeds);
const why = absent ? ' (SKIPPED: the feed snapshots ../shared/feeds are not here)' : '';

const ANYTHING: Cpe = {
  part: '*',
  vendor: '*',
  product: '*',
  version: '*',
  update: '*',
  edition: '*',
  language: '*',
  softwareEdition: '*',
  targetSoftware: '*',
  targetHardware: '*',
  other: '*',
};

const explorer = { ...ANYTHING, part: 'a', vendor: 'microsoft', product: 'internet_explorer' };
const insight = { ...ANYTHING, part: 'a', vendor: 'hp', product: 'insight', version: '7.4.0.1570' };
const online = { softwareEdition: 'online', targetSoftware: 'win2003', targetHardware: 'x64' };
const special = { softwareEdition: 'special', targetSoftware: 'ipod_touch', targetHardware: '80gb' };
const money = { ...ANYTHING, part: 'a', vendor: 'foo\\\\bar', product: 'big\\$money_2010', ...special };

/** NISTIR 7695, 6.1.2.4, 6.1.3.3, 6.2.2.3 and 6.2.3.3. */
describe('examples of the naming specification', () => {
  it.each<[string, Cpe, string]>([
    [
      'cpe:/a:microsoft:internet_explorer:8.0.6001:beta',
      { ...explorer, version: '8.0.6001', update: 'beta' },
      'cpe:2.3:a:microsoft:internet_explorer:8.0.6001:beta:*:*:*:*:*:*',
    ],
    [
      'cpe:/a:microsoft:internet_explorer:8.%02:sp%01',
      { ...explorer, version: '8.*', update: 'sp?' },
      'cpe:2.3:a:microsoft:internet_explorer:8.*:sp?:*:*:*:*:*:*',
    ],
    [
      'cpe:/a:microsoft:internet_explorer:8.%2a:sp%3f',
      { ...explorer, version: '8.\\*', update: 'sp\\?' },
      'cpe:2.3:a:microsoft:internet_explorer:8.\\*:sp\\?:*:*:*:*:*:*',
    ],
    [
      'cpe:/a:hp:insight:7.4.0.1570:-:~~online~win2003~x64~',
      { ...insight, ...online, update: '-' },
      'cpe:2.3:a:hp:insight:7.4.0.1570:-:*:*:online:win2003:x64:*',
    ],
    [
      'cpe:/a:hp:insight:7.4.0.1570::~~online~win2003~x64~',
      { ...insight, ...online },
      'cpe:2.3:a:hp:insight:7.4.0.1570:*:*:*:online:win2003:x64:*',
    ],
    [
      'cpe:/a:hp:openview_network_manager:7.51::~~~linux~~',
      { ...insight, product: 'openview_network_manager', version: '7.51', targetSoftware: 'linux' },
      'cpe:2.3:a:hp:openview_network_manager:7.51:*:*:*:*:linux:*:*',
    ],
    [
      'cpe:/a:foo%5cbar:big%24money_2010:::~~special~ipod_touch~80gb~',
      money,
      'cpe:2.3:a:foo\\\\bar:big\\$money_2010:*:*:*:*:special:ipod_touch:80gb:*',
    ],
    [
      'cpe:/a:foo%7ebar:big%7emoney_2010',
      { ...ANYTHING, part: 'a', vendor: 'foo\\~bar', product: 'big\\~money_2010' },
      'cpe:2.3:a:foo\\~bar:big\\~money_2010:*:*:*:*:*:*:*:*',
    ],
  ])('%s', (uri, cpe, formatted) => {
    expect(parseCpe(uri)).toEqual(cpe);
    expect(parseCpe(formatted)).toEqual(cpe);
    expect(formatCpeUri(cpe)).toBe(uri);
    expect(formatCpe(cpe)).toBe(formatted);
  });
  it.each([
    ['cpe:/a:foo~bar:big%7Emoney_2010', 'cpe:2.3:a:foo\\~bar:big\\~money_2010:*:*:*:*:*:*:*:*'],
    ['CPE:2.3:A:Foo:bar\\:Mumble:1.0:*:*:*:*:*:*:*', 'cpe:2.3:a:foo:bar\\:mumble:1.0:*:*:*:*:*:*:*'],
    ['cpe:/o:redhat:enterprise_linux:9::appstream', 'cpe:2.3:o:redhat:enterprise_linux:9:*:appstream:*:*:*:*:*'],
    ['cpe:2.3:a:foo:c++:1\\.0:*:*:*:*:*:*:*', 'cpe:2.3:a:foo:c\\+\\+:1.0:*:*:*:*:*:*:*'],
    ['cpe:/', 'cpe:2.3:*:*:*:*:*:*:*:*:*:*:*'],
    ['cpe:/a::b:???', undefined],
    ['cpe:/a::b:%01%01%01', 'cpe:2.3:a:*:b:???:*:*:*:*:*:*:*'],
  ])('%s is read as %s', (text, formatted) => {
    const cpe = parseCpe(text);
    expect(cpe && formatCpe(cpe)).toBe(formatted === undefined ? 'cpe:2.3:a:*:b:\\?\\?\\?:*:*:*:*:*:*:*' : formatted);
  });
  it.each([
    'cpe:/a:foo%5cbar:big%24money_2010%07:::~~special~ipod_touch~80gb~',
    'cpe:/a:foo:bar:12.%02.1234',
    'cpe:2.3:a:hp:insight_diagnostics:7.4.*.1570:*:*:*:*:*:*:*',
    'cpe:2.3:a:hp:insight_diagnostics:7.4.*.1570:*:*:*:*:*:*',
    'cpe:2.3:a:hp:insight:7.4:*:*:*:*:*:*',
    'cpe:2.3:a:hp:insight:7.4:*:*:*:*:*:*:*:*',
    'cpe:2.3:a:hp::7.4:*:*:*:*:*:*:*',
    'cpe:2.3:a:hp:insight:7.4:*:*:*:*:*:*:',
    'cpe:2.3:a:hp:insight:7.4:*:*:*:*:*:*:\\',
    'cpe:2.3:x:hp:insight:7.4:*:*:*:*:*:*:*',
    'cpe:2.3:a:hp:**foo:7.4:*:*:*:*:*:*:*',
    'cpe:2.3:a:hp:*?foo:7.4:*:*:*:*:*:*:*',
    'cpe:2.3:a:hp:f?o:7.4:*:*:*:*:*:*:*',
    'cpe:2.3:a:hp:f\\oo:7.4:*:*:*:*:*:*:*',
    'cpe:2.3:a:hp:f oo:7.4:*:*:*:*:*:*:*',
    'cpe:2.3:a:hp:föö:7.4:*:*:*:*:*:*:*',
    'cpe:/a:b:c:d:e:f:g:h',
    'cpe:/a:b:c:d:e:~f~g',
    'cpe:/a:b:%',
    'cpe:/a:b:%2e',
    'cpe:/a:b:%zz',
    'cpe:/x:b',
    'cpe:',
    'cpe:2.3:',
    '',
    'pkg:npm/a',
  ])('%s is no name', (text) => {
    expect(parseCpe(text)).toBeUndefined();
  });
  it('a name without end is none', () => {
    expect(parseCpe(`cpe:2.3:a:${'\\:'.repeat(1e6)}:*:*:*:*:*:*:*:*:*`)).toBeUndefined();
    expect(parseCpe(`cpe:/a:${'%01'.repeat(1e6)}`)).toBeUndefined();
  });
});

/** NISTIR 7696, table 6-2; `i` and `k` are texts, `m` has wildcards. */
describe('relation of attributes', () => {
  it.each<[number, string, string, CpeRelation]>([
    [1, '*', '*', 'equal'],
    [2, '*', '-', 'superset'],
    [3, '*', 'foo', 'superset'],
    [4, '*', 'foo*', 'undefined'],
    [5, '-', '*', 'subset'],
    [6, '-', '-', 'equal'],
    [7, '-', 'foo', 'disjoint'],
    [8, '-', 'foo?', 'undefined'],
    [9, 'foo', 'FOO', 'equal'],
    [10, 'foo', 'bar', 'disjoint'],
    [11, 'foo', 'f*', 'undefined'],
    [12, 'foo', '-', 'disjoint'],
    [13, 'foo', '*', 'subset'],
    [14, '9.*', '9.3', 'superset'],
    [14, '9.*', '8.3', 'disjoint'],
    [14, '9.*', '9.', 'superset'],
    [14, '*b??', 'abc', 'superset'],
    [14, '*b??', 'bbcd', 'superset'],
    [14, '*b??', 'bcde', 'disjoint'],
    [14, '?foo', 'foo', 'superset'],
    [14, '?foo', 'afoo', 'superset'],
    [14, '??foo', 'afoo', 'superset'],
    [14, '?foo', 'aafoo', 'disjoint'],
    [14, '?baz?', 'abazc', 'superset'],
    [14, '*aba', 'ababa', 'superset'],
    [14, '*foo*', 'a\\:foo\\\\', 'superset'],
    [14, '?a\\*', 'ba\\*', 'superset'],
    [14, '?a\\*', 'bac', 'disjoint'],
    [14, '8.\\*', '8.1', 'disjoint'],
    [14, '??', 'a', 'superset'],
    [14, '??', 'abc', 'disjoint'],
    [15, 'foo*', '*', 'subset'],
    [16, 'foo*', '-', 'disjoint'],
    [17, 'foo*', 'foo*', 'undefined'],
  ])('row %i: %s to %s is %s', (_row, source, target, relation) => {
    const name = (version: string): Cpe => {
      const cpe = parseCpe(`cpe:2.3:a:b:c:${version}:*:*:*:*:*:*:*`);
      if (cpe === undefined) throw new Error(`${version} is no value`);
      return cpe;
    };
    expect(compareCpe(name(source), name(target))).toBe(relation);
  });
});

/** NISTIR 7696, tables 6-3 and 6-4, appendix B. */
describe('relation of names', () => {
  it.each<[string, string, CpeRelation]>([
    ['cpe:/a:adobe::9.%02::palmos', 'cpe:/a::reader:9.3.2:-:-', 'disjoint'],
    ['cpe:/o:microsoft:windows_2000', 'cpe:/o:microsoft:windows_2000::sp3:pro', 'superset'],
    ['cpe:/o:microsoft:windows_2000::sp3:pro', 'cpe:/o:microsoft:windows_2000', 'subset'],
    ['cpe:/o:microsoft:windows_2000', 'cpe:/a:microsoft:ie:5.5', 'disjoint'],
    ['cpe:/a:microsoft:ie:5.5', 'cpe:/a:microsoft:ie:5.5', 'equal'],
    ['cpe:/a:microsoft:ie', 'cpe:/a:microsoft::5.5', 'undefined'],
    ['cpe:/a:microsoft:ie', 'cpe:/a:microsoft:ie:5.%02', 'undefined'],
    ['cpe:/a:microsoft:ie', 'cpe:/a:apple:safari:5.%02', 'disjoint'],
  ])('%s to %s is %s', (source, target, relation) => {
    expect(compareCpe(parseCpe(source) ?? ANYTHING, parseCpe(target) ?? ANYTHING)).toBe(relation);
  });
});

it.each([
  ['*', undefined],
  ['-', undefined],
  ['1.*', undefined],
  ['?1', undefined],
  ['1.0', '1.0'],
  ['1.0\\+dfsg\\~1', '1.0+dfsg~1'],
  ['a\\\\b', 'a\\b'],
  ['\\*', '*'],
  ['\\-', '-'],
])('the text of %s is %s', (value, text) => {
  expect(plainText(value)).toBe(text);
});

const wild = constantFrom('', '', '*', '?', '??');
const body = string({
  unit: constantFrom(...'abz09_.-'.split(''), ...'!"#$%&\'()*+,/:;<=>?@[\\]^`{|}~'.split('').map((c) => `\\${c}`)),
  minLength: 1,
  maxLength: 6,
}).filter((text) => text !== '-');
const value: Arbitrary<string> = oneof(
  constantFrom('*', '-'),
  tuple(wild, body, wild).map((parts) => parts.join('')),
);
const anyCpe: Arbitrary<Cpe> = tuple(constantFrom('a', 'o', 'h'), ...Array.from({ length: 10 }, () => value)).map(
  (values) => {
    const names = Object.keys(ANYTHING);
    return Object.fromEntries(names.map((name, index) => [name, values[index]])) as unknown as Cpe;
  },
);

describe('any name', () => {
  it('comes back from both bindings', () => {
    assert(
      property(anyCpe, (cpe) => {
        expect(parseCpe(formatCpe(cpe))).toEqual(cpe);
        expect(parseCpe(formatCpeUri(cpe))).toEqual(cpe);
        expect(formatCpeUri(cpe)).toMatch(/^cpe:\/[aoh](:[\w.~%-]*){0,6}$/);
      }),
    );
  });
  it('relates to others as its converse does', () => {
    const converse = { equal: 'equal', superset: 'subset', subset: 'superset', disjoint: 'disjoint', undefined: '' };
    assert(
      property(anyCpe, anyCpe, (a, b) => {
        const plain = (cpe: Cpe): boolean => !/(^|[^\\])[*?]./.test(Object.values(cpe).join(' ').replaceAll(' *', ''));
        const [there, back] = [compareCpe(a, b), compareCpe(b, a)];
        return !plain(a) || !plain(b) || there === 'undefined' || back === converse[there];
      }),
    );
  });
  it('never throws on texts like names', () => {
    const unit = constantFrom(
      'cpe:2.3:',
      'cpe:/',
      ':',
      '*',
      '?',
      '-',
      '\\',
      'a',
      '1.0',
      '~',
      '%01',
      '%02',
      '%',
      ' ',
      'é',
    );
    assert(property(string({ unit, maxLength: 40 }), (text) => parseCpe(text)?.part !== ''));
  });
});

describe.skipIf(absent)(`names in feeds${why}`, () => {
  it('those of the NVD come back as they are', () => {
    const page = readFileSync(new URL('samples/nvd/cves-2.0-page.json', feeds), 'utf8');
    const names = [...page.matchAll(/"criteria": ?"(cpe:2\.3:(?:[^"\\]|\\.)*)"/g)].map(([, name]) =>
      String(JSON.parse(`"${name}"`)),
    );
    expect(names.length).toBeGreaterThan(40);
    for (const name of names) expect([name, formatCpe(parseCpe(name) ?? ANYTHING)]).toEqual([name, name]);
  });
  it('those of Red Hat’s products are read', () => {
    const document = readFileSync(new URL('samples/redhat/csaf-vex/cve-2023-38545.json', feeds), 'utf8');
    const names = new Set([...document.matchAll(/"cpe": ?"(cpe:\/[^"]*)"/g)].map(([, name]) => name ?? ''));
    expect(names.size).toBe(17);
    for (const name of names) expect(formatCpeUri(parseCpe(name) ?? ANYTHING)).toBe(name);
  });
});
