import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { distil, selectRows } from './index-file.ts';
import { type Row, readRows } from './packages.ts';

const digest = 'ab'.repeat(32);
const stanza = `Package: libgcc-s1
Source: gcc-12 (12.2.0-14+deb12u1)
Version: 12.2.0-14
Installed-Size: 140
Architecture: amd64
Description: GCC support library
 Version: 9 of something
Filename: pool/main/g/gcc-12/libgcc-s1_12.2.0-14_amd64.deb
Size: 49900
SHA256: ${digest}
`;
const row: Row = {
  name: 'libgcc-s1',
  source: 'gcc-12',
  version: '12.2.0-14',
  sourceVersion: '12.2.0-14+deb12u1',
  architecture: 'amd64',
  size: 49_900,
  sha256: digest,
  path: 'pool/main/g/gcc-12/libgcc-s1_12.2.0-14_amd64.deb',
};

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function rowsOf(text: string, size = 1 << 20): Promise<(Row | undefined)[]> {
  const rows: (Row | undefined)[] = [];
  for await (const batch of readRows(pieces(text, size), 'x')) rows.push(...batch);
  return rows;
}

describe('stanzas', () => {
  it('a package of another source and version', async () => {
    expect(await rowsOf(stanza)).toEqual([row]);
  });

  it.each<[string, string, Partial<Row>]>([
    ['no source', stanza.replace(/^Source.*\n/m, ''), { source: 'libgcc-s1', sourceVersion: '12.2.0-14' }],
    ['a source of the same version', stanza.replace(/ \(12.*\)/, ''), { source: 'gcc-12', sourceVersion: '12.2.0-14' }],
    ['an epoch', stanza.replace('Version: 12', 'Version: 1:12'), { version: '1:12.2.0-14' }],
  ])('%s', async (_, text, expected) => {
    expect(await rowsOf(text)).toEqual([{ ...row, ...expected }]);
  });

  it('reads the same in pieces of any size', async () => {
    const text = `${stanza}\n${stanza.replace('libgcc-s1', 'libgcc-s2').replace('GCC', 'Größe \u{1f980}')}\n\n${stanza}`;
    const whole = await rowsOf(text);
    expect(whole.map((one) => one?.name)).toEqual(['libgcc-s1', 'libgcc-s2', 'libgcc-s1']);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 400 }), async (size) => {
        expect(await rowsOf(text, size)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it.each<[string, string]>([
    ['a path that leads out', 'Filename: ../../etc/passwd'],
    ['a path that leads out later', 'Filename: pool/../../../etc/passwd'],
    ['a path that leads out in code', 'Filename: pool/%2e%2e/%2e%2e/x.deb'],
    ['a path from the root', 'Filename: /etc/passwd'],
    ['an address', 'Filename: http://evil.example/x.deb'],
    ['another server', 'Filename: //evil.example/x.deb'],
    ['a question', 'Filename: pool/x.deb?y'],
    ['a backslash', 'Filename: pool\\..\\x.deb'],
    ['no path', 'Filename:'],
    ['no size', 'Size: many'],
    ['a negative size', 'Size: -1'],
    ['a short digest', 'SHA256: abcd'],
    ['no digest', 'MD5sum: d41d8cd98f00b204e9800998ecf8427e'],
    ['a name with a slash', 'Package: ../x'],
    ['a version with a blank', 'Version: 1 2'],
    ['a tabulator', 'Architecture: amd64\tx'],
  ])('counts %s', async (_, line) => {
    const name = line.startsWith('MD5') ? 'SHA256' : (line.split(':')[0] ?? '');
    expect(await rowsOf(stanza.replace(new RegExp(`^${name}:.*$`, 'm'), () => line))).toEqual([undefined]);
  });

  it('refuses what has no stanzas', async () => {
    await expect(rowsOf('x'.repeat(3 << 20), 1 << 16)).rejects.toMatchObject({ code: 'bad-index' });
  });
});

describe('what is kept of an index', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'seaworthy-index-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = async (text: string, bytes: Uint8Array = gzipSync(text), maxBytes = 1 << 20): Promise<string> => {
    const path = join(folder, 'packed');
    writeFileSync(path, bytes);
    await distil({ path, sha256: digest, maxBytes, subject: 'x' }, join(folder, 'kept'));
    return join(folder, 'kept');
  };
  const all = { names: new Set(['libgcc-s1']), sources: new Set<string>() };

  it('gives back what was wanted by name or by source', async () => {
    const kept = await write(`${stanza}\n${stanza.replace('libgcc-s1', 'other').replace('gcc-12 ', 'else ')}`);
    expect(await selectRows(kept, digest, all)).toEqual({ rows: [row], faulty: 0 });
    const bySource = { names: new Set<string>(), sources: new Set(['else']) };
    expect((await selectRows(kept, digest, bySource))?.rows.map(({ name }) => name)).toEqual(['other']);
  });

  it('counts what cannot be used', async () => {
    const kept = await write(`${stanza}\n${stanza.replace('Size: 49900', 'Size: x')}`);
    expect(await selectRows(kept, digest, all)).toEqual({ rows: [row], faulty: 1 });
  });

  it('an empty index', async () => {
    expect(await selectRows(await write(''), digest, all)).toEqual({ rows: [], faulty: 0 });
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['cut', (bytes) => bytes.subarray(0, bytes.length / 2)],
    [
      'changed',
      (bytes) => Buffer.concat([bytes.subarray(0, 60), Buffer.from([(bytes[60] ?? 0) ^ 1]), bytes.subarray(61)]),
    ],
    ['empty', () => Buffer.alloc(0)],
    ['another thing', () => Buffer.from('hello')],
  ])('does not use a file that is %s', async (_, spoil) => {
    const kept = await write(stanza);
    writeFileSync(kept, spoil(readFileSync(kept)));
    expect(await selectRows(kept, digest, all)).toBeUndefined();
  });

  it('does not use the file of another index, or none', async () => {
    const kept = await write(stanza);
    expect(await selectRows(kept, 'cd'.repeat(32), all)).toBeUndefined();
    expect(await selectRows(join(folder, 'missing'), digest, all)).toBeUndefined();
  });

  it.each<[string, Uint8Array, string]>([
    ['a packing that is cut', gzipSync(stanza.repeat(100)).subarray(0, 100), 'bad-index'],
    ['xz that is cut', Buffer.from('fd377a585a000004e6d6b4460200210116000000742fe5a3', 'hex'), 'bad-index'],
    ['a page', Buffer.from('<html><body>hello</body></html>'), 'bad-index'],
    ['a bomb', gzipSync(Buffer.alloc(64 << 20)), 'too-large'],
  ])('refuses %s', async (_, bytes, code) => {
    await expect(write('', bytes)).rejects.toMatchObject({ code });
  });
});
