import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { tarBytes, tarMembers, type TarEntry as Written } from '../../../test/images/tar.ts';
import { ImageError } from '../image.ts';
import { type TarEntry, TarWalker } from './tar.ts';

interface Walked {
  readonly entry: TarEntry;
  readonly content: string | undefined;
}

/** Walks an archive given in chunks of a size, taking every file's content. */
function walk(archive: Buffer, chunk = archive.length || 1): Walked[] {
  const seen: { entry: TarEntry; content: string | undefined }[] = [];
  const walker = new TarWalker((entry) => {
    const walked = { entry, content: undefined as string | undefined };
    seen.push(walked);
    return entry.kind === 'file' ? (bytes) => void (walked.content = bytes.toString('latin1')) : undefined;
  });
  for (let at = 0; at < archive.length; at += chunk) walker.write(archive.subarray(at, at + chunk));
  walker.end();
  return seen;
}

const long = `usr/share/${'deep/'.repeat(40)}file`;
const sparse = {
  size: 300_000,
  chunks: [
    { offset: 0, bytes: Buffer.from('start') },
    { offset: 200_000, bytes: Buffer.from('end') },
  ],
};
const expanded = `start${'\0'.repeat(199_995)}end${'\0'.repeat(99_997)}`;

describe('names', () => {
  it.each<[string, Written, string]>([
    ['short', { name: 'etc/os-release', body: 'x' }, 'etc/os-release'],
    ['pax', { name: long, body: 'x', longNames: 'pax' }, long],
    ['GNU', { name: long, body: 'x', longNames: 'gnu' }, long],
    ['ustar prefix', { name: `${'p'.repeat(120)}/file`, body: 'x', longNames: 'ustar' }, `${'p'.repeat(120)}/file`],
    ['V7', { name: 'a/b', body: 'x', magic: 'v7' }, 'a/b'],
    ['UTF-8', { name: 'ünï/çødé', body: 'x', longNames: 'pax' }, 'ünï/çødé'],
  ])('%s', (_, entry, name) => {
    const [walked] = walk(tarBytes([entry]));
    expect(walked?.entry.name).toBe(name);
    expect(walked?.content).toBe('x');
  });

  it('of links, in pax and GNU archives', () => {
    const entries = (['pax', 'gnu'] as const).flatMap((longNames): Written[] => [
      { name: 'l', type: 'symlink', link: long, longNames },
      { name: 'h', type: 'hardlink', link: long, longNames },
    ]);
    expect(walk(tarBytes(entries)).map(({ entry }) => [entry.kind, entry.linkName])).toEqual([
      ['symlink', long],
      ['hardlink', long],
      ['symlink', long],
      ['hardlink', long],
    ]);
  });
});

describe('sparse files', () => {
  it.each(['gnu', 'pax-0.0', 'pax-0.1', 'pax-1.0'] as const)('%s is laid out in full', (format) => {
    const archive = tarBytes([
      { name: 'db', sparse: { format, ...sparse } },
      { name: 'after', body: 'y' },
    ]);
    const walked = walk(archive, 700);
    expect(walked.map(({ entry, content }) => [entry.name, entry.size, content === expanded])).toEqual([
      ['db', 300_000, true],
      ['after', 1, false],
    ]);
  });
});

// Where readers of tar differ, the reading of Go's archive/tar is the right one: runtimes unpack with it.
describe('what Go reads', () => {
  const after: Written = { name: 'wanted', body: 'y' };
  const swallow = tarMembers([{ name: 'hidden', body: 'x' }]);
  const record = (flag: string, records: Record<string, string>): Buffer => {
    const text = Object.entries(records)
      .map(([key, value]) => paxRecord(key, value))
      .join('');
    return retyped(flag, { name: 'h', body: text });
  };
  it.each<[string, Buffer, string[]]>([
    [
      'devices have no content',
      Buffer.concat([retyped('3', { name: 'dev', claimedSize: 1024 }), tarMembers([after])]),
      ['dev', 'wanted'],
    ],
    [
      'pipes have no content',
      Buffer.concat([retyped('6', { name: 'pipe', claimedSize: 1024 }), tarMembers([after])]),
      ['pipe', 'wanted'],
    ],
    [
      'hard links have no content, whatever pax says',
      Buffer.concat([
        tarMembers([{ name: 'l', type: 'hardlink', link: 'a', pax: { size: '1024' } }]),
        tarMembers([after]),
      ]),
      ['l', 'wanted'],
    ],
    [
      'a file with a slash at its end has content',
      Buffer.concat([tarMembers([{ name: 'q/', type: 'file', body: swallow }]), tarMembers([after])]),
      ['q/', 'wanted'],
    ],
    ['an empty pax path says nothing', tarMembers([{ name: 'wanted', body: 'y', pax: { path: '' } }]), ['wanted']],
    [
      'an empty GNU name says nothing',
      Buffer.concat([retyped('L', { name: 'n', body: '\0' }), tarMembers([after])]),
      ['wanted'],
    ],
    [
      'a global header renames nothing',
      Buffer.concat([record('g', { path: 'other' }), tarMembers([after])]),
      ['wanted'],
    ],
    [
      'a global header ends what was said before',
      Buffer.concat([record('x', { path: 'other' }), record('g', { comment: 'c' }), tarMembers([after])]),
      ['wanted'],
    ],
    [
      'sparse keys of an unknown version say nothing',
      tarMembers([
        {
          ...after,
          pax: {
            'GNU.sparse.major': '9',
            'GNU.sparse.minor': '9',
            'GNU.sparse.name': 'other',
            'GNU.sparse.map': '0,1',
            'GNU.sparse.size': '1',
          },
        },
      ]),
      ['wanted'],
    ],
    [
      'a sparse name without a version or a map says nothing',
      tarMembers([{ ...after, pax: { 'GNU.sparse.name': 'other' } }]),
      ['wanted'],
    ],
  ])('%s', (_, members, names) => {
    const walked = walk(Buffer.concat([members, Buffer.alloc(1024)]));
    expect(walked.map(({ entry }) => entry.name)).toEqual(names);
    expect(walked.at(-1)?.content).toBe('y');
  });

  it('a size padded with NULs in front', () => {
    const archive = patched(tarMembers([{ name: 'wanted', body: 'y'.repeat(9) }]), (header) =>
      header.write(`${'\0'.repeat(10)}11`, 124, 'latin1'),
    );
    expect(walk(Buffer.concat([archive, Buffer.alloc(1024)])).map(({ content }) => content)).toEqual(['y'.repeat(9)]);
  });

  it('bytes that no piece of a sparse file holds are an error', () => {
    const pax = { 'GNU.sparse.major': '0', 'GNU.sparse.minor': '1', 'GNU.sparse.map': '0,3', 'GNU.sparse.size': '3' };
    expect(codeOf(() => walk(tarBytes([{ name: 'a', body: 'abcdef', pax }])))).toBe('corrupt');
  });
});

function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length++;
  return `${length}${rest}`;
}

/** The member with another type flag. */
function retyped(flag: string, entry: Written): Buffer {
  return patched(tarMembers([entry]), (header) => header.write(flag, 156, 'latin1'));
}

/** The member with its header changed and the checksum made right again. */
function patched(member: Buffer, change: (header: Buffer) => void): Buffer {
  const header = member.subarray(0, 512);
  change(header);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return member;
}

describe('chunks', () => {
  const archive = tarBytes([
    { name: 'a/' },
    { name: long, body: 'long', longNames: 'gnu' },
    { name: 'a/b', body: 'B'.repeat(1000) },
    { name: 's', sparse: { format: 'pax-1.0', ...sparse } },
    { name: 'empty' },
    { name: 'l', type: 'symlink', link: 'a/b' },
  ]);
  const whole = walk(archive);
  it('of any size give the same entries and offsets', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (size) => {
        expect(walk(archive, size)).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });
  it('leave out what nobody wants, when asked', () => {
    const names: string[] = [];
    const walker = new TarWalker((entry) => void names.push(`${entry.name}@${entry.offset}`));
    for (let at = 0; at < archive.length; ) {
      walker.write(archive.subarray(at, at + 512));
      at += 512 + walker.skip();
    }
    expect(names).toEqual(whole.map(({ entry }) => `${entry.name}@${entry.offset}`));
  });
});

describe('broken archives', () => {
  const sound = tarBytes([{ name: 'a', body: 'x'.repeat(5000) }]);
  it.each<[string, Buffer, string]>([
    ['cut in a header', sound.subarray(0, 300), 'truncated'],
    ['cut in a file', sound.subarray(0, 2000), 'truncated'],
    ['wrong checksum', tarBytes([{ name: 'a', checksum: '0000000' }]), 'corrupt'],
    ['negative size', tarBytes([{ name: 'a', claimedSize: -1 }]), 'corrupt'],
    [
      'pax record that lies about its length',
      tarBytes([{ name: 'a', pax: { 'x\n999999 y': '1' }, body: '' }]),
      'nothing was thrown',
    ],
    ['pax size that is no number', tarBytes([{ name: 'a', pax: { size: '-5' } }]), 'corrupt'],
    [
      'pieces of a sparse file outside of it',
      tarBytes([{ name: 'a', pax: { 'GNU.sparse.size': '5', 'GNU.sparse.map': '3,100' }, body: 'x'.repeat(100) }]),
      'corrupt',
    ],
  ])('%s', (_, archive, code) => {
    expect(codeOf(() => walk(archive))).toBe(code);
  });

  it('never throw anything but an ImageError', () => {
    const base = tarBytes([
      { name: long, body: 'abc', longNames: 'pax' },
      { name: 's', sparse: { format: 'gnu', ...sparse } },
    ]);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(4000), fc.nat(255)), { maxLength: 20 }), (flips) => {
        const broken = Buffer.from(base);
        for (const [at, byte] of flips) broken[at] = byte;
        expect(() => codeOf(() => walk(broken, 1000))).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ImageError) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}

describe('GNU tar', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-tar-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'tree', 'deep/'.repeat(30)), { recursive: true });
  writeFileSync(join(folder, 'tree/a'), 'alpha');
  writeFileSync(join(folder, 'tree', 'deep/'.repeat(30), 'b'), 'beta');
  symlinkSync('a', join(folder, 'tree/link'));
  linkSync(join(folder, 'tree/a'), join(folder, 'tree/zz-hard'));
  writeFileSync(join(folder, 'tree/sparse'), 'head');
  truncateSync(join(folder, 'tree/sparse'), 5_000_000);

  it.each(['gnu', 'pax', 'oldgnu', 'posix'])('writes %s as it is read', (format) => {
    const archive = join(folder, `${format}.tar`);
    execFileSync('tar', ['-C', join(folder, 'tree'), '--sort=name', '-S', `--format=${format}`, '-cf', archive, '.']);
    const listed = execFileSync('tar', ['-tf', archive], { encoding: 'utf8' }).trim().split('\n');
    const walked = walk(readFileSync(archive), 9999);
    expect(walked.map(({ entry }) => entry.name)).toEqual(listed);
    const contents = new Map(walked.map(({ entry, content }) => [entry.name, content]));
    expect(contents.get('./a')).toBe('alpha');
    expect(contents.get(`./${'deep/'.repeat(30)}b`)).toBe('beta');
    expect(contents.get('./sparse')?.length).toBe(5_000_000);
    expect(contents.get('./sparse')?.slice(0, 4)).toBe('head');
    expect(walked.find(({ entry }) => entry.name === './zz-hard')?.entry).toMatchObject({
      kind: 'hardlink',
      linkName: './a',
    });
  });
});
