import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileBudget, ownedFiles } from './files.ts';
import { joinedTextsOf, numbersOf, type RpmHeader, readHeader, textOf } from './header.ts';
import { verifyHeader } from './header-digest.ts';
import { type PackageContext, packageOfHeader } from './package.ts';
import { readSqlite } from './sqlite.ts';
import { tags } from './tags.ts';
import { buildHeader, type TestTag } from './testdata/header-builder.ts';
import { testBytes } from './testdata/samples.ts';

const context: PackageContext = {
  location: { path: '/var/lib/rpm/Packages', layer: { index: 0, diffId: '' } },
  distro: undefined,
  surroundings: undefined,
};

function header(...list: TestTag[]): RpmHeader {
  return opened(buildHeader(list));
}

function opened(bytes: Uint8Array): RpmHeader {
  const read = readHeader(bytes);
  if (typeof read === 'string') {
    throw new Error(read);
  }
  return read;
}

describe('readHeader', () => {
  it('reads texts and numbers of all types', () => {
    const read = header(
      [tags.name, 'bash'],
      [tags.epoch, [7, 8]],
      [tags.baseNames, ['a', '', 'ü']],
      [tags.license, { type: 9, count: 2, bytes: Buffer.from('MIT\0mit\0') }],
      [tags.fileModes, { type: 3, count: 2, bytes: Buffer.of(0x81, 0xa4, 0x41, 0xed) }],
      [tags.fileStates, { type: 1, count: 2, bytes: Buffer.of(0, 2) }],
    );
    expect([textOf(read, tags.name), textOf(read, tags.license), textOf(read, tags.vendor)]).toEqual([
      'bash',
      'MIT',
      undefined,
    ]);
    expect(joinedTextsOf(read, tags.baseNames)).toBe('a\0\0ü');
    expect([tags.epoch, tags.fileModes, tags.fileStates].map((tag) => [...(numbersOf(read, tag) ?? [])])).toEqual([
      [7, 8],
      [0o100644, 0o40755],
      [0, 2],
    ]);
    expect(read.faults).toEqual([]);
  });
  it('lets entries added at installation win', () => {
    expect(textOf(header([tags.name, 'old'], [tags.name, 'new']), tags.name)).toBe('new');
  });
  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['an empty blob', () => Buffer.alloc(0)],
    ['no entries', () => Buffer.alloc(8)],
    ['2^31 entries', (bytes) => patched(bytes, 0, 0x80000000)],
    ['2^32 - 1 bytes of data', (bytes) => patched(bytes, 4, 0xffffffff)],
    ['one byte too many', (bytes) => Buffer.concat([bytes, Buffer.of(0)])],
    ['one byte too few', (bytes) => bytes.subarray(0, -1)],
    [
      'a region that begins behind the data',
      (bytes) => patched(patched(bytes, 8, tags.headerImmutable), 16, 0xfffffff0),
    ],
  ])('refuses %s', (_name, damage) => {
    const blob = buildHeader([[tags.name, { type: 7, count: 16, bytes: Buffer.alloc(16) }]]);
    expect(readHeader(blob)).toBeTypeOf('object');
    expect(readHeader(damage(blob))).toBeTypeOf('string');
  });
  it.each<[string, TestTag]>([
    ['text without end', [tags.name, { type: 6, count: 1, bytes: Buffer.from('bash') }]],
    ['text of a number', [tags.name, [1]]],
    ['text of 1 MiB', [tags.name, 'a'.repeat(1 << 20)]],
    ['number of a text', [tags.epoch, 'bash']],
    ['2^31 numbers', [tags.epoch, { type: 4, count: 0x80000000, bytes: Buffer.alloc(4) }]],
    ['2^31 texts', [tags.baseNames, { type: 8, count: 0x80000000, bytes: Buffer.alloc(4) }]],
    ['more texts than there are', [tags.baseNames, { type: 8, count: 3, bytes: Buffer.from('a\0b\0') }]],
  ])('finds a fault in a %s', (_name, entry) => {
    const read = header(entry);
    const values = [textOf(read, tags.name), joinedTextsOf(read, tags.baseNames), numbersOf(read, tags.epoch)];
    expect(values).toEqual([undefined, undefined, undefined]);
    expect(read.faults).toHaveLength(1);
  });
});

function patched(bytes: Buffer, offset: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32BE(value, offset);
  return copy;
}

describe('verifyHeader', () => {
  const blobs = [...readSqlite(testBytes('alma9/rpmdb.sqlite'))].flatMap((record) =>
    record.kind === 'header' ? [record.bytes] : [],
  );

  it('finds each header of a real database good', () => {
    const found = blobs.map((bytes) => verifyHeader(opened(bytes)));
    expect(found).toEqual(Array<string>(10).fill('good'));
  });
  it('finds any changed byte of the index or the data of the package', () => {
    const blob = blobs.find((bytes) => verifyHeader(opened(bytes)) === 'good') ?? Buffer.alloc(0);
    const { region, data } = opened(blob);
    const places = [...Array(20).keys()].map(
      (index) => data + Math.floor((index * ((region?.dataBytes ?? 0) - 16)) / 20),
    );
    const missed = [8 + 16 * 3 + 4, ...places].filter((at) => {
      const copy = Buffer.from(blob);
      copy.writeUInt8((copy[at] ?? 0) ^ 0x20, at);
      return verifyHeader(opened(copy)) !== 'bad';
    });
    expect(missed).toEqual([]);
  });
});

describe('packageOfHeader', () => {
  const whole: readonly TestTag[] = [
    [tags.name, 'bash'],
    [tags.version, '5.1.8'],
    [tags.release, '6.el9_1'],
  ];
  it('needs only name, version and release', () => {
    expect(packageOfHeader(header(...whole), context)).toMatchObject({ version: '5.1.8-6.el9_1', licenses: [] });
  });
  it.each(whole.map(([tag]) => tag))('has no package without tag %i', (tag) => {
    const read = header(...whole.filter(([other]) => other !== tag));
    expect(packageOfHeader(read, context)).toBeUndefined();
    expect(read.faults).not.toEqual([]);
  });
  it('refuses a name longer than a file name', () => {
    const read = header([tags.name, 'a'.repeat(256)], ...whole.slice(1));
    expect(packageOfHeader(read, context)).toBeUndefined();
    expect(read.faults[0]).toMatch(/^256 characters/);
  });
});

describe('ownedFiles', () => {
  const list = (...more: TestTag[]): RpmHeader =>
    header([tags.baseNames, ['a', 'b']], [tags.dirNames, ['/x/', '/y/']], [tags.dirIndexes, [1, 0]], ...more);

  it('joins folders and names; old headers have whole paths', () => {
    const paths = [{ path: '/y/a' }, { path: '/x/b' }];
    expect(ownedFiles(list(), fileBudget())).toEqual(paths);
    expect(ownedFiles(header([tags.oldFileNames, ['/y/a', '/x/b']]), fileBudget())).toEqual(paths);
    expect(ownedFiles(header([tags.name, 'empty']), fileBudget())).toEqual([]);
  });
  it.each<[string, number, string | undefined]>([
    ['md5', 1, `md5:${'ab'.repeat(16)}`],
    ['sha1', 2, `sha1:${'ab'.repeat(20)}`],
    ['sha256', 8, `sha256:${'ab'.repeat(32)}`],
    ['sha512', 10, `sha512:${'ab'.repeat(64)}`],
  ])('names the algorithm of %s digests', (_name, algorithm, digest = '') => {
    const read = list([tags.fileDigests, [digest.split(':')[1] ?? '', '']], [tags.fileDigestAlgorithm, [algorithm]]);
    expect(ownedFiles(read, fileBudget())).toEqual([{ path: '/y/a', digest }, { path: '/x/b' }]);
  });
  it.each<[string, RpmHeader]>([
    ['folder index out of range', header([tags.baseNames, ['a']], [tags.dirNames, ['/x/']], [tags.dirIndexes, [1]])],
    [
      'fewer indexes than names',
      header([tags.baseNames, ['a', 'b']], [tags.dirNames, ['/x/']], [tags.dirIndexes, [0]]),
    ],
    ['relative folder', header([tags.baseNames, ['a']], [tags.dirNames, ['x/']], [tags.dirIndexes, [0]])],
    ['path longer than Linux allows', header([tags.oldFileNames, [`/${'a'.repeat(4096)}`]])],
  ])('has no files but a fault for a %s', (_name, read) => {
    expect(ownedFiles(read, fileBudget())).toBeUndefined();
    expect(read.faults).not.toEqual([]);
  });
  it('leaves out digests that are none, and says so', () => {
    const read = list([tags.fileDigests, ['nonsense', '']]);
    expect(ownedFiles(read, fileBudget())).toEqual([{ path: '/y/a' }, { path: '/x/b' }]);
    expect(read.faults).toHaveLength(1);
  });
  it('stops at the budget', () => {
    const read = list();
    expect(ownedFiles(read, { left: 100 })).toBeUndefined();
    expect(read.faults).toEqual(['list of files']);
  });
});

describe('any header', () => {
  const number = fc.oneof(
    { weight: 6, arbitrary: fc.nat(30) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffffffff }) },
  );
  const entry = fc.tuple(fc.constantFrom(...Object.values(tags)), fc.nat(10), number, number);
  // Many a NUL and letter, so that texts end and counts fit.
  const byte = fc.oneof(fc.constantFrom(0, 0, 1, 0x2f, 0x61), fc.nat(255));
  it('gives a whole package or faults, and absolute paths', () => {
    const entries = fc.array(entry, { minLength: 1, maxLength: 30 });
    const property = fc.property(entries, fc.array(byte, { maxLength: 60 }), (index, data) => {
      const head = Uint32Array.from([index.length, data.length, ...index.flat()]);
      const read = readHeader(Buffer.concat([Buffer.from(head.buffer).swap32(), Uint8Array.from(data)]));
      if (typeof read === 'string') {
        return read !== '';
      }
      const found = packageOfHeader(read, context);
      const files = ownedFiles(read, fileBudget()) ?? [];
      const isSaid = Boolean(found?.name && found.version.length > 2) || read.faults.length > 0;
      return isSaid && files.every((file) => file.path.startsWith('/')) && verifyHeader(read) !== 'good';
    });
    expect(fc.check(property, { seed: 20, numRuns: 2000 }).counterexample).toBeNull();
  });
});
