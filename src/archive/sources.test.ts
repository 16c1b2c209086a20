import { describe, expect, it } from 'vitest';
import { aptSettings, isAptFile } from './apt-files.ts';
import type { AptSource } from './archive.ts';

function read(path: string, text: string): { sources: readonly AptSource[]; problems: string[] } {
  const { sources, problems } = aptSettings([{ path, bytes: Buffer.from(text) }], 'image');
  return { sources, problems: problems.map(({ code, subject }) => `${code} ${subject}`) };
}

const short = ({ uri, suite, components }: AptSource): string => [uri, suite, ...components].join(' ');

describe('sources.list', () => {
  const path = 'etc/apt/sources.list';
  it.each<[string, string, string[]]>([
    ['a line', 'deb http://a.example/debian bookworm main', ['http://a.example/debian/ bookworm main']],
    [
      'components',
      'deb http://a.example/d/ stable main  contrib\tnon-free',
      ['http://a.example/d/ stable main contrib non-free'],
    ],
    ['a comment behind', 'deb http://a.example/d stable main # mine', ['http://a.example/d/ stable main']],
    ['comments and blanks', '# deb http://a.example/d stable main\n\n   \n', []],
    ['sources of sources', 'deb-src http://a.example/d stable main', []],
    ['https', 'deb https://a.example/d stable main', ['https://a.example/d/ stable main']],
    ['a suite with a slash', 'deb http://a.example/d buster/updates main', ['http://a.example/d/ buster/updates main']],
    ['a flat archive', 'deb http://a.example/d ./', ['http://a.example/d/ ./']],
    ['a component twice', 'deb http://a.example/d stable main main', ['http://a.example/d/ stable main']],
    ['Windows line ends', 'deb http://a.example/d stable main\r\n', ['http://a.example/d/ stable main']],
  ])('%s', (_, text, expected) => {
    const { sources, problems } = read(path, text);
    expect(sources.map(short)).toEqual(expected);
    expect(problems).toEqual([]);
  });

  it('takes the options', () => {
    const text =
      'deb [ arch=amd64,arm64 signed-by=/usr/share/keyrings/a.gpg trusted=yes lang=en ] http://a.example/d stable main';
    expect(read(path, text).sources[0]).toMatchObject({
      architectures: ['amd64', 'arm64'],
      signedBy: { paths: ['/usr/share/keyrings/a.gpg'], fingerprints: [], inline: [] },
      trusted: true,
      voice: 'image',
      file: '/etc/apt/sources.list',
      line: 1,
    });
  });

  it('takes fingerprints for keys', () => {
    const source = read(
      path,
      'deb [signed-by=abcd1234ABCD1234ABCD1234ABCD1234ABCD1234!] http://a.example/d stable main',
    ).sources[0];
    expect(source?.signedBy.fingerprints).toEqual(['ABCD1234ABCD1234ABCD1234ABCD1234ABCD1234!']);
  });

  it.each<[string, string, string]>([
    ['words', 'nonsense here', 'bad-source /etc/apt/sources.list:1'],
    ['no suite', '\ndeb http://a.example/d', 'bad-source /etc/apt/sources.list:2'],
    ['no component', 'deb http://a.example/d stable', 'bad-source /etc/apt/sources.list:1'],
    ['a component of a flat archive', 'deb http://a.example/d ./ main', 'bad-source /etc/apt/sources.list:1'],
    ['a suite that leads out', 'deb http://a.example/d ../../x main', 'bad-source /etc/apt/sources.list:1'],
    ['a component that leads out', 'deb http://a.example/d stable main/../../x', 'bad-source /etc/apt/sources.list:1'],
    ['a medium', 'deb cdrom:[Debian]/ stable main', 'not-supported /etc/apt/sources.list:1'],
    ['a folder', 'deb file:/srv/debian stable main', 'not-supported /etc/apt/sources.list:1'],
    [
      'a list of mirrors',
      'deb mirror+file:/etc/apt/mirrors/debian.list stable main',
      'not-supported /etc/apt/sources.list:1',
    ],
    ['tor', 'deb tor+http://a.example/d stable main', 'not-supported /etc/apt/sources.list:1'],
  ])('tells %s', (_, text, expected) => {
    const { sources, problems } = read(path, text);
    expect(sources).toEqual([]);
    expect(problems).toEqual([expected]);
  });

  it('shows no password', () => {
    const { problems } = aptSettings(
      [{ path, bytes: Buffer.from('deb ftp://me:secret@a.example/d stable main') }],
      'image',
    );
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain('secret');
  });
});

describe('.sources', () => {
  const path = 'etc/apt/sources.list.d/debian.sources';
  it('reads what the images of Debian have', () => {
    const text = `Types: deb
# as of a date
URIs: http://a.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://a.example/debian-security
Suites: bookworm-security
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;
    const { sources, problems } = read(path, text);
    expect(problems).toEqual([]);
    expect(sources.map(short)).toEqual([
      'http://a.example/debian/ bookworm main',
      'http://a.example/debian/ bookworm-updates main',
      'http://a.example/debian-security/ bookworm-security main contrib',
    ]);
    expect(sources.map(({ line }) => line)).toEqual([1, 1, 8]);
    expect(sources[2]?.signedBy.paths).toEqual(['/usr/share/keyrings/debian-archive-keyring.gpg']);
  });

  const stanza = 'Types: deb\nURIs: http://a.example/d\nSuites: s\nComponents: main\n';
  it.each<[string, string, number]>([
    ['disabled', `Enabled: no\n${stanza}`, 0],
    ['enabled', `Enabled: yes\n${stanza}`, 1],
    ['without regard to case', stanza.toLowerCase(), 1],
    ['sources of sources', stanza.replace('deb', 'deb-src'), 0],
    ['both types', stanza.replace('deb', 'deb deb-src'), 1],
    ['two addresses and two suites', stanza.replace('/d', '/d http://b.example/d').replace(': s', ': s t'), 4],
    ['values over several lines', stanza.replace('Suites: s', 'Suites:\n s\n t'), 2],
  ])('%s', (_, text, count) => {
    const { sources, problems } = read(path, text);
    expect(sources).toHaveLength(count);
    expect(problems).toEqual([]);
  });

  it('takes a key within', () => {
    const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDMEY\n =abcd\n -----END PGP PUBLIC KEY BLOCK-----';
    const [source] = read(path, `${stanza}Signed-By:\n ${key}\n`).sources;
    expect(source?.signedBy).toEqual({
      paths: [],
      fingerprints: [],
      inline: ['-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEY\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n'],
    });
  });

  it.each<[string, string]>([
    ['no types', stanza.replace('Types: deb\n', '')],
    ['no address', stanza.replace(/URIs.*\n/, '')],
    ['no suite', stanza.replace(/Suites.*\n/, '')],
    ['a line that is none', `${stanza}nonsense\n`],
    ['a field twice', `${stanza}Suites: t\n`],
  ])('tells %s', (_, text) => {
    expect(read(path, text)).toEqual({
      sources: [],
      problems: ['bad-source /etc/apt/sources.list.d/debian.sources:1'],
    });
  });
});

it.each<[string, boolean]>([
  ['etc/apt/sources.list', true],
  ['etc/apt/sources.list.d/a.list', true],
  ['etc/apt/sources.list.d/a.sources', true],
  ['etc/apt/sources.list.d/a.sources.disabled', false],
  ['etc/apt/sources.list.d/b/a.list', false],
  ['etc/apt/trusted.gpg', true],
  ['etc/apt/trusted.gpg.d/a.asc', true],
  ['etc/apt/keyrings/a.gpg', true],
  ['usr/share/keyrings/debian-archive-keyring.gpg', true],
  ['usr/share/keyrings/debian-archive-removed-keys.gpg', false],
  ['home/etc/apt/sources.list', false],
])('%s is a file of apt: %s', (path, expected) => {
  expect(isAptFile(path)).toBe(expected);
});
