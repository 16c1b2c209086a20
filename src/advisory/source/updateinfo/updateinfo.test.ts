import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Advisory, Affected } from '../../advisory.ts';
import { type CheckedFeed, noticesIn, type Publisher, parseUpdateinfo, repositoryIn } from './updateinfo.ts';

const feed: CheckedFeed = { url: 'https://x.test/repo/repodata/updateinfo.xml.gz', ecosystems: ['X:1'] };
const publisher: Publisher = {
  by: 'x',
  ecosystem: 'X:1',
  byArchitecture: true,
  modular: true,
  pageOf: (id) => `https://x.test/${id}`,
};

async function parse(
  text: string | Uint8Array,
  rules: Partial<Publisher> = {},
  from: CheckedFeed = feed,
): Promise<{ advisories: Advisory[]; report: unknown }> {
  const advisories: Advisory[] = [];
  const keep = (advisory: Advisory): number => advisories.push(advisory);
  const report = await parseUpdateinfo(from, Buffer.from(text), keep, { ...publisher, ...rules });
  return { advisories, report };
}

const update = (inside: string, attributes = 'type="security" status="final"'): string =>
  `<update ${attributes}><id>N-1</id>${inside}</update>`;
const updates = (...all: string[]): string => `<updates>${all.join('')}</updates>`;
const collection = (packages: string): string => `<pkglist><collection>${packages}</collection></pkglist>`;
const build = (name: string, evr: string, arch: string): string => {
  const [, epoch = '', version = '', release = ''] = /^(?:(\d+):)?([^-]*)-(.*)$/.exec(evr) ?? [];
  return `<package name="${name}" epoch="${epoch}" version="${version}" release="${release}" arch="${arch}"/>`;
};

/** Each entry as a line: package, fixed version, module, architectures. */
function lines(affected: readonly Affected[]): string[] {
  return affected.map(({ package: name, status, ranges, qualifiers }) => {
    const end = ranges[0]?.events.at(-1) ?? {};
    const fixed = 'fixed' in end ? end.fixed : status;
    const { module, architectures } = qualifiers ?? {};
    return [name, fixed, module === undefined ? [] : `module=${module}`, architectures?.join('+') ?? []]
      .flat()
      .join(' ');
  });
}

async function builds(packages: string, rules: Partial<Publisher> = {}): Promise<string[]> {
  const { advisories } = await parse(updates(update(collection(packages))), rules);
  return lines(advisories[0]?.affected ?? []);
}

describe('genuine notices', () => {
  const document = readFileSync(new URL('testdata/rocky-8.xml', import.meta.url));
  it('name their flaws, packages, streams and dates', async () => {
    const { advisories, report } = await parse(document, { byArchitecture: false });
    expect(report).toEqual({ read: 3, kept: 3, skipped: {}, malformed: [] });
    expect(advisories.map(({ id, covers, published, modified }) => [id, covers, published, modified])).toEqual([
      ['RLSA-2021:2575', ['CVE-2021-3520'], '2021-07-22T03:13:55.000Z', '2021-06-29T00:00:00.000Z'],
      [
        'RLSA-2021:3057',
        ['CVE-2021-22543', 'CVE-2021-22555', 'CVE-2021-3609'],
        '2021-08-12T21:14:23.000Z',
        '2021-08-10T00:00:00.000Z',
      ],
      ['RLSA-2019:1972', ['CVE-2019-8324'], '2019-07-30T11:16:25.000Z', '2023-02-02T12:55:31.000Z'],
    ]);
    expect(advisories.flatMap(({ affected }) => lines(affected))).toEqual([
      'lz4 1.8.3-3.el8_4 module=',
      'kernel 4.18.0-305.12.1.el8_4 module=',
      'rubygem-abrt 0.3.0-4.module+el8.5.0+738+032c9c02 module=ruby:2.6',
      'rubygem-bson 4.3.0-2.module+el8.4.0+592+03ff458a module=ruby:2.6',
    ]);
    expect(advisories[2]?.references.map(({ type, url }) => [type, url])).toEqual([
      ['advisory', 'https://x.test/RLSA-2019:1972'],
      ['report', 'https://bugzilla.redhat.com/show_bug.cgi?id=1692520'],
      ['advisory', 'https://errata.rockylinux.org/RLSA-2019:1972'],
      ['web', 'https://cve.mitre.org/cgi-bin/cvename.cgi?name=CVE-2019-8324'],
    ]);
  });

  it.each([
    ['gzip', gzipSync(document)],
    ['zstd', zstdCompressSync(document)],
  ])('are read out of %s', async (_, packed) => {
    expect((await parse(packed)).report).toMatchObject({ read: 3, kept: 3 });
  });
});

describe('builds of a package', () => {
  it.each<[string, string, Partial<Publisher>, string[]]>([
    ['no epoch', build('a', '1-1', 'x86_64'), { byArchitecture: false }, ['a 1-1 module=']],
    ['epoch zero', build('a', '0:1-1', 'noarch'), {}, ['a 1-1 module=']],
    ['an epoch', build('a', '32:1-1', 'noarch'), {}, ['a 32:1-1 module=']],
    ['the source too', build('a', '1-1', 'src') + build('a', '1-1', 'noarch'), {}, ['a 1-1 module=']],
    ['one architecture', build('a', '1-1', 'x86_64'), {}, ['a 1-1 module= x86_64']],
    ['one, where that limits nothing', build('a', '1-1', 'x86_64'), { byArchitecture: false }, ['a 1-1 module=']],
    ['both machines', build('a', '1-1', 'x86_64') + build('a', '1-1', 'aarch64'), {}, ['a 1-1 module=']],
    [
      'a build for any, and one for a machine',
      build('a', '1-1', 'noarch') + build('a', '1-1', 'i686'),
      {},
      ['a 1-1 module='],
    ],
    [
      'another version on each machine',
      build('a', '1-1', 'x86_64') + build('a', '1-2', 'aarch64') + build('a', '1-1', 'i686'),
      {},
      ['a 1-1 module= x86_64+i686', 'a 1-2 module= aarch64'],
    ],
    [
      'another version on each machine, where machines that are not listed are meant too',
      build('a', '1-1', 'i686') + build('a', '1-2', 'x86_64'),
      { byArchitecture: false },
      ['a 1-2 module='],
    ],
    ['two on one machine', build('a', '1-9', 'noarch') + build('a', '1-10', 'noarch'), {}, ['a 1-10 module=']],
    ['two, the later first', build('a', '1-10', 'noarch') + build('a', '1-9', 'noarch'), {}, ['a 1-10 module=']],
    ['no version', '<package name="a" release="1" arch="noarch"/>', {}, ['a undetermined']],
    ['no release', '<package name="a" version="1" arch="noarch"/>', {}, ['a undetermined']],
    [
      'one of two without version',
      `${build('a', '1-1', 'noarch')}<package name="a" arch="noarch"/>`,
      { modular: false },
      ['a undetermined'],
    ],
    ['no modules at all', build('a', '1-1', 'noarch'), { modular: false }, ['a 1-1']],
    ['of a module that is not named', build('a', '1-1.module+el8+1+a', 'noarch'), {}, ['a 1-1.module+el8+1+a']],
    [
      'of a module',
      `<module name="m" stream="1.2" arch="x86_64"/>${build('a', '1-1', 'noarch')}`,
      {},
      ['a 1-1 module=m:1.2'],
    ],
  ])('with %s', async (_, packages, rules, expected) => {
    expect(await builds(packages, rules)).toEqual(expected);
  });
});

describe('a notice', () => {
  const packages = collection(build('a', '1-1', 'noarch'));
  it.each<[string, string, string, unknown]>([
    ['type bugfix', 'type="bugfix"', packages, { 'not-security': 1 }],
    ['type enhancement', 'type="enhancement"', packages, { 'not-security': 1 }],
    ['type newpackage', 'type="newpackage"', packages, { 'not-security': 1 }],
    ['no type', '', packages, { malformed: 1 }],
    ['status retracted', 'type="security" status="retracted"', packages, { withdrawn: 1 }],
    ['no packages', 'type="security"', '', { 'no-package': 1 }],
    ['sources alone', 'type="security"', collection(build('a', '1-1', 'src')), { 'no-package': 1 }],
    ['a package without name', 'type="security"', collection('<package version="1"/>'), { malformed: 1 }],
    ['all that it needs', 'type="security"', packages, {}],
  ])('with %s', async (_, attributes, inside, skipped) => {
    expect((await parse(updates(update(inside, attributes)))).report).toMatchObject({ read: 1, skipped });
  });

  it.each<[string, string, string[]]>([
    ['by identifier', '<reference type="cve" id="CVE-2024-1111"/>', ['CVE-2024-1111']],
    ['by title', '<reference type="bugzilla" id="7" title="CVE-2024-1111 a: b"/>', ['CVE-2024-1111']],
    [
      'several in one title',
      '<reference type="bugzilla" id="7" title="CVE-2024-1111 CVE-2024-22222 a: various flaws"/>',
      ['CVE-2024-1111', 'CVE-2024-22222'],
    ],
    ['twice', '<reference id="CVE-2024-1111" title="CVE-2024-1111"/>', ['CVE-2024-1111']],
    ['in the description, where no reference names any', '<reference id="7" title="a"/>', ['CVE-2023-9999']],
    ['as something that is none', '<reference id="CVE-1-2" title="CVE-2024-1"/>', ['CVE-2023-9999']],
  ])('names flaws %s', async (_, reference, covers) => {
    const inside = `<description>Fixes CVE-2023-9999.</description><references>${reference}</references>${packages}`;
    expect((await parse(updates(update(inside)))).advisories[0]?.covers).toEqual(covers);
  });

  it.each([
    ['critical', 'critical'],
    ['Urgent', 'critical'],
    ['Important', 'high'],
    ['high', 'high'],
    ['Moderate', 'medium'],
    ['medium', 'medium'],
    ['Low', 'low'],
  ])('of severity %j is %s', async (value, label) => {
    const { advisories } = await parse(updates(update(`<severity>${value}</severity>${packages}`)));
    expect(advisories[0]?.severities).toEqual([{ label, scheme: 'updateinfo-severity', value, by: 'x' }]);
  });

  it.each(['None', 'Unspecified', ''])('of severity %j has none', async (value) => {
    const { advisories } = await parse(updates(update(`<severity>${value}</severity>${packages}`)));
    expect(advisories[0]?.severities).toEqual([]);
  });

  it.each([
    ['2022-06-06 17:58', '2022-06-06T17:58:00.000Z'],
    ['2022-06-06 17:58:01', '2022-06-06T17:58:01.000Z'],
    ['2022-06-06', '2022-06-06T00:00:00.000Z'],
    ['1286220000', undefined],
    ['yesterday', undefined],
  ])('of %j is of %s', async (date, expected) => {
    const { advisories } = await parse(updates(update(`<issued date="${date}"/>${packages}`)));
    expect(advisories[0]?.published).toBe(expected);
  });

  it('that is not well-formed is counted by its identifier, and others are read', async () => {
    const { report, advisories } = await parse(updates('<update><id>N-0</id><b></update>', update(packages)));
    expect(report).toEqual({ read: 2, kept: 1, skipped: { malformed: 1 }, malformed: ['N-0'] });
    expect(advisories.map(({ id }) => id)).toEqual(['N-1']);
  });

  it('takes no address that is none', async () => {
    const references = '<references><reference href="javascript:alert(1)" id="1" type="bugzilla"/></references>';
    const { advisories } = await parse(updates(update(`${references}${packages}`)));
    expect(advisories[0]?.references).toEqual([{ type: 'advisory', url: 'https://x.test/N-1' }]);
  });
});

describe('the digest of an index', () => {
  const plain = Buffer.from(updates(update(collection(build('a', '1-1', 'noarch')))));
  const packed = gzipSync(plain);
  const sha = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  it.each([
    ['as published', packed, [sha(packed)]],
    ['as unpacked on the way', plain, [sha(packed), sha(plain)]],
    ['of no kind that is told', plain, []],
  ])('lets pass the bytes %s', async (_, bytes, digests) => {
    expect((await parse(bytes, {}, { ...feed, digests })).report).toMatchObject({ kept: 1 });
  });
  it('refuses other bytes', async () => {
    const other = gzipSync(updates());
    await expect(parse(other, {}, { ...feed, digests: [sha(packed)] })).rejects.toThrow(
      expect.objectContaining({ code: 'not-the-format', message: 'the feed is not the one of which its index tells' }),
    );
  });
});

describe('the metadata of a repository', () => {
  const index: CheckedFeed = { url: 'https://x.test/r/repodata/repomd.xml', ecosystems: ['X:1'], index: true };
  const repomd = (data: string): Uint8Array => Buffer.from(`<repomd>${data}</repomd>`);
  const location = (href: string): string => `<data type="updateinfo"><location href="${href}"/></data>`;

  it('names the notices, with the digests that it tells', () => {
    const data = `<data type="updateinfo"><checksum type="sha256">${'A'.repeat(64)}</checksum>
      <open-checksum type="sha">${'b'.repeat(40)}</open-checksum><checksum type="md5">${'c'.repeat(32)}</checksum>
      <location href="repodata/${'a'.repeat(64)}-updateinfo.xml.zst"/></data><data type="updateinfo_zck"/>`;
    expect(noticesIn(index, repomd(`<data type="primary"/>${data}`), 'x')).toEqual([
      {
        url: `https://x.test/r/repodata/${'a'.repeat(64)}-updateinfo.xml.zst`,
        ecosystems: ['X:1'],
        edition: 'x',
        digests: [`sha256:${'a'.repeat(64)}`, `sha1:${'b'.repeat(40)}`],
      },
    ]);
  });

  it('names none where there are none', () => {
    expect(noticesIn(index, repomd('<data type="primary"/>'), 'x')).toEqual([]);
  });

  it.each(['../../etc/passwd', 'https://evil.test/x', '//evil.test/x', '/etc/passwd', 'a?b', 'a#b', '', 'a//b'])(
    'leads to no %j',
    (href) => {
      expect(() => noticesIn(index, repomd(location(href)), 'x')).toThrow('something that is no address');
    },
  );
});

describe('a list of mirrors', () => {
  const index: CheckedFeed = { url: 'https://x.test/core/mirror.list', ecosystems: ['X:1'], index: true };
  it.each([
    ['https://x.test/a', 'https://x.test/a/repodata/repomd.xml'],
    ['https://x.test/a/\n\n', 'https://x.test/a/repodata/repomd.xml'],
    ['https://x.test/$basearch/\nhttps://x.test/b', 'https://x.test/x86_64/repodata/repomd.xml'],
    ['http://x.test/a\nhttps://x.test/b', 'https://x.test/b/repodata/repomd.xml'],
    ['https://x.test/a?b\nhttps://x.test/c', 'https://x.test/c/repodata/repomd.xml'],
  ])('%j leads to %s', (text, url) => {
    expect(repositoryIn(index, Buffer.from(text), 'x86_64')).toEqual({ ...index, url });
  });
  it.each(['', 'Not Found', 'ftp://x.test/', 'http://x.test/'])('%j has none', (text) => {
    expect(() => repositoryIn(index, Buffer.from(text), 'x86_64')).toThrow('none that can be used');
  });
});
