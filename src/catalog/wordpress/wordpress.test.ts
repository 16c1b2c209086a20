import { expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { describeMutations } from '../mutation.contract.ts';
import { readTree } from '../testdata.contract.ts';
import { wordpress } from './wordpress.ts';

const layer = { index: 1, diffId: 'sha256:00' };
const site = Object.fromEntries(
  Object.entries(readTree(new URL('testdata/', import.meta.url), 'var/www/html/')).filter(
    ([path]) => !path.endsWith('README.md'),
  ),
);
const akismet = 'var/www/html/wp-content/plugins/akismet/akismet.php';

function catalog(files: Readonly<Record<string, string | Uint8Array>>): CatalogResult {
  const list = Object.keys(files)
    .toSorted()
    .map((path) => ({ path, bytes: Buffer.from(files[path] ?? ''), layer }));
  return wordpress.catalog({ files: list });
}

describeCataloger(wordpress, [
  {
    name: 'WordPress 6.1.9',
    files: site,
    expected: ['akismet 5.0.2 -', 'twentytwentythree 1.0 -', 'wordpress 6.1.9 -'],
  },
  {
    name: 'a plugin',
    files: { [akismet]: site[akismet] ?? new Uint8Array() },
    expected: ['akismet 5.0.2 -'],
    unrecognizable: true,
  },
]);
describeMutations(wordpress, [site]);

it('reads a plugin whole', () => {
  expect(catalog(site).packages.find(({ name }) => name === 'akismet')).toEqual({
    id: 'pkg:wordpress/plugin/akismet@5.0.2',
    name: 'akismet',
    version: '5.0.2',
    type: 'wordpress',
    kind: 'binary',
    purl: 'pkg:wordpress/plugin/akismet@5.0.2',
    locations: [{ path: `/${akismet}`, layer }],
    licenses: ['GPLv2 or later'],
    foundBy: 'wordpress',
    metadata: { kind: 'language', homepage: 'https://akismet.com/' },
  });
});

const at = 'srv/wp-content/plugins';
it.each([
  [`${at}/hello.php`, '<?php\n/**\n * Plugin Name: Hello\n * Version: 1.7.2 */\n', ['hello 1.7.2']],
  [`${at}/a/b.php`, '<?php // Plugin Name: A\n// Version: 2\n', ['a 2']],
  ['wp-content/mu-plugins/must.php', '/*\nplugin name: M\nversion: 1\n*/', ['must 1']],
  [`${at}/a/b.php`, '<?php echo 1;', []],
  [`${at}/a/b.php`, `${' '.repeat(9000)}\n/*\nPlugin Name: A\nVersion: 2\n*/`, []],
])('%s with %.60j', (path, text, expected) => {
  const { packages, problems } = catalog({ [path]: text });
  expect(packages.map(({ name, version }) => `${name} ${version}`)).toEqual(expected);
  expect(problems).toEqual([]);
});

it.each([
  [`${at}/a/b.php`, '/*\nPlugin Name: A\n*/\n'],
  [`${at}/a/b.php`, '/*\nPlugin Name: A\nVersion: 1.'],
  ['wp-content/themes/t/style.css', 'body {}'],
  ['wp-includes/version.php', '<?php $wp_version = x();'],
])('%s with %j is told', (path, text) => {
  expect(catalog({ [path]: text })).toMatchObject({ packages: [], problems: [{ code: 'corrupt', lossy: true }] });
});

it.each([
  ['wp-content/plugins/a/inc/b.php', false],
  ['wp-content/themes/t/assets/style.css', false],
  ['srv/style.css', false],
  ['srv/index.php', false],
])('wants %s: %s', (path, wanted) => {
  expect(wordpress.selects(path, 'files')).toBe(wanted);
});
