import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { hex } from './hex.ts';
import { readTerms } from './terms.ts';

const mix = readTree(new URL('testdata/mix/', import.meta.url));
const rebar = readTree(new URL('testdata/rebar/', import.meta.url));
const otp = readTree(new URL('testdata/otp/', import.meta.url));

describeCataloger(hex, [
  {
    name: 'a release of Elixir and its lock file',
    files: mix,
    expected: [
      'app 1.0.0-rc.1 -',
      'dep 0.4.2 -',
      'elixir 1.14.0 -',
      'inner 3.0.0 - (locked)',
      'logger 1.14.0 -',
      'loose 15036d3b9a3b8a89e593a6cd5fac470ed29eb29c - (locked)',
      'mime 2.0.3 - (locked)',
      'old_package 0.1.0 - (locked)',
      'plug 1.14.0 - (locked)',
      'telemetry 1.2.1 - (locked)',
    ],
  },
  { name: 'a build of Rebar', files: rebar, expected: ['app 1.1.0 -', 'edep 0.7.0 -'] },
  { name: 'Erlang itself', files: otp, expected: ['crypto 5.1.2 -', 'ssl 10.8.7 -', 'xmerl 1.3.30 -'] },
]);
describeMutations(hex, [mix, rebar, otp]);

function catalog(files: Readonly<Record<string, string | Uint8Array>>): CatalogResult {
  const layer = { index: 2, diffId: 'sha256:00' };
  return hex.catalog({
    files: Object.keys(files)
      .toSorted()
      .map((path) => ({ path, bytes: Buffer.from(files[path] ?? ''), layer })),
  });
}

it('agrees with Erlang on every application', () => {
  const listing = readFileSync(new URL('testdata/listing.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const found = [mix, rebar, otp].flatMap((files) =>
    catalog(files)
      .packages.filter(({ presence }) => presence === undefined)
      .map(({ name, version }) => `${name} ${version}`),
  );
  expect(found.toSorted()).toEqual(listing.toSorted());
});

it('knows where each is from, and that what comes with the language is of no registry', () => {
  const { packages, relationships = [], problems } = catalog(mix);
  expect(problems).toEqual([]);
  const of = (name: string): unknown => {
    const found = packages.find((one) => one.name === name);
    return found && [found.purl, found.ecosystem, found.metadata];
  };
  expect(['dep', 'elixir', 'inner', 'loose', 'old_package', 'app'].map(of)).toEqual([
    [
      'pkg:hex/dep@0.4.2',
      'Hex',
      {
        kind: 'language',
        identifiedBy: 'application',
        origin: 'https://git.example.com/dep.git#05036d3b9a3b8a89e593a6cd5fac470ed29eb29b',
      },
    ],
    ['pkg:otp/elixir@1.14.0', undefined, { kind: 'language', identifiedBy: 'application' }],
    ['pkg:hex/acme/inner@3.0.0', undefined, { kind: 'language', integrity: 'sha256:cd', origin: 'hexpm:acme' }],
    [
      'pkg:hex/loose@15036d3b9a3b8a89e593a6cd5fac470ed29eb29c',
      'Hex',
      {
        kind: 'language',
        origin: 'https://git.example.com/loose.git#15036d3b9a3b8a89e593a6cd5fac470ed29eb29c',
      },
    ],
    ['pkg:hex/old_package@0.1.0', 'Hex', { kind: 'language' }],
    ['pkg:hex/app@1.0.0-rc.1', 'Hex', { kind: 'language', identifiedBy: 'application', certainty: 'likely' }],
  ]);
  expect(packages.find(({ name }) => name === 'dep')?.locations.map(({ path }) => path)).toEqual([
    '/app/_build/prod/rel/app/lib/dep-0.4.2/ebin/dep.app',
    '/app/mix.lock',
  ]);
  expect(
    relationships.map(({ from, to }) => `${from} ${to}`.replaceAll(/pkg:(?:hex|otp)\/|@[^ ]+/g, '')).toSorted(),
  ).toEqual([
    'app dep',
    'app elixir',
    'app logger',
    'dep elixir',
    'dep logger',
    'logger elixir',
    'plug mime',
    'plug telemetry',
  ]);
});

it('an application of another name than its package is that package', () => {
  const { packages } = catalog({
    'app/mix.lock': '%{\n  "old": {:hex, :old_package, "0.1.0"},\n}\n',
    'app/lib/old/ebin/old.app': '{application,old,[{vsn,"0.1.0"}]}.\n',
  });
  expect(packages.map(({ name, presence, locations }) => [name, presence, locations.length])).toEqual([
    ['old_package', undefined, 2],
  ]);
});

it.each([
  [
    'with hashes',
    '{"1.2.0",\n[{<<"cowboy">>,{pkg,<<"cowboy">>,<<"2.9.0">>},0},\n {<<"ranch">>,{pkg,<<"ranch">>,<<"1.8.0">>},1}]}.\n' +
      '[\n{pkg_hash,[\n {<<"cowboy">>, <<"AB">>}]},\n{pkg_hash_ext,[\n {<<"cowboy">>, <<"CD">>}]}\n].\n',
    'sha256:cd',
  ],
  [
    'without',
    '[{<<"cowboy">>,{pkg,<<"cowboy">>,<<"2.9.0">>},0},{<<"ranch">>,{pkg,<<"ranch">>,<<"1.8.0">>},1}].',
    undefined,
  ],
])('a lock file of Rebar %s', (_name, text, integrity) => {
  const { packages, problems } = catalog({ 'rebar.lock': text });
  expect(problems).toEqual([]);
  expect(packages.map(({ name, version, usage, metadata }) => [name, version, usage, metadata])).toEqual([
    ['cowboy', '2.9.0', { direct: true }, { kind: 'language', ...(integrity && { integrity }) }],
    ['ranch', '1.8.0', undefined, { kind: 'language' }],
  ]);
});

it('an optional dependency is one', () => {
  const { relationships } = catalog({
    'mix.lock':
      '%{"a": {:hex, :a, "1", "h", [:mix], [{:b, "~> 1", [hex: :b, repo: "hexpm", optional: true]}], "hexpm", "o"},' +
      ' "b": {:hex, :b, "1.0.0"}}',
  });
  expect(relationships).toEqual([
    { kind: 'depends-on', from: 'pkg:hex/a@1', to: 'pkg:hex/b@1.0.0', scope: 'optional' },
  ]);
});

it.each([
  ['mix.lock', true],
  ['app/rebar.lock', true],
  ['app/other.lock', false],
  ['app/lib/a-1/ebin/a.app', true],
  ['ebin/a.app', true],
  ['Applications/a.app', false],
  ['app/web/a.app', false],
])('%s is wanted: %s', (path, wanted) => {
  expect(hex.selects(path, 'packages')).toBe(wanted);
});

it.each([
  ['an atom instead of a map', 'mix.lock', ':a'],
  ['no end', 'mix.lock', '%{"a": {:hex, :a, "1"'],
  ['an entry that is none', 'mix.lock', '%{"a": 3}'],
  ['nothing', 'rebar.lock', ''],
  ['an entry without version', 'rebar.lock', '[{<<"a">>,{pkg,<<"a">>},0}].'],
  ['no version', 'lib/a/ebin/a.app', '{application,a,[]}.'],
  ['deep nesting', 'lib/a/ebin/a.app', '{application,a,'.repeat(50_000)],
  ['deep lists', 'mix.lock', '['.repeat(500_000)],
  ['an open text', 'mix.lock', `%{"${'a'.repeat(100_000)}`],
])('%s is a problem', (_name, path, text) => {
  const { packages, problems } = catalog({ [path]: text });
  expect(packages).toEqual([]);
  expect(problems.map((found) => [found.code, found.path, found.lossy])).toEqual([['corrupt', `/${path}`, true]]);
});

it.each([
  ['%% coding: utf-8\n{a, "b" "c", \'D e\', $x, -1.5, 16#ff, <<1,2>>, <<"é"/utf8>>, [x|y]}.', 1],
  ['a. b.\n{c}.', 3],
  ['%{a: 1, "b" => :"c d", "e-f": [g: nil, h: true,],}', 1],
])('reads %s', (text, count) => {
  expect(readTerms(text)).toHaveLength(count);
});
