import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CatalogResult, ImageFile } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { executable } from '../executable/executable.ts';
import { type Program, writeProgram } from '../executable/program.ts';
import { compareVersions } from './go-sum.ts';
import { golang } from './golang.ts';
import { rootVersion, standardLibraryVersion } from './versions.ts';

const layer = { index: 3, diffId: 'sha256:00' };

function testdata(name: string): Buffer {
  return readFileSync(new URL(`testdata/${name}`, import.meta.url));
}

function program(name: string): Buffer {
  return gunzipSync(testdata(`${name}.gz`));
}

const modules = [
  'example.com/harbour/local (devel) -',
  'github.com/pkg/errors v0.9.1 -',
  'golang.org/x/text v0.3.2 -',
  'rsc.io/quote v1.5.2 -',
  'rsc.io/sampler v1.3.0 -',
];
const locked = modules.map((module) => `${module} (locked)`);

function expected(version: string, library: string): string[] {
  return [...modules, `example.com/harbour/app ${version} -`, `stdlib ${library} -`].toSorted();
}

const programs: readonly (readonly [string, string, string])[] = [
  ['go1.13-amd64', '(devel)', '1.13.15'],
  ['go1.16-darwin', '(devel)', '1.16.15'],
  ['go1.16-pie', '(devel)', '1.16.15'],
  ['go1.16-s390x', '(devel)', '1.16.15'],
  ['go1.16-windows', '(devel)', '1.16.15'],
  ['go1.17-386', '(devel)', '1.17.13'],
  ['go1.18-amd64', 'v0.0.0-20261124070535-3ed6d8bd9ebb', '1.18.10'],
  ['go1.21-stripped', 'v1.4.2', '1.21.13'],
  ['go1.26-amd64', 'v0.0.0-20261124070535-3ed6d8bd9ebb', '1.26.8'],
  ['go1.26-darwin', '(devel)', '1.26.8'],
  ['go1.26-pie', '(devel)', '1.26.8'],
  ['go1.26-windows', '(devel)', '1.26.8'],
];

describeCataloger(
  golang,
  [
    ...programs.map(([name, version, library]) => ({
      name,
      files: { [`opt/${name}`]: program(name) },
      expected: expected(version, library),
      unrecognizable: true,
    })),
    {
      name: 'a module of Go 1.13 with its sums',
      files: { 'src/go.mod': testdata('app.go.mod'), 'src/go.sum': testdata('app.go.sum') },
      expected: [...locked, 'example.com/harbour/app (devel) - (locked)'].toSorted(),
    },
    {
      name: 'a module of Go 1.21',
      files: { 'go.mod': testdata('pier.go.mod') },
      expected: [...locked, 'example.com/harbour/pier (devel) - (locked)'].toSorted(),
    },
    {
      name: 'vendored sources',
      files: { 'src/vendor/modules.txt': testdata('modules-1.21.txt') },
      expected: locked,
    },
    { name: 'vendored sources of Go 1.13', files: { 'vendor/modules.txt': testdata('modules.txt') }, expected: locked },
  ],
  { extractor: executable },
);

function catalog(files: Readonly<Record<string, string | Program>>): CatalogResult {
  const images = Object.entries(files).map(
    ([path, content]): ImageFile =>
      typeof content === 'string'
        ? { path, bytes: Buffer.from(content), layer }
        : { path, bytes: writeProgram(content), layer, extractor: 'executable' },
  );
  return golang.catalog({ files: images });
}

function goProgram(text: string, version = 'go1.22.1'): Program {
  return { format: 'elf', go: { version, modules: text }, faults: [] };
}

function listed({ packages }: CatalogResult): string[] {
  return packages.map(({ name, version }) => `${name} ${version}`);
}

describe('packages of modules in programs', () => {
  const one = (packages: string[] | undefined, version = 'go1.22.1', path = 'path\tb.com/c\n'): Program => ({
    format: 'elf',
    go: { version, modules: `${path}mod\tb.com/c\tv1.0.0\t\ndep\ta.com/m\tv1.0.0\t\n`, packages },
    faults: [],
  });
  const of = (files: Readonly<Record<string, string | Program>>, name = 'a.com/m'): unknown => {
    const metadata = catalog(files).packages.find((found) => found.name === name)?.metadata;
    return metadata?.kind === 'language' ? metadata.packages : 'none';
  };
  it.each<[string, Readonly<Record<string, string | Program>>, string[] | undefined]>([
    ['of one', { x: one(['main', 'a.com/m/p']) }, ['p']],
    ['of several, together', { x: one(['main', 'a.com/m/p']), y: one(['main', 'a.com/m']) }, ['.', 'p']],
    ['of one that is not known', { x: one(undefined) }, undefined],
    ['of several, one not known', { x: one(['main', 'a.com/m/p']), y: one(undefined) }, undefined],
    [
      'of several, the first not known',
      { x: one(undefined), y: one(['main', 'a.com/m/p']), z: one(['main', 'a.com/m/p']) },
      undefined,
    ],
    [
      'of one, with a go.mod beside it',
      { x: one(['main', 'a.com/m/p']), 'go.mod': 'module d.com/e\ngo 1.20\nrequire a.com/m v1.0.0\n' },
      undefined,
    ],
    ['of one that has a module for its types', { x: one(['main', 'runtime']) }, undefined],
  ])('%s', (_, files, expected) => {
    expect(of(files)).toEqual(expected);
  });
  it('are of the main module and of the library too', () => {
    const files = { x: one(['main', 'b.com/c/d', 'net/http', 'runtime']) };
    expect([of(files, 'b.com/c'), of(files, 'stdlib')]).toEqual([
      ['.', 'd'],
      ['net/http', 'runtime'],
    ]);
  });
  it('are not known of the library where a command of Go brings its source', () => {
    const command: Program = {
      format: 'elf',
      go: { version: 'go1.22.1', modules: 'path\tcmd/go\n', packages: ['main', 'runtime'] },
      faults: [],
    };
    expect([of({ x: command, y: one(['main', 'runtime']) }, 'stdlib'), of({ x: command }, 'toolchain')]).toEqual([
      undefined,
      undefined,
    ]);
  });
  it.each([
    ['go1.18-386-names', ['.', 'winch'], ['small']],
    ['go1.21-windows-names', ['.', 'winch'], ['small']],
    ['go1.26-stripped-names', ['.', 'winch'], ['small']],
  ])('of %s', (name, dock, berth) => {
    const built = { x: JSON.parse(new TextDecoder().decode(extract(name))) as Program };
    expect([of(built, 'example.com/dock.v2'), of(built, 'example.com/berth')]).toEqual([dock, ['.', ...berth]]);
  });
});

describe('programs', () => {
  it('are told whole', () => {
    const built = catalog({ 'opt/app': JSON.parse(new TextDecoder().decode(extract('go1.21-stripped'))) as Program });
    const find = (name: string): unknown => built.packages.find((found) => found.name === name);
    expect(find('github.com/pkg/errors')).toEqual({
      id: 'pkg:golang/github.com/pkg/errors@v0.9.1',
      name: 'github.com/pkg/errors',
      version: 'v0.9.1',
      ecosystem: 'Go',
      type: 'golang',
      kind: 'binary',
      purl: 'pkg:golang/github.com/pkg/errors@v0.9.1',
      locations: [{ path: '/opt/app', layer }],
      licenses: [],
      foundBy: 'golang',
      metadata: { kind: 'language', integrity: 'h1:FEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4=' },
    });
    expect(find('example.com/harbour/app')).toMatchObject({
      usage: { root: true },
      ecosystem: 'Go',
      metadata: { builtWith: 'go1.21.13', identifiedBy: '-ldflags', certainty: 'likely' },
    });
    expect(find('example.com/harbour/local')).toMatchObject({ metadata: { origin: './local' } });
    expect(find('stdlib')).toMatchObject({ purl: 'pkg:golang/stdlib@1.21.13', metadata: { builtWith: 'go1.21.13' } });
    expect(built.relationships?.map(({ from, to }) => [from, to])).toEqual(
      ['example.com/harbour/local@%28devel%29', 'github.com/pkg/errors@v0.9.1', 'golang.org/x/text@v0.3.2']
        .concat(['rsc.io/quote@v1.5.2', 'rsc.io/sampler@v1.3.0', 'stdlib@1.21.13'])
        .map((to) => ['pkg:golang/example.com/harbour/app@v1.4.2', `pkg:golang/${to}`]),
    );
  });
  it('whose version is only a commit are not assessed, but as a dependency they are', () => {
    const commit = 'v0.0.0-20240102030405-0123456789ab';
    const main = goProgram(`path\ta.com/b\nmod\ta.com/b\t${commit}\t\n`);
    const ecosystem = (files: Record<string, Program>): unknown =>
      catalog(files).packages.find(({ name }) => name === 'a.com/b')?.ecosystem;
    expect(ecosystem({ x: main })).toBeUndefined();
    expect(
      ecosystem({ x: main, y: goProgram(`path\tc.com/d\nmod\tc.com/d\tv1.0.0\t\ndep\ta.com/b\t${commit}\t\n`) }),
    ).toBe('Go');
  });
  it.each([
    ['nothing at all', '', true],
    ['a package of no module', 'path\tgithub.com/a/b\n', true],
    ['single files', 'path\tcommand-line-arguments\nbuild\t-compiler=gc\n', false],
    ['a command of Go', 'path\tcmd/go\nbuild\t-compiler=gc\n', false, 'toolchain 1.22.1'],
  ])('with %s: the standard library, and perhaps a problem', (_name, text, told, ...more) => {
    const result = catalog({ 'bin/x': goProgram(text) });
    expect(listed(result)).toEqual(['stdlib 1.22.1', ...more]);
    expect(result.problems.map(({ code, lossy }) => [code, lossy])).toEqual(told ? [['unreadable', true]] : []);
  });
  it('with damaged lines are told', () => {
    const { problems } = catalog({ 'bin/x': goProgram('path\ta.com/b\nmod\ta.com/b\tv1.0.0\t\ndep\ta b\tv1\t\n') });
    expect(problems).toMatchObject([{ code: 'corrupt', lossy: true, path: '/bin/x', detail: 'dep\ta b\tv1\t' }]);
  });
  it('what an extractor could not read is told', () => {
    const fault = { of: 'go', code: 'unreadable', message: 'Told', lossy: true } as const;
    const other = { ...fault, of: 'rust' } as const;
    const { problems } = catalog({ x: { format: 'elf', faults: [fault, other] } });
    expect(problems).toMatchObject([{ code: 'unreadable', message: 'Told', lossy: true, by: 'golang' }]);
  });
});

function extract(name: string): Uint8Array {
  const bytes = program(name);
  const extraction = executable.open(name, bytes.length);
  extraction.write(bytes);
  return extraction.end()?.bytes ?? new Uint8Array();
}

it.each([
  ['go1.22.1', '1.22.1'],
  ['go1.21', '1.21.0'],
  ['go1.22rc2', '1.22.0-rc.2'],
  ['go1.18beta1', '1.18.0-beta.1'],
  ['go1.9.4b4', '1.9.4'],
  ['go1.22.1 X:boringcrypto,rangefunc', '1.22.1'],
  ['go1.20.12 (Red Hat 1.20.12-1.el9)', '1.20.12'],
  ['go1.21.3-google', '1.21.3'],
  ['go1.20.6+abc', '1.20.6'],
  ['devel go1.22-0123456789 Tue Jan 2', 'devel go1.22-0123456789 Tue Jan 2'],
  ['go1.2x', 'go1.2x'],
])('the standard library of %s is %s', (text, version) => {
  expect(standardLibraryVersion(text)).toBe(version);
});

it.each([
  ['-X main.version=1.2.3 -s', 'v1.2.3'],
  ["-X 'main.version=v1.2.3-rc.1'", 'v1.2.3-rc.1'],
  ['-X=a.com/b/version.Version=1.0.0 -X c.com/d.Version=2.0.0', 'v1.0.0'],
  ['-X github.com/prometheus/common/version.Version=2.45.0', 'v2.45.0'],
  ['-X main.commit=1.2.3', '(devel)'],
  ['-X main.version=dev', '(devel)'],
])('linked with %s it is %s', (flags, version) => {
  const settings = new Map([['-ldflags', flags]]);
  const main = { path: 'a.com/b', version: '(devel)' };
  expect(rootVersion({ main, modules: [], settings, faults: [] }).version).toBe(version);
});

describe('manifests', () => {
  it('replace, by the version first', () => {
    const result = catalog({
      'go.mod': [
        'module "a.com/b" // a comment',
        'go 1.22',
        'toolchain go1.22.3',
        'require (',
        '\tc.com/c v1.0.0',
        '\td.com/d v1.2.0 // indirect; for e',
        '\te.com/e v1.0.0',
        ')',
        'exclude f.com/f v1.0.0',
        'replace d.com/d => g.com/g v1.1.1',
        'replace d.com/d v1.2.0 => h.com/h v2.0.0+incompatible',
        'replace e.com/e => ../e',
        '',
      ].join('\n'),
    });
    expect(listed(result)).toEqual([
      'a.com/b (devel)',
      'c.com/c v1.0.0',
      'e.com/e (devel)',
      'h.com/h v2.0.0+incompatible',
    ]);
    expect(result.packages.map(({ usage }) => usage)).toEqual([
      { root: true },
      { direct: true },
      { direct: true },
      undefined,
    ]);
    expect(result.problems).toEqual([]);
  });
  it('of before Go 1.17 are completed by the highest of the sums', () => {
    const sum = `h1:${'A'.repeat(43)}=`;
    const mod = 'module a.com/b\ngo 1.16\nrequire c.com/c v1.0.0\n';
    const sums = ['c.com/c v1.1.0', 'd.com/d v1.9.0', 'd.com/d v1.10.0', 'd.com/d v1.11.0/go.mod'];
    const result = catalog({ 'go.mod': mod, 'go.sum': `${sums.map((line) => `${line} ${sum}`).join('\n')}\n` });
    expect(listed(result)).toEqual(['a.com/b (devel)', 'c.com/c v1.0.0', 'd.com/d v1.10.0']);
    expect(catalog({ 'go.mod': mod }).problems).toMatchObject([{ code: 'unsupported', lossy: true }]);
  });
  it('of a workspace are replaced by it', () => {
    const result = catalog({
      'w/go.work': 'go 1.22\nuse (\n\t./x\n\t./y\n)\nreplace c.com/c => c.com/fork v1.5.0\n',
      'w/x/go.mod': 'module a.com/x\ngo 1.22\nrequire (\n\ta.com/y v1.0.0\n\tc.com/c v1.0.0\n)\n',
      'w/y/go.mod': 'module a.com/y\ngo 1.22\n',
    });
    expect(listed(result)).toEqual(['a.com/x (devel)', 'a.com/y (devel)', 'c.com/fork v1.5.0']);
    expect(result.problems).toEqual([]);
  });
  it('of Go itself are its standard library', () => {
    const result = catalog({
      'usr/local/go/src/go.mod': 'module std\ngo 1.22\nrequire golang.org/x/net v0.1.0\n',
      'usr/local/go/src/vendor/modules.txt': '# golang.org/x/net v0.1.0\n## explicit\ngolang.org/x/net/http2\n',
    });
    expect([result.packages, result.problems]).toEqual([[], []]);
  });
  it.each([
    ['go.sum', 'x'],
    ['go.work', 'use ./nowhere\n'],
    ['go.mod', '\n'],
    ['go.mod', 'module a.com/b\nrequire c.com/c v1\n'],
    ['vendor/modules.txt', '# c.com/c\n'],
  ])('%s of %j is told', (path, text) => {
    expect(catalog({ [path]: text }).problems[0]).toMatchObject({ path: `/${path}`, lossy: true });
  });
  it.each([
    'root/go/pkg/mod/rsc.io/quote@v1.5.2/go.mod',
    'pkg/mod/cache/download/x/go.mod',
    'src/testdata/go.mod',
    'etc/modules.txt',
    'xgo.mod',
  ])('%s is not read', (path) => {
    expect(golang.selects(path, 'files')).toBe(false);
  });
});

it('orders versions as Go does', () => {
  const ordered =
    'v0.0.0-20200101000000-a v0.0.0-20210101000000-a v0.1.0-1 v0.1.0-2 v0.1.0-10 v0.1.0-a v0.1.0-a.1 v0.1.0 v0.2.0 v0.10.0 v1.0.0';
  const versions = ordered.split(' ');
  expect(versions.toReversed().toSorted(compareVersions)).toEqual(versions);
  expect(compareVersions('v2.0.0+incompatible', 'v2.0.0')).toBe(0);
});

it('takes any mutation of its files', () => {
  const texts = ['app.go.mod', 'app.go.sum', 'modules-1.21.txt'].map((name) => testdata(name).toString());
  const info = (JSON.parse(new TextDecoder().decode(extract('go1.26-amd64'))) as Program).go?.modules ?? '';
  const mutation = fc.tuple(
    fc.nat(),
    fc.nat(80),
    fc.constantFrom('', '\0', '(', ')\n', '"', '=> ', '\t', '//', 'v', '\ufffd'.repeat(9)),
  );
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 5 }), fc.nat(3), (changes, which) => {
      const whole = [...texts, info].map((text, index) => {
        if (index !== which) return text;
        return changes.reduce((now, [at, cut, put]) => {
          const from = at % (now.length + 1);
          return now.slice(0, from) + put + now.slice(from + cut);
        }, text);
      });
      const [mod = '', sum = '', vendored = '', modulesText = ''] = whole;
      const { packages, problems } = catalog({
        'go.mod': mod,
        'go.sum': sum,
        'vendor/modules.txt': vendored,
        x: goProgram(modulesText),
      });
      expect(packages.length).toBeLessThan(40);
      expect(problems.every(({ path, by }) => path?.startsWith('/') && by === 'golang')).toBe(true);
    }),
    { numRuns: 300 },
  );
});
