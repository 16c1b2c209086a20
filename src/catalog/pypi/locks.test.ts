import { describe, expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { readTree } from '../testdata.contract.ts';
import { pypi } from './pypi.ts';

const lock = (folder: string): Record<string, Uint8Array> =>
  readTree(new URL(`testdata/locks/${folder}/`, import.meta.url));
const layer = { index: 0, diffId: 'sha256:00' };
const byText = (a: string, b: string): number => (a < b ? -1 : 1);

function catalog(files: Readonly<Record<string, Uint8Array | string>>): CatalogResult {
  const paths = Object.keys(files).toSorted();
  return pypi.catalog({ files: paths.map((path) => ({ path, bytes: Buffer.from(files[path] ?? ''), layer })) });
}

function listed({ packages }: CatalogResult): string[] {
  return packages.map(({ name, version }) => `${name} ${version}`);
}

function edges({ relationships = [] }: CatalogResult): string[] {
  const named = (id: string): string => id.replace(/^pkg:pypi\//, '').replace(/@.*/, '');
  return relationships
    .filter((relation) => relation.kind === 'depends-on')
    .map(({ from, to, scope }) => `${named(from)} needs ${named(to)}${scope === undefined ? '' : ` (${scope})`}`)
    .toSorted();
}

const dist = 'usr/lib/python3.11/site-packages/a_b-1.0.dist-info/METADATA';

/** `uv tree`, `poetry show --tree`: what needs what, without the project. */
const tree = [
  'anyio needs idna',
  'anyio needs typing-extensions',
  'httpcore needs certifi',
  'httpcore needs h11',
  'httpx needs anyio',
  'httpx needs certifi',
  'httpx needs httpcore',
  'httpx needs idna',
  'httpx needs socksio (optional)',
  'markdown-it-py needs mdurl',
  'rich needs markdown-it-py',
  'rich needs pygments',
];

describe.each([
  ['uv', 'harbour-app', true],
  ['poetry-2.1', 'harbour-app', true],
  ['poetry-2.0', 'harbour-old', false],
  ['poetry-1.1', 'harbour-old', false],
])('%s', (folder, root, hasWindows) => {
  const result = catalog(lock(folder));
  const windowsOnly = hasWindows ? [`${root} needs colorama (optional)`] : [];
  it('knows who needs whom', () => {
    const project = ['click', 'httpx', 'iniconfig (dev)', 'rich (optional)'].map((name) => `${root} needs ${name}`);
    expect(edges(result)).toEqual([...tree, ...project, ...windowsOnly].toSorted(byText));
  });
  it('knows what is asked for, and what for', () => {
    const marked = result.packages.flatMap(({ name, usage }) =>
      usage ? [[name, ...Object.entries(usage).flat()]] : [],
    );
    expect(marked).toEqual([
      ['click', 'direct', true],
      ...(hasWindows ? [['colorama', 'direct', true, 'scope', 'optional']] : []),
      [root, 'root', true],
      ['httpx', 'direct', true],
      ['iniconfig', 'direct', true, 'scope', 'dev'],
      ['markdown-it-py', 'scope', 'optional'],
      ['mdurl', 'scope', 'optional'],
      ['pygments', 'scope', 'optional'],
      ['rich', 'direct', true, 'scope', 'optional'],
    ]);
  });
});

it.each([
  ['needed by default', "'main' in dependency_groups", undefined],
  ['of a group', "'dev' in dependency_groups", 'dev'],
  ['of an extra', "'cli' in extras", 'optional'],
  ['of a group or an extra', "'dev' in dependency_groups or 'cli' in extras", 'optional'],
  ['of another platform', "sys_platform == 'win32'", 'optional'],
  ['of some Python', "python_version >= '3.9'", undefined],
])('pylock.toml: what is %s', (_name, marker, scope) => {
  const { packages } = catalog({
    'pylock.toml': `lock-version = "1.0"\ndefault-groups = ["main"]\n[[packages]]\nname = "a"\nversion = "1"\nmarker = "${marker}"\n`,
  });
  expect(packages.map(({ usage }) => usage?.scope)).toEqual([scope]);
});

it.each([
  [
    'uv.lock',
    'version = 1\n[[package]]\nname = "a"\nversion = "1"\nsource = { git = "https://u:p@x.invalid/a?rev=v1#abc" }\n',
    'git+https://x.invalid/a?rev=v1#abc',
  ],
  [
    'pylock.toml',
    'lock-version = "1.0"\n[[packages]]\nname = "a"\nversion = "1"\nvcs = { type = "git", url = "https://x.invalid/a", commit-id = "abc" }\n',
    'git+https://x.invalid/a@abc',
  ],
  [
    'poetry.lock',
    '[[package]]\nname = "a"\nversion = "1"\n[package.source]\ntype = "git"\nurl = "https://x.invalid/a"\nresolved_reference = "abc"\n[metadata]\n',
    'git+https://x.invalid/a@abc',
  ],
  [
    'pdm.lock',
    '[metadata]\n[[package]]\nname = "a"\nversion = "1"\ngit = "https://x.invalid/a"\nrevision = "abc"\n',
    'git+https://x.invalid/a@abc',
  ],
])('%s tells where a package comes from', (path, content, origin) => {
  expect(catalog({ [path]: content }).packages.map(({ metadata }) => metadata)).toEqual([{ kind: 'language', origin }]);
});

it.each([
  ['Pipfile.lock', '{"_meta":{},"default":{"a":{"git":"https://x.invalid/a","ref":"abc"},"b":{"version":"==1"}}}'],
  ['uv.lock', 'version = 1\n[[package]]\nname = "a"\n[[package]]\nname = "b"\nversion = "1"\n'],
])('%s: a package without a version is told', (path, content) => {
  const result = catalog({ [path]: content });
  expect(listed(result)).toEqual(['b 1']);
  expect(result.problems).toMatchObject([{ code: 'unsupported', detail: 'a', lossy: false }]);
});

it.each([
  ['Pipfile.lock', '{}'],
  ['poetry.lock', 'x = 1'],
  ['pdm.lock', 'x = 1'],
  ['uv.lock', 'x = 1'],
  ['pylock.toml', 'x = 1'],
  ['poetry.lock', '[metadata]\n[[package]]\nname = "a"\n'],
  ['pylock.toml', 'lock-version = "1.0"\n[[packages]]\nname = "a"\n'],
])('%s with %j is a lossy problem', (path, content) => {
  expect(catalog({ [path]: content })).toMatchObject({ packages: [], problems: [{ code: 'corrupt', lossy: true }] });
});

describe('requirements', () => {
  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'pins',
      { 'requirements.txt': 'A_b==1.0\nc===2\nd>=1,==1.5 # why\ne ==3 ; python_version > "2"\n' },
      ['a-b 1.0', 'c 2', 'd 1.5', 'e 3'],
    ],
    ['extras', { 'requirements.txt': 'requests[socks, security] == 2.31.0' }, ['requests 2.31.0']],
    ['lines that go on', { 'requirements.txt': 'a==1 \\\n  --no-binary :all:\nb==\\\n2' }, ['a 1', 'b 2']],
    ['options', { 'requirements.txt': '--index-url x\n-i x\n--find-links=y\na==1 --config-settings x=y\n' }, ['a 1']],
    [
      'addresses',
      {
        'requirements.txt':
          'a @ https://u:p@x.invalid/a-1.0-py3-none-any.whl\nhttps://x.invalid/b-2.0.tar.gz?t=1#sha256=0\n./wheels/c_d-3-py3-none-any.whl ; python_version > "3"\n',
      },
      ['a 1.0', 'b 2.0', 'c-d 3'],
    ],
    ['UTF-16', { 'requirements.txt': '\ufeffa==1\r\nb==2' }, ['a 1', 'b 2']],
    ['a folder of lists', { 'requirements/base.txt': 'a==1', 'srv/dev_requirements.txt': 'b==2' }, ['a 1', 'b 2']],
    [
      'constraints of what is asked for',
      { 'requirements.txt': '-c c.txt\n-c constraints.txt\na', 'constraints.txt': 'a==1\nb==2' },
      ['a 1', 'b 2'],
    ],
  ])('with %s', (name, files, expected) => {
    const encoded = Object.entries(files).map(([path, content]): [string, Uint8Array] => [
      path,
      Buffer.from(content, name === 'UTF-16' ? 'utf16le' : 'utf8'),
    ]);
    expect(listed(catalog(Object.fromEntries(encoded)))).toEqual(expected);
  });
  it('no secret of an address is kept', () => {
    const { packages } = catalog({ 'requirements.txt': 'a @ https://u:p@x.invalid/a-1.0.zip?token=t\n' });
    expect(packages.map(({ metadata }) => metadata)).toEqual([
      { kind: 'language', origin: 'https://x.invalid/a-1.0.zip' },
    ]);
  });
  it('without a version are told once, and not where they are installed', () => {
    const { problems } = catalog({
      [dist]: 'Name: a.b\nVersion: 1.0\n\n',
      'requirements.txt': 'A-b\nc>=1\nd==1.*\n-e ./e\ngit+https://x.invalid/f.git#egg=f\n',
    });
    expect(problems).toMatchObject([
      { code: 'unsupported', path: '/requirements.txt', detail: 'c, d, ./e, f', lossy: false },
    ]);
  });
  it.each([
    ['a line that is none', 'a==1\nwhat is this\n'],
    ['a digest cut short', `a==1\nb==2 --hash=sha256:${'0'.repeat(63)}\n`],
    ['an option for a file that is not there', 'a==1\n-r other.txt\n'],
  ])('%s is a lossy problem', (_name, content) => {
    const result = catalog({ 'requirements.txt': content });
    expect(listed(result)).toEqual(['a 1']);
    expect(result.problems).toMatchObject([{ path: '/requirements.txt', lossy: true }]);
  });
  it('files for development and constraints have their scopes, but not where the application includes them', () => {
    const { packages, problems } = catalog({
      'requirements.txt': '-r requirements/test.txt\n-c constraints.txt\na==1\nb',
      'requirements/test.txt': '-r ../requirements.txt\nt==1',
      'requirements/dev.txt': 'd==1\n--requirement=test.txt',
      'constraints.txt': 'b==1\nc==1',
      'requirements/win.txt': 'w==1; sys_platform == "win32"',
    });
    expect(problems).toEqual([]);
    expect(packages.map(({ name, usage }) => [name, usage?.scope])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['c', 'optional'],
      ['d', 'dev'],
      ['t', undefined],
      ['w', 'optional'],
    ]);
  });
  it('comments of pip-compile tell who asks', () => {
    const result = catalog({
      'requirements.txt':
        'a==1\n    # via -r requirements.in\nb==1  # via a, c\nc==1\n    # via\n    #   a\n    #   app (pyproject.toml)\n',
    });
    expect(edges(result)).toEqual(['a needs b', 'a needs c', 'c needs b']);
    expect(result.packages.map(({ usage }) => usage?.direct)).toEqual([true, undefined, true]);
  });
});
