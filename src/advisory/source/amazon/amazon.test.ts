import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Advisory, Feed } from '../../advisory.ts';
import { describeSource } from '../source.contract.ts';
import { amazon } from './amazon.ts';

const read = (name: string): Uint8Array => readFileSync(new URL(`testdata/${name}`, import.meta.url));
const CDN = 'https://cdn.amazonlinux.com/';
const guid = 'al2023/core/guids/46ff4933b89b948580f3b223b826fee3c1830b85885db3f7f90502c0ac99698c';
const notices: Feed = { url: `${CDN}${guid}/x86_64/repodata/updateinfo.xml.gz`, ecosystems: ['Amazon Linux:2023'] };

const xml = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return escape(String(value));
  return Object.entries(value as Readonly<Record<string, unknown>>)
    .map(([key, inner]) => (/^[a-z]+$/.test(key) ? `<${key}>${xml(inner)}</${key}>` : xml(inner)))
    .join('');
};
const escape = (text: unknown): string =>
  (typeof text === 'string' ? text : (JSON.stringify(text) ?? '')).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const attributes = (value: unknown): string =>
  Object.entries(typeof value === 'object' && value !== null ? value : {})
    .filter(([key]) => /^[a-z]+$/.test(key))
    .map(([key, text]) => ` ${key}="${escape(text).replaceAll('"', '&quot;')}"`)
    .join('');

/** A notice as the contract may change it: its texts, the attributes of its one package, and whatever else. */
function updateOf(record: unknown): string {
  const fields = typeof record === 'object' && record !== null ? (record as Record<string, unknown>) : {};
  const { type, build, ...rest } = fields;
  return `<update type="${escape(type).replaceAll('"', '')}">${xml(rest)}<pkglist><collection><package${attributes(build)}/></collection></pkglist></update>`;
}

describeSource(amazon, {
  ecosystem: 'Amazon Linux:2023',
  foreign: 'Fedora:43',
  feed: notices,
  document: gzipSync(read('al2023.xml')),
  expected: {
    report: { read: 2, kept: 2, skipped: {}, malformed: [] },
    ids: ['ALAS2023LIVEPATCH-2023-001', 'ALAS2023NVIDIA-2025-001'],
  },
  empty: Buffer.from('<updates></updates>'),
  record: {
    type: 'security',
    id: 'ALAS2023-2023-126',
    title: 'a title',
    severity: 'important',
    build: { name: 'curl', epoch: '0', version: '8.0.1', release: '1.amzn2023', arch: 'x86_64' },
  },
  around: (record) => Buffer.from(`<updates>${updateOf(record)}</updates>`),
  many: (count) => {
    const builds = Array.from({ length: count }, (_, index) => `<package name="p${index}" version="1" release="1"/>`);
    const all: string[] = [];
    for (let at = 0; at < count; at += 1000) {
      const list = builds.slice(at, at + 1000).join('');
      all.push(`<update type="security"><id>A-${at}</id><pkglist><collection>${list}</collection></pkglist></update>`);
    }
    return Buffer.from(`<updates>${all.join('')}</updates>`);
  },
  index: {
    feed: { url: `${CDN}${guid}/x86_64/repodata/repomd.xml`, ecosystems: ['Amazon Linux:2023'], index: true },
    document: read('repomd.xml'),
    urls: [notices.url],
  },
});

async function parse(feed: Feed, name: string): Promise<readonly Advisory[]> {
  const advisories: Advisory[] = [];
  await amazon.parse(
    feed,
    read(name),
    (advisory) => advisories.push(advisory),
    () => {},
  );
  return advisories;
}

describe('feeds', () => {
  it.each<[string[], string[]]>([
    [['Amazon Linux:2'], ['2/core/latest']],
    [
      ['Amazon Linux:2023'],
      ['al2023/core/mirrors/latest', 'al2023/kernel-livepatch/mirrors/latest', 'al2023/nvidia/mirrors/latest'],
    ],
    [['Amazon Linux 2 Extras:kernel-5.15'], ['2/extras/kernel-5.15/latest']],
    [['Amazon Linux 2 Extras:php9.9'], ['2/extras/php9.9/latest']],
    [['Amazon Linux 2 Extras:../core'], []],
    // The first release ended in 2023; its repositories answer in plain HTTP alone.
    [['Amazon Linux:1'], []],
    [['Amazon Linux:2024'], []],
  ])('of %j', (ecosystems, paths) => {
    expect(amazon.feeds(ecosystems).map(({ url }) => url)).toEqual(
      paths.map((path) => `${CDN}${path}/x86_64/mirror.list`),
    );
  });

  it('does not fail for a repository beside the core, nor for the preview', () => {
    const optional = amazon.feeds(undefined).filter(({ optional }) => optional !== true);
    expect(optional.map(({ ecosystems }) => ecosystems[0])).toEqual(['Amazon Linux:2', 'Amazon Linux:2023']);
  });
});

describe('the way to the notices', () => {
  const follow = (feed: Feed | undefined, document: Uint8Array): readonly Feed[] =>
    feed === undefined ? [] : (amazon.follow?.(feed, document) ?? []);
  it.each([
    ['Amazon Linux:2023', 'mirrors-2023.txt', `${guid}/x86_64`, 'al2023/core'],
    [
      'Amazon Linux:2',
      'mirrors-2.txt',
      '2/core/2.0/x86_64/221a4af09d96ac4e34202cc7bdfa252410419542548cc685dc86ed1c17ca4204',
      '2/core',
    ],
  ])('of %s leads from a genuine list of mirrors over repomd.xml', (ecosystem, mirrors, path, edition) => {
    const [list] = amazon.feeds([ecosystem]);
    const [repository] = follow(list, read(mirrors));
    expect(repository).toEqual({
      url: `${CDN}${path}/repodata/repomd.xml`,
      ecosystems: [ecosystem],
      index: true,
    });
    expect(follow(repository, read('repomd.xml'))).toEqual([
      {
        url: `${CDN}${path}/repodata/updateinfo.xml.gz`,
        ecosystems: [ecosystem],
        edition,
        digests: [
          'sha256:9dd3ce045294b530720d13829817254e3cd67ec1ac36f66069238d9d111d3cc0',
          'sha256:3530bd37fdb291b0d5bc92e05fb86bc7403028c0878084626ed11986806865a6',
        ],
      },
    ]);
  });

  it('has another edition for each topic and each repository', () => {
    const editions = amazon.feeds(undefined).flatMap((feed) => {
      const base = feed.url.replace('mirror.list', 'guid/').replace('/latest/', '/guids/');
      return follow(follow(feed, Buffer.from(base))[0], read('repomd.xml')).map(({ edition }) => edition);
    });
    expect(new Set(editions).size).toBe(amazon.feeds(undefined).length);
    expect(editions).toContain('2/extras/nginx1');
  });
});

describe('notices', () => {
  const core: Feed = { url: `${CDN}2/core/x/repodata/updateinfo.xml.gz`, ecosystems: ['Amazon Linux:2'] };
  const extra: Feed = { url: `${CDN}2/extras/x`, ecosystems: ['Amazon Linux 2 Extras:kernel-5.15'] };

  // Compared by eye with the bulletin ALAS-2018-939, which lists the same build for x86_64 alone.
  it('of the core of Amazon Linux 2', async () => {
    expect(await parse(core, 'al2-core.xml')).toEqual([
      {
        id: 'ALAS2-2018-939',
        aliases: [],
        covers: ['CVE-2017-5715', 'CVE-2017-5754'],
        summary: 'Amazon Linux 2 2017.12 - ALAS2-2018-939: critical priority package update for kernel',
        published: '2018-01-11T21:05:00.000Z',
        modified: '2018-01-16T01:28:00.000Z',
        severities: [{ label: 'critical', scheme: 'updateinfo-severity', value: 'critical', by: 'amazon' }],
        affected: [
          {
            ecosystem: 'Amazon Linux:2',
            package: 'kernel',
            appliesTo: 'binary',
            status: 'affected',
            ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed: '4.9.76-38.79.amzn2' }] }],
            fixState: 'fixed',
            qualifiers: { architectures: ['x86_64'] },
          },
        ],
        references: [
          { type: 'advisory', url: 'https://alas.aws.amazon.com/AL2/ALAS2-2018-939.html' },
          { type: 'web', url: 'http://cve.mitre.org/cgi-bin/cvename.cgi?name=CVE-2017-5715' },
          { type: 'web', url: 'http://cve.mitre.org/cgi-bin/cvename.cgi?name=CVE-2017-5754' },
        ],
      },
    ]);
  });

  it('of a topic of its extras, for both machines, in an ecosystem of their own', async () => {
    const [notice] = await parse(extra, 'al2-kernel-5.15.xml');
    expect(notice?.covers.length).toBe(13);
    expect(notice?.references[0]?.url).toBe('https://alas.aws.amazon.com/AL2/ALAS2KERNEL-5.15-2022-001.html');
    expect(new Set(notice?.affected.map(({ ecosystem }) => ecosystem))).toEqual(
      new Set(['Amazon Linux 2 Extras:kernel-5.15']),
    );
    const limited = notice?.affected.filter(({ qualifiers }) => qualifiers !== undefined) ?? [];
    expect(limited.map(({ package: name, qualifiers }) => [name, qualifiers?.architectures])).toEqual([
      ['kernel-debuginfo-common-x86_64', ['x86_64']],
      ['kernel-debuginfo-common-aarch64', ['aarch64']],
    ]);
    expect(notice?.affected.length).toBe(16);
  });

  it('are of flaws that have a fix: not comprehensive, so that silence hides nothing else', () => {
    expect(
      ['Amazon Linux:2', 'Amazon Linux:2023', 'Amazon Linux 2 Extras:docker'].map((name) => amazon.lists(name)),
    ).toEqual(Array.from({ length: 3 }, () => 'fixes'));
  });
});
