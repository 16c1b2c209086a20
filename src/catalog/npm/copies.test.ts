import { expect, it } from 'vitest';
import type { CatalogResult } from '../catalog.ts';
import { npm } from './npm.ts';

const layer = { index: 0, diffId: '' };

/** As they are in next 14.2.16, terser 5.48.0, fast-uri 3.1.4, resolve 1.22.12 and @bcoe/v8-coverage 0.2.3, shortened. */
const genuine: Readonly<Record<string, string>> = {
  'next/package.json': '{"name":"next","version":"14.2.16","license":"MIT"}',
  'next/dist/compiled/@babel/runtime/package.json':
    '{"name":"@babel/runtime","version":"7.22.5","license":"MIT","dependencies":{}}',
  'next/dist/compiled/@edge-runtime/cookies/package.json':
    '{"name":"@edge-runtime/cookies","version":"5.0.0","main":"./index.js","license":"MIT"}',
  'next/dist/compiled/react-is/package.json': '{\n  "name": "react-is",\n  "version": "18.2.0"\n}',
  'next/dist/compiled/ws/package.json': '{"name":"ws","main":"index.js","license":"MIT"}',
  'next/dist/esm/package.json': '{"type":"module"}',
  'terser/package.json': '{"name":"terser","version":"5.48.0"}',
  'terser/dist/package.json': '{"name":"dist","private":true,"version":"1.0.0","type":"commonjs"}',
  'fast-uri/package.json': '{"name":"fast-uri","version":"3.1.4"}',
  'fast-uri/benchmark/package.json': '{"name":"benchmark","version":"1.0.0","private":true}',
  'resolve/package.json': '{"name":"resolve","version":"1.22.12"}',
  'resolve/test/resolver/baz/package.json': '{"name":"baz","version":"1.0.0"}',
  '@bcoe/v8-coverage/package.json': '{"name":"@bcoe/v8-coverage","version":"0.2.3"}',
  '@bcoe/v8-coverage/dist/lib/package.json': '{"name":"@bcoe/v8-coverage","version":"0.2.3","private":false}',
};

function catalog(files: Readonly<Record<string, string>>): CatalogResult {
  const found = Object.entries(files).map(([path, text]) => ({
    path: `app/node_modules/${path}`,
    bytes: Buffer.from(text),
    layer,
  }));
  return npm.catalog({ files: found.filter(({ path }) => npm.selects(path, 'packages')) });
}

it('finds the packages that others were published with', () => {
  const { packages, relationships, problems } = catalog(genuine);
  const copies = packages.filter(({ metadata }) => 'identifiedBy' in metadata && metadata.identifiedBy !== undefined);
  expect(copies.map(({ id }) => id)).toEqual([
    'pkg:npm/%40babel/runtime@7.22.5',
    'pkg:npm/%40edge-runtime/cookies@5.0.0',
    'pkg:npm/react-is@18.2.0',
  ]);
  expect(copies.map(({ metadata }) => metadata)).toEqual(
    copies.map(() => ({ kind: 'language', identifiedBy: 'bundled copy', certainty: 'likely' })),
  );
  expect(relationships).toEqual(copies.map(({ id }) => ({ kind: 'contains', from: 'pkg:npm/next@14.2.16', to: id })));
  expect(packages).toHaveLength(8);
  expect(problems).toEqual([]);
});

it('a copy of what is installed too adds a place', () => {
  const { packages } = catalog({ ...genuine, 'react-is/package.json': '{"name":"react-is","version":"18.2.0"}' });
  const found = packages.find(({ name }) => name === 'react-is');
  expect(found?.metadata).toEqual({ kind: 'language' });
  expect(found?.locations.map(({ path }) => path)).toEqual([
    '/app/node_modules/react-is/package.json',
    '/app/node_modules/next/dist/compiled/react-is/package.json',
  ]);
});

it('tells one that cannot be read, but not what is a template', () => {
  const { packages, problems } = catalog({
    'next/package.json': '{"name":"next","version":"14.2.16"}',
    'next/dist/compiled/ws/package.json': '{"name":"ws","vers',
    'next/template/package.json': '{"name":"{{name}}",{{#if private}}"private":true{{/if}}}',
  });
  expect(packages).toHaveLength(1);
  expect(problems.map(({ path, lossy }) => [path, lossy])).toEqual([
    ['/app/node_modules/next/dist/compiled/ws/package.json', true],
  ]);
});
