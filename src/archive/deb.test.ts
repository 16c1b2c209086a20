import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type TarEntry, tarBytes } from '../../test/images/tar.ts';
import { findChangelog } from './deb.ts';
import { arBytes, changelogEntry, debBytes, entryText } from './testdata/fake-archive.ts';

const text = entryText('x', '1', ['  * a']);
const link = (name: string, target: string): TarEntry => ({
  name: `./usr/share/doc/${name}`,
  type: 'symlink',
  link: target,
});
const find = (deb: Buffer, name = 'x') => findChangelog(deb, name, 'x.deb');

describe('genuine packages', () => {
  const genuine = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'testdata/debs', `${name}.deb`));

  it('a native one', async () => {
    const found = await find(genuine('hostname'), 'hostname');
    expect(found).toMatchObject({ kind: 'text', path: 'usr/share/doc/hostname/changelog.gz' });
    expect(found.kind === 'text' && found.text.split('\n')[0]).toBe('hostname (3.23+nmu1) unstable; urgency=medium');
  });

  it('one with an upstream changelog too', async () => {
    const found = await find(genuine('libkeyutils1'), 'libkeyutils1');
    expect(found).toMatchObject({ kind: 'text', path: 'usr/share/doc/libkeyutils1/changelog.Debian.gz' });
    expect(found.kind === 'text' && found.text.split('\n')[0]).toBe('keyutils (1.6.3-2) unstable; urgency=medium');
  });

  it('one that refers to another', async () => {
    expect(await find(genuine('libapache2-mod-md'), 'libapache2-mod-md')).toEqual({
      kind: 'elsewhere',
      package: 'apache2',
    });
  });
});

describe('packings', () => {
  it.each<[string, (bytes: Buffer) => Buffer, string]>([
    ['gzip', gzipSync, '.gz'],
    ['zstd', (bytes) => zstdCompressSync(bytes), '.zst'],
    ['none', (bytes) => bytes, ''],
  ])('%s', async (_, pack, suffix) => {
    expect(await find(debBytes([changelogEntry('x', text)], pack, suffix))).toMatchObject({ kind: 'text', text });
  });
});

describe('where the changelog is', () => {
  const body = gzipSync(text);
  const doc = './usr/share/doc';
  it.each<[string, TarEntry[], string]>([
    ['in its folder', [changelogEntry('x', text)], 'usr/share/doc/x/changelog.Debian.gz'],
    ['not packed', [{ name: `${doc}/x/changelog.Debian`, body: text }], 'usr/share/doc/x/changelog.Debian'],
    ['of a native package', [{ name: `${doc}/x/changelog.gz`, body }], 'usr/share/doc/x/changelog.gz'],
    [
      'not upstream’s',
      [{ name: `${doc}/x/changelog.gz`, body: gzipSync('no') }, changelogEntry('x', text)],
      'usr/share/doc/x/changelog.Debian.gz',
    ],
    [
      'without ./ before',
      [{ name: 'usr/share/doc/x/changelog.Debian.gz', body }],
      'usr/share/doc/x/changelog.Debian.gz',
    ],
    ['behind a link of the folder', [link('x', 'y'), changelogEntry('y', text)], 'usr/share/doc/y/changelog.Debian.gz'],
    [
      'behind an absolute link',
      [link('x', '/usr/share/doc/y'), changelogEntry('y', text)],
      'usr/share/doc/y/changelog.Debian.gz',
    ],
    [
      'behind a link of the file',
      [link('x/changelog.Debian.gz', '../y/changelog.Debian.gz'), changelogEntry('y', text)],
      'usr/share/doc/y/changelog.Debian.gz',
    ],
    [
      'behind a hard link',
      [
        changelogEntry('y', text),
        { name: `${doc}/x/changelog.Debian.gz`, type: 'hardlink', link: `${doc}/y/changelog.Debian.gz` },
      ],
      'usr/share/doc/y/changelog.Debian.gz',
    ],
    [
      'with a long name',
      [changelogEntry('x'.repeat(120), text), link('x', 'x'.repeat(120))],
      `usr/share/doc/${'x'.repeat(120)}/changelog.Debian.gz`,
    ],
  ])('%s', async (_, entries, path) => {
    expect(await find(debBytes(entries))).toEqual({ kind: 'text', path, text });
  });

  it.each<[string, TarEntry[]]>([
    ['no files', []],
    ['others', [{ name: './usr/bin/x', body: 'x' }, changelogEntry('y', text)]],
    ['a link to itself', [link('x', 'x')]],
    ['links in a circle', [link('x', 'y'), link('y', 'x')]],
    [
      'files in a circle',
      [link('x/changelog.Debian.gz', 'changelog.gz'), link('x/changelog.gz', 'changelog.Debian.gz')],
    ],
    ['a link out', [link('x', '../../../etc')]],
    ['a link far out', [link('x', '../../../../../../../../etc/passwd')]],
    ['an absolute link out', [link('x/changelog.Debian.gz', '/etc/shadow')]],
    ['a folder in its place', [{ name: `${doc}/x/changelog.Debian.gz/`, type: 'directory' }]],
    ['a device in its place', [{ name: `${doc}/x/changelog.Debian.gz`, type: 'character' }]],
    ['names that lead out', [{ name: `${doc}/../../../usr/share/doc/x/changelog.Debian.gz`, body }]],
  ])('nowhere: %s', async (_, entries) => {
    expect(await find(debBytes(entries))).toEqual({ kind: 'none' });
  });

  it('in another package', async () => {
    expect(await find(debBytes([link('x', 'yy')]))).toEqual({ kind: 'elsewhere', package: 'yy' });
    const file = link('x/changelog.Debian.gz', '../yy/changelog.Debian.gz');
    expect(await find(debBytes([file]))).toEqual({ kind: 'elsewhere', package: 'yy' });
  });
});

describe('what is no package', () => {
  const sound = debBytes([changelogEntry('x', text)]);
  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['a page', Buffer.from('<html>not here</html>')],
    ['cut in a header', sound.subarray(0, 100)],
    ['cut in the data', sound.subarray(0, sound.length - 200)],
    ['no data', arBytes([['debian-binary', Buffer.from('2.0\n')]])],
    ['lzma', debBytes([changelogEntry('x', text)], gzipSync, '.lzma')],
    ['data that are no tar', arBytes([['data.tar.gz', gzipSync('x'.repeat(2000))]])],
    [
      'data that are cut',
      arBytes([['data.tar.gz', gzipSync(tarBytes([{ name: './a', body: 'x'.repeat(5000) }]).subarray(0, 2000))]]),
    ],
    [
      'a packing that is cut',
      arBytes([['data.tar.gz', gzipSync(tarBytes([{ name: './a', body: 'x' }])).subarray(0, 40)]]),
    ],
    [
      'xz that is cut',
      arBytes([['data.tar.xz', Buffer.from('fd377a585a000004e6d6b4460200210116000000742fe5a3', 'hex')]]),
    ],
    [
      'a changelog that is cut',
      debBytes([{ name: './usr/share/doc/x/changelog.Debian.gz', body: gzipSync(text).subarray(0, 30) }]),
    ],
    ['a size that is none', Buffer.from(sound.toString('latin1').replace('4         `', '-4        `'), 'latin1')],
    ['a huge size', debBytes([{ name: './usr/share/doc/x/changelog.Debian.gz', claimedSize: 2 ** 33 }])],
  ])('%s', async (_, deb) => {
    await expect(find(deb)).rejects.toMatchObject({ code: 'bad-package' });
  });

  it('reads the next after one that failed', async () => {
    await expect(
      find(arBytes([['data.tar.xz', Buffer.from('fd377a585a000004e6d6b4460200', 'hex')]])),
    ).rejects.toMatchObject({ code: 'bad-package' });
    expect(await find(debBytes([changelogEntry('x', text)]))).toMatchObject({ kind: 'text' });
  });

  it('a bomb in the data', async () => {
    const bomb = debBytes(
      [{ name: './zeroes', body: Buffer.alloc(200 << 20) }],
      (bytes) => zstdCompressSync(bytes),
      '.zst',
    );
    expect(bomb.length).toBeLessThan(100_000);
    await expect(find(bomb)).rejects.toMatchObject({
      code: 'bad-package',
      detail: expect.stringContaining('size limit'),
    });
  });

  it('a bomb in the changelog', async () => {
    const body = gzipSync(Buffer.alloc(80 << 20));
    await expect(find(debBytes([{ name: './usr/share/doc/x/changelog.Debian.gz', body }]))).rejects.toMatchObject({
      code: 'bad-package',
    });
  });
});

function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.runIf(has('dpkg-deb'))('dpkg-deb (skipped where it is not installed)', () => {
  it.each(['hostname', 'libkeyutils1'])('reads the same of %s', async (name) => {
    const path = join(import.meta.dirname, 'testdata/debs', `${name}.deb`);
    const found = await find(readFileSync(path), name);
    if (found.kind !== 'text') throw new Error('no changelog');
    const script = `dpkg-deb --fsys-tarfile "$0" | tar -xO "./$1" | zcat`;
    expect(execFileSync('sh', ['-c', script, path, found.path], { encoding: 'utf8' })).toBe(found.text);
  });
});
