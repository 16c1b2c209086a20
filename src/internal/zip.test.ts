import { array, assert, boolean, nat, property, record, string, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ZipFile, zipFile } from './testdata/zip-file.ts';
import { ZipError, type ZipLimits, type ZipMember, zipDirectory, zipEntries } from './zip.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const hello: ZipFile = { name: 'a.json', bytes: text('hello hello hello') };

function read(archive: Uint8Array, limits?: ZipLimits): [string, string][] {
  return [...zipEntries(archive, limits)].map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)]);
}

function errorOf(archive: Uint8Array, limits?: ZipLimits): ZipError {
  try {
    read(archive, limits);
  } catch (error) {
    if (error instanceof ZipError) return error;
    throw error;
  }
  throw new Error('no error');
}

function readOrNothing(archive: Uint8Array): [string, string][] {
  try {
    return read(archive);
  } catch (error) {
    if (error instanceof ZipError) return [];
    throw error;
  }
}

describe('zipEntries', () => {
  it('reads packed, stored and empty files, repeated names, and passes over folders', () => {
    const files = [
      hello,
      { ...hello, stored: true },
      { name: 'empty', bytes: text('') },
      { name: 'd/', bytes: text('') },
    ];
    expect(read(zipFile(files))).toEqual([
      ['a.json', 'hello hello hello'],
      ['a.json', 'hello hello hello'],
      ['empty', ''],
    ]);
    expect(read(zipFile([]))).toEqual([]);
  });

  it('reads zip64 fields, in the entry and at the end', () => {
    expect(read(zipFile([{ ...hello, zip64: true }]))).toHaveLength(1);
    expect(read(zipFile([hello, { ...hello, zip64: true }], true))).toHaveLength(2);
  });

  it('finds the end record behind a comment', () => {
    const archive = Buffer.concat([zipFile([hello]), text('PK\x05\x06 comment')]);
    archive.writeUInt16LE(12, zipFile([hello]).length - 2);
    expect(read(archive)).toHaveLength(1);
  });

  it('unpacks an entry only when it is asked for', () => {
    const archive = zipFile([hello, { ...hello, crc: 1 }]);
    const entries = zipEntries(archive);
    expect(entries.next().value?.name).toBe('a.json');
    expect(() => entries.next()).toThrow(ZipError);
  });

  it.each<[string, Uint8Array, string]>([
    ['an empty file', text(''), 'not-a-zip'],
    ['a web page', text('<!doctype html>'), 'not-a-zip'],
    ['an archive cut short', zipFile([hello]).subarray(0, 60), 'truncated'],
    ['an archive with its last byte missing', zipFile([hello]).subarray(0, -1), 'truncated'],
    ['a wrong checksum', zipFile([{ ...hello, crc: 1 }]), 'corrupt'],
    ['a size too small', zipFile([{ ...hello, size: 16 }]), 'corrupt'],
    ['a size too large', zipFile([{ ...hello, size: 18 }]), 'corrupt'],
    ['a size of nothing', zipFile([{ ...hello, size: 0 }]), 'corrupt'],
    ['an impossible size', zipFile([{ ...hello, size: 60_000_000 }]), 'corrupt'],
    ['a stored file of another size', zipFile([{ ...hello, stored: true, packed: 16 }]), 'corrupt'],
    ['packed data cut short', zipFile([{ ...hello, packed: 5 }]), 'corrupt'],
    ['data that reach into the directory', zipFile([{ ...hello, packed: 40 }]), 'corrupt'],
    ['a local header elsewhere', zipFile([{ ...hello, offset: 7 }]), 'corrupt'],
    ['a local header outside', zipFile([{ ...hello, offset: 1_000_000 }]), 'corrupt'],
    ['an offset beyond counting', zipFile([{ ...hello, zip64: true, offset: 2 ** 60 }]), 'corrupt'],
    ['an unknown method', zipFile([{ ...hello, method: 12 }]), 'unsupported'],
    ['an encrypted file', zipFile([{ ...hello, flags: 1 }]), 'unsupported'],
  ])('refuses %s', (_, archive, code) => {
    expect(errorOf(archive).code).toBe(code);
  });

  it('refuses more entries than there is room for', () => {
    const archive = zipFile([hello]);
    archive.writeUInt16LE(60_000, archive.length - 12);
    expect(errorOf(archive)).toMatchObject({ code: 'corrupt' });
  });

  it('refuses a directory outside the archive', () => {
    const archive = zipFile([hello]);
    archive.writeUInt32LE(0xfffffff0, archive.length - 6);
    expect(errorOf(archive)).toMatchObject({ code: 'corrupt' });
  });

  it('refuses entries that share their data', () => {
    const zeros = { name: 'z', bytes: new Uint8Array(100_000) };
    const many = Array.from({ length: 500 }, () => ({ ...hello, offset: 0, size: 100_000, packed: 131 }));
    expect(errorOf(zipFile([zeros, ...many]))).toMatchObject({ code: 'corrupt' });
  });

  it('limits the number of entries, the size of one and of all', () => {
    const limits = { entries: 2, entryBytes: 17, totalBytes: 34 };
    expect(read(zipFile([hello, hello]), limits)).toHaveLength(2);
    expect(errorOf(zipFile([hello, hello, hello]), limits)).toMatchObject({ code: 'too-large' });
    expect(errorOf(zipFile([hello, hello]), { ...limits, totalBytes: 33 })).toMatchObject({
      code: 'too-large',
      entry: 1,
    });
    expect(errorOf(zipFile([hello]), { ...limits, entryBytes: 16 })).toMatchObject({ code: 'too-large', entry: 0 });
  });

  it('gives back what was written, whatever it is', () => {
    const file = record({
      name: string().map((name) => `${name}x`),
      bytes: uint8Array(),
      stored: boolean(),
      zip64: boolean(),
    });
    assert(
      property(array(file), boolean(), (files, zip64) => {
        const entries = [...zipEntries(zipFile(files, zip64))];
        expect(entries.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).toEqual(
          files.map(({ bytes }) => Buffer.from(bytes).toString('hex')),
        );
      }),
    );
  });

  it('answers damage anywhere with its error, or not at all where nothing is read', () => {
    const archive = zipFile([hello, { ...hello, stored: true }], true);
    assert(
      property(nat(archive.length - 1), nat(255), nat(archive.length), (at, byte, cut) => {
        for (const damaged of [Buffer.from(archive), Buffer.from(archive.subarray(0, cut))]) {
          if (at < damaged.length) damaged[at] = byte;
          for (const [, content] of readOrNothing(damaged)) expect(content).toBe('hello hello hello');
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('zipDirectory', () => {
  const named = (archive: Uint8Array, limits?: ZipLimits): [string, string][] => {
    const { members, unpack } = zipDirectory(archive, limits);
    return members.map((member) => [member.name, new TextDecoder().decode(unpack(member))]);
  };
  const faultOf = (archive: Uint8Array, limits?: ZipLimits): string | undefined =>
    zipDirectory(archive, limits).fault?.code;
  const unpackError = (file: Partial<ZipFile>): string => {
    const { members, unpack } = zipDirectory(zipFile([{ ...hello, ...file }]));
    try {
      unpack(members[0] as ZipMember);
      return 'none';
    } catch (error) {
      return error instanceof ZipError ? error.code : 'another error';
    }
  };

  it('lists folders and repeated names too, and unpacks what is asked for', () => {
    const files = [hello, { ...hello, stored: true }, { name: 'd/', bytes: text('') }];
    expect(named(zipFile(files))).toEqual([
      ['a.json', 'hello hello hello'],
      ['a.json', 'hello hello hello'],
      ['d/', ''],
    ]);
    expect([named(zipFile([])), named(zipFile([hello], true))]).toEqual([[], [['a.json', 'hello hello hello']]]);
  });
  it('gives stored bytes without a copy', () => {
    const archive = zipFile([{ ...hello, stored: true }]);
    const { members, unpack } = zipDirectory(archive);
    expect(unpack(members[0] as ZipMember).buffer).toBe(archive.buffer);
  });
  it.each([false, true])('reads an archive behind a start script (zip64 %s)', (zip64) => {
    const script = Buffer.from('#!/bin/sh\nexec java -jar "$0"\nPK\u0003\u0004');
    expect(named(Buffer.concat([script, zipFile([hello], zip64)]))).toEqual([['a.json', 'hello hello hello']]);
  });
  it('does not believe the number of entries', () => {
    const archive = zipFile([hello, hello]);
    archive.writeUInt16LE(1, archive.length - 12);
    expect(named(archive)).toHaveLength(2);
  });
  it('reads more entries than the end record can count', () => {
    const many = Array.from({ length: 70_000 }, (_, at) => ({ name: `${at}`, bytes: text(''), stored: true }));
    expect(zipDirectory(zipFile(many, true)).members).toHaveLength(70_000);
  });
  it('says that something follows', () => {
    const archive = Buffer.concat([zipFile([hello]), text('more')]);
    expect([named(archive), faultOf(archive)]).toEqual([[['a.json', 'hello hello hello']], 'corrupt']);
  });
  it('lists what it can of a damaged directory, and says so', () => {
    const archive = zipFile([hello, hello]);
    archive.fill(0, archive.length - 22 - 52, archive.length - 22);
    expect([named(archive).length, faultOf(archive)]).toEqual([1, 'corrupt']);
  });
  it.each<[string, Partial<ZipFile>, string]>([
    ['a wrong checksum', { crc: 1 }, 'corrupt'],
    ['an impossible size', { size: 1_000_000_000 }, 'corrupt'],
    ['a size beyond the limit', { bytes: new Uint8Array(65 << 20) }, 'too-large'],
    ['a size too small', { size: 3 }, 'corrupt'],
    ['an encrypted file', { flags: 1 }, 'unsupported'],
    ['an unknown method', { method: 12 }, 'unsupported'],
    ['a local header elsewhere', { offset: 7 }, 'corrupt'],
  ])('does not unpack %s', (_, file, code) => {
    expect(unpackError(file)).toBe(code);
  });
  it('bounds entries, and refuses those that share their data', () => {
    const limits = { entries: 2, entryBytes: 100, totalBytes: 100 };
    expect(faultOf(zipFile([hello, hello, hello]), limits)).toBe('too-large');
    const shared = Array.from({ length: 500 }, () => ({ ...hello, offset: 0, packed: 131 }));
    expect(faultOf(zipFile(shared))).toBe('corrupt');
  });
  it.each<[string, Uint8Array, string]>([
    ['no archive', text('<!doctype html>'), 'not-a-zip'],
    ['an archive cut short', zipFile([hello]).subarray(0, -1), 'truncated'],
    [
      'a directory elsewhere',
      zipFile([hello]).fill(9, zipFile([hello]).length - 6, zipFile([hello]).length - 2),
      'corrupt',
    ],
  ])('throws for %s', (_, archive, code) => {
    expect(() => zipDirectory(archive)).toThrow(expect.objectContaining({ code }) as Error);
  });
});
