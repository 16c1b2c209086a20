import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import {
  digestOf,
  repeatedLayer,
  storedLayer,
  writeDockerArchive,
  writeOciArchive,
  writeOciLayout,
  zerosLayer,
} from './oci-image.ts';
import { type TarEntry, tarBytes } from './tar.ts';

const folder = mkdtempSync(join(tmpdir(), 'oci-image-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const has = (tool: string): boolean => spawnSync(tool, ['--version']).status === 0;
const name = (length: number): string =>
  `${'d'.repeat(50)}/`
    .repeat(Math.ceil(length / 51))
    .slice(0, length - 1)
    .replace(/\/$/, 'e') + 'f';

/** What skopeo says of an image. */
function inspect(reference: string): unknown {
  const result = spawnSync('skopeo', ['inspect', reference], { encoding: 'utf8' });
  expect(result.stderr).toBe('');
  return JSON.parse(result.stdout);
}

let count = 0;
/** What GNU tar makes of the members. */
function extract(entries: readonly TarEntry[]): string {
  const target = join(folder, `x${count++}`);
  mkdirSync(target);
  const result = spawnSync('tar', ['-x', '-f', '-', '-C', target], { input: tarBytes(entries) });
  expect(result.stderr.toString()).toBe('');
  expect(result.status).toBe(0);
  return target;
}

describe.skipIf(!has('tar'))('tarBytes, read by GNU tar', () => {
  it.each([
    [100, 'pax'],
    [101, 'pax'],
    [250, 'gnu'],
    [250, 'ustar'],
    [3000, 'pax'],
    [3000, 'gnu'],
  ] as const)('writes a name of %i bytes, %s', (length, longNames) => {
    const target = extract([{ name: name(length), body: 'x', longNames }]);
    expect(readFileSync(join(target, name(length)), 'utf8')).toBe('x');
  });

  it('writes links and modes', () => {
    const target = extract([
      { name: 'a/', mode: 0o700 },
      { name: 'a/file', body: 'text', mode: 0o4755 },
      { name: 'hard', type: 'hardlink', link: 'a/file' },
      { name: 'soft', type: 'symlink', link: '/nowhere' },
      { name: 'long', type: 'symlink', link: name(300) },
    ]);
    expect(statSync(join(target, 'hard')).ino).toBe(statSync(join(target, 'a/file')).ino);
    expect(statSync(join(target, 'hard')).mode & 0o7777).toBe(0o4755);
    expect([readlinkSync(join(target, 'soft')), readlinkSync(join(target, 'long'))]).toEqual(['/nowhere', name(300)]);
  });

  it.each(
    (['gnu', 'pax-0.0', 'pax-0.1', 'pax-1.0'] as const).flatMap((format) =>
      [1, 4, 30].map((chunks) => ({ format, chunks })),
    ),
  )('writes sparse files: $format, $chunks chunks', ({ format, chunks }) => {
    // GNU tar wants each chunk but the last in whole blocks, and writes no other.
    const length = (i: number): number => (i === chunks - 1 ? 700 : 1024);
    const data = Array.from({ length: chunks }, (_, i) => ({
      offset: i * 8192 + 4096,
      bytes: Buffer.alloc(length(i), 65 + i),
    }));
    const expected = Buffer.alloc(chunks * 8192 + 10_000);
    for (const { offset, bytes } of data) bytes.copy(expected, offset);
    const target = extract([{ name: 'deep/sparse', sparse: { format, size: expected.length, chunks: data } }]);
    expect(readFileSync(join(target, 'deep/sparse')).equals(expected)).toBe(true);
  });
});

describe('repeatedLayer', () => {
  it('stores what its digest says', () => {
    const layer = zerosLayer(3, 'zeros');
    const tar = gunzipSync(layer.blob);
    expect(digestOf(tar)).toBe(layer.diffId);
    expect(tar.length).toBe(3 * 2 ** 20 + 512 + 1024);
    expect(repeatedLayer({ head: tar, chunk: Buffer.alloc(0), times: 0, tail: Buffer.alloc(0) }).diffId).toBe(
      layer.diffId,
    );
  });

  it('spreads over members the same bytes', () => {
    const entries = [{ name: 'a', body: 'a'.repeat(30_000) }];
    const layer = storedLayer({ entries, members: 7 });
    expect(gunzipSync(layer.blob).equals(tarBytes(entries))).toBe(true);
  });
});

describe.skipIf(!has('skopeo'))('images, read by skopeo', () => {
  const image = {
    layers: [{ entries: [{ name: 'a', body: 'a' }] }, { entries: [{ name: '.wh.a' }], members: 2 }],
    architecture: 'arm64',
  };
  it('writes a layout, an OCI archive and docker archives', () => {
    writeOciLayout(join(folder, 'layout'), image);
    writeOciArchive(join(folder, 'oci.tar'), image);
    writeDockerArchive(join(folder, 'docker.tar'), image);
    writeDockerArchive(join(folder, 'docker.tar.gz'), image, { gzip: true });
    const layers = image.layers.map((layer) => digestOf(storedLayer(layer).blob));
    const diffIds = image.layers.map((layer) => storedLayer(layer).diffId);
    expect(inspect(`oci:${folder}/layout:latest`)).toMatchObject({ Architecture: 'arm64', Layers: layers });
    expect(inspect(`oci-archive:${folder}/oci.tar`)).toMatchObject({ Architecture: 'arm64', Layers: layers });
    expect(inspect(`docker-archive:${folder}/docker.tar`)).toMatchObject({ Architecture: 'arm64', Layers: diffIds });
    // skopeo 1.9 itself fails on small gzip archives, so its plain twin is shown.
    writeFileSync(join(folder, 'unzipped.tar'), gunzipSync(readFileSync(join(folder, 'docker.tar.gz'))));
    expect(inspect(`docker-archive:${folder}/unzipped.tar`)).toMatchObject({ Architecture: 'arm64', Layers: diffIds });
  });

  it('writes sound blobs: a copy checks every digest', () => {
    writeOciLayout(join(folder, 'source'), image);
    const copy = spawnSync('skopeo', ['copy', `oci:${folder}/source:latest`, `dir:${folder}/copy`], {
      encoding: 'utf8',
    });
    expect([copy.status, copy.stderr]).toEqual([0, '']);
  });

  it('writes the wrong digest that it is told to', () => {
    const claimedDigest = digestOf(Buffer.from('other'));
    writeOciLayout(join(folder, 'wrong'), { layers: [{ entries: [{ name: 'a' }], claimedDigest }] });
    const copy = spawnSync('skopeo', ['copy', `oci:${folder}/wrong:latest`, `dir:${folder}/wrong-copy`], {
      encoding: 'utf8',
    });
    expect(copy.status).not.toBe(0);
    expect(copy.stderr).toMatch(/digest/i);
  });
});
