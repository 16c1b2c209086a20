// Layers with files of every format, read lazily as the command reads them: what is kept is what a whole reading keeps.
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { noExtraWants, selection } from '../src/scan/selection.ts';
import { entriesOf, genuineFiles, genuineTypes } from './images/genuine.ts';
import { hostileContents } from './images/hostile-files.ts';
import { debian12, dpkgInstalled } from './images/language-files.ts';
import { estargzLayer, zstdChunkedLayer } from './images/lazy-layer.ts';
import { read } from './images/lazy-reading.ts';

const selects = selection({ detail: 'files', extra: noExtraWants });
const forms = [
  ['eStargz', estargzLayer, {}],
  ['eStargz in small chunks', estargzLayer, { chunkBytes: 7000, memberBytes: 9000 }],
  ['zstd:chunked', zstdChunkedLayer, { chunkBytes: 60_000 }],
] as const;
const debian = [
  debian12,
  ...dpkgInstalled([
    { name: 'libc6', version: '2.36-9', files: [{ name: 'usr/share/doc/libc6/copyright', body: 'x' }] },
  ]),
];
const genuine = genuineTypes.map((type) => [type, entriesOf(genuineFiles(type))] as const);
const files = genuineTypes.flatMap((type) => Object.entries(genuineFiles(type)));
const broken = Object.entries(hostileContents)
  .filter(([name]) => ['empty', 'truncated', 'invalid UTF-8'].includes(name))
  .map(([name, make]) => {
    return [name, entriesOf(Object.fromEntries(files.map(([path, bytes]) => [path, make(path, bytes)])))] as const;
  });

describe.each(forms)('%s', (_form, make, options) => {
  it.each([['debian', debian] as const, ...genuine, ...broken])('%s', async (_name, entries) => {
    const layer = make(entries, options);
    const { lazy, ...content } = await read(layer, selects, true);
    expect(lazy).toMatchObject({ unseen: 0, unread: 0 });
    // A deep comparison of bytes by the test's own means takes minutes.
    expect(isDeepStrictEqual(content, await read(layer, selects, false))).toBe(true);
    expect(content.files.length + content.problems.length).toBeGreaterThan(0);
  });
});
