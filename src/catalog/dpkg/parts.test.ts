import { describe, expect, it } from 'vitest';
import { readLicenses } from './copyright.ts';
import { ownedFiles } from './owned-files.ts';
import { isCopyright, isOwnership, isStatus } from './paths.ts';
import { sourceOf } from './status.ts';

describe('source', () => {
  it.each([
    [undefined, 'a', '1-1+b2'],
    ['', 'a', '1-1+b2'],
    ['src', 'src', '1-1+b2'],
    ['src (2:1-1)', 'src', '2:1-1'],
    ['src(1-1)', 'src', '1-1'],
  ])('%j is %s %s', (field, name, version) => {
    expect(sourceOf(field, 'a', '1-1+b2')).toEqual({ name, version });
  });
  it.each(['src (', 'src ()', 'src (1) x', '(1)', 'a b'])('%j is none', (field) => {
    expect(sourceOf(field, 'a', '1')).toBeUndefined();
  });
});

describe('licences', () => {
  const format = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n';
  it.each([
    [
      `${format}\nFiles: *\nLicense: GPL-2+\n\nLicense: GPL-2+\n text\n\nLicense:  Expat  or\tMIT \n`,
      ['GPL-2+', 'Expat or MIT'],
    ],
    [`${format}License:\nX-License: no\n License: no\n`, []],
    ["see `/usr/share/common-licenses/GPL-2'.\nand /usr/share/common-licenses/LGPL-2.1.", ['GPL-2', 'LGPL-2.1']],
    ['License: GPL is no field here', []],
    ['', []],
    ['\0\xff/common-licenses/', []],
  ])('%j are %j', (text, names) => {
    expect(readLicenses(Buffer.from(text, 'latin1'))).toEqual(names);
  });
  it('are no more than a file can sensibly have', () => {
    const many = Array.from({ length: 1000 }, (_, index) => `License: L${index}${'x'.repeat(1000)}\n`).join('');
    const names = readLicenses(Buffer.from(format + many));
    expect([names.length, Math.max(...names.map((name) => name.length)) <= 200]).toEqual([64, true]);
  });
});

const read = (list: string | undefined, md5sums?: string): unknown[] =>
  ownedFiles(
    list === undefined ? undefined : Buffer.from(list),
    md5sums === undefined ? undefined : Buffer.from(md5sums),
  );

describe('files of a package', () => {
  const hex = '0123456789abcdef0123456789abcdef';
  it.each([
    ['/.\n/etc\n/etc/a\n', undefined, [{ path: '/etc/a' }]],
    ['/a\n/ab\n', `${hex}  ab\n`, [{ path: '/a' }, { path: '/ab', digest: `md5:${hex}` }]],
    ['/d\n/e\n/e/x\n/d/link\n', `${hex}  e/x\n`, [{ path: '/e/x', digest: `md5:${hex}` }, { path: '/d/link' }]],
    [
      undefined,
      `${hex}  ./usr/a b\n${hex} */c\n`,
      [
        { path: '/usr/a b', digest: `md5:${hex}` },
        { path: '/c', digest: `md5:${hex}` },
      ],
    ],
    [undefined, `${hex}\n${hex}  \nnot hex\n${hex.toUpperCase()}  a\n`, []],
    ['relative\n\n/\n', undefined, []],
    [undefined, undefined, []],
  ])('list %j and md5sums %j', (list, md5sums, files) => {
    expect(read(list, md5sums)).toEqual(files);
  });
});

it.each([
  ['var/lib/dpkg/status', true, false, false],
  ['var/lib/dpkg/status.d/libpython3.11', true, false, false],
  ['var/lib/dpkg/status.d/tzdata.md5sums', false, true, false],
  ['var/lib/dpkg/status.d/a.config', true, false, false],
  ['var/lib/dpkg/status.d/a.list', false, true, false],
  ['var/lib/dpkg/status.d/', false, false, false],
  ['var/lib/dpkg/status.d/a/b', false, false, false],
  ['var/lib/dpkg/info/libc6:amd64.list', false, true, false],
  ['var/lib/dpkg/info/bash.postinst', false, false, false],
  ['usr/share/doc/bash/copyright', false, false, true],
  ['usr/share/doc/bash/x/copyright', false, false, false],
])('%s: status %s, ownership %s, copyright %s', (path, status, ownership, copyright) => {
  expect([isStatus(path), isOwnership(path), isCopyright(path)]).toEqual([status, ownership, copyright]);
});
